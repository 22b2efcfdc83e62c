import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

/** What a client believes of who is online, from `welcome` and `presence` alone, as PROTOCOL.md has it. */
function believed(peer: FakePeer): { online: number; ids: string[] | undefined } {
  let online = 0;
  let roster: Set<string> | undefined;
  for (const frame of peer.inbox.frames) {
    if (frame.type !== 'welcome' && frame.type !== 'presence') continue;
    online = frame.online;
    const isDelta = frame.type === 'presence' && (frame.joined || frame.left);
    if (!isDelta) roster = frame.members && new Set(frame.members.map(({ id }) => id));
    if (frame.type === 'welcome') continue;
    for (const { id } of frame.joined ?? []) roster?.add(id);
    for (const id of frame.left ?? []) roster?.delete(id);
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

  it('[F13] up to 200 online the roster is sent, beyond that only the count, and back', () => {
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

  it('who came and went within a window does not stay in the roster of those who came meanwhile', () => {
    const h = new RoomHarness();
    h.join('a');
    const x = h.join('x');
    const y = h.join('y');
    h.leave(x);
    h.advance(1_000);
    expect(believed(y)).toEqual({ online: 2, ids: ['a', 'y'] });
  });

  it('a count that included somebody who went at once is put right', () => {
    const h = new RoomHarness();
    const crowd = h.joinCrowd(199);
    h.advance(10_000);
    h.join('n');
    const x = h.join('x');
    const second = h.join((crowd[0] as FakePeer).session);
    h.leave(x);
    h.advance(10_000);
    expect(believed(second)).toMatchObject({ online: 200 });
    expect(believed(second).ids).toHaveLength(200);
  });

  it('a device that goes takes its name along, also when the room slept', () => {
    const h = new RoomHarness();
    const bob = h.join('bob');
    h.join({ id: 'alice', name: 'Old', group: 'red' });
    const tablet = h.join({ id: 'alice', name: 'New', group: 'blue' });
    h.advance(1_000);
    h.hibernate();
    expect(h.room.members().members).toContainEqual({
      id: 'alice',
      name: 'New',
      group: 'blue',
      role: 'member',
    });
    h.leave(tablet);
    expect(bob.inbox.all('presence').at(-1)).toMatchObject({
      joined: [{ name: 'Old', group: 'red' }],
    });
    h.advance(1_000);
    h.say(bob, 'blue?', { to: { group: 'green' } });
    expect(bob.inbox.take('reject')?.code).toBe('not_found');
  });

  it('[F13] whatever the crowd does, everybody ends with the same, right belief', () => {
    // Newcomers, and second devices of those who are there already.
    const who = fc.oneof(
      fc.nat(11).map((i) => `p${i}`),
      fc.nat(3).map((i) => `crowd-${i}`),
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('join' as const), who }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat() }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(400) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const) }) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom(0, 195, 199),
        (steps, crowd) => {
          const h = new RoomHarness();
          const peers = h.joinCrowd(crowd);
          const heard = new Set<FakePeer>();
          h.advance(10_000);
          for (const each of steps) {
            if (each.do === 'join') {
              const peer = h.join(each.who);
              peers.push(peer);
              heard.add(peer);
            } else if (each.do === 'leave' && peers.length > 0) {
              const [peer] = peers.splice(each.which % peers.length, 1) as [FakePeer];
              heard.delete(peer);
              h.leave(peer);
            } else if (each.do === 'wait') h.advance(each.ms);
            // It sleeps only when nothing is left to do.
            else if (each.do === 'sleep') {
              h.advance(20_000);
              h.hibernate();
            }
          }
          h.advance(20_000);
          const { online, members } = h.room.members();
          const truth = { online, ids: members?.map(({ id }) => id).sort() };
          for (const peer of heard) {
            if (!peer.closed) expect(believed(peer)).toEqual(truth);
          }
          expect(h.timersRunning).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
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
