/** What was written and has no ack yet. It is kept in storage: only an ack takes it out, or its author. */
import * as v from 'valibot';
import { ERROR_CODES, type Refusal } from '../../../shared/errors.ts';
import {
  type Audience,
  AudienceSchema,
  FrameIdSchema,
  type MediaContent,
  type SendContent,
} from '../../../shared/protocol.ts';
import type { Store } from './ports.ts';

/** What somebody wants to say. */
export interface Draft {
  /** A picture or a sound has an empty `url` until it is uploaded. */
  readonly content: SendContent;
  /** Where it is on this phone, if it is a file. */
  readonly file?: string;
  readonly to?: Audience;
  readonly replyTo?: number;
}

/** A draft on its way. */
export interface Outgoing extends Draft {
  readonly id: string;
  /** When it was written, in milliseconds since 1970 by this phone's clock. */
  readonly at: number;
  readonly state: 'waiting' | 'uploading' | 'sending' | 'sent' | 'failed';
  /** While it is uploaded: how much of it has left the phone, from 0 to 1. */
  readonly progress?: number;
  /** The server did not know its `url`, and it was uploaded once more. */
  readonly uploadedAgain?: boolean;
  /** Why it failed, or why it was sent back to wait. */
  readonly refusal?: Refusal;
  /** Once sent: its number. It stays here, to be seen, until the timeline has come that far. */
  readonly seq?: number;
}

/** No more is asked of the content than it takes to show it: what it may be is for the server to say. */
const SavedSchema = v.object({
  id: FrameIdSchema,
  at: v.number(),
  content: v.union([
    v.looseObject({
      type: v.literal('image'),
      url: v.string(),
      width: v.number(),
      height: v.number(),
    }),
    v.looseObject({ type: v.literal('voice'), url: v.string(), duration: v.number() }),
    v.looseObject({ type: v.string(), text: v.string() }),
  ]),
  file: v.optional(v.string()),
  uploadedAgain: v.optional(v.boolean()),
  to: v.optional(AudienceSchema),
  replyTo: v.optional(v.number()),
  failed: v.optional(
    v.object({
      code: v.fallback(v.picklist(ERROR_CODES), 'server_error'),
      message: v.fallback(v.string(), ''),
    }),
  ),
});

/** Whether it is a file that the server doesn't have yet. */
export function needsUpload({ content }: Pick<Outgoing, 'content'>): boolean {
  return 'url' in content && content.url === '';
}

export class Outbox {
  private readonly store: Store;
  private readonly key: string;
  private items: Outgoing[];
  /** What may have been sent before: of what is read from storage nobody knows. */
  private readonly tried: Set<string>;
  private saved = true;

  constructor(store: Store, key: string) {
    this.store = store;
    this.key = key;
    this.items = read(store, key);
    this.tried = new Set(this.items.map(({ id }) => id));
  }

  /** In the order in which they were written. */
  get list(): readonly Outgoing[] {
    return this.items;
  }

  /** Whether all of it would survive the end of the app. */
  get isSaved(): boolean {
    return this.saved;
  }

  /** The one to be sent next: what is still to be uploaded lets words pass, and no other file. */
  get next(): Outgoing | undefined {
    let fileWaits = false;
    return this.items.find((item) => {
      const isFile = 'url' in item.content;
      if (item.state !== 'failed') fileWaits ||= needsUpload(item);
      return item.state === 'waiting' && !(isFile && fileWaits);
    });
  }

  /** The one to be uploaded next. */
  get nextUpload(): Outgoing | undefined {
    return this.items.find((item) => item.state === 'waiting' && needsUpload(item));
  }

  add(draft: Draft, id: string, at: number): void {
    this.items = [...this.items, { ...draft, id, at, state: 'waiting' }];
    this.save();
  }

  /** Whether it may have arrived already. */
  mayHaveArrived(id: string): boolean {
    return this.tried.has(id);
  }

  sending(id: string): void {
    this.tried.add(id);
    this.change(id, (item) => ({ ...item, state: 'sending' }));
  }

  /**
   * Nobody knows whether it arrived, or the server does not take it just now, which `refusal` says
   * then: it will be sent again, under the same id (R3).
   */
  unsettled(id: string, refusal?: Refusal): void {
    this.change(id, (item) => ({ ...waitingAgain(item), ...(refusal && { refusal }) }));
  }

  uploading(id: string, progress: number): void {
    this.change(id, (item) => ({ ...item, state: 'uploading', progress }));
  }

  /** It did not come through: it will be uploaded again. */
  uploadBroken(id: string): void {
    this.change(id, waitingAgain);
  }

  /** The server has the file: it may be sent, as the server describes it. */
  uploaded(id: string, content: MediaContent): void {
    this.change(id, (item) => ({ ...waitingAgain(item), content }));
    this.save();
  }

  /**
   * The server doesn't know the `url` of a file, which it may have forgotten: the file is uploaded once
   * more. `false` when that was tried, or there is no file.
   */
  uploadAgain(id: string): boolean {
    const item = this.items.find((candidate) => candidate.id === id);
    if (!item || item.file === undefined || item.uploadedAgain) return false;
    const { content } = item;
    if (!('url' in content)) return false;
    this.change(id, (old) => ({
      ...waitingAgain(old),
      content: { ...content, url: '' },
      uploadedAgain: true,
    }));
    this.save();
    return true;
  }

  /** The server has it. */
  sent(id: string, seq: number): void {
    this.tried.delete(id);
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
    this.change(id, (item) => ({ ...waitingAgain(item), state: 'failed', refusal }));
    this.save();
  }

  /** Tries a failed one again, after what has been written since. */
  retry(id: string, at: number): void {
    const item = this.items.find((candidate) => candidate.id === id);
    if (item?.state !== 'failed') return;
    const { refusal: _refusal, uploadedAgain: _again, ...draft } = item;
    this.items = [...this.without(id), { ...draft, at, state: 'waiting' }];
    this.save();
  }

  /** It has arrived, or its author doesn't want it any more. Whether it was here. */
  remove(id: string): boolean {
    const rest = this.without(id);
    if (rest.length === this.items.length) return false;
    this.items = rest;
    this.tried.delete(id);
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

function waitingAgain({ progress: _progress, refusal: _refusal, ...item }: Outgoing): Outgoing {
  return { ...item, state: 'waiting' };
}

function toSaved({ state, seq: _seq, progress: _progress, refusal, ...item }: Outgoing): object {
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
