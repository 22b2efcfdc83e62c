/** What a room counts for its operator between two reports. */
import type { ErrorCode } from '../../shared/errors.ts';

/** What happened in a room for some time, or in all of them. */
export interface Tally {
  /** Events that were stored. */
  readonly events: number;
  /** Connections that reached the room, let in or not. */
  readonly connects: number;
  /** Frames that came from clients; heartbeats, of which a room hears nothing, are not among them. */
  readonly frames: number;
  /** What was refused, by code: frames, and connections that were not let in or were ended. */
  readonly refusals: Readonly<Partial<Record<ErrorCode, number>>>;
}

/** That nothing happened. */
export const NOTHING: Tally = { events: 0, connects: 0, frames: 0, refusals: {} };

/** Both together. */
export function addTallies(one: Tally, other: Tally): Tally {
  return {
    events: one.events + other.events,
    connects: one.connects + other.connects,
    frames: one.frames + other.frames,
    refusals: addRefusals(one.refusals, other.refusals),
  };
}

function addRefusals(one: Tally['refusals'], other: Tally['refusals']): Tally['refusals'] {
  const codes = Object.keys({ ...one, ...other }) as ErrorCode[];
  return Object.fromEntries(codes.map((code) => [code, (one[code] ?? 0) + (other[code] ?? 0)]));
}

/** Counts in memory. What nobody took before the room fell asleep is lost, but for its events. */
export class TallyCounter {
  connects = 0;
  frames = 0;
  #refusals: Partial<Record<ErrorCode, number>> = {};
  #head: number | undefined;

  /** One more refusal. */
  refused(code: ErrorCode): void {
    this.#refusals[code] = (this.#refusals[code] ?? 0) + 1;
  }

  /** Events up to `head` were there before. */
  beginAt(head: number): void {
    this.#head ??= head;
  }

  /** What was counted since the last time, with events up to `head`. */
  take(head: number): Tally {
    const tally: Tally = {
      events: head - (this.#head ?? head),
      connects: this.connects,
      frames: this.frames,
      refusals: this.#refusals,
    };
    this.#head = head;
    this.connects = 0;
    this.frames = 0;
    this.#refusals = {};
    return tally;
  }

  /** Takes back what {@link take} gave, to be given again. */
  giveBack({ events, connects, frames, refusals }: Tally): void {
    if (this.#head !== undefined) this.#head -= events;
    this.connects += connects;
    this.frames += frames;
    this.#refusals = { ...addRefusals(this.#refusals, refusals) };
  }
}
