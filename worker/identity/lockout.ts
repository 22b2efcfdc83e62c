/** More than this many are not remembered: the oldest is let go. */
const MAX_LOCKED = 1_000;

/**
 * Who is not listened to for a while. It lives in memory, so each isolate of the Worker finds out by
 * itself, which costs it one more request.
 */
export class Lockout {
  readonly #until = new Map<string, number>();

  /** Locks `who` out until then (milliseconds since 1970). */
  lock(who: string, until: number): void {
    this.#until.delete(who);
    const [oldest] = this.#until.keys();
    if (oldest !== undefined && this.#until.size >= MAX_LOCKED) this.#until.delete(oldest);
    this.#until.set(who, until);
  }

  /** Milliseconds that `who` is still locked out at `now` (milliseconds since 1970); 0 if not. */
  wait(who: string, now: number): number {
    return Math.max(0, (this.#until.get(who) ?? 0) - now);
  }
}
