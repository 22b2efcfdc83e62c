/** The gate that every frame passes before the room looks at it. */
import { decodeClientFrame } from '../../shared/codec.ts';
import type { Refusal } from '../../shared/errors.ts';
import type { ClientFrame, EventFrame } from '../../shared/protocol.ts';
import type { Clock, Peer } from './ports.ts';
import { RateLimiter, type RatePolicy } from './rate-limit.ts';

/** A connection may send this many frames that are none before it is closed. */
const MAX_BAD_FRAMES = 5;
/** A user whose bucket never fills up between refusals is closed at this many. */
const MAX_RATE_REFUSALS = 20;

/** What a connection is told that outlived its session. */
export const SESSION_EXPIRED: Refusal = {
  code: 'unauthorized',
  message: 'the session has expired: log in again',
};

/** A frame to act on, or a refusal; `fatal` ends the connection. */
export type Admitted =
  | { readonly ok: true; readonly frame: ClientFrame; readonly overRate?: Rejection }
  | ({ readonly ok: false } & Rejection);

/** A refusal as it is sent. */
export interface Rejection {
  readonly refusal: Refusal;
  readonly id?: string;
  readonly fatal: boolean;
}

/** Whether a frame wants to become an event. */
export function isEventFrame(frame: ClientFrame): frame is EventFrame {
  return frame.type !== 'history' && frame.type !== 'typing';
}

/** Checks size, JSON, schema, session and rate, in this order. */
export class Admission {
  readonly #clock: Clock;
  readonly #limiter: RateLimiter;
  /** Lost when the room sleeps: who sends nonsense that seldom does no harm. */
  readonly #badFrames = new WeakMap<Peer, number>();

  constructor(policy: RatePolicy, clock: Clock) {
    this.#limiter = new RateLimiter(policy);
    this.#clock = clock;
  }

  /**
   * Reads what came on a connection. What would become an event is still handed on beyond the rate,
   * with the refusal in `overRate`: if it repeats what was accepted before, it gets its ack all the
   * same [R3].
   */
  admit(peer: Peer, data: string | ArrayBuffer): Admitted {
    const decoded = decodeClientFrame(data);
    if (!decoded.ok) {
      const bad = (this.#badFrames.get(peer) ?? 0) + 1;
      this.#badFrames.set(peer, bad);
      const fatal = decoded.refusal.code === 'too_large' || bad > MAX_BAD_FRAMES;
      return { ...decoded, fatal };
    }
    const { frame } = decoded;
    const now = this.#clock();
    const { expiresAt } = peer.session;
    const isExpired = expiresAt !== undefined && expiresAt <= now;
    const rate = isExpired ? undefined : this.#limiter.take(peer.session.id, now);
    if (rate?.ok) return { ok: true, frame };
    const id = 'id' in frame ? { id: frame.id } : {};
    if (!rate) return { ok: false, refusal: SESSION_EXPIRED, ...id, fatal: true };
    const refusal: Refusal = {
      code: 'rate_limited',
      message: 'too many frames: slow down',
      retryAfter: rate.retryAfter,
    };
    const rejection = { refusal, ...id, fatal: rate.refused >= MAX_RATE_REFUSALS };
    return isEventFrame(frame) && !rejection.fatal
      ? { ok: true, frame, overRate: rejection }
      : { ok: false, ...rejection };
  }
}
