/** How many come in at a time. */
import { describe, expect, it } from 'vitest';
import { MAX_USER_CONNECTIONS } from '../../../shared/limits.ts';
import { JoinLimiter } from '../../../worker/room/join-limit.ts';
import { RoomHarness } from '../../support/room-harness.ts';

const JOINS = { burst: 5, perSecond: 2 };
const EACH = { burst: 3, perSecond: 1 };

describe('[R9] a crowd at the door', () => {
  it('gets in as fast as the room takes it; who has to wait is told so, and for how long', () => {
    const h = new RoomHarness({ joins: JOINS });
    const people = Array.from({ length: 8 }, (_, i) => h.join(`user-${i}`));
    expect(people.slice(0, 5).every(({ closed }) => closed === undefined)).toBe(true);
    const waits = people.slice(5).map(({ inbox, closed }) => {
      expect(closed).toEqual({ code: 4429, reason: 'rate_limited' });
      expect(inbox.frames).toHaveLength(1);
      return inbox.take('reject');
    });
    // One after the other: together they would be too many again.
    expect(waits.map((reject) => reject?.retryAfter)).toEqual([500, 1_000, 1_500]);
    expect(waits[0]).toMatchObject({ code: 'rate_limited' });
    expect(h.room.info().online).toBe(5);
    h.advance(500);
    expect(h.join('user-5').closed).toBeUndefined();
    expect(h.join('user-6').closed).toBeDefined();
  });

  it('nobody else hears of who was kept out', () => {
    const h = new RoomHarness({ joins: { burst: 1, perSecond: 1 } });
    const alice = h.join('alice');
    const heard = alice.inbox.frames.length;
    h.leave(h.join('bob'));
    h.advance(10_000);
    const later = alice.inbox.frames.slice(heard);
    expect(later.filter(({ type }) => type === 'presence')).toEqual([]);
    expect(h.refusals).toEqual(['bob rate_limited!']);
  });

  it('after a restart a thousand come in at once, and five thousand in 20 seconds', () => {
    const limiter = new JoinLimiter({ burst: 1_000, perSecond: 200 }, { burst: 10, perSecond: 2 });
    const waiting = Array.from({ length: 5_000 }, (_, i) => ({ user: `u${i}`, at: 0 }));
    let last = 0;
    let tries = 0;
    while (waiting.length > 0) {
      waiting.sort((one, other) => one.at - other.at);
      const next = waiting.shift();
      if (!next) break;
      const refusal = limiter.take(next.user, next.at);
      tries += 1;
      if (refusal) waiting.push({ ...next, at: next.at + (refusal.retryAfter ?? 0) });
      else last = Math.max(last, next.at);
    }
    expect(last).toBeLessThanOrEqual(20_000);
    // Hardly anybody has to come a third time.
    expect(tries).toBeLessThan(10_000);
  });

  it('nobody waits longer than half a minute', () => {
    const limiter = new JoinLimiter({ burst: 1, perSecond: 1 }, { burst: 10, perSecond: 2 });
    const waits = Array.from({ length: 100 }, (_, i) => limiter.take(`u${i}`, 0)?.retryAfter ?? 0);
    expect(Math.max(...waits)).toBe(30_000);
  });
});

describe('who comes and goes', () => {
  it('is kept out for a while, and takes no place from others', () => {
    const limiter = new JoinLimiter(JOINS, EACH);
    const tries = Array.from({ length: 50 }, () => limiter.take('flapper', 0));
    expect(tries.filter((refusal) => refusal === undefined)).toHaveLength(3);
    expect(tries.at(-1)).toMatchObject({ code: 'rate_limited', retryAfter: 1_000 });
    expect(limiter.take('alice', 0)).toBeUndefined();
    expect(limiter.take('bob', 0)).toBeUndefined();
    expect(limiter.take('flapper', 1_000)).toBeUndefined();
  });

  it('may speak as much as everybody: coming in uses up nothing of that', () => {
    const h = new RoomHarness({ rate: { burst: 1, perSecond: 1 } });
    const alice = h.join('alice');
    h.say(alice, 'hi');
    expect(alice.inbox.take('ack')).toBeDefined();
  });

  it('has as many devices as ever, all at once', () => {
    const h = new RoomHarness({ rate: { burst: 10, perSecond: 2 } });
    const devices = Array.from({ length: MAX_USER_CONNECTIONS }, () => h.join('alice'));
    expect(devices.every(({ closed }) => closed === undefined)).toBe(true);
    const more = Array.from({ length: 90 }, () => h.join('alice'));
    expect(more.every(({ closed }) => closed?.code === 4429)).toBe(true);
    expect(devices.filter(({ closed }) => closed === undefined)).toHaveLength(10);
  });
});
