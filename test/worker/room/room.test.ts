import { describe, expect, it, vi } from 'vitest';
import { encodeFrame } from '../../../shared/codec.ts';
import type { SendFrame } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const cursorOf = (peer: FakePeer) => ({
  epoch: peer.inbox.all('welcome')[0]?.epoch ?? '',
  seq: peer.inbox.upTo ?? 0,
});

/** The seqs that a client got, live and on catching up. */
const seqs = (peer: FakePeer) => peer.inbox.events().map(({ seq }) => seq);
const frame = (fields: Partial<SendFrame> = {}): SendFrame => ({
  type: 'send',
  id: 'a1',
  content: { type: 'text', text: 'hi' },
  ...fields,
});

describe('[R1] order', () => {
  it('seq grows by one per event, and everybody sees the same order', () => {
    const h = new RoomHarness();
    const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => h.join(name)) as [
      FakePeer,
      FakePeer,
      FakePeer,
    ];
    for (let i = 0; i < 10; i++) h.say(i % 2 ? alice : bob, `m${i}`);
    for (const peer of [alice, bob, carol]) {
      expect(seqs(peer)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(peer.inbox.texts()).toEqual(carol.inbox.texts());
    }
  });

  it('times never run backwards, whatever the clock does', () => {
    const h = new RoomHarness();
    const alice = h.join('alice');
    h.say(alice, 'now');
    h.now -= 60_000;
    h.say(alice, 'later');
    h.hibernate();
    h.say(alice, 'last');
    const times = alice.inbox.all('ack').map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('[R2] durable before visible', () => {
  it('[E8] what could not be stored is neither acknowledged nor shown, and leaves nothing behind', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.say(bob, 'before');
    h.log.failNext = true;
    const id = h.say(alice, 'lost?');
    expect(alice.inbox.take('reject')).toMatchObject({ id, code: 'server_error' });
    expect(alice.inbox.all('reject')[0]?.message).not.toContain('SQLITE');
    expect(alice.closed).toEqual({ code: 1011, reason: 'server_error' });
    expect(alice.inbox.all('ack')).toEqual([]);
    expect(bob.inbox.texts()).toEqual(['before']);
    expect(h.faults).toHaveLength(1);

    // The client comes back and sends it again, under the same id: now it counts, once.
    const again = h.join('alice', cursorOf(alice));
    h.say(again, 'lost?', { id });
    expect(again.inbox.take('ack')).toMatchObject({ id, seq: 2 });
    expect(bob.inbox.texts()).toEqual(['before', 'lost?']);
  });
});

describe('[R3] once', () => {
  it('what was stored before is acknowledged again in a batch that can’t be stored', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    const id = h.say(alice, 'stored');
    const first = alice.inbox.take('ack');
    h.log.failNext = true;
    h.room.receive([
      { peer: alice, data: encodeFrame(frame({ id })) },
      { peer: bob, data: encodeFrame(frame({ id: 'lost' })) },
    ]);
    expect(alice.inbox.take('ack')).toEqual(first);
    expect(alice.closed).toBeUndefined();
    expect(bob.inbox.take('reject')).toMatchObject({ id: 'lost', code: 'server_error' });
    expect(bob.closed).toEqual({ code: 1011, reason: 'server_error' });
  });

  it('the same id again gets the same ack and makes no second event', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.receive(alice, frame());
    h.now += 5_000;
    h.receive(alice, frame());
    h.receive(alice, frame({ content: { type: 'text', text: 'something else' } }));
    const [first, ...repeats] = alice.inbox.all('ack');
    expect(repeats).toEqual([first, first]);
    expect(bob.inbox.texts()).toEqual(['hi']);
  });

  it('within one batch, too', () => {
    const h = new RoomHarness();
    const alice = h.join('alice');
    h.receive(alice, frame(), frame(), frame({ id: 'a2' }));
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 1, 2]);
    expect(h.log.head).toBe(2);
  });

  it('across hibernation and reconnect, with the list of who was away', () => {
    const h = new RoomHarness();
    h.leave(h.join('bob'));
    const alice = h.join('alice');
    h.receive(alice, frame({ to: { users: ['bob'] } }));
    h.hibernate();
    const bob = h.join('bob');
    h.receive(alice, frame({ to: { users: ['bob'] } }));
    const again = h.join('alice');
    h.receive(again, frame({ to: { users: ['bob'] } }));
    const acks = [...alice.inbox.all('ack'), ...again.inbox.all('ack')];
    expect(acks).toHaveLength(3);
    expect(new Set(acks.map((ack) => JSON.stringify(ack))).size).toBe(1);
    expect(acks[0]?.offline).toEqual(['bob']);
    expect(bob.inbox.texts()).toEqual(['hi']);
  });

  it('for the last 1,000 events, whoever sent them', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.receive(alice, frame());
    for (let i = 0; i < 999; i++) h.say(bob, 'more');
    for (const asleep of [false, true]) {
      if (asleep) h.hibernate();
      h.receive(alice, frame());
      expect(alice.inbox.all('ack').at(-1)?.seq).toBe(1);
    }
    expect(h.log.head).toBe(1_000);
  });

  it('as far back as events are kept for who says that it may be there', () => {
    const h = new RoomHarness();
    h.leave(h.join('cem'));
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    const first = frame({ to: { users: ['cem'] } });
    h.receive(alice, first);
    for (let i = 0; i < 2_500; i++) h.say(bob, 'more');
    for (const asleep of [false, true]) {
      if (asleep) h.hibernate();
      h.receive(alice, { ...first, again: true });
      h.receive(bob, { ...first, id: 'b1', again: true });
    }
    const acks = alice.inbox.all('ack');
    expect(acks).toHaveLength(3);
    expect(new Set(acks.map((ack) => JSON.stringify(ack))).size).toBe(1);
    // What is not there after all is new, once.
    expect(h.log.head).toBe(2_502);
    h.log.trim(1);
    h.hibernate();
    h.receive(alice, { ...first, again: true });
    expect(alice.inbox.all('ack').at(-1)?.seq).toBe(2_503);
  });

  it('who sends much again waits, and no log is searched for them', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    for (let i = 0; i < 2_500; i++) h.say(bob, 'more');
    const { head } = h.log;
    const find = vi.spyOn(h.log, 'find');
    for (let i = 0; i < 110; i++) h.receive(alice, frame({ id: `again${i}`, again: true }));
    expect(find).toHaveBeenCalledTimes(100);
    expect(alice.inbox.all('ack')).toHaveLength(100);
    expect(h.log.head).toBe(head + 100);
    const refused = alice.inbox.all('reject').at(-1);
    expect(refused).toMatchObject({ id: 'again109', code: 'rate_limited' });
    // Who waits as long as told is heard, and what is among the newest is recognised all the same.
    h.advance(refused?.retryAfter ?? 0);
    h.receive(alice, frame({ id: 'again109', again: true }));
    h.receive(alice, frame({ id: 'again0', again: true }));
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([
      ...Array.from({ length: 100 }, (_, i) => head + 1 + i),
      head + 101,
      head + 1,
    ]);
  });

  it('the ids of two users are two', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.receive(alice, frame());
    h.receive(bob, frame());
    expect([...alice.inbox.all('ack'), ...bob.inbox.all('ack')].map(({ seq }) => seq)).toEqual([
      1, 2,
    ]);
  });

  it('a repeat is acknowledged beyond the rate as well, but a flood of repeats ends', () => {
    const h = new RoomHarness({ rate: { burst: 2, perSecond: 1 } });
    const alice = h.join('alice');
    for (let i = 0; i < 5; i++) h.receive(alice, frame());
    expect(alice.inbox.all('ack')).toHaveLength(5);
    for (let i = 0; i < 40; i++) h.receive(alice, frame());
    expect(alice.closed).toEqual({ code: 4429, reason: 'rate_limited' });
  });
});

describe('[R4] no gaps', () => {
  it('events that are hidden from a reader leave no hole', () => {
    const h = new RoomHarness();
    const [alice, bob, eve] = [h.join('alice'), h.join('bob'), h.join('eve')];
    h.say(alice, 'public 1');
    h.say(alice, 'private', { to: { users: ['bob'] } });
    h.say(alice, 'public 2');
    expect(eve.inbox.texts()).toEqual(['public 1', 'public 2']);
    expect(bob.inbox.texts()).toEqual(['public 1', 'private', 'public 2']);
    for (const peer of [alice, bob, eve]) expect(peer.inbox.upTo).toBe(3);
  });

  it('a batch is one frame to each and one row in the log', () => {
    const h = new RoomHarness();
    const [alice, bob, eve] = [h.join('alice'), h.join('bob'), h.join('eve')];
    h.receive(
      alice,
      frame({ id: '1' }),
      frame({ id: '2', to: { users: ['bob'] } }),
      frame({ id: '3' }),
    );
    expect(h.log.batches).toBe(1);
    for (const peer of [alice, bob, eve]) expect(peer.inbox.all('events')).toHaveLength(1);
    expect(seqs(eve)).toEqual([1, 3]);
    expect(seqs(bob)).toEqual([1, 2, 3]);
  });

  it('[F1] catching up, live batches and pages come in frames that a phone can take', () => {
    const h = new RoomHarness();
    const listener = h.join('listener');
    const start = cursorOf(listener);
    const crowd = h.joinCrowd(100);
    const text = '好'.repeat(2_000);
    for (let round = 0; round < 4; round++) {
      h.room.receive(
        crowd.map((peer) => ({
          peer,
          data: JSON.stringify(frame({ id: `r${round}`, content: { type: 'text', text } })),
        })),
      );
    }
    const late = h.join('late', start);
    h.receive(late, { type: 'history', id: 'h', before: 401, limit: 100 });
    const page = late.inbox.take('page');
    expect(page).toMatchObject({ more: true, oldest: page?.events[0]?.seq });
    expect(page?.events.at(-1)?.seq).toBe(400);
    for (const peer of [late, listener]) {
      expect(seqs(peer)).toHaveLength(400);
      for (const each of peer.inbox.frames) {
        expect(Buffer.byteLength(JSON.stringify(each))).toBeLessThan(1_000_000);
      }
    }
  });
});

describe('[R5] resume', () => {
  function roomWith(count: number): { h: RoomHarness; alice: FakePeer } {
    const h = new RoomHarness();
    const alice = h.join('alice');
    for (let i = 1; i <= count; i++) h.say(alice, `m${i}`);
    return { h, alice };
  }
  const welcomeOf = (peer: FakePeer) => peer.inbox.all('welcome')[0];

  it('[F7] without a cursor the newest 50 come', () => {
    const { h } = roomWith(80);
    const bob = h.join('bob');
    expect(welcomeOf(bob)).toMatchObject({ resume: 'fresh', head: 80, oldest: 1, after: 30 });
    expect(bob.inbox.texts()[0]).toBe('m31');
    expect(bob.inbox.events()).toHaveLength(50);
  });

  it('[F7] an empty room welcomes with nothing to catch up on', () => {
    const bob = new RoomHarness().join('bob');
    expect(welcomeOf(bob)).toMatchObject({ resume: 'fresh', head: 0, oldest: 1, after: 0 });
    expect(bob.inbox.all('events')).toEqual([]);
  });

  it('with a cursor everything after it comes, across hibernation', () => {
    const { h, alice } = roomWith(5);
    const bob = h.join('bob');
    h.leave(bob);
    const cursor = cursorOf(bob);
    for (let i = 6; i <= 205; i++) h.say(alice, `m${i}`);
    h.hibernate();
    const again = h.join('bob', cursor);
    expect(welcomeOf(again)).toMatchObject({ resume: 'recovered', after: 5, head: 205 });
    expect(again.inbox.texts()).toEqual(Array.from({ length: 200 }, (_, i) => `m${i + 6}`));
  });

  it('who missed nothing is recovered with nothing', () => {
    const { h, alice } = roomWith(5);
    const again = h.join('alice', cursorOf(alice));
    expect(welcomeOf(again)).toMatchObject({ resume: 'recovered', after: 5 });
    expect(again.inbox.all('events')).toEqual([]);
  });

  it('exactly 1,000 behind is recovered, 1,001 is a reset that says so', () => {
    const { h } = roomWith(1_001);
    const epoch = h.log.epoch;
    const recovered = h.join('bob', { epoch, seq: 1 });
    expect(welcomeOf(recovered)?.resume).toBe('recovered');
    expect(recovered.inbox.events()).toHaveLength(1_000);
    const reset = h.join('carol', { epoch, seq: 0 });
    expect(welcomeOf(reset)).toMatchObject({ resume: 'reset', after: 951 });
    expect(reset.inbox.events()).toHaveLength(50);
  });

  it.each([
    ['of another epoch', { epoch: 'other', seq: 70 }],
    ['from the future', { epoch: 'e1', seq: 81 }],
    ['of what was trimmed', { epoch: 'e1', seq: 8 }],
  ])('a cursor %s is a reset', (_, cursor) => {
    const { h } = roomWith(80);
    h.room.trim(10);
    const bob = h.join('bob', cursor);
    expect(welcomeOf(bob)).toMatchObject({ resume: 'reset', after: 30, oldest: 11 });
    expect(bob.inbox.events()).toHaveLength(50);
  });

  it('a cursor at the edge of what was trimmed is recovered: nothing after it is missing', () => {
    const { h } = roomWith(80);
    h.room.trim(10);
    const bob = h.join('bob', { epoch: 'e1', seq: 10 });
    expect(welcomeOf(bob)?.resume).toBe('recovered');
    expect(seqs(bob)[0]).toBe(11);
  });

  it('a room whose events were all trimmed goes on counting', () => {
    const { h, alice } = roomWith(3);
    h.room.trim(3);
    const bob = h.join('bob');
    expect(welcomeOf(bob)).toMatchObject({ head: 3, oldest: 4, after: 3 });
    h.say(alice, 'm4');
    expect(seqs(bob)).toEqual([4]);
  });
});

describe('[R6] private stays private', () => {
  const inGroup = (name: string, group: string) => ({ id: name, name, group });

  it('to users: their sockets, the sender’s sockets, nobody else, by any way of reading', () => {
    const h = new RoomHarness();
    const [alice, phone, bob, eve] = [
      h.join('alice'),
      h.join('alice'),
      h.join('bob'),
      h.join('eve'),
    ];
    h.say(alice, 'secret', { to: { users: ['bob'] } });
    for (const peer of [alice, phone, bob]) expect(peer.inbox.texts()).toEqual(['secret']);
    expect(eve.inbox.texts()).toEqual([]);
    expect(JSON.stringify(eve.inbox.frames)).not.toContain('secret');

    h.receive(eve, { type: 'history', id: 'h', before: 100, limit: 10 });
    expect(eve.inbox.take('page')?.events).toEqual([]);
    expect(h.join('eve').inbox.texts()).toEqual([]);
    expect(h.join('eve', { epoch: 'e1', seq: 0 }).inbox.texts()).toEqual([]);
    expect(h.room.page(eve.session, undefined, 10).events).toEqual([]);
    expect(h.room.unread(eve.session, undefined)).toEqual({ unread: 0 });
    expect(h.room.unread(bob.session, undefined)).toMatchObject({ unread: 1 });

    h.hibernate();
    expect(h.join('eve').inbox.texts()).toEqual([]);
    expect(h.join('bob').inbox.texts()).toEqual(['secret']);
  });

  it('to a group: who is in it, and the sender', () => {
    const h = new RoomHarness();
    const red = [h.join(inGroup('r1', 'red')), h.join(inGroup('r2', 'red'))];
    const blue = h.join(inGroup('b1', 'blue'));
    const teacher = h.join('teacher');
    h.say(teacher, 'red only', { to: { group: 'red' } });
    for (const peer of [...red, teacher]) expect(peer.inbox.texts()).toEqual(['red only']);
    expect(blue.inbox.texts()).toEqual([]);
    expect(h.join(inGroup('r3', 'red')).inbox.texts()).toEqual(['red only']);
  });

  it('to the hosts: owner and hosts as they are now, and the sender', () => {
    const h = new RoomHarness();
    const [ann, bob, eve, asker] = ['ann', 'bob', 'eve', 'asker'].map((name) => h.join(name)) as [
      FakePeer,
      FakePeer,
      FakePeer,
      FakePeer,
    ];
    h.configure({ owner: 'ann', hosts: ['bob'] });
    h.say(asker, 'help', { to: { role: 'host' } });
    for (const peer of [ann, bob, asker]) expect(peer.inbox.texts()).toEqual(['help']);
    expect(eve.inbox.texts()).toEqual([]);
    h.configure({ hosts: ['eve'] });
    expect(h.join('eve').inbox.texts()).toEqual(['help']);
    expect(h.join('bob').inbox.texts()).toEqual([]);
  });

  it('[F10] a host who is also the owner is listed once among those who are away', () => {
    const h = new RoomHarness();
    h.configure({ owner: 'ann', hosts: ['ann', 'bob'] });
    const alice = h.join('alice');
    h.say(alice, 'anybody?', { to: { role: 'host' } });
    expect(alice.inbox.take('ack')?.offline).toEqual(['ann', 'bob']);
  });

  it('[F10] to somebody offline: kept for them, and the sender is told', () => {
    const h = new RoomHarness();
    h.leave(h.join('bob'));
    const [alice, carol] = [h.join('alice'), h.join('carol')];
    h.say(alice, 'for later', { to: { users: ['bob', 'carol', 'alice'] } });
    expect(alice.inbox.take('ack')?.offline).toEqual(['bob']);
    expect(JSON.stringify(carol.inbox.frames)).not.toContain('offline');
    expect(h.join('bob').inbox.texts()).toEqual(['for later']);
  });

  it('[F11] a page of history fills up across what is hidden, and leads on', () => {
    const h = new RoomHarness();
    const [alice, bob, eve] = [h.join('alice'), h.join('bob'), h.join('eve')];
    for (let i = 0; i < 30; i++) h.say(alice, `p${i}`);
    for (let i = 0; i < 300; i++) h.say(alice, 'whisper', { to: { users: ['bob'] } });
    h.receive(eve, { type: 'history', id: 'h', before: 331, limit: 20 });
    const page = eve.inbox.take('page');
    expect(page).toMatchObject({ id: 'h', oldest: 11, more: true });
    expect(page?.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 11),
    );
    h.receive(eve, { type: 'history', id: 'h2', before: page?.oldest ?? 0, limit: 20 });
    expect(eve.inbox.take('page')).toMatchObject({ id: 'h2', oldest: 1, more: false });
    expect(bob.inbox.events()).toHaveLength(330);
  });

  it('[E9] one cannot even tell by a reply whether a hidden message exists', () => {
    const h = new RoomHarness();
    const [alice, , eve] = [h.join('alice'), h.join('bob'), h.join('eve')];
    h.say(alice, 'secret', { to: { users: ['bob'] } });
    h.say(eve, 'what?', { replyTo: 1 });
    h.say(eve, 'what?', { replyTo: 99 });
    const [hidden, missing] = eve.inbox.all('reject');
    expect(hidden).toMatchObject({
      code: 'not_found',
      message: 'there is no message 1 to reply to',
    });
    expect(missing).toMatchObject({
      code: 'not_found',
      message: 'there is no message 99 to reply to',
    });
    h.say(alice, 'well', { replyTo: 1 });
    expect(h.log.head).toBe(2);
  });
});

describe('[R7] the server says who', () => {
  it('from, at and seq are the server’s, whatever a client claims', () => {
    const h = new RoomHarness();
    const [alice, bob] = [
      h.join({ id: 'alice', name: '爱丽丝', avatar: 'https://a/b.png' }),
      h.join('bob'),
    ];
    h.receive(
      alice,
      JSON.stringify({
        ...frame(),
        seq: 99,
        at: 1,
        from: { id: 'bob', name: 'Bob', role: 'owner' },
      }),
    );
    expect(bob.inbox.events()).toEqual([
      {
        kind: 'message',
        seq: 1,
        at: h.now,
        id: 'a1',
        from: { id: 'alice', name: '爱丽丝', avatar: 'https://a/b.png', role: 'member' },
        content: { type: 'text', text: 'hi' },
      },
    ]);
  });

  it('an event keeps what its author was called then', () => {
    const h = new RoomHarness();
    const before = h.join({ id: 'alice', name: 'Alice' });
    h.say(before, '1');
    const after = h.join({ id: 'alice', name: 'Alicia' });
    h.say(after, '2');
    const names = h
      .join('bob')
      .inbox.events()
      .map((event) => 'from' in event && event.from.name);
    expect(names).toEqual(['Alice', 'Alicia']);
  });
});

describe('[R8] sleep', () => {
  it('a quiet room has no timer left running', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.say(alice, 'hi');
    h.leave(bob);
    h.advance(1_000);
    expect(h.timersRunning).toBe(0);
  });

  it('all it needs on waking is in the log and in the connections', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join({ id: 'bob', name: 'Bob', group: 'red' })];
    h.configure({ owner: 'alice', title: '大厅' });
    h.receive(alice, frame());
    h.hibernate();
    h.receive(alice, frame({ id: 'a2' }));
    expect(bob.inbox.texts()).toEqual(['hi', 'hi']);
    const carol = h.join('carol').inbox.all('welcome')[0];
    expect(carol).toMatchObject({
      room: { name: 'lobby', title: '大厅' },
      online: 3,
      members: [
        { id: 'alice', role: 'owner' },
        { id: 'bob', name: 'Bob', group: 'red', role: 'member' },
        { id: 'carol' },
      ],
    });
    h.advance(1_000);
    h.leave(bob);
    expect(alice.inbox.all('presence').at(-1)).toMatchObject({ online: 2, left: ['bob'] });
  });
});

describe('[R9] a refusal is an answer', () => {
  it('and leaves nothing behind', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    const seen = bob.inbox.frames.length;
    h.receive(alice, '{', new ArrayBuffer(4), '{"type":"send"}', frame({ replyTo: 7 }));
    h.receive(alice, frame({ content: { type: 'notice', text: 'I am in charge' } }));
    h.receive(alice, frame({ to: { users: ['nobody'] } }), frame({ to: { group: 'none' } }));
    h.receive(alice, frame({ to: { role: 'host' } }));
    expect(alice.inbox.all('reject').map(({ code }) => code)).toEqual([
      'bad_frame',
      'bad_frame',
      'bad_frame',
      'not_found',
      'forbidden',
      'not_found',
      'not_found',
      'not_found',
    ]);
    expect(alice.closed).toBeUndefined();
    expect(h.log.head).toBe(0);
    expect(bob.inbox.frames.length).toBe(seen);
    // The id of what was refused is free: the corrected message goes through under it.
    h.receive(alice, frame());
    expect(alice.inbox.take('ack')).toMatchObject({ id: 'a1', seq: 1 });
  });

  it('[E1] the first few bad frames are forgiven, then the connection is closed', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    for (let i = 0; i < 5; i++) h.receive(alice, '{');
    expect(alice.closed).toBeUndefined();
    h.receive(alice, '{', frame());
    expect(alice.closed).toEqual({ code: 4400, reason: 'bad_frame' });
    expect(h.log.head).toBe(0);
    h.say(bob, 'still here');
    expect(bob.inbox.take('ack')).toBeDefined();
  });

  it('[E5] a frame that is too large closes at once', () => {
    const h = new RoomHarness();
    const alice = h.join('alice');
    h.receive(alice, 'x'.repeat(100 * 1024));
    expect(alice.inbox.take('reject')?.code).toBe('too_large');
    expect(alice.closed).toEqual({ code: 4413, reason: 'too_large' });
    expect(h.room.members().online).toBe(0);
  });

  it('[F12][E6] a flood is answered with when to go on, then closed; the others do not notice', () => {
    const h = new RoomHarness({ rate: { burst: 10, perSecond: 2 } });
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    for (let i = 0; i < 11; i++) h.say(alice, `m${i}`);
    expect(alice.inbox.all('ack')).toHaveLength(10);
    const refused = alice.inbox.take('reject');
    expect(refused).toMatchObject({ id: 'id-11', code: 'rate_limited', retryAfter: 500 });
    h.advance(500);
    h.say(alice, 'patient');
    expect(alice.inbox.all('ack')).toHaveLength(11);
    for (let i = 0; i < 100; i++) h.say(alice, 'flood');
    expect(alice.closed).toEqual({ code: 4429, reason: 'rate_limited' });
    h.say(bob, 'fine');
    expect(bob.inbox.take('ack')).toBeDefined();
    // Coming back on another socket does not help: the rate is the user's.
    const again = h.join('alice');
    h.say(again, 'me again');
    expect(again.inbox.take('reject')?.code).toBe('rate_limited');
  });

  it('[E2] a session that runs out ends the connection with the reason', () => {
    const h = new RoomHarness();
    const alice = h.join({ id: 'alice', name: 'alice', expiresAt: h.now + 1_000 });
    h.say(alice, 'in time');
    h.now += 1_000;
    const id = h.say(alice, 'too late');
    expect(alice.inbox.take('reject')).toMatchObject({ id, code: 'unauthorized' });
    expect(alice.closed?.code).toBe(4401);
    expect(h.log.head).toBe(1);
  });

  it('a session that runs out while its owner only listens ends before the next event', () => {
    const h = new RoomHarness();
    const eve = h.join({ id: 'eve', name: 'eve', expiresAt: h.now + 1_000 });
    const alice = h.join('alice');
    h.say(alice, 'in time');
    h.advance(1_000);
    h.say(alice, 'for eve, too late', { to: { users: ['eve'] } });
    expect(eve.inbox.texts()).toEqual(['in time']);
    expect(eve.inbox.take('reject')?.code).toBe('unauthorized');
    expect(eve.closed?.code).toBe(4401);
    h.advance(1_000);
    expect(alice.inbox.all('presence').at(-1)).toMatchObject({ online: 1, left: ['eve'] });
  });

  it('sessions that run out together end without a word about each other, and hear no typing', () => {
    const h = new RoomHarness();
    const alice = h.join('alice');
    const expiresAt = h.now + 1_000;
    const gone = ['eve', 'dan'].map((name) => h.join({ id: name, name, expiresAt }));
    h.advance(1_000);
    const heard = gone.map(({ inbox }) => inbox.frames.length);
    h.receive(alice, { type: 'typing' });
    gone.forEach(({ inbox }, i) => {
      expect(inbox.frames.slice(heard[i])).toMatchObject([
        { type: 'reject', code: 'unauthorized' },
      ]);
    });
    h.say(alice, 'anybody?', { to: { users: ['eve', 'dan'] } });
    expect(alice.inbox.take('ack')?.offline).toEqual(['eve', 'dan']);
  });

  it('[E6] the eleventh connection of a user ends the oldest: most often it is long dead', () => {
    const h = new RoomHarness();
    const peers = Array.from({ length: 11 }, (_, i) => h.join({ id: 'alice', name: `phone ${i}` }));
    // Whatever else happens on joining, the first frame is the welcome.
    for (const { inbox } of peers) expect(inbox.frames[0]?.type).toBe('welcome');
    expect(peers[0]?.closed).toEqual({ code: 4429, reason: 'rate_limited' });
    expect(peers.filter(({ closed }) => !closed)).toHaveLength(10);
    expect(h.room.members().online).toBe(1);
  });

  it('what fails for one frame is not the fault of the rest of the batch', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.say(alice, 'hi');
    h.hibernate();
    const read = h.log.read.bind(h.log);
    h.log.read = () => {
      h.log.read = read;
      throw new Error('SQLITE_CORRUPT');
    };
    h.room.receive([
      { peer: bob, data: '{"type":"history","id":"h","before":9,"limit":9}' },
      { peer: alice, data: JSON.stringify(frame()) },
    ]);
    expect(bob.inbox.take('reject')).toMatchObject({ id: 'h', code: 'server_error' });
    expect(alice.inbox.take('ack', ({ id }) => id === 'a1')).toBeDefined();
    expect(h.faults).toHaveLength(1);
  });

  it('[E7] a full room says so, and when to come back', () => {
    const h = new RoomHarness({ capacity: 2 });
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    const carol = h.join('carol');
    expect(carol.inbox.frames).toMatchObject([
      { type: 'reject', code: 'room_full', retryAfter: 30_000 },
    ]);
    expect(carol.closed).toEqual({ code: 4503, reason: 'room_full' });
    h.leave(alice);
    expect(h.join('carol').inbox.all('welcome')).toHaveLength(1);
    expect(bob.closed).toBeUndefined();
  });
});

describe('hosts and back ends', () => {
  it('a host may send a notice, a member may not', () => {
    const h = new RoomHarness();
    const [ann, bob] = [h.join('ann'), h.join('bob')];
    h.configure({ hosts: ['ann'] });
    h.receive(ann, frame({ content: { type: 'notice', text: '开始了' } }));
    expect(bob.inbox.events()).toMatchObject([
      { content: { type: 'notice', text: '开始了' }, from: { id: 'ann', role: 'host' } },
    ]);
  });

  it('a back end pushes to all, to users who may be away, to a group; the same id once', () => {
    const h = new RoomHarness();
    const [alice, red] = [h.join('alice'), h.join({ id: 'r', name: 'r', group: 'red' })];
    const content = { type: 'notice' as const, text: 'n' };
    const all = h.post({ type: 'send', id: '1', content });
    expect(h.post({ type: 'send', id: '1', content })).toEqual(all);
    const some = h.post({ type: 'send', id: '2', content, to: { users: ['nobody-yet'] } });
    expect(some).toMatchObject({ ok: true, ack: { seq: 2, offline: ['nobody-yet'] } });
    h.post({ type: 'send', id: '3', content, to: { group: 'red' } });
    expect(seqs(alice)).toEqual([1]);
    expect(seqs(red)).toEqual([1, 3]);
    expect(seqs(h.join('nobody-yet'))).toEqual([1, 2]);
  });

  it('a new role is announced to everybody, the one concerned included', () => {
    const h = new RoomHarness();
    const [alice, bob] = [h.join('alice'), h.join('bob')];
    h.advance(1_000);
    h.configure({ hosts: ['alice'] });
    for (const peer of [alice, bob]) {
      expect(peer.inbox.all('presence').at(-1)).toEqual({
        type: 'presence',
        online: 2,
        joined: [{ id: 'alice', name: 'alice', role: 'host' }],
      });
    }
  });
});

describe('typing', () => {
  it('is passed on to the others and kept by nobody', () => {
    const h = new RoomHarness();
    const [alice, phone, bob] = [h.join('alice'), h.join('alice'), h.join('bob')];
    h.receive(alice, { type: 'typing' });
    expect(bob.inbox.take('typing')?.user.id).toBe('alice');
    expect([...alice.inbox.all('typing'), ...phone.inbox.all('typing')]).toEqual([]);
    expect(h.log.head).toBe(0);
  });
});
