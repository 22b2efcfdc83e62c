/** Pauses between tries, in milliseconds: the first, doubled each time up to the longest. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Keeps a service that does not answer from being asked again and again, with everybody waiting for
 * it each time. After a failure it is left alone for a while; then one call finds out whether it is
 * back, and until that call has its answer no other is made.
 */
export class CircuitBreaker {
  readonly #clock: () => number;
  #failures = 0;
  /** No call before this, in milliseconds since 1970. */
  #closedUntil = 0;
  #trying = false;

  /** `clock` gives the time in milliseconds since 1970. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Whether a call may be made now. Who is told yes must make it, and say how it went with
   * {@link succeeded} or {@link failed}.
   */
  allows(): boolean {
    if (this.#failures === 0) return true;
    if (this.#trying || this.#clock() < this.#closedUntil) return false;
    this.#trying = true;
    return true;
  }

  /** The service has answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#trying = false;
  }

  /** It has not, or has asked not to be asked again for `pause` milliseconds. */
  failed(pause = 0): void {
    const now = this.#clock();
    this.#trying = false;
    // Calls that were under way together fail together: they count as one.
    const isNew = now >= this.#closedUntil;
    if (isNew) this.#failures += 1;
    const usual = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#closedUntil = Math.max(this.#closedUntil, now + Math.max(pause, isNew ? usual : 0));
  }
}
