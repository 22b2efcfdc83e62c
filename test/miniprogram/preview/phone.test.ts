import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Device } from '../../../miniprogram/preview/runtime/device.ts';
import { timersOf } from '../../../miniprogram/preview/runtime/timers.ts';
import { requestApi } from '../../../miniprogram/preview/runtime/wx/request.ts';
import { socketApi } from '../../../miniprogram/preview/runtime/wx/socket.ts';
import { storageApi } from '../../../miniprogram/preview/runtime/wx/storage.ts';

/** The browser's socket, played by the test. */
class FakeWebSocket {
  static made: FakeWebSocket[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  sent: string[] = [];
  closed?: number;
  readonly url: string;
  readonly protocols: string[];

  constructor(url: URL, protocols: string[]) {
    this.url = url.href;
    this.protocols = protocols;
    FakeWebSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(code = 1000): void {
    this.closed = code;
  }
}

let device: Device;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  device = new Device('a');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  FakeWebSocket.made = [];
  localStorage.clear();
});

describe('timers', () => {
  it('wait while the scripts are stopped: 5 s after the app went to the background', () => {
    const timers = timersOf(device);
    const fired: string[] = [];
    timers.setInterval(() => fired.push('tick'), 1100);
    timers.setTimeout(() => fired.push('once'), 6500);
    device.enterBackground();
    vi.advanceTimersByTime(20_000);
    expect(fired).toEqual(Array(4).fill('tick'));
    device.enterForeground();
    expect(fired.slice(4)).toEqual(['tick', 'once']);
    vi.advanceTimersByTime(1100);
    expect(fired.slice(6)).toEqual(['tick']);
  });

  it('end when they are cleared, even those that are due already', () => {
    const timers = timersOf(device);
    const fired: string[] = [];
    const id = timers.setTimeout(() => fired.push('late'), 6000);
    device.enterBackground();
    vi.advanceTimersByTime(7000);
    timers.clearTimeout(id);
    device.enterForeground();
    expect(fired).toEqual([]);
  });
});

describe('sockets', () => {
  function connect(options: Partial<WechatMiniprogram.ConnectSocketOption> = {}) {
    const { connectSocket } = api;
    const events: string[] = [];
    const task = connectSocket({ url: 'ws://server/ws', ...options });
    task.onOpen(() => events.push('open'));
    task.onMessage(({ data }) => events.push(`message ${data}`));
    task.onError(() => events.push('error'));
    task.onClose(({ code }) => events.push(`close ${code}`));
    const native = FakeWebSocket.made.at(-1);
    return { task, events, native };
  }
  let api: ReturnType<typeof socketApi>;
  beforeEach(() => {
    api = socketApi(device);
  });

  it('carry the session token as a subprotocol', () => {
    const { native } = connect({ header: { authorization: 'Bearer a.b' } });
    expect(native?.protocols).toEqual(['edge-chat.v1', 'bearer.a.b']);
  });

  it('open, talk and close', () => {
    const { task, events, native } = connect();
    task.close();
    expect(native?.closed).toBeUndefined();
    native?.onopen?.();
    native?.onmessage?.({ data: 'hi' });
    task.send({ data: 'ho' });
    expect(native?.sent).toEqual(['ho']);
    task.close({ code: 4000 });
    vi.runAllTimers();
    expect(events).toEqual(['open', 'message hi', 'close 4000']);
  });

  it('die silently when the network is cut, and new ones fail', () => {
    const { task, events, native } = connect();
    native?.onopen?.();
    device.setOnline(false);
    const sent = vi.fn();
    task.send({ data: 'lost', success: sent });
    native?.onmessage?.({ data: 'lost, too' });
    expect(sent).toHaveBeenCalledOnce();
    expect(native?.sent).toEqual([]);
    expect(events).toEqual(['open']);

    const later = connect();
    vi.runAllTimers();
    expect(later.events).toEqual(['error', 'close 1006']);

    device.setOnline(true);
    task.send({ data: 'still lost' });
    expect(native?.sent).toEqual([]);
  });

  it('turn out closed after the scripts were stopped, not before', () => {
    const { events, native } = connect();
    native?.onopen?.();
    device.enterBackground();
    vi.advanceTimersByTime(4000);
    native?.onmessage?.({ data: 'early' });
    vi.advanceTimersByTime(4000);
    native?.onmessage?.({ data: 'late' });
    expect(events).toEqual(['open', 'message early']);
    device.enterForeground();
    expect(events.slice(2)).toEqual(['close 1006']);
  });

  it('say it when they can not even be made, or closed', () => {
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          throw new Error('bad protocol');
        }
      },
    );
    const refused = connect();
    vi.runAllTimers();
    expect(refused.events).toEqual(['error', 'close 1006']);

    vi.stubGlobal('WebSocket', FakeWebSocket);
    const { task, events, native } = connect();
    if (!native) throw new Error('no socket');
    native.onopen?.();
    native.close = () => {
      throw new Error('reason too long');
    };
    const fail = vi.fn();
    task.close({ reason: 'long', fail });
    expect(fail).toHaveBeenCalledWith({ errMsg: 'closeSocket:fail reason too long' });
    expect(events).toEqual(['open']);
  });

  it('are five at most', () => {
    for (let count = 0; count < 5; count += 1) connect();
    const { events } = connect();
    vi.runAllTimers();
    expect(events).toEqual(['error', 'close 1006']);
    expect(FakeWebSocket.made).toHaveLength(5);
  });

  it('are logged frame by frame', () => {
    const log: string[] = [];
    device.frames.on(({ direction, text }) => log.push(`${direction} ${text}`));
    const { task, native } = connect();
    native?.onopen?.();
    task.send({ data: 'ho' });
    native?.onmessage?.({ data: 'hi' });
    native?.onclose?.({ code: 4403, reason: 'banned' });
    expect(log).toEqual(['note 已连接', 'up ho', 'down hi', 'note 已断开 4403 banned']);
  });
});

describe('requests', () => {
  const url = 'http://server/api';
  const outcome = (options: Partial<WechatMiniprogram.RequestOption>) =>
    new Promise<unknown>((complete) => {
      requestApi(device).request({ url, complete, ...options });
    });

  it('send JSON and understand it', async () => {
    const fetched = vi.fn(async () => new Response('{"ok":true}', { status: 201 }));
    vi.stubGlobal('fetch', fetched);
    const result = await outcome({ method: 'POST', data: { a: 1 }, header: { 'X-A': 'b' } });
    expect(result).toMatchObject({ statusCode: 201, data: { ok: true } });
    expect(fetched).toHaveBeenCalledWith(
      expect.objectContaining({ href: url }),
      expect.objectContaining({ method: 'POST', body: '{"a":1}' }),
    );
  });

  const never = (_url: unknown, { signal }: RequestInit) =>
    new Promise((_done, fail) => signal?.addEventListener('abort', () => fail(signal.reason)));

  it.each([
    ['offline', () => device.setOnline(false), 'net::ERR_NETWORK_CHANGED'],
    ['late', () => vi.advanceTimersByTime(1000), 'timeout'],
  ])('fail when %s', async (_when, trouble, reason) => {
    vi.stubGlobal('fetch', never);
    const failed = outcome({ timeout: 1000 });
    trouble();
    expect(await failed).toMatchObject({ errMsg: `request:fail ${reason}` });
  });

  it('are interrupted in the background, which the app learns when it is back', async () => {
    vi.stubGlobal('fetch', never);
    const complete = vi.fn();
    requestApi(device).request({ url, complete });
    device.enterBackground();
    await vi.advanceTimersByTimeAsync(6000);
    expect(complete).not.toHaveBeenCalled();
    device.enterForeground();
    expect(complete).toHaveBeenCalledWith({ errMsg: 'request:fail interrupted' });
  });
});

describe('storage', () => {
  it('is apart for each phone', () => {
    const a = storageApi(device);
    const b = storageApi(new Device('b'));
    a.setStorageSync('k', { x: [1] });
    expect(a.getStorageSync('k')).toEqual({ x: [1] });
    expect(b.getStorageSync('k')).toBe('');
    b.clearStorageSync();
    expect(a.getStorageInfoSync().keys).toEqual(['k']);
  });

  it('holds 1 MB a key and 10 MB in all, as UTF-8', async () => {
    const { setStorageSync, setStorage } = storageApi(device);
    const chinese = '字'.repeat(1024 * 350);
    expect(() => setStorageSync('k', chinese)).toThrow('setStorageSync:fail exceed max data size');
    await expect(setStorage({ key: 'k', data: chinese })).rejects.toThrow('setStorage:fail');
    // jsdom holds 5 million characters; in UTF-8 these are 3 times as many bytes.
    const large = chinese.slice(0, 1024 * 340);
    for (let key = 0; key < 10; key += 1) setStorageSync(String(key), large);
    expect(() => setStorageSync('more', large)).toThrow('exceed storage max size');
    setStorageSync('9', 'less');
    setStorageSync('fits', 'now');
  });

  it('answers through callbacks or a promise', async () => {
    const { getStorage } = storageApi(device);
    await expect(getStorage({ key: 'none' })).rejects.toMatchObject({
      errMsg: 'getStorage:fail data not found',
    });
    const fail = vi.fn();
    expect(getStorage({ key: 'none', fail })).toBeUndefined();
    await vi.waitFor(() => expect(fail).toHaveBeenCalledOnce());
  });
});
