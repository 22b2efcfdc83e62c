import { RATE_BURST, RATE_PER_SECOND } from '../../../shared/limits.ts';
import type { Clock } from './ports.ts';

/** The server counts the frames of all devices of a user: leave some for the others. */
const BURST = RATE_BURST - 2;
const MS_PER_FRAME = 1_100 / RATE_PER_SECOND;

/** Keeps what is sent by itself (a long outbox) below the rate at which the server refuses. */
export class Pacer {
  private readonly clock: Clock;
  private tokens = BURST;
  private last: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.last = clock.now();
  }

  /** Milliseconds to wait before a frame may go; 0 when it may go now. */
  delay(): number {
    const now = this.clock.now();
    // A clock that was put back would otherwise stop everything until it caught up.
    const elapsed = Math.max(0, now - this.last);
    this.last = now;
    this.tokens = Math.min(BURST, this.tokens + elapsed / MS_PER_FRAME);
    return this.tokens >= 1 ? 0 : Math.ceil((1 - this.tokens) * MS_PER_FRAME);
  }

  /** Counts a frame that went. */
  spend(): void {
    this.tokens = Math.max(0, this.tokens - 1);
  }
}
