import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NetworkState } from '../../../miniprogram/src/chat/ports.ts';
import { clock } from '../../../miniprogram/src/platform/clock.ts';
import { httpTo } from '../../../miniprogram/src/platform/http.ts';
import { lifecycle } from '../../../miniprogram/src/platform/lifecycle.ts';
import { loginCode } from '../../../miniprogram/src/platform/login.ts';
import { network } from '../../../miniprogram/src/platform/network.ts';
import { createServices } from '../../../miniprogram/src/platform/services.ts';
import { store } from '../../../miniprogram/src/platform/store.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** `wx.onX` and `wx.offX`. */
class Listeners<T> {
  readonly all = new Set<(value: T) => void>();
  readonly on = (listener: (value: T) => void) => void this.all.add(listener);
  readonly off = (listener: (value: T) => void) => void this.all.delete(listener);

  emit(value: T): void {
    for (const listener of [...this.all]) listener(value);
  }
}

/** WeChat's storage. */
function storage(limit = Number.POSITIVE_INFINITY) {
  const values = new Map<string, unknown>();
  return {
    values,
    getStorageSync: (key: string) => values.get(key) ?? '',
    setStorageSync(key: string, value: unknown) {
      if (String(value).length > limit) throw new Error('setStorageSync:fail quota exceeded');
      values.set(key, value);
    },
    removeStorageSync: (key: string) => values.delete(key),
  };
}

describe('storage', () => {
  it('keeps texts, and forgets them', () => {
    vi.stubGlobal('wx', storage());
    expect(store.get('a')).toBeUndefined();
    store.set('a', '你好');
    expect(store.get('a')).toBe('你好');
    store.remove('a');
    expect(store.get('a')).toBeUndefined();
    store.remove('a');
  });

  it('reads what is empty, or was not written by it, as nothing', () => {
    const wx = storage();
    vi.stubGlobal('wx', wx);
    for (const value of ['', 7, { a: 1 }, null]) {
      wx.values.set('a', value);
      expect(store.get('a')).toBeUndefined();
    }
  });

  it('says that it is full', () => {
    vi.stubGlobal('wx', storage(3));
    expect(() => store.set('a', 'long')).toThrow(/quota/);
  });
});

describe('the network', () => {
  function phone(networkType: string) {
    const changes = new Listeners<{ isConnected: boolean; networkType: string }>();
    const asked: { success(result: { networkType: string }): void }[] = [];
    vi.stubGlobal('wx', {
      onNetworkStatusChange: changes.on,
      offNetworkStatusChange: changes.off,
      getNetworkType: (options: (typeof asked)[number]) => asked.push(options),
    });
    const heard: NetworkState[] = [];
    const stop = network.watch((state) => heard.push(state));
    const answer = () => {
      for (const { success } of asked) success({ networkType });
    };
    return { changes, heard, stop, answer };
  }

  it('is told as it is, and then as it changes', () => {
    const { changes, heard, answer } = phone('wifi');
    answer();
    changes.emit({ isConnected: false, networkType: 'none' });
    changes.emit({ isConnected: true, networkType: '5g' });
    expect(heard).toEqual([
      { connected: true, type: 'wifi' },
      { connected: false, type: 'none' },
      { connected: true, type: '5g' },
    ]);
  });

  it('can be missing from the beginning', () => {
    const { heard, answer } = phone('none');
    answer();
    expect(heard).toEqual([{ connected: false, type: 'none' }]);
  });

  it('is of no interest any more after that was said', () => {
    const { changes, heard, stop, answer } = phone('wifi');
    stop();
    answer();
    changes.emit({ isConnected: false, networkType: 'none' });
    expect(heard).toEqual([]);
    expect(changes.all.size).toBe(0);
    stop();
  });
});

describe('the front and the background', () => {
  it('are told until nobody wants to know', () => {
    const shown = new Listeners<void>();
    const hidden = new Listeners<void>();
    vi.stubGlobal('wx', {
      onAppShow: shown.on,
      offAppShow: shown.off,
      onAppHide: hidden.on,
      offAppHide: hidden.off,
    });
    const heard: boolean[] = [];
    const others: boolean[] = [];
    const stop = lifecycle.watch((foreground) => heard.push(foreground));
    lifecycle.watch((foreground) => others.push(foreground));
    hidden.emit();
    shown.emit();
    stop();
    hidden.emit();
    expect(heard).toEqual([false, true]);
    expect(others).toEqual([false, true, false]);
  });
});

describe('a request', () => {
  type Options = WechatMiniprogram.RequestOption;
  function server(answer: (options: Options) => void): Options[] {
    const asked: Options[] = [];
    vi.stubGlobal('wx', {
      request(options: Options) {
        asked.push(options);
        answer(options);
      },
    });
    return asked;
  }
  const answering = (statusCode: number, data: object) =>
    server(({ success }) => success?.({ statusCode, data } as never));

  it('goes to the server, with who asks and what', async () => {
    const asked = answering(200, { token: 't' });
    const http = httpTo('https://chat.example');
    const request = {
      method: 'POST',
      path: '/api/rooms/unread',
      token: 't',
      body: { a: 1 },
    } as const;
    expect(await http(request)).toEqual({ status: 200, body: { token: 't' } });
    expect(asked[0]).toMatchObject({
      url: 'https://chat.example/api/rooms/unread',
      method: 'POST',
      data: { a: 1 },
      header: { Authorization: 'Bearer t' },
      timeout: 10_000,
    });
  });

  it('says nothing of who asks when that is not known', async () => {
    const asked = answering(200, {});
    await httpTo('https://chat.example')({ method: 'POST', path: '/api/session', body: {} });
    expect(asked[0]).not.toHaveProperty('header');
  });

  it('is answered by a refusal as well, and only rejects without an answer', async () => {
    answering(403, { error: { code: 'banned' } });
    const http = httpTo('https://chat.example');
    const request = { method: 'POST', path: '/api/session', body: {} } as const;
    expect(await http(request)).toEqual({ status: 403, body: { error: { code: 'banned' } } });
    server(({ fail }) => fail?.({ errMsg: 'request:fail timeout' } as never));
    await expect(http(request)).rejects.toThrow('request:fail timeout');
  });
});

describe('logging in', () => {
  it('gives the code', async () => {
    vi.stubGlobal('wx', {
      login: ({ success }: WechatMiniprogram.LoginOption) =>
        success?.({ code: 'c0de', errMsg: 'login:ok' }),
    });
    expect(await loginCode()).toBe('c0de');
  });

  it('rejects when WeChat can’t', async () => {
    vi.stubGlobal('wx', {
      login: ({ fail }: WechatMiniprogram.LoginOption) =>
        fail?.({ errMsg: 'login:fail', errno: 1 }),
    });
    await expect(loginCode()).rejects.toThrow('login:fail');
  });
});

describe('the services of a server', () => {
  const login = vi.fn(({ success }: WechatMiniprogram.LoginOption) =>
    success?.({ code: 'c0de', errMsg: 'login:ok' }),
  );
  const request = vi.fn(({ success }: WechatMiniprogram.RequestOption) => {
    const user = { id: 'u1', name: '小明' };
    const data = { token: 't', user, expiresAt: Date.now() + 86_400_000 };
    success?.({ statusCode: 200, data } as never);
  });
  const enter = async (endpoint: string) => {
    login.mockClear();
    request.mockClear();
    vi.stubGlobal('wx', { ...storage(), login, request });
    const services = createServices({ endpoint });
    expect(services.visited()).toBeUndefined();
    expect(await services.account.rename({ name: '小明' })).toMatchObject({ ok: true });
    expect(services.visited()?.list).toEqual([]);
    return services;
  };

  it('log in with WeChat', async () => {
    const services = await enter('https://chat.example');
    expect(login).toHaveBeenCalledOnce();
    expect(request.mock.lastCall?.[0]).toMatchObject({ data: { code: 'c0de', name: '小明' } });
    expect(services.socketAddress).toBe('wss://chat.example/ws');
  });

  it('let people in by name during development', async () => {
    const services = await enter('http://localhost:8787');
    expect(login).not.toHaveBeenCalled();
    expect(request.mock.lastCall?.[0].data).toEqual({ name: '小明' });
    expect(services.socketAddress).toBe('ws://localhost:8787/ws');
  });
});

describe('the clock', () => {
  it('calls once after the time, or never when it is told so', () => {
    vi.useFakeTimers({ now: 1_000 });
    expect(clock.now()).toBe(1_000);
    const run = vi.fn();
    const cancelled = vi.fn();
    clock.after(500, run);
    const cancel = clock.after(500, cancelled);
    cancel();
    vi.advanceTimersByTime(499);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(run).toHaveBeenCalledOnce();
    expect(cancelled).not.toHaveBeenCalled();
    cancel();
  });
});
