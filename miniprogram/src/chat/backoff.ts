/** The first pause lasts up to this, in milliseconds, and each further one up to twice as long ... */
const BASE_MS = 1_000;
/** ... but none is longer than this. */
const CAP_MS = 30_000;

/**
 * How long to wait before trying again: "full jitter", any time between nothing and a limit that
 * doubles, so that a thousand phones that lost the same server don't come back in the same second
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export class Backoff {
  private readonly random: () => number;
  private failures = 0;

  constructor(random: () => number) {
    this.random = random;
  }

  /** Milliseconds to wait after one more failure; at least `retryAfter` when the server named it. */
  next(retryAfter = 0): number {
    const limit = Math.min(CAP_MS, BASE_MS * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    return retryAfter + Math.floor(this.random() * limit);
  }

  /** All is well again. */
  reset(): void {
    this.failures = 0;
  }
}
