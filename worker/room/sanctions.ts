/** Who may not speak, or not be here, and until when. */
import type { ChatEvent, ChatSanction } from '../../shared/protocol.ts';
import type { SanctionStore, Sanctions } from './ports.ts';

/** The end of what has none: later than any date. */
export const FOR_GOOD = Number.MAX_SAFE_INTEGER;

/**
 * The sanctions of a room in memory, read when first needed. What is over counts as if it had never
 * been: nothing has to happen at that moment.
 */
export class SanctionBook {
  readonly #store: SanctionStore;
  readonly #unsaved = new Set<string>();
  #users: Map<string, Sanctions> | undefined;

  constructor(store: SanctionStore) {
    this.#store = store;
  }

  /** Whether anything is kept about this user. */
  has(userId: string): boolean {
    return this.#load().has(userId);
  }

  /** Until when this user is muted at `now`, if they are (both in milliseconds since 1970). */
  mutedUntil(userId: string, now: number): number | undefined {
    return inForce(this.#load().get(userId)?.mutedUntil, now);
  }

  /** Until when this user is banned at `now`, if they are (both in milliseconds since 1970). */
  bannedUntil(userId: string, now: number): number | undefined {
    return inForce(this.#load().get(userId)?.bannedUntil, now);
  }

  /** All that is in force at `now` (milliseconds since 1970), by user id. */
  inForce(now: number): (readonly [userId: string, sanctions: Sanctions])[] {
    return [...this.#load().keys()].flatMap((userId) => {
      const mutedUntil = this.mutedUntil(userId, now);
      const bannedUntil = this.bannedUntil(userId, now);
      if (mutedUntil === undefined && bannedUntil === undefined) return [];
      const sanctions = {
        ...(mutedUntil !== undefined && { mutedUntil }),
        ...(bannedUntil !== undefined && { bannedUntil }),
      };
      return [[userId, sanctions] as const];
    });
  }

  /** Takes over an event that follows on all before it; if it is not stored after all, {@link forget}. */
  add(event: ChatEvent): void {
    if (event.kind !== 'moderation' || event.action === 'slow_mode') return;
    const before = this.#load().get(event.user) ?? {};
    const after = apply(before, event);
    if (after === before) return;
    this.#put(event.user, after);
  }

  /** Whether anything has changed since it was stored. */
  get isChanged(): boolean {
    return this.#unsaved.size > 0;
  }

  /** Stores what has changed since the last time. */
  save(): void {
    for (const userId of this.#unsaved) this.#store.write(userId, this.#load().get(userId) ?? {});
    this.#unsaved.clear();
  }

  /** Drops what is in memory, to be read from the store again. */
  forget(): void {
    this.#users = undefined;
    this.#unsaved.clear();
  }

  /** Removes, also from the store, those of whom all is over at `now` (milliseconds since 1970). */
  expire(now: number): void {
    for (const userId of [...this.#load().keys()]) {
      const lasts = this.mutedUntil(userId, now) ?? this.bannedUntil(userId, now);
      if (lasts === undefined) this.#put(userId, {});
    }
    this.save();
  }

  #put(userId: string, sanctions: Sanctions): void {
    if (Object.keys(sanctions).length > 0) this.#load().set(userId, sanctions);
    else this.#load().delete(userId);
    this.#unsaved.add(userId);
  }

  #load(): Map<string, Sanctions> {
    this.#users ??= new Map(this.#store.read());
    return this.#users;
  }
}

/** `before` itself where nothing changes. */
function apply(before: Sanctions, { action, until = FOR_GOOD }: ChatSanction): Sanctions {
  const { mutedUntil, bannedUntil, ...none } = before;
  switch (action) {
    case 'mute':
      return mutedUntil === until ? before : { ...before, mutedUntil: until };
    case 'ban':
      return bannedUntil === until ? before : { ...before, bannedUntil: until };
    case 'unmute':
      if (mutedUntil === undefined) return before;
      return bannedUntil === undefined ? none : { bannedUntil };
    case 'unban':
      if (bannedUntil === undefined) return before;
      return mutedUntil === undefined ? none : { mutedUntil };
    case 'kick':
      return before;
  }
}

function inForce(until: number | undefined, now: number): number | undefined {
  return until !== undefined && until > now ? until : undefined;
}
