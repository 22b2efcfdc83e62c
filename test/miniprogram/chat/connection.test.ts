import { describe, expect, it } from 'vitest';
import {
  CONNECT_TIMEOUT_MS,
  COOLDOWN_MS,
  Connection,
  PROBE_TIMEOUT_MS,
  STABLE_MS,
} from '../../../miniprogram/src/chat/connection.ts';
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_TIMEOUT_MS } from '../../../shared/limits.ts';
import type { ServerFrame } from '../../../shared/protocol.ts';
import {
  FakeClock,
  FakeLifecycle,
  FakeNetwork,
  FakeSessions,
  FakeSockets,
  flush,
} from '../../support/fake-ports.ts';
import { events, message, reject, welcome } from '../../support/frames.ts';

class Phone {
  readonly clock = new FakeClock();
  readonly sockets = new FakeSockets();
  readonly lifecycle = new FakeLifecycle();
  readonly network = new FakeNetwork();
  readonly sessions = new FakeSessions();
  readonly states: string[] = [];
  readonly frames: ServerFrame[] = [];
  /** Pauses are as long as they can be. */
  luck = 0.999999;
  readonly connection = new Connection(
    {
      clock: this.clock,
      sockets: this.sockets,
      lifecycle: this.lifecycle,
      network: this.network,
      sessions: this.sessions,
      random: () => this.luck,
    },
    {
      url: () => `/ws?try=${this.sockets.all.length}`,
      state: ({ name }) => void this.states.push(name),
      frame: (frame) => void this.frames.push(frame),
    },
  );

  get state(): string {
    const { state } = this.connection;
    return state.name === 'offline' ? `offline: ${state.because}` : state.name;
  }

  /** Opens, as far as the socket being asked for. */
  async connect() {
    this.connection.open();
    await flush();
    return this.sockets.last;
  }

  async online() {
    const socket = await this.connect();
    socket.open();
    socket.say(welcome());
    expect(this.state).toBe('online');
    return socket;
  }

  /** Lets time pass until there is another socket; how long that took, in milliseconds. */
  async untilNext(limit = 120_000): Promise<number> {
    const { length } = this.sockets.all;
    let waited = 0;
    while (this.sockets.all.length === length && waited < limit) {
      const step = Math.max(1, this.clock.next ?? limit);
      await this.clock.advance(step);
      waited += step;
    }
    return waited;
  }
}

describe('getting in', () => {
  it('goes from connecting to online with the welcome, and passes it on', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    expect(phone.states).toEqual(['offline', 'connecting', 'online']);
    expect(phone.frames).toEqual([welcome()]);
    expect(socket).toMatchObject({ url: '/ws?try=0', token: 'token' });
  });

  it('a second tap opens no second socket', async () => {
    const phone = new Phone();
    await phone.connect();
    phone.connection.open();
    await flush();
    phone.sockets.last.say(welcome());
    phone.connection.open();
    await phone.clock.advance(10);
    expect(phone.sockets.all).toHaveLength(1);
    expect(phone.lifecycle.count).toBe(1);
  });

  it.each([
    ['a session', (phone: Phone) => Object.assign(phone.sessions, { held: [] })],
    ['an open socket', () => {}],
    [
      'a welcome',
      (phone: Phone) => {
        phone.sockets.onConnect = (socket) => socket.open();
      },
    ],
  ])('a server that never gives %s is given up after 10 s, and tried again', async (_, prepare) => {
    const phone = new Phone();
    prepare(phone);
    await phone.connect().catch(() => {});
    await phone.clock.advance(CONNECT_TIMEOUT_MS - 1);
    expect(phone.state).toBe('connecting');
    await phone.clock.advance(1);
    expect(phone.state).toBe('offline: trouble');
    expect(phone.sockets.open).toHaveLength(0);
    await phone.clock.advance(1_000);
    expect(phone.state).toBe('connecting');
  });

  it('each sign of progress gives it 10 s more', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    await phone.clock.advance(9_000);
    socket.open();
    await phone.clock.advance(9_000);
    socket.say(welcome());
    expect(phone.state).toBe('online');
  });

  it('a session that comes too late is not connected with', async () => {
    const phone = new Phone();
    phone.sessions.held = [];
    phone.connection.open();
    await phone.clock.advance(CONNECT_TIMEOUT_MS + 1_000);
    const [late] = phone.sessions.held;
    phone.sessions.held = undefined;
    late?.();
    await flush();
    expect(phone.sockets.all).toHaveLength(0);
    await phone.clock.advance(CONNECT_TIMEOUT_MS + 5_000);
    expect(phone.sockets.mostAtOnce).toBe(1);
  });

  it('a phone that makes no socket, or ends it while it makes it, is tried again', async () => {
    const phone = new Phone();
    phone.sockets.broken = true;
    phone.connection.open();
    await flush();
    expect(phone.state).toBe('offline: trouble');
    phone.sockets.broken = false;
    phone.sockets.onConnect = (socket) => socket.end();
    await phone.untilNext();
    expect(phone.state).toBe('offline: trouble');
    phone.sockets.onConnect = undefined;
    await phone.untilNext();
    expect(phone.state).toBe('connecting');
    expect(phone.sockets.mostAtOnce).toBe(1);
  });

  it.each([
    ['no answer', { ok: false } as const],
    ['a busy server', { ok: false, refusal: { code: 'server_error', message: '' } } as const],
  ])('%s to the login is tried again', async (_, refuse) => {
    const phone = new Phone();
    phone.sessions.refuse = refuse;
    phone.connection.open();
    await flush();
    expect(phone.state).toBe('offline: trouble');
    phone.sessions.refuse = undefined;
    await phone.untilNext();
    expect(phone.state).toBe('connecting');
  });

  it('a login that throws is tried again', async () => {
    const phone = new Phone();
    phone.sessions.obtain = () => Promise.reject(new Error('broken'));
    phone.connection.open();
    await flush();
    expect(phone.state).toBe('offline: trouble');
  });

  it.each(['unauthorized', 'banned'] as const)('a login that is %s ends it', async (code) => {
    const phone = new Phone();
    phone.sessions.refuse = { ok: false, refusal: { code, message: '' } };
    phone.connection.open();
    await phone.clock.advance(300_000);
    expect(phone.connection.state).toMatchObject({ name: 'closed', refusal: { code } });
    expect(phone.sessions.asked).toHaveLength(1);
  });
});

describe('being refused', () => {
  it.each([
    [4400, 'bad_frame'],
    [4403, 'forbidden'],
    [4413, 'too_large'],
  ])(
    '[E14] for good with %s: no further attempt, no timer, nobody watching',
    async (close, code) => {
      const phone = new Phone();
      const socket = await phone.online();
      socket.end(close);
      expect(phone.connection.state).toMatchObject({ name: 'closed', refusal: { code } });
      expect(phone.clock.running).toBe(0);
      expect([phone.lifecycle.count, phone.network.count]).toEqual([0, 0]);
      await phone.clock.advance(300_000);
      expect(phone.sockets.all).toHaveLength(1);
    },
  );

  it('[R9] what was said before the close tells the banned from the forbidden', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    socket.say(reject('banned'));
    socket.end(4403);
    expect(phone.connection.state).toMatchObject({ refusal: { code: 'banned' } });
  });

  it('a refusal that was about something else does not explain the close', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    socket.say(reject('rate_limited'));
    socket.end(1006);
    expect(phone.state).toBe('offline: trouble');
  });

  it('the word that ends a connection counts at once: the close can be long in coming', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    socket.say(reject('banned'));
    expect(phone.connection.state).toMatchObject({ name: 'closed', refusal: { code: 'banned' } });
    expect(phone.sockets.open).toHaveLength(0);
  });

  it('before the welcome the word alone counts: some platforms hide the close code', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    socket.say(reject('banned'));
    expect(phone.connection.state).toMatchObject({ name: 'closed', refusal: { code: 'banned' } });
    expect(phone.sockets.open).toHaveLength(0);
  });

  it('[E14] for a while: comes back after `retryAfter` and a random part more', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    socket.say(reject('room_full', { retryAfter: 30_000 }));
    socket.end(4503);
    expect(phone.state).toBe('offline: trouble');
    const waited = await phone.untilNext();
    expect(waited).toBeGreaterThan(30_000);
    expect(waited).toBeLessThanOrEqual(31_000);
  });

  it('neither coming to the front nor another network shortens `retryAfter`', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    socket.say(reject('room_full', { retryAfter: 30_000 }));
    await phone.clock.advance(10_000);
    phone.lifecycle.hide();
    await phone.clock.advance(10_000);
    phone.lifecycle.show();
    phone.network.change('4g');
    phone.network.change('wifi');
    await phone.clock.advance(9_999);
    expect(phone.sockets.all).toHaveLength(1);
    await phone.clock.advance(1);
    expect(phone.sockets.all).toHaveLength(2);
  });

  it('a token that got old in the middle is replaced, once', async () => {
    const phone = new Phone();
    (await phone.online()).end(4401);
    await phone.untilNext();
    expect(phone.sockets.last.token).toBe('token+1');
    phone.sockets.last.say(welcome());
    // A long time later, again.
    phone.sockets.last.end(4401);
    await phone.untilNext();
    expect(phone.sockets.last.token).toBe('token+2');
    phone.sockets.last.end(4401);
    expect(phone.connection.state).toMatchObject({
      name: 'closed',
      refusal: { code: 'unauthorized' },
    });
    expect(phone.sessions.asked).toEqual([undefined, 'token', 'token+1']);
  });

  it('a new token is still new when the network failed in between', async () => {
    const phone = new Phone();
    (await phone.online()).end(4401);
    await phone.untilNext();
    phone.sockets.last.end(1006);
    await phone.untilNext();
    phone.sockets.last.end(4401);
    expect(phone.state).toBe('closed');
  });

  it('after the end it can be opened again', async () => {
    const phone = new Phone();
    (await phone.online()).end(4403);
    const socket = await phone.connect();
    expect(phone.state).toBe('connecting');
    socket.say(welcome());
    expect(phone.state).toBe('online');
    expect(phone.lifecycle.count).toBe(1);
  });
});

describe('a server that talks nonsense', () => {
  it.each(['{', '[]', '{"type":5}', '{"type":"events","after":-1}', ''])(
    'a broken frame (%s) ends the connection and not the room',
    async (text) => {
      const phone = new Phone();
      const socket = await phone.online();
      socket.say(text);
      expect(phone.state).toBe('offline: trouble');
      expect(phone.sockets.open).toHaveLength(0);
      await phone.untilNext();
      expect(phone.state).toBe('connecting');
    },
  );

  it('[F3] unknown types are skipped, before the welcome and after it', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    socket.say('{"type":"new"}', welcome(), '{"type":"newer"}');
    expect(phone.state).toBe('online');
    expect(phone.frames).toHaveLength(1);
  });

  it('[F2] a byte-order mark and blanks around a frame or a heartbeat do not matter', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    socket.say(`\ufeff ${JSON.stringify(welcome())} \r\n`);
    expect(phone.state).toBe('online');
    socket.say('\ufeffpong', ' pong \n');
    expect(phone.state).toBe('online');
    expect(phone.frames).toHaveLength(1);
  });

  it.each([
    ['anything before the welcome', [events(0, [message(1)])]],
    ['two welcomes', [welcome(), welcome()]],
  ])('%s: another connection', async (_, frames) => {
    const phone = new Phone();
    const socket = await phone.connect();
    socket.say(...frames);
    expect(phone.state).toBe('offline: trouble');
  });

  it.each([
    ['closes at once', (phone: Phone) => phone.sockets.last.end()],
    [
      'closes after the welcome',
      (phone: Phone) => {
        phone.sockets.last.say(welcome());
        phone.sockets.last.end();
      },
    ],
  ])('one that %s is asked again at growing intervals, up to half a minute', async (_, act) => {
    const phone = new Phone();
    await phone.connect();
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      act(phone);
      pauses.push(await phone.untilNext());
    }
    expect(pauses.map((ms) => Math.round(ms / 1_000))).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('however lucky: never two attempts within a second', async () => {
    const phone = new Phone();
    phone.luck = 0;
    await phone.connect();
    for (let i = 0; i < 10; i++) {
      phone.sockets.last.end();
      expect(await phone.untilNext()).toBeGreaterThanOrEqual(COOLDOWN_MS);
    }
  });

  it('the pauses start from the beginning only after a stable minute', async () => {
    const phone = new Phone();
    await phone.connect();
    for (let i = 0; i < 4; i++) {
      phone.sockets.last.end();
      await phone.untilNext();
    }
    const live = async (ms: number) => {
      phone.sockets.last.say(welcome());
      for (let passed = 0; passed < ms; passed += 5_000) {
        await phone.clock.advance(Math.min(5_000, ms - passed));
        phone.sockets.last.say('pong');
      }
      phone.sockets.last.end();
      return await phone.untilNext();
    };
    expect(Math.round((await live(STABLE_MS - 1)) / 1_000)).toBe(16);
    expect(Math.round((await live(STABLE_MS)) / 1_000)).toBe(1);
  });
});

describe('signs of life', () => {
  it('[C5] asks every 25 s, and takes 10 s without an answer for the end', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    await phone.clock.advance(HEARTBEAT_INTERVAL_MS - 1);
    expect(socket.heartbeats).toBe(0);
    await phone.clock.advance(1);
    expect(socket.heartbeats).toBe(1);
    await phone.clock.advance(HEARTBEAT_TIMEOUT_MS - 1);
    socket.say('pong');
    await phone.clock.advance(HEARTBEAT_INTERVAL_MS);
    expect(socket.heartbeats).toBe(2);
    await phone.clock.advance(HEARTBEAT_TIMEOUT_MS - 1);
    expect(phone.state).toBe('online');
    await phone.clock.advance(1);
    expect(phone.state).toBe('offline: trouble');
  });

  it('any frame is one', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    await phone.clock.advance(HEARTBEAT_INTERVAL_MS + HEARTBEAT_TIMEOUT_MS - 1);
    socket.say(events(0, [message(1)]));
    await phone.clock.advance(HEARTBEAT_INTERVAL_MS - 1);
    expect([phone.state, socket.heartbeats]).toEqual(['online', 1]);
  });

  it('a socket that throws on sending is gone', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    socket.broken = true;
    expect(phone.connection.send({ type: 'typing' })).toBe(false);
    expect(phone.state).toBe('offline: trouble');
    await phone.untilNext();
    phone.sockets.last.say(welcome());
    phone.sockets.last.broken = true;
    await phone.clock.advance(HEARTBEAT_INTERVAL_MS);
    expect(phone.state).toBe('offline: trouble');
  });

  it('sends only while online', async () => {
    const phone = new Phone();
    expect(phone.connection.send({ type: 'typing' })).toBe(false);
    const socket = await phone.connect();
    socket.open();
    expect(phone.connection.send({ type: 'typing' })).toBe(false);
    socket.say(welcome());
    expect(phone.connection.send({ type: 'typing' })).toBe(true);
    expect(socket.frames).toEqual([{ type: 'typing' }]);
  });
});

describe('coming back to the front', () => {
  it('after half an hour: connects at once, without waiting for the old socket', async () => {
    const phone = new Phone();
    const old = await phone.online();
    await phone.clock.advance(COOLDOWN_MS);
    phone.lifecycle.hide();
    phone.clock.suspend(1_800_000);
    phone.lifecycle.show();
    await flush();
    expect(phone.sockets.all).toHaveLength(2);
    expect(old.isOver).toBe(true);
    expect(phone.sockets.mostAtOnce).toBe(1);
  });

  it('together with a change of the network: within a second, for all that', async () => {
    const phone = new Phone();
    (await phone.online()).end();
    phone.network.change('wifi');
    phone.lifecycle.hide();
    await phone.clock.advance(COOLDOWN_MS);
    phone.lifecycle.show();
    phone.network.change('4g');
    await phone.clock.advance(COOLDOWN_MS);
    expect(phone.state).toBe('connecting');
    expect(phone.sockets.mostAtOnce).toBe(1);
    phone.sockets.last.say(welcome());
    expect(phone.state).toBe('online');
  });

  it('after a moment: the old socket has 3 s to prove that it lives', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    await phone.clock.advance(COOLDOWN_MS);
    phone.lifecycle.hide();
    await phone.clock.advance(2_000);
    phone.lifecycle.show();
    expect(socket.heartbeats).toBe(1);
    await phone.clock.advance(PROBE_TIMEOUT_MS - 1);
    socket.say('pong');
    await phone.clock.advance(PROBE_TIMEOUT_MS);
    expect(phone.state).toBe('online');
    phone.lifecycle.hide();
    phone.lifecycle.show();
    await phone.clock.advance(PROBE_TIMEOUT_MS);
    expect(phone.state).toBe('offline: trouble');
  });

  it('a clock that was put back in the meantime hides no long absence', async () => {
    const phone = new Phone();
    await phone.online();
    await phone.clock.advance(COOLDOWN_MS);
    phone.lifecycle.hide();
    phone.clock.suspend(1_800_000);
    phone.clock.jump(-3_600_000);
    phone.lifecycle.show();
    await flush();
    expect(phone.sockets.all).toHaveLength(2);
  });

  it('what breaks in the background waits there, without a timer; back in front it goes on', async () => {
    const phone = new Phone();
    const socket = await phone.online();
    phone.lifecycle.hide();
    socket.end();
    expect(phone.state).toBe('offline: background');
    await phone.clock.advance(3_000);
    expect(phone.clock.running).toBe(0);
    phone.network.change('4g');
    expect(phone.state).toBe('offline: background');
    phone.lifecycle.show();
    await flush();
    expect(phone.state).toBe('connecting');
  });

  it('an attempt that was due is not made in the background', async () => {
    const phone = new Phone();
    (await phone.online()).end();
    phone.lifecycle.hide();
    await phone.clock.advance(120_000);
    expect(phone.state).toBe('offline: background');
    expect(phone.sockets.all).toHaveLength(1);
  });

  it('during an attempt: that attempt goes on, if it was not stopped', async () => {
    const phone = new Phone();
    const socket = await phone.connect();
    phone.lifecycle.hide();
    phone.lifecycle.show();
    phone.lifecycle.show();
    await phone.clock.advance(2_000);
    expect(phone.sockets.all).toHaveLength(1);
    phone.lifecycle.hide();
    phone.clock.suspend(6_000);
    phone.lifecycle.show();
    await flush();
    expect(phone.sockets.all).toHaveLength(2);
    expect(socket.isOver).toBe(true);
    expect(phone.sockets.mostAtOnce).toBe(1);
  });

  it('a hundred times: no two sockets, no two attempts within a second', async () => {
    const phone = new Phone();
    await phone.connect();
    for (let i = 0; i < 100; i++) {
      phone.lifecycle.hide();
      phone.clock.suspend(10);
      phone.lifecycle.show();
      phone.network.change(['wifi', '4g', 'none'][i % 3] ?? '');
      await phone.clock.advance(90);
    }
    // Ten seconds: the first attempt, and one for each second.
    expect(phone.sockets.all.length).toBeLessThanOrEqual(11);
    expect(phone.sockets.mostAtOnce).toBe(1);
    expect(phone.sockets.all.length).toBeGreaterThan(2);
  });
});

describe('another network', () => {
  it('is connected over at once', async () => {
    const phone = new Phone();
    const first = await phone.online();
    await phone.clock.advance(COOLDOWN_MS);
    // The first word of it may be no change: the socket is asked whether it lives.
    phone.network.change('wifi');
    expect([phone.sockets.all.length, first.heartbeats]).toEqual([1, 1]);
    first.say('pong');
    phone.network.change('wifi');
    await flush();
    expect(phone.sockets.all).toHaveLength(1);
    phone.network.change('4g');
    await flush();
    expect(phone.sockets.all).toHaveLength(2);
    expect(first.isOver).toBe(true);
  });

  it('the first change that is heard of finds a dead socket within 3 s', async () => {
    const phone = new Phone();
    await phone.online();
    phone.network.change('4g');
    await phone.clock.advance(PROBE_TIMEOUT_MS);
    expect(phone.state).toBe('offline: trouble');
  });

  it('none: says so, tries now and then, and connects when there is one again', async () => {
    const phone = new Phone();
    await phone.online();
    phone.network.change('none');
    expect(phone.state).toBe('offline: network');
    phone.network.change('none');
    await phone.untilNext();
    phone.sockets.last.end();
    expect(phone.state).toBe('offline: network');
    await phone.clock.advance(COOLDOWN_MS);
    phone.network.change('4g');
    await flush();
    expect(phone.state).toBe('connecting');
  });

  it('opened again, it knows nothing of a network that was lost long ago', async () => {
    const phone = new Phone();
    await phone.online();
    phone.network.change('none');
    phone.connection.close();
    const socket = await phone.online();
    phone.network.change('wifi');
    await flush();
    expect(socket.isOver).toBe(false);
  });
});

describe('leaving', () => {
  it.each([
    ['while the session is asked for', async (phone: Phone) => phone.connection.open()],
    ['before the socket is open', (phone: Phone) => phone.connect()],
    ['while online', (phone: Phone) => phone.online()],
    [
      'between two attempts',
      async (phone: Phone) => {
        (await phone.online()).end();
      },
    ],
  ])('%s leaves no socket, no timer and no subscription', async (_, prepare) => {
    const phone = new Phone();
    await prepare(phone);
    phone.connection.close();
    await flush();
    expect(phone.state).toBe('closed');
    expect(phone.sockets.open).toHaveLength(0);
    expect(phone.clock.running).toBe(0);
    expect([phone.lifecycle.count, phone.network.count]).toEqual([0, 0]);
    phone.connection.close();
    expect(phone.states.filter((name) => name === 'closed')).toHaveLength(1);
  });

  it('and coming back at once: one socket, online', async () => {
    const phone = new Phone();
    for (let i = 0; i < 5; i++) {
      phone.connection.open();
      if (i % 2) await flush();
      phone.connection.close();
    }
    const socket = await phone.connect();
    socket.say(welcome());
    expect(phone.state).toBe('online');
    expect(phone.sockets.mostAtOnce).toBe(1);
    expect(phone.lifecycle.count).toBe(1);
  });

  it.each([
    [
      'coming to the front',
      (phone: Phone) => {
        phone.lifecycle.hide();
        phone.clock.suspend(60_000);
        phone.lifecycle.show();
      },
    ],
    ['the loss of the network', (phone: Phone) => phone.network.change('none')],
  ])('while the phone reports %s: the rest of the report wakes nothing', async (_, report) => {
    const phone = new Phone();
    const stop = () => phone.connection.close();
    phone.lifecycle.watch((foreground) => foreground && stop());
    phone.network.watch(stop);
    await phone.online();
    report(phone);
    await flush();
    expect(phone.state).toBe('closed');
    expect(phone.clock.running).toBe(0);
  });

  it('while the socket is being made leaves none', async () => {
    const phone = new Phone();
    phone.sockets.onConnect = () => phone.connection.close();
    await phone.connect();
    expect(phone.sockets.open).toHaveLength(0);
  });

  it('asked to restart with nothing to restart, it does nothing', () => {
    const phone = new Phone();
    phone.connection.restart();
    expect(phone.states).toEqual([]);
  });
});
