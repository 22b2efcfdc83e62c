import { describe, expect, it } from 'vitest';
import { addTallies, NOTHING, TallyCounter } from '../../../worker/room/tally.ts';
import { RoomHarness } from '../../support/room-harness.ts';

describe('what a room counts', () => {
  it('is given once, events from where it woke', () => {
    const counter = new TallyCounter();
    counter.beginAt(100);
    counter.connects += 2;
    counter.frames += 3;
    counter.refused('muted');
    counter.refused('muted');
    const tally = { events: 5, connects: 2, frames: 3, refusals: { muted: 2 } };
    expect(counter.take(105)).toEqual(tally);
    expect(counter.take(105)).toEqual(NOTHING);
  });

  it('is given again when it did not arrive, with what came meanwhile', () => {
    const counter = new TallyCounter();
    counter.beginAt(0);
    counter.frames += 1;
    counter.refused('muted');
    const lost = counter.take(4);
    counter.frames += 1;
    counter.refused('muted');
    counter.refused('bad_frame');
    counter.giveBack(lost);
    expect(counter.take(6)).toEqual({
      events: 6,
      connects: 0,
      frames: 2,
      refusals: { muted: 2, bad_frame: 1 },
    });
  });

  it('adds up', () => {
    const one = { events: 1, connects: 2, frames: 3, refusals: { muted: 4 } };
    const other = { events: 10, connects: 20, frames: 30, refusals: { muted: 40, banned: 1 } };
    const both = { events: 11, connects: 22, frames: 33, refusals: { muted: 44, banned: 1 } };
    expect(addTallies(one, other)).toEqual(both);
    expect(addTallies(both, NOTHING)).toEqual(both);
  });
});

describe('[R9] a room tells of each refusal once', () => {
  it('of frames, of connections, and of those it ends', () => {
    const h = new RoomHarness({ capacity: 2, rate: { burst: 30, perSecond: 1 } });
    h.configure({ hosts: ['host'] });
    const [host, alice] = [h.join('host'), h.join('alice')];
    h.join('late');
    h.act(alice, 'recall', 7);
    for (let i = 0; i < 6; i++) h.receive(alice, '{');
    const bob = h.join('bob');
    h.moderate(host, 'ban', 'bob');
    h.join('bob');
    expect(bob.closed).toBeDefined();
    expect(h.refusals).toEqual([
      'late room_full!',
      'alice not_found',
      ...Array(5).fill('alice bad_frame'),
      'alice bad_frame!',
      'bob banned!',
      'bob banned!',
    ]);
  });
});
