import { describe, expect, it } from 'vitest';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const text = { type: 'text', text: 'hi' } as const;

/** A room where a member may speak every ten seconds: ann, a host, alice and bob are in it. */
function slowRoom() {
  const h = new RoomHarness();
  h.configure({ owner: 'olga', hosts: ['ann'], slowMode: 10 });
  const [ann, alice, bob] = ['ann', 'alice', 'bob'].map((name) => h.join(name)) as [
    FakePeer,
    FakePeer,
    FakePeer,
  ];
  return { h, ann, alice, bob };
}

describe('slow mode', () => {
  it('[M8][E12] refuses a member’s next message until its time, and says when that is', () => {
    const { h, alice, bob } = slowRoom();
    expect(h.send(alice, text)).toBe(2);
    h.now += 4_000;
    h.say(alice, 'too soon', { id: 'm' });
    expect(alice.inbox.take('reject')).toEqual({
      type: 'reject',
      id: 'm',
      code: 'slow_mode',
      message: 'slow mode: one message every 10 seconds',
      retryAfter: 6_000,
    });
    expect(h.send(bob, text)).toBe(3);
    h.now += 5_999;
    expect(h.send(alice, { type: 'question', text: 'why?' })).toBe('slow_mode');
    h.now += 1;
    // [R9] Its id is free again.
    h.say(alice, 'not too soon', { id: 'm' });
    expect(alice.inbox.all('ack').at(-1)).toMatchObject({ id: 'm', seq: 4 });
    expect(h.send(alice, text)).toBe('slow_mode');
    expect(alice.closed).toBeUndefined();
  });

  it('[R8] a sleep does not shorten it, nor leaving and coming back', () => {
    const { h, alice } = slowRoom();
    h.send(alice, text);
    h.hibernate();
    expect(h.send(alice, text)).toBe('slow_mode');
    h.leave(alice);
    h.hibernate();
    const back = h.join('alice');
    expect(h.send(back, text)).toBe('slow_mode');
    h.now += 10_000;
    h.hibernate();
    expect(h.send(back, text)).toBe(3);
  });

  it('looks as far back as it has to, however much was said since', () => {
    const { h, ann, alice, bob } = slowRoom();
    h.configure({ slowMode: 3_600 });
    h.send(bob, text);
    h.now += 1_000_000;
    h.send(alice, text);
    for (let i = 0; i < 2_500; i++) h.say(ann, 'and');
    h.now += 2_600_000;
    h.hibernate();
    expect(h.send(bob, text)).toBeGreaterThan(2_500);
    expect(h.send(alice, text)).toBe('slow_mode');
    h.now += 1_000_000;
    expect(h.send(alice, text)).toBe(h.log.head);
  });

  it('holds within a batch, and what was refused for another reason does not count', () => {
    const { h, alice } = slowRoom();
    h.receive(
      alice,
      { type: 'send', id: '1', content: text, replyTo: 99 },
      { type: 'send', id: '2', content: text },
      { type: 'send', id: '3', content: text },
      { type: 'send', id: '2', content: text },
    );
    expect(alice.inbox.all('reject').map(({ id, code }) => [id, code])).toEqual([
      ['1', 'not_found'],
      ['3', 'slow_mode'],
    ]);
    // [R3]
    expect(alice.inbox.all('ack').map(({ seq }) => seq)).toEqual([2, 2]);
  });

  it('[R2] what could not be stored does not count', () => {
    const { h, alice } = slowRoom();
    h.log.failNext = true;
    expect(h.send(alice, text)).toBe('server_error');
    expect(h.send(h.join('alice'), text)).toBe(2);
  });

  it('[M8] private messages count, recalled ones too; votes and recalls do not', () => {
    const { h, alice, bob } = slowRoom();
    expect(h.send(bob, { type: 'question', text: 'why?' })).toBe(2);
    expect(h.act(alice, 'vote', 2)).toBe(3);
    expect(h.send(alice, text, { to: { users: ['bob'] } })).toBe(4);
    expect(h.act(alice, 'recall', 4)).toBe(5);
    h.hibernate();
    expect(h.send(alice, text)).toBe('slow_mode');
  });

  it('[M8] is not for hosts and back ends; who is a host no more waits like everybody', () => {
    const { h, ann } = slowRoom();
    expect([h.send(ann, text), h.send(ann, text)]).toEqual([2, 3]);
    for (const id of ['1', '2']) {
      expect(h.post({ type: 'send', id, content: { type: 'notice', text: 'n' } }).ok).toBe(true);
    }
    h.configure({ hosts: [] });
    expect(h.send(ann, text)).toBe('slow_mode');
  });

  it('[M8] is told in the welcome, and its changes as events, one for each', () => {
    const h = new RoomHarness();
    const alice = h.join('alice');
    expect(alice.inbox.take('welcome')?.room).toEqual({ name: 'lobby' });
    expect(h.configure({ slowMode: 5 })).toEqual({ hosts: [], slowMode: 5 });
    h.configure({ slowMode: 5, title: '大厅' });
    h.configure({ title: '' });
    expect(h.room.info()).toMatchObject({ slowMode: 5 });
    h.hibernate();
    expect(h.join('bob').inbox.take('welcome')?.room).toEqual({ name: 'lobby', slowMode: 5 });
    h.configure({ slowMode: 0 });
    expect(h.join('carol').inbox.take('welcome')?.room).toEqual({ name: 'lobby' });
    expect(h.room.info()).not.toHaveProperty('slowMode');
    expect(alice.inbox.events()).toMatchObject([
      { kind: 'moderation', action: 'slow_mode', seconds: 5, from: { id: 'system' } },
      { kind: 'moderation', action: 'slow_mode', seconds: 0 },
    ]);
  });

  it('takes effect at once for what was said before it, and ends at once', () => {
    const { h, alice, bob } = slowRoom();
    h.configure({ slowMode: 0 });
    expect(h.send(alice, text)).toBe(3);
    h.now += 20_000;
    expect(h.send(alice, text)).toBe(4);
    h.now += 20_000;
    // What counts is the last of the two.
    h.configure({ slowMode: 45 });
    expect(h.send(alice, text)).toBe('slow_mode');
    expect(alice.inbox.take('reject')?.retryAfter).toBe(25_000);
    h.configure({ slowMode: 20 });
    expect(h.send(alice, text)).toBe(7);
    h.now += 25_000;
    // By now it is of no account how long ago alice spoke; then it is again.
    expect(h.send(bob, text)).toBe(8);
    h.configure({ slowMode: 3_600 });
    expect(h.send(alice, text)).toBe('slow_mode');
  });

  it('[R2] when the change can’t be stored, all stays as it was', () => {
    const { h, alice } = slowRoom();
    h.log.failNext = true;
    expect(() => h.configure({ slowMode: 0, title: 'x' })).toThrow();
    expect(h.settings.read()).toMatchObject({ slowMode: 10 });
    expect(h.room.info()).toMatchObject({ slowMode: 10 });
    expect(h.room.info()).not.toHaveProperty('title');
    h.send(alice, text);
    expect(h.send(alice, text)).toBe('slow_mode');
  });
});
