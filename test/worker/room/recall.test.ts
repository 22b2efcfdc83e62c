import { describe, expect, it } from 'vitest';
import { RECALL_WINDOW_MS } from '../../../shared/limits.ts';
import type { Audience } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const RECALLED = { type: 'recalled' };

/** A room with alice, bob and eve in it, and ann, who is a host. */
function roomWithHost() {
  const h = new RoomHarness();
  h.configure({ hosts: ['ann'] });
  const [ann, alice, bob, eve] = ['ann', 'alice', 'bob', 'eve'].map((name) => h.join(name)) as [
    FakePeer,
    FakePeer,
    FakePeer,
    FakePeer,
  ];
  return { h, ann, alice, bob, eve };
}

describe('recall', () => {
  it('[T4][R1][R7] is an event of its own, and the same for everybody', () => {
    const { h, alice, bob } = roomWithHost();
    h.say(alice, 'oops');
    h.now += 1_000;
    expect(h.act(alice, 'recall', 1)).toBe(2);
    for (const peer of [alice, bob]) {
      expect(peer.inbox.events()[1]).toEqual({
        kind: 'recall',
        seq: 2,
        at: h.now,
        id: alice.inbox.all('ack')[1]?.id,
        from: { id: 'alice', name: 'alice', role: 'member' },
        target: 1,
      });
    }
  });

  it('[T2] takes the text out of every way of reading, before and after a sleep', () => {
    const { h, alice, bob } = roomWithHost();
    h.say(bob, 'first');
    const id = h.say(alice, 'the secret word');
    h.say(bob, 'last');
    h.act(alice, 'recall', 2);
    const expected = [
      { seq: 1, content: { text: 'first' } },
      { seq: 2, content: RECALLED, from: { id: 'alice' } },
      { seq: 3, content: { text: 'last' } },
      { seq: 4, kind: 'recall', target: 2 },
    ];
    for (const asleep of [false, true]) {
      if (asleep) h.hibernate();
      expect(h.join('fresh').inbox.events()).toMatchObject(expected);
      expect(h.join('back', { epoch: 'e1', seq: 1 }).inbox.events()).toMatchObject(
        expected.slice(1),
      );
      h.receive(bob, { type: 'history', id: 'h', before: 99, limit: 9 });
      expect(bob.inbox.take('page')?.events).toMatchObject(expected);
      const page = h.room.page(bob.session, undefined, 9);
      expect(page.events.map(({ event }) => event)).toMatchObject(expected);
      expect(JSON.stringify([page, h.log.read(0, 9)])).not.toContain('secret');
      // [R3] Sent again it gets its ack, and the text does not come back.
      h.say(alice, 'the secret word', { id });
      expect(alice.inbox.all('ack').filter((ack) => ack.id === id)).toHaveLength(asleep ? 3 : 2);
      expect(new Set(alice.inbox.all('ack').map((ack) => JSON.stringify(ack))).size).toBe(2);
      expect(h.log.head).toBe(4);
    }
  });

  it('costs one row with all else that comes at the same time, also with what it recalls', () => {
    const { h, alice, bob } = roomWithHost();
    h.receive(
      alice,
      { type: 'send', id: 'm', content: { type: 'text', text: 'the secret word' } },
      { type: 'recall', id: 'r', target: 1 },
      { type: 'recall', id: 'r2', target: 1 },
      { type: 'send', id: 'n', content: { type: 'text', text: 'next' } },
    );
    expect(h.log.batches).toBe(1);
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(alice.inbox.all('reject')).toMatchObject([{ id: 'r2', code: 'not_found' }]);
    expect(bob.inbox.events()).toMatchObject([
      { seq: 1, content: RECALLED },
      { seq: 2, kind: 'recall', target: 1 },
      { seq: 3, content: { text: 'next' } },
    ]);
    expect(JSON.stringify(bob.inbox.frames)).not.toContain('secret');
  });

  it('[T1][E10] the sender may for two minutes, a host at any time, nobody else ever', () => {
    const { h, ann, alice, bob } = roomWithHost();
    for (let i = 0; i < 3; i++) h.say(alice, `m${i}`);
    h.say(ann, 'by the host');
    expect(h.act(bob, 'recall', 1)).toBe('forbidden');
    h.now += RECALL_WINDOW_MS;
    expect(h.act(alice, 'recall', 1)).toBe(5);
    h.now += 1;
    expect(h.act(alice, 'recall', 2)).toBe('too_late');
    expect(h.act(bob, 'recall', 2)).toBe('forbidden');
    expect(h.act(ann, 'recall', 2)).toBe(6);
    expect(h.act(ann, 'recall', 4)).toBe(7);
    expect(h.join('late').inbox.texts().slice(0, 4)).toEqual([
      '(recalled)',
      '(recalled)',
      'm2',
      '(recalled)',
    ]);
  });

  it('[T5][R9] of what is no message, not there, or recalled already is not_found', () => {
    const { h, ann, alice } = roomWithHost();
    h.say(alice, 'trimmed');
    h.say(alice, 'kept');
    h.act(alice, 'recall', 2);
    h.room.trim(1);
    for (const target of [1, 2, 3, 4, 99]) expect(h.act(ann, 'recall', target)).toBe('not_found');
    expect(h.log.head).toBe(3);
  });

  it('[F4][T3][R3] the same id again gets the same ack, whatever kind of frame comes under it', () => {
    const { h, alice } = roomWithHost();
    const id = h.say(alice, 'oops');
    h.receive(alice, { type: 'recall', id: 'r', target: 1 });
    h.hibernate();
    h.receive(alice, { type: 'recall', id: 'r', target: 1 });
    h.receive(alice, { type: 'send', id: 'r', content: { type: 'text', text: 'hi' } });
    h.receive(alice, { type: 'vote', id, target: 1 });
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 2, 2, 2, 1]);
    expect(h.log.head).toBe(2);
  });

  it('[R3] a repeat is acknowledged beyond the rate as well', () => {
    const h = new RoomHarness({ rate: { burst: 2, perSecond: 1 } });
    const alice = h.join('alice');
    h.say(alice, 'oops');
    for (let i = 0; i < 3; i++) h.receive(alice, { type: 'recall', id: 'r', target: 1 });
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 2, 2, 2]);
    h.receive(alice, { type: 'recall', id: 'r2', target: 1 });
    expect(alice.inbox.take('reject')?.code).toBe('rate_limited');
  });

  it('[R2] when it can’t be stored, the message stays', () => {
    const { h, alice, bob } = roomWithHost();
    h.say(alice, 'still here');
    h.log.failNext = true;
    expect(h.act(alice, 'recall', 1)).toBe('server_error');
    expect(bob.inbox.events()).toHaveLength(1);
    expect(h.join('late').inbox.texts()).toEqual(['still here']);
  });

  it('[T6] a reply to what was recalled goes through: it quotes nothing', () => {
    const { h, alice, bob } = roomWithHost();
    h.say(alice, 'oops');
    h.act(alice, 'recall', 1);
    h.say(bob, 'what did you say?', { replyTo: 1 });
    expect(alice.inbox.events().at(-1)).toMatchObject({ replyTo: 1 });
    h.say(bob, 'a reply to the recall', { replyTo: 2 });
    expect(bob.inbox.take('reject')).toMatchObject({ code: 'not_found' });
  });

  it.each<[string, Audience]>([
    ['users', { users: ['bob'] }],
    ['a group', { group: 'red' }],
    ['the hosts', { role: 'host' }],
  ])('[F9][R6] of a private message to %s is seen by who saw that, and nobody else', (_, to) => {
    const h = new RoomHarness();
    h.configure({ owner: 'olga', hosts: ['bob'] });
    const names = ['alice', 'bob', 'eve', 'olga'];
    const [alice, bob, eve] = names.map((name) =>
      h.join({ id: name, name, ...(name === 'bob' && { group: 'red' }) }),
    ) as [FakePeer, FakePeer, FakePeer];
    h.say(alice, 'the secret word', { to });
    h.now += RECALL_WINDOW_MS + 1;
    // By the host, who isn't the sender: the sender is told too, though in no audience.
    expect(h.act(eve, 'recall', 1)).toBe('not_found');
    expect(h.act(bob, 'recall', 1)).toBe(2);
    for (const peer of [alice, bob]) {
      expect(peer.inbox.events()).toMatchObject([{ seq: 1 }, { kind: 'recall', target: 1, to }]);
    }
    const unseen = [eve, h.join('eve'), h.join('eve', { epoch: 'e1', seq: 0 })];
    for (const peer of unseen) {
      expect(peer.inbox.events()).toEqual([]);
      expect(peer.inbox.upTo).toBe(2);
    }
    expect(h.room.page(eve.session, undefined, 9).events).toEqual([]);
    expect(h.room.page(alice.session, undefined, 9).events).toHaveLength(2);
    expect(alice.inbox.all('ack')[0]).not.toHaveProperty('offline');
  });

  it('is nothing unread, and the newest message stays the last, shown as recalled', () => {
    const { h, alice, bob } = roomWithHost();
    h.say(alice, 'one');
    h.say(alice, 'two');
    h.act(alice, 'recall', 2);
    const { unread, last } = h.room.unread(bob.session, undefined);
    expect(unread).toBe(1);
    expect(last?.event).toMatchObject({ seq: 2, content: RECALLED });
    expect(h.room.unread(bob.session, { epoch: 'e1', seq: 2 }).unread).toBe(0);
  });
});
