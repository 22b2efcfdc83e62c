import { DEDUPE_EVENTS } from '../../shared/limits.ts';
import type { EventLog, StoredEvent } from './ports.ts';

/**
 * The newest events in memory: what recognises a repeated id [R3], and spares the log being read
 * for those who join or resume. Holds from one to two times `DEDUPE_EVENTS` once there are as many.
 */
export class RecentEvents {
  readonly #log: EventLog;
  #events: StoredEvent[] | undefined;
  readonly #bySender = new Map<string, StoredEvent>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The event of this {@link senderKey}, if it is among the newest. */
  find(key: string): StoredEvent | undefined {
    this.#load();
    return this.#bySender.get(key);
  }

  /**
   * Takes over a batch that the log has stored after {@link find} was asked for it, and the events
   * that were rewritten with it.
   */
  push(batch: readonly StoredEvent[], rewritten: readonly StoredEvent[] = []): void {
    const events = this.#load();
    for (const stored of rewritten) this.#replace(events, stored);
    for (const stored of batch) {
      events.push(stored);
      this.#bySender.set(senderKey(stored.event.from.id, stored.event.id), stored);
    }
    if (events.length > 2 * DEDUPE_EVENTS) {
      for (const { event } of events.splice(0, events.length - DEDUPE_EVENTS)) {
        this.#bySender.delete(senderKey(event.from.id, event.id));
      }
    }
  }

  /** What a user was called when they last did something, or something was done to them. */
  nameOf(userId: string): string | undefined {
    for (const { event } of [...this.#load()].reverse()) {
      if (event.from.id === userId) return event.from.name;
      const about = event.kind === 'moderation' && event.action !== 'slow_mode' ? event : undefined;
      if (about?.user === userId && about.name !== undefined) return about.name;
    }
    return undefined;
  }

  /** Whether nothing is kept that is not in memory. */
  get isComplete(): boolean {
    const first = this.#load()[0]?.event.seq;
    return first === undefined || first <= this.#log.oldest;
  }

  /** The newest event. */
  last(): StoredEvent | undefined {
    return this.#load().at(-1);
  }

  /** The events with `after < seq <= upTo` when all of them are in memory, else `undefined`. */
  read(after: number, upTo: number): StoredEvent[] | undefined {
    const first = this.#events?.[0]?.event.seq;
    if (this.#events === undefined || first === undefined || after + 1 < first) return undefined;
    return this.#events.slice(after + 1 - first, upTo + 1 - first);
  }

  /** Forgets events up to `upTo`, as the log did. */
  trim(upTo: number): void {
    const first = this.#events?.[0]?.event.seq;
    if (this.#events === undefined || first === undefined) return;
    for (const { event } of this.#events.splice(0, Math.max(0, upTo + 1 - first))) {
      this.#bySender.delete(senderKey(event.from.id, event.id));
    }
  }

  #replace(events: StoredEvent[], stored: StoredEvent): void {
    const { seq, from, id } = stored.event;
    const index = seq - (events[0]?.event.seq ?? 0);
    if (index < 0 || index >= events.length) return;
    events[index] = stored;
    this.#bySender.set(senderKey(from.id, id), stored);
  }

  /** Loaded when first needed: a room that is only read from after waking does not pay for it. */
  #load(): StoredEvent[] {
    if (!this.#events) {
      this.#events = this.#log.read(this.#log.head - DEDUPE_EVENTS, this.#log.head);
      for (const stored of this.#events) {
        this.#bySender.set(senderKey(stored.event.from.id, stored.event.id), stored);
      }
    }
    return this.#events;
  }
}

/**
 * Under which an event is recognised when it comes again. Neither part can hold a control character,
 * so no two pairs make the same key.
 */
export function senderKey(userId: string, id: string): string {
  return `${userId}\n${id}`;
}
