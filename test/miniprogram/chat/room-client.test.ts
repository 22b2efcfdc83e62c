import { describe, expect, it } from 'vitest';
import { ANSWER_TIMEOUT_MS } from '../../../miniprogram/src/chat/requests.ts';
import { TYPING_INTERVAL_MS, TYPING_SHOWN_MS } from '../../../miniprogram/src/chat/typing.ts';
import { ClientHarness } from '../../support/client-harness.ts';
import { flush } from '../../support/fake-ports.ts';
import { AT, action, events, message, reject, user, welcome } from '../../support/frames.ts';

const self = user('u1');

/** Acknowledges the newest `send`. */
function ack(h: ClientHarness, seq: number, more: { offline?: string[] } = {}): string {
  const id = h.socket.framesOf('send').at(-1)?.id ?? '';
  h.socket.say({ type: 'ack', id, seq, at: AT, ...more });
  return id;
}

describe('entering a room', () => {
  it('[R5] connects without a cursor the first time, and with it ever after', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    expect(socket.url).toBe(`wss://chat.example/ws?room=${encodeURIComponent('大厅')}`);
    socket.say(events(0, [message(1)]));
    socket.end();
    await h.reenter({ after: 1, head: 1 });
    expect(h.socket.url).toMatch(/&since=e1\.1$/);
    expect(h.client.timeline.entries).toHaveLength(1);
  });

  it('is caught up when all that was missed is there', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 3 });
    expect(h.client.isCaughtUp).toBe(false);
    socket.say(events(0, [message(1)], 2));
    expect(h.client.isCaughtUp).toBe(false);
    socket.say(events(2, [], 3));
    expect(h.client.isCaughtUp).toBe(true);
    socket.end();
    expect(h.client.isCaughtUp).toBe(false);
  });

  it('knows the time of the server, whatever the phone’s clock says', async () => {
    const h = new ClientHarness();
    expect(h.client.serverTime).toBe(h.clock.now());
    await h.enter({ time: h.clock.now() - 60_000 });
    await h.clock.advance(5_000);
    expect(h.client.serverTime).toBe(h.clock.now() - 60_000);
  });

  it('[R7] shows title, role and people as the server says, and what changes of them', async () => {
    const h = new ClientHarness();
    expect(h.client.self).toEqual({ id: 'u1', name: '小明', role: 'member' });
    const socket = await h.enter({
      room: { name: '大厅', title: '客厅' },
      self: { ...self, role: 'host' },
      online: 2,
      members: [self, user('u2')],
    });
    expect([h.client.title, h.client.self.role, h.client.online]).toEqual(['客厅', 'host', 2]);
    socket.say({ type: 'presence', online: 2, joined: [user('u3')], left: ['u2'] });
    expect(h.client.members).toEqual([self, user('u3')]);
    socket.say({ type: 'presence', online: 1, members: [self] });
    expect(h.client.members).toEqual([self]);
    socket.say({ type: 'presence', online: 201 });
    expect([h.client.members, h.client.online]).toEqual([undefined, 201]);
    socket.say({ type: 'presence', online: 200, left: ['u9'] });
    expect(h.client.members).toBeUndefined();
  });

  it('tells of one frame once, after it happened, and of several together as one', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    await h.told();
    socket.say(events(0, [message(1), message(2)]));
    expect(h.changes).toEqual([]);
    const [change, ...others] = await h.told();
    expect(others).toEqual([]);
    expect(change).toMatchObject({ connection: true });
    expect(change?.outbox).toBeUndefined();
    expect(change?.timeline?.appended).toHaveLength(2);
    socket.say(events(2, [message(3)]), events(3, [action(4, 'recall', 3)]));
    const [both] = await h.told();
    expect(both?.timeline?.appended).toHaveLength(1);
    expect(both?.timeline?.updated.at(-1)?.content).toEqual({ type: 'recalled' });
  });

  it('[R7] learns of a role that the user is given while they are there', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ self, online: 2, members: [self, user('u2')] });
    await h.told();
    socket.say({ type: 'presence', online: 2, joined: [{ ...user('u2'), role: 'host' }] });
    expect((await h.told())[0]?.room).toBeUndefined();
    socket.say({ type: 'presence', online: 2, joined: [{ ...self, role: 'host' }] });
    expect(h.client.self).toEqual({ ...self, role: 'host' });
    expect((await h.told())[0]).toEqual({ presence: true, room: true });
    socket.say({ type: 'presence', online: 1, members: [self] });
    expect(h.client.self.role).toBe('member');
  });

  it('tells of all that comes, of whatever kind, and of nothing twice', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    await h.told();
    socket.say(events(0, [message(1), action(2, 'vote', 90)]));
    socket.say(events(1, [action(2, 'vote', 90), message(4)]), events(4, [], 9));
    const [change] = await h.told();
    expect(change?.events?.map(({ seq }) => seq)).toEqual([1, 2, 4]);
    socket.end();
    await h.reenter({ resume: 'reset', epoch: 'e2', after: 20, head: 21 });
    h.socket.say(events(20, [message(21)]));
    const told = (await h.told()).flatMap(({ events = [] }) => events.map(({ seq }) => seq));
    expect(told).toEqual([21]);
  });

  it('[R4] a broken chain is asked for again', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    socket.say(events(0, [message(1)]), events(2, [message(3)]));
    expect(socket.isOver).toBe(true);
    expect(h.client.state.name).toBe('offline');
    await h.reenter({ after: 1, head: 3 });
    h.socket.say(events(1, [message(2), message(3)]));
    expect(h.client.timeline.entries.map(({ event }) => event.seq)).toEqual([1, 2, 3]);
  });
});

describe('saying something', () => {
  it('goes at once, is sent with its ack, and is in the timeline when it comes', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.client.send({ content: { type: 'text', text: 'hi' }, to: { users: ['u2'] }, replyTo: 7 });
    expect(h.outgoing).toEqual(['sending hi']);
    const [frame] = socket.framesOf('send');
    expect(frame).toMatchObject({ to: { users: ['u2'] }, replyTo: 7 });
    const id = ack(h, 1, { offline: ['u2'] });
    expect(h.outgoing).toEqual(['sent hi']);
    expect(h.store.values.size).toBe(0);
    expect(h.client.absentFor(1)).toEqual(['u2']);
    socket.say(events(0, [message(1, 'hi', { id, from: self })]));
    expect(h.outgoing).toEqual([]);
    expect(h.client.timeline.entries).toHaveLength(1);
  });

  it('[F4][R3] first catches up, then sends again what has no ack, in order and under the same ids', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    for (const text of ['a', 'b', 'c']) h.say(text);
    expect(socket.framesOf('send')).toHaveLength(1);
    const [first] = socket.framesOf('send');
    socket.end();
    expect(h.outgoing).toEqual(['waiting a', 'waiting b', 'waiting c']);
    h.say('d');
    await h.reenter({ head: 1 });
    expect(h.socket.framesOf('send')).toEqual([]);
    // It had arrived: it is shown, and not sent again.
    h.socket.say(events(0, [message(1, 'a', { id: first?.id ?? '', from: self })]));
    expect(h.outgoing).toEqual(['sending b', 'waiting c', 'waiting d']);
    for (const seq of [2, 3, 4]) ack(h, seq);
    expect(h.outgoing).toEqual(['sent b', 'sent c', 'sent d']);
  });

  it('[R3] says of what may have arrived that it is sent again, also after the end of the app', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('one');
    h.say('two');
    await flush();
    expect(socket.framesOf('send').map(({ again }) => again)).toEqual([undefined]);
    socket.end();
    const next = await h.reenter({ resume: 'reset' });
    expect(next.framesOf('send').map(({ again }) => again)).toEqual([true]);
    next.say({ type: 'ack', id: next.framesOf('send')[0]?.id ?? '', seq: 1, at: 1 });
    await flush();
    // It was never sent.
    expect(next.framesOf('send').map(({ again }) => again)).toEqual([true, undefined]);

    const restarted = new ClientHarness(h.store);
    const socketAfter = await restarted.enter();
    expect(socketAfter.framesOf('send').map(({ again }) => again)).toEqual([true]);
  });

  it('an ack for what the timeline shows already takes it away', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 5, after: 5 });
    h.say('old');
    ack(h, 3);
    expect(h.outgoing).toEqual([]);
    socket.say({ type: 'ack', id: 'nobody', seq: 9, at: AT });
    expect(h.client.state.name).toBe('online');
  });

  it('survives the end of the app', async () => {
    const h = new ClientHarness();
    h.client.open();
    h.say('a');
    h.say('b');
    const again = new ClientHarness(h.store);
    expect(again.outgoing).toEqual(['waiting a', 'waiting b']);
    expect(again.visited.waiting('大厅')).toBe(2);
    await again.enter();
    expect(again.socket.framesOf('send')[0]?.id).toBe(h.client.outgoing[0]?.id);
  });

  it('a full storage is said, and loses nothing as long as the app lives', async () => {
    const h = new ClientHarness();
    h.store.quota = 10;
    await h.enter();
    h.say('a');
    expect(h.client.isOutboxSaved).toBe(false);
    ack(h, 1);
    expect(h.client.isOutboxSaved).toBe(true);
    expect(h.outgoing).toEqual(['sent a']);
  });

  it('[R9] refused: says why, lets the next one pass, and can be tried again under its id', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    h.say('b');
    const [frame] = socket.framesOf('send');
    socket.say(reject('forbidden', { id: frame?.id ?? '' }));
    expect(h.outgoing).toEqual(['failed a', 'sending b']);
    expect(h.client.outgoing[0]?.refusal?.code).toBe('forbidden');
    expect(new ClientHarness(h.store).outgoing).toEqual(['failed a', 'waiting b']);
    ack(h, 1);
    h.client.resend(h.client.outgoing[1]?.id ?? '');
    expect(h.outgoing).toEqual(['failed a', 'sent b']);
    h.client.resend(frame?.id ?? '');
    expect(h.outgoing).toEqual(['sent b', 'sending a']);
    expect(h.client.outgoing[1]?.refusal).toBeUndefined();
    expect(socket.framesOf('send').at(-1)).toEqual({ ...frame, again: true });
  });

  it('[R9] refused for a while: waits as long as it is told, and nothing overtakes it', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    const [frame] = socket.framesOf('send');
    socket.say(reject('rate_limited', { id: frame?.id ?? '', retryAfter: 5_000 }));
    h.say('b');
    await h.clock.advance(4_999);
    expect(socket.framesOf('send')).toHaveLength(1);
    await h.clock.advance(1_001);
    expect(socket.framesOf('send')).toEqual([frame, { ...frame, again: true }]);
    expect(h.outgoing).toEqual(['sending a', 'waiting b']);
  });

  it('what the server fails at is tried three times', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    for (let i = 1; i <= 3; i++) {
      expect(socket.framesOf('send')).toHaveLength(i);
      socket.say(reject('server_error', { id: socket.framesOf('send').at(-1)?.id ?? '' }));
      await h.clock.advance(10_000);
      socket.say('pong');
    }
    expect(h.outgoing).toEqual(['failed a']);
  });

  it('[S3][R9] what the server holds waits in the outbox for as long as it takes, and then goes', async () => {
    const h = new ClientHarness();
    let socket = await h.enter();
    h.say('a');
    h.say('b');
    const [frame] = socket.framesOf('send');
    for (let i = 1; i <= 10; i++) {
      expect(socket.framesOf('send')).toHaveLength(i);
      const id = socket.framesOf('send').at(-1)?.id ?? '';
      socket.say(reject('server_error', { id, retryAfter: 5_000 }));
      expect(h.outgoing).toEqual(['waiting a', 'waiting b']);
      expect(h.client.outgoing[0]?.refusal).toMatchObject({ retryAfter: 5_000 });
      await h.clock.advance(4_999);
      expect(socket.framesOf('send')).toHaveLength(i);
      // At most 30 seconds more, with a server that is there all the time.
      for (let waited = 0; waited < 31 && socket.framesOf('send').length === i; waited++) {
        await h.clock.advance(1_000);
        socket.say('pong');
      }
    }
    // The app is killed, and opened again: nothing is lost, nothing has changed its place.
    const later = new ClientHarness(h.store);
    expect(later.outgoing).toEqual(['waiting a', 'waiting b']);
    expect(later.client.outgoing[0]?.refusal).toBeUndefined();
    socket = await later.enter();
    expect(socket.framesOf('send')).toEqual([{ ...frame, again: true }]);
    ack(later, 1);
    expect(later.outgoing).toEqual(['sent a', 'sending b']);
  });

  it('[R9] what the server does not want fails at once, and does not hold up the next', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    h.say('b');
    socket.say(reject('content_rejected', { id: socket.framesOf('send')[0]?.id ?? '' }));
    expect(h.outgoing).toEqual(['failed a', 'sending b']);
  });

  it('a session that ends in that moment fails nothing', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    const [frame] = socket.framesOf('send');
    socket.say(reject('unauthorized', { id: frame?.id ?? '' }));
    socket.end(4401);
    await h.reenter();
    expect(h.socket.token).toBe('token+1');
    expect(h.socket.framesOf('send')).toEqual([{ ...frame, again: true }]);
  });

  it('the connection ended because of it: that one fails, and is not sent into the next', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('much too long');
    h.say('b');
    socket.say(reject('too_large'));
    socket.end(4413);
    expect(h.client.state).toMatchObject({ name: 'closed', refusal: { code: 'too_large' } });
    expect(h.outgoing).toEqual(['failed much too long', 'waiting b']);
    await h.enter({ resume: 'recovered' });
    expect(h.outgoing).toEqual(['failed much too long', 'sending b']);
  });

  it('ended for another reason, what was under way still waits', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    socket.end(4403);
    expect(h.outgoing).toEqual(['waiting a']);
  });

  it('no answer in 15 s: another connection, and again', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    await h.clock.advance(ANSWER_TIMEOUT_MS);
    expect(socket.isOver).toBe(true);
    await h.reenter();
    expect(h.socket.framesOf('send')).toEqual([{ ...socket.framesOf('send')[0], again: true }]);
  });

  it('a socket that throws on sending loses nothing', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    socket.broken = true;
    h.say('a');
    expect(h.outgoing).toEqual(['waiting a']);
    await h.reenter();
    expect(h.outgoing).toEqual(['sending a']);
  });

  it('stays below the rate of the server, whatever the clock does', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    for (let i = 0; i < 20; i++) h.say(`${i}`);
    const pump = () => {
      for (let before = -1; before !== socket.framesOf('send').length; ) {
        before = socket.framesOf('send').length;
        if (h.outgoing.some((text) => text.startsWith('sending'))) ack(h, before);
      }
    };
    pump();
    expect(socket.framesOf('send')).toHaveLength(8);
    h.clock.jump(-3_600_000);
    for (let i = 0; i < 40; i++) {
      await h.clock.advance(250);
      pump();
    }
    expect(socket.framesOf('send')).toHaveLength(20);
    expect(h.outgoing.every((text) => text.startsWith('sent'))).toBe(true);
  });

  it('given up, it is gone, also from storage', async () => {
    const h = new ClientHarness();
    h.say('a');
    const id = h.client.outgoing[0]?.id ?? '';
    h.client.discard(id);
    h.client.discard(id);
    expect([h.outgoing, h.store.values.size]).toEqual([[], 0]);
  });

  it('[R5] another log: nothing waits for a number of the old one', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    h.say('a');
    ack(h, 100, { offline: ['u2'] });
    socket.end();
    await h.reenter({ resume: 'reset', epoch: 'e2' });
    expect(h.outgoing).toEqual([]);
    expect(h.client.absentFor(100)).toEqual([]);
  });
});

describe('storage from another time', () => {
  it('one damaged message does not take the others with it', () => {
    const h = new ClientHarness();
    h.say('a');
    h.say('很'.repeat(2_001));
    h.say('b');
    const key = h.visited.outboxKey('大厅');
    const saved = JSON.parse(h.store.get(key) ?? '[]');
    saved.splice(1, 0, { id: 5 }, null);
    saved[0].failed = { code: 'newer' };
    h.store.set(key, JSON.stringify(saved));
    expect(new ClientHarness(h.store).outgoing).toEqual([
      'failed a',
      `waiting ${'很'.repeat(2_001)}`,
      'waiting b',
    ]);
  });

  it.each(['{', '5', '{"a":1}'])('an outbox that is none (%s) is empty', (text) => {
    const h = new ClientHarness();
    h.store.set(h.visited.outboxKey('大厅'), text);
    expect(new ClientHarness(h.store).outgoing).toEqual([]);
  });
});

describe('older messages', () => {
  const past = { after: 100, head: 100, oldest: 1 };

  it('come a page at a time, until there are none', async () => {
    const h = new ClientHarness();
    expect(await h.client.loadOlder()).toBe('failed');
    const socket = await h.enter(past);
    const both = [h.client.loadOlder(), h.client.loadOlder()];
    const [frame, ...others] = socket.framesOf('history');
    expect(frame).toMatchObject({ before: 101 });
    expect(others).toEqual([]);
    const page = { type: 'page' as const, id: frame?.id ?? '', events: [message(99)], oldest: 99 };
    socket.say({ ...page, more: true }, { ...page, more: false });
    expect(await Promise.all(both)).toEqual(['loaded', 'loaded']);
    expect(h.client.timeline.hasOlder).toBe(true);
    const last = h.client.loadOlder();
    await flush();
    const id = socket.framesOf('history')[1]?.id ?? '';
    socket.say({ type: 'page', id, events: [], oldest: 1, more: false });
    expect(await last).toBe('end');
    expect(await h.client.loadOlder()).toBe('end');
  });

  it('that are hidden are passed over, three pages at a time', async () => {
    const h = new ClientHarness();
    const socket = await h.enter(past);
    const loading = h.client.loadOlder();
    for (let i = 0; i < 3; i++) {
      await flush();
      const frame = socket.framesOf('history')[i];
      socket.say({ type: 'page', id: frame?.id ?? '', events: [], oldest: 90 - i, more: true });
    }
    expect(await loading).toBe('loaded');
    expect(socket.framesOf('history').map(({ before }) => before)).toEqual([101, 90, 89]);
  });

  it.each([
    ['a refusal', (h: ClientHarness) => h.socket.say(reject('rate_limited', { id: historyId(h) }))],
    ['the end of the connection', (h: ClientHarness) => h.socket.end()],
    ['no answer', (h: ClientHarness) => h.clock.advance(ANSWER_TIMEOUT_MS)],
    ['leaving', (h: ClientHarness) => h.client.close()],
  ])('%s: failed, and can be asked again', async (_, act) => {
    const h = new ClientHarness();
    await h.enter(past);
    const loading = h.client.loadOlder();
    await act(h);
    expect(await loading).toBe('failed');
    if (h.client.state.name !== 'online') {
      expect(await h.client.loadOlder()).toBe('failed');
      if (h.client.state.name === 'closed') await h.enter({ ...past, resume: 'recovered' });
      else await h.reenter(past);
    }
    void h.client.loadOlder();
    expect(historyId(h)).not.toBe('');
  });

  it('a page that was asked for before a reset changes nothing after it', async () => {
    const h = new ClientHarness();
    const socket = await h.enter(past);
    const loading = h.client.loadOlder();
    const id = historyId(h);
    socket.end();
    await h.reenter({ resume: 'reset', epoch: 'e2', after: 10, head: 10 });
    h.socket.say({ type: 'page', id, events: [message(9)], oldest: 9, more: false });
    expect(await loading).toBe('failed');
    expect([h.client.timeline.entries, h.client.timeline.hasOlder]).toEqual([[], true]);
  });
});

const historyId = (h: ClientHarness) => h.socket.framesOf('history').at(-1)?.id ?? '';

describe('recall, vote and resolve', () => {
  it('are answered, or not', async () => {
    const h = new ClientHarness();
    expect(await h.client.act('vote', 1)).toEqual({ ok: false });
    const socket = await h.enter();
    const recall = h.client.act('recall', 3);
    const [frame] = socket.framesOf('recall');
    expect(frame).toMatchObject({ target: 3 });
    const answer = { type: 'ack', id: frame?.id ?? '', seq: 4, at: AT } as const;
    socket.say(answer, answer);
    expect(await recall).toEqual({ ok: true, frame: answer });
    const vote = h.client.act('vote', 3);
    socket.say(reject('too_late', { id: socket.framesOf('vote')[0]?.id ?? '' }));
    expect(await vote).toMatchObject({ ok: false, refusal: { code: 'too_late' } });
    const resolve = h.client.act('resolve', 3);
    socket.end();
    expect(await resolve).toEqual({ ok: false });
  });
});

describe('typing', () => {
  it('of others is believed for 5 s, until they say it, or leave', async () => {
    const h = new ClientHarness();
    const socket = await h.enter();
    const typing = (id: string) => socket.say({ type: 'typing', user: user(id) });
    const who = () => h.client.typing.map(({ id }) => id);
    typing('u1');
    typing('u2');
    expect(who()).toEqual(['u2']);
    await h.clock.advance(TYPING_SHOWN_MS - 1);
    typing('u2');
    await h.clock.advance(TYPING_SHOWN_MS - 1);
    expect(who()).toEqual(['u2']);
    await h.clock.advance(1);
    expect(who()).toEqual([]);
    for (const id of ['u2', 'u3', 'u4']) typing(id);
    socket.say(events(0, [message(1)]), { type: 'presence', online: 1, left: ['u3', 'u9'] });
    expect(who()).toEqual(['u4']);
    socket.end();
    expect(who()).toEqual([]);
  });

  it('of one’s own is told every 3 s, and only while online', async () => {
    const h = new ClientHarness();
    h.client.tellTyping();
    const socket = await h.enter();
    h.client.tellTyping();
    h.client.tellTyping();
    await h.clock.advance(TYPING_INTERVAL_MS);
    h.client.tellTyping();
    expect(socket.framesOf('typing')).toHaveLength(2);
  });
});

describe('leaving and coming back', () => {
  it('leaves nothing running', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ after: 10, head: 10 });
    h.say('a');
    h.client.tellTyping();
    void h.client.loadOlder();
    void h.client.act('vote', 1);
    socket.say({ type: 'typing', user: user('u2') });
    const { id = '' } = socket.framesOf('send')[0] ?? {};
    socket.say(reject('rate_limited', { id, retryAfter: 5_000 }));
    h.client.close();
    await flush();
    expect([h.clock.running, h.lifecycle.count, h.network.count]).toEqual([0, 0, 0]);
    expect(h.outgoing).toEqual(['waiting a']);
    h.client.close();
  });

  it('shows what was there before the network is, and goes on from it', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ room: { name: '大厅', title: '客厅' }, head: 2 });
    socket.say(events(0, [message(1), message(2)]));
    h.lifecycle.hide();
    const again = new ClientHarness(h.store);
    expect(again.client.title).toBe('客厅');
    again.client.open();
    again.client.open();
    expect(again.client.timeline.entries).toHaveLength(2);
    expect((await again.told())[0]?.timeline).toMatchObject({ cleared: true });
    await again.enter({ resume: 'recovered', after: 2, head: 2 });
    expect(again.socket.url).toMatch(/since=e1\.2$/);
    expect(again.client.timeline.entries).toHaveLength(2);
    expect(again.lifecycle.count).toBe(3);
  });

  it('opened again after a refusal it watches the phone once, and keeps what it knows', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    socket.say(events(0, [message(1)]));
    socket.end(4403);
    await h.enter({ resume: 'recovered', after: 1, head: 1 });
    expect(h.lifecycle.count).toBe(3);
    expect(h.client.timeline.entries).toHaveLength(1);
    expect(h.visited.list).toEqual([]);
    h.client.close();
    expect(h.visited.list).toMatchObject([{ room: '大厅', since: 'e1.1' }]);
  });

  it('a damaged snapshot is none: the room opens as for the first time', async () => {
    const h = new ClientHarness();
    const bad = { epoch: 'A&b', start: 0, upTo: 2, more: false, events: [] };
    h.store.set('room:u1:大厅', JSON.stringify(bad));
    await h.enter();
    expect(h.socket.url).not.toContain('since');
  });

  it('one welcome too many is another connection, not another timeline', async () => {
    const h = new ClientHarness();
    const socket = await h.enter({ head: 1 });
    socket.say(events(0, [message(1)]), welcome());
    expect(h.client.timeline.entries).toHaveLength(1);
    expect(h.client.state.name).toBe('offline');
  });
});
