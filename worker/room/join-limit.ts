import type { Refusal } from '../../shared/errors.ts';
import { RateLimiter, type RatePolicy } from './rate-limit.ts';

/** In milliseconds: whoever had to wait longer than this would take the room for broken. */
const MAX_WAIT_MS = 30_000;
const ROOM = 'room';

/**
 * How many come in at a time: of one user, so that none fills the doorway, and of all. Buckets of its
 * own: who comes in may speak at once.
 */
export class JoinLimiter {
  readonly #policy: RatePolicy;
  readonly #room: RateLimiter;
  readonly #users: RateLimiter;

  /** `room` is the rate of all, `user` that of each. */
  constructor(room: RatePolicy, user: RatePolicy) {
    this.#policy = room;
    this.#room = new RateLimiter(room);
    this.#users = new RateLimiter(user);
  }

  /**
   * Why `userId` may not come in at `now` (milliseconds since 1970); `undefined` when they may, which
   * counts as having come. Those who are kept out are called back one after the other, as fast as the
   * room takes them: all at once, most would be kept out again.
   */
  take(userId: string, now: number): Refusal | undefined {
    const user = this.#users.take(userId, now);
    if (!user.ok) return refusal('you come and go too often', user.retryAfter);
    const all = this.#room.take(ROOM, now);
    if (all.ok) return undefined;
    const queue = Math.ceil((all.refused / this.#policy.perSecond) * 1_000);
    return refusal('too many are entering this room at once', Math.min(queue, MAX_WAIT_MS));
  }
}

function refusal(why: string, retryAfter: number): Refusal {
  return { code: 'rate_limited', message: `${why}: come again later`, retryAfter };
}
