/** How much one user may send. */
export interface RatePolicy {
  /** Frames at once. */
  readonly burst: number;
  /** Frames a second in the long run. */
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in milliseconds since 1970. */
  at: number;
  /** Refusals since the bucket was last full. */
  refused: number;
}

/** What the limiter says of one more frame. */
export type RateVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Milliseconds until the next token. */
      readonly retryAfter: number;
      /** How many refusals in a row of trouble this is. */
      readonly refused: number;
    };

/** Full buckets are dropped when there are this many: a full one says no more than none. */
const SWEEP_AT = 1_024;

/**
 * A token bucket per user. It is not stored: a room sleeps after ten quiet seconds, in which the
 * buckets of the default policy fill up anyway.
 */
export class RateLimiter {
  readonly #policy: RatePolicy;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = SWEEP_AT;

  constructor(policy: RatePolicy) {
    this.#policy = policy;
  }

  /** Takes a token of `key` at `now` (milliseconds since 1970), or says why there is none. */
  take(key: string, now: number): RateVerdict {
    const bucket = this.#bucket(key, now);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return { ok: true };
    }
    bucket.refused += 1;
    const retryAfter = Math.ceil(((1 - bucket.tokens) / this.#policy.perSecond) * 1_000);
    return { ok: false, retryAfter, refused: bucket.refused };
  }

  #bucket(key: string, now: number): Bucket {
    const bucket = this.#buckets.get(key);
    if (bucket) {
      this.#refill(bucket, now);
      return bucket;
    }
    if (this.#buckets.size >= this.#sweepAt) this.#sweep(now);
    const full = { tokens: this.#policy.burst, at: now, refused: 0 };
    this.#buckets.set(key, full);
    return full;
  }

  #refill(bucket: Bucket, now: number): void {
    const { burst, perSecond } = this.#policy;
    const elapsed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsed / 1_000) * perSecond);
    bucket.at = now;
    if (bucket.tokens === burst) bucket.refused = 0;
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      this.#refill(bucket, now);
      if (bucket.tokens === this.#policy.burst) this.#buckets.delete(key);
    }
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#buckets.size);
  }
}
