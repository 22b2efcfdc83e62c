import { describe, expect, it } from 'vitest';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

/** What a client believes of who is online, from `welcome` and `presence` alone. */
function believed(peer: FakePeer): { online: number; ids: string[] | undefined } {
  let online = 0;
  let roster: Set<string> | undefined;
  for (const frame of peer.inbox.frames) {
    if (frame.type === 'welcome') {
      online = frame.online;
      roster = frame.members && new Set(frame.members.map(({ id }) => id));
    } else if (frame.type === 'presence') {
      online = frame.online;
      const { joined, left } = frame;
      if (!joined && !left) roster = undefined;
      else roster ??= new Set();
      for (const { id } of joined ?? []) roster?.add(id);
      for (const id of left ?? []) roster?.delete(id);
    }
  }
  return { online, ids: roster && [...roster].sort() };
}

describe('[R10] presence', () => {
  it('counts users, not sockets: joined at the first, left at the last', () => {
    const h = new RoomHarness();
    const bob = h.join('bob');
    h.advance(1_000);
    const [phone, tablet] = [h.join('alice'), h.join('alice')];
    h.advance(1_000);
    expect(believed(bob)).toEqual({ online: 2, ids: ['alice', 'bob'] });
    const frames = bob.inbox.all('presence').length;
    h.leave(phone);
    h.leave(phone);
    h.advance(1_000);
    expect(bob.inbox.all('presence')).toHaveLength(frames);
    h.leave(tablet);
    expect(believed(bob)).toEqual({ online: 1, ids: ['bob'] });
  });

  it('tells of a lone change at once', () => {
    const h = new RoomHarness();
    const bob = h.join('bob');
    h.advance(1_000);
    h.join('alice');
    expect(believed(bob).online).toBe(2);
  });

  it('who comes and goes within a moment is not worth a word', () => {
    const h = new RoomHarness();
    const bob = h.join('bob');
    const before = bob.inbox.all('presence').length;
    h.leave(h.join('shy'));
    h.advance(1_000);
    expect(bob.inbox.all('presence')).toHaveLength(before);
  });

  it('a name changed on one device shows on all', () => {
    const h = new RoomHarness();
    const bob = h.join('bob');
    h.join({ id: 'alice', name: 'Alice' });
    h.advance(1_000);
    h.join({ id: 'alice', name: '爱丽丝' });
    h.advance(1_000);
    expect(bob.inbox.all('presence').at(-1)?.joined).toMatchObject([
      { id: 'alice', name: '爱丽丝' },
    ]);
    expect(believed(bob).online).toBe(2);
  });

  it('up to 200 online the roster is sent, beyond that only the count, and back', () => {
    const h = new RoomHarness();
    const first = h.join('first');
    const others = Array.from({ length: 199 }, (_, i) => h.join(`u${i}`));
    h.advance(10_000);
    expect(believed(first).ids).toHaveLength(200);
    expect(h.room.members().members).toHaveLength(200);

    const last = h.join('last');
    h.advance(10_000);
    expect(believed(first)).toEqual({ online: 201, ids: undefined });
    expect(last.inbox.all('welcome')[0]).not.toHaveProperty('members');
    expect(h.room.members()).toEqual({ online: 201 });

    h.leave(others[0] as FakePeer);
    h.advance(10_000);
    expect(believed(first).ids).toHaveLength(200);
    expect(believed(last)).toEqual(believed(first));
    expect(believed(first).ids).not.toContain('u0');
  });

  it('a crowd coming at once costs frames by the window, not by the square', () => {
    const h = new RoomHarness();
    const crowd: FakePeer[] = [];
    for (let i = 0; i < 1_000; i++) {
      crowd.push(h.join(`u${i}`));
      if (i % 100 === 99) h.advance(100);
    }
    h.advance(10_000);
    for (const peer of crowd) {
      expect(peer.inbox.frames.length).toBeLessThanOrEqual(20);
      expect(believed(peer).online).toBe(1_000);
    }
    expect(h.timersRunning).toBe(0);
  });

  it('typing is not passed on in a crowd', () => {
    const h = new RoomHarness();
    const crowd = Array.from({ length: 201 }, (_, i) => h.join(`u${i}`));
    h.receive(crowd[0] as FakePeer, { type: 'typing' });
    expect(crowd[1]?.inbox.all('typing')).toEqual([]);
  });
});
