/**
 * What an operator finds in the logs: objects, whose fields Workers Logs can be searched by. Who, where
 * and with what outcome; never what was said, a name, a token or an address.
 */
import type { ErrorCode } from '../shared/errors.ts';
import { RateLimiter, type RatePolicy } from './room/rate-limit.ts';

/** How much is logged: `warn` leaves connections out, `error` refusals, too. */
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A connection to a room that has ended. */
export interface ConnectionLine {
  readonly event: 'connection';
  readonly room: string;
  readonly user: string;
  /** The close code. */
  readonly code: number;
  /** How long it was open. */
  readonly seconds: number;
}

/** Something that was refused: by a room, or over HTTP. */
export interface RefusalLine {
  readonly event: 'refusal';
  readonly code: ErrorCode;
  readonly room?: string;
  readonly user?: string;
  /** Whether the connection ended with it. */
  readonly ended?: boolean;
  readonly method?: string;
  /** The pattern of the path, as `/api/rooms/:room`. */
  readonly route?: string;
  readonly status?: number;
}

/** A flood must not be one of log lines, too, which are paid for. */
const MOST_LINES: RatePolicy = { burst: 100, perSecond: 10 };
const ALL = 'lines';

/** Writes lines to the console, as many as are of use. */
export class Logbook {
  readonly #limiter = new RateLimiter(MOST_LINES);
  #dropped = 0;

  /** A connection has ended, at `now` (milliseconds since 1970). */
  connection(level: LogLevel, line: ConnectionLine, now: number): void {
    if (level === 'info') this.#write(console.info, line, now);
  }

  /** Something was refused at `now` (milliseconds since 1970). */
  refusal(level: LogLevel, line: RefusalLine, now: number): void {
    if (level !== 'error') this.#write(console.warn, line, now);
  }

  /** A line that follows on some that were left out says how many. */
  #write(write: (line: object) => void, line: object, now: number): void {
    if (!this.#limiter.take(ALL, now).ok) {
      this.#dropped += 1;
      return;
    }
    const dropped = this.#dropped > 0 && { dropped: this.#dropped };
    this.#dropped = 0;
    write({ ...line, ...dropped });
  }
}
