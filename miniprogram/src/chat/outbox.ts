/** What was written and has no ack yet. It is kept in storage: only an ack takes it out, or its author. */
import * as v from 'valibot';
import { ERROR_CODES, type Refusal } from '../../../shared/errors.ts';
import {
  type Audience,
  AudienceSchema,
  FrameIdSchema,
  type SendContent,
} from '../../../shared/protocol.ts';
import type { Store } from './ports.ts';

/** What somebody wants to say. */
export interface Draft {
  readonly content: SendContent;
  readonly to?: Audience;
  readonly replyTo?: number;
}

/** A draft on its way. */
export interface Outgoing extends Draft {
  readonly id: string;
  /** When it was written, in milliseconds since 1970 by this phone's clock. */
  readonly at: number;
  readonly state: 'waiting' | 'sending' | 'sent' | 'failed';
  /** Why it failed, or why it was sent back to wait. */
  readonly refusal?: Refusal;
  /** Once sent: its number. It stays here, to be seen, until the timeline has come that far. */
  readonly seq?: number;
}

/** No more is asked of the content than it takes to show it: what it may be is for the server to say. */
const SavedSchema = v.object({
  id: FrameIdSchema,
  at: v.number(),
  content: v.looseObject({ type: v.string(), text: v.string() }),
  to: v.optional(AudienceSchema),
  replyTo: v.optional(v.number()),
  failed: v.optional(
    v.object({
      code: v.fallback(v.picklist(ERROR_CODES), 'server_error'),
      message: v.fallback(v.string(), ''),
    }),
  ),
});

export class Outbox {
  private readonly store: Store;
  private readonly key: string;
  private items: Outgoing[];
  private saved = true;

  constructor(store: Store, key: string) {
    this.store = store;
    this.key = key;
    this.items = read(store, key);
  }

  /** In the order in which they were written. */
  get list(): readonly Outgoing[] {
    return this.items;
  }

  /** Whether all of it would survive the end of the app. */
  get isSaved(): boolean {
    return this.saved;
  }

  /** The one to be sent next. */
  get next(): Outgoing | undefined {
    return this.items.find(({ state }) => state === 'waiting');
  }

  add(draft: Draft, id: string, at: number): void {
    this.items = [...this.items, { ...draft, id, at, state: 'waiting' }];
    this.save();
  }

  sending(id: string): void {
    this.change(id, (item) => ({ ...item, state: 'sending' }));
  }

  /**
   * Nobody knows whether it arrived, or the server does not take it just now, which `refusal` says
   * then: it will be sent again, under the same id (R3).
   */
  unsettled(id: string, refusal?: Refusal): void {
    this.change(id, ({ refusal: _, ...item }) => ({
      ...item,
      state: 'waiting',
      ...(refusal && { refusal }),
    }));
  }

  /** The server has it. */
  sent(id: string, seq: number): void {
    this.change(id, (item) => ({ ...item, state: 'sent', seq }));
    this.save();
  }

  /** Takes out what the timeline shows. Whether there was any. */
  shown(upTo: number): boolean {
    const rest = this.items.filter(({ seq }) => seq === undefined || seq > upTo);
    const any = rest.length < this.items.length;
    this.items = rest;
    return any;
  }

  failed(id: string, refusal: Refusal): void {
    this.change(id, (item) => ({ ...item, state: 'failed', refusal }));
    this.save();
  }

  /** Tries a failed one again, after what has been written since. */
  retry(id: string, at: number): void {
    const item = this.items.find((candidate) => candidate.id === id);
    if (item?.state !== 'failed') return;
    const { refusal: _, ...draft } = item;
    this.items = [...this.without(id), { ...draft, at, state: 'waiting' }];
    this.save();
  }

  /** It has arrived, or its author doesn't want it any more. Whether it was here. */
  remove(id: string): boolean {
    const rest = this.without(id);
    if (rest.length === this.items.length) return false;
    this.items = rest;
    this.save();
    return true;
  }

  private without(id: string): Outgoing[] {
    return this.items.filter((item) => item.id !== id);
  }

  private change(id: string, update: (item: Outgoing) => Outgoing): void {
    this.items = this.items.map((item) => (item.id === id ? update(item) : item));
  }

  private save(): void {
    try {
      const unsent = this.items.filter(({ state }) => state !== 'sent');
      if (unsent.length === 0) this.store.remove(this.key);
      else this.store.set(this.key, JSON.stringify(unsent.map(toSaved)));
      this.saved = true;
    } catch {
      // It still goes out as long as the app lives; people are told.
      this.saved = false;
    }
  }
}

function toSaved({ state, seq: _seq, refusal, ...item }: Outgoing): object {
  return refusal && state === 'failed' ? { ...item, failed: refusal } : item;
}

/** How many messages wait under a key, without opening the room. */
export function countWaiting(store: Store, key: string): number {
  return read(store, key).length;
}

function read(store: Store, key: string): Outgoing[] {
  try {
    const text = store.get(key);
    if (text === undefined) return [];
    // One that can't be read must not take the others with it.
    return v.parse(v.array(v.unknown()), JSON.parse(text)).flatMap((saved): Outgoing[] => {
      const parsed = v.safeParse(SavedSchema, saved);
      if (!parsed.success) return [];
      const { failed, ...item } = parsed.output;
      // `optional` leaves keys with `undefined` in their type, never in what it reads.
      const draft = item as Omit<Outgoing, 'state' | 'content'> & { content: SendContent };
      return [
        failed ? { ...draft, state: 'failed', refusal: failed } : { ...draft, state: 'waiting' },
      ];
    });
  } catch {
    // Not what was written here: there is nothing in it that could be sent.
    return [];
  }
}
