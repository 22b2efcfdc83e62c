import type { ChatEvent } from '../../shared/protocol.ts';
import type { ReadableLog } from './reader.ts';

const CHUNK_EVENTS = 100;

/**
 * When everybody spoke last: what a room in slow mode goes by. It is made of the log when first
 * needed, as far back as the members have to wait: so it costs no row, and sleep does not lose it.
 */
export class LastMessages {
  readonly #log: ReadableLog;
  /** In milliseconds since 1970, by user id; who spoke longest ago comes first. */
  #times: Map<string, number> | undefined;
  /** What was said up to then is not in it. */
  #since = Number.POSITIVE_INFINITY;

  constructor(log: ReadableLog) {
    this.#log = log;
  }

  /**
   * How many milliseconds this user still has to wait at `now` (milliseconds since 1970), when
   * `pause` milliseconds must lie between two messages; 0 when it is their turn.
   */
  wait(userId: string, now: number, pause: number): number {
    const last = this.#after(now - pause).get(userId);
    return last === undefined ? 0 : last + pause - now;
  }

  /** Takes over an event that follows on all before it; if it is not stored after all, {@link forget}. */
  add({ kind, from, at }: ChatEvent): void {
    if (!this.#times || kind !== 'message') return;
    this.#times.delete(from.id);
    this.#times.set(from.id, at);
  }

  /** Drops what is in memory, to be read from the log again. */
  forget(): void {
    this.#times = undefined;
    this.#since = Number.POSITIVE_INFINITY;
  }

  /** Those who spoke after `since`. */
  #after(since: number): Map<string, number> {
    if (!this.#times || since < this.#since) this.#times = this.#read(since);
    for (const [userId, at] of this.#times) {
      if (at > since) break;
      this.#times.delete(userId);
    }
    this.#since = since;
    return this.#times;
  }

  /** Times never fall with seq, so this stops at the first event that is too old. */
  #read(since: number): Map<string, number> {
    const newestFirst = new Map<string, number>();
    for (let upTo = this.#log.head; upTo >= this.#log.oldest; upTo -= CHUNK_EVENTS) {
      const chunk = this.#log.read(upTo - CHUNK_EVENTS, upTo);
      for (const { event } of [...chunk].reverse()) {
        if (event.at <= since) return oldestFirst(newestFirst);
        const { id } = event.from;
        if (event.kind === 'message' && !newestFirst.has(id)) newestFirst.set(id, event.at);
      }
    }
    return oldestFirst(newestFirst);
  }
}

function oldestFirst(newestFirst: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...newestFirst].reverse());
}
