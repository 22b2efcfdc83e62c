import { encodeEvent } from '../../shared/codec.ts';
import type { ChatEvent, ChatMessage } from '../../shared/protocol.ts';
import type { StoredEvent } from './ports.ts';
import type { ReadableLog } from './reader.ts';
import { senderKey } from './recent-events.ts';

/** A batch in the making: the log as it will be once the batch is stored. */
export class Draft {
  /** The head of the log that the batch follows on. */
  readonly after: number;
  readonly #log: ReadableLog;
  readonly #batch: StoredEvent[] = [];
  readonly #bySender = new Map<string, StoredEvent>();
  readonly #rewritten = new Map<number, StoredEvent>();
  readonly #withdrawn = new Set<string>();

  constructor(log: ReadableLog) {
    this.#log = log;
    this.after = log.head;
  }

  /** The events of the batch, in their order. */
  get batch(): readonly StoredEvent[] {
    return this.#batch;
  }

  /** Earlier events as they are to be from now on. */
  get rewritten(): readonly StoredEvent[] {
    return [...this.#rewritten.values()];
  }

  /** Addresses of the pictures and sounds in what is recalled. */
  get withdrawn(): ReadonlySet<string> {
    return this.#withdrawn;
  }

  /** The seq of the next event. */
  get nextSeq(): number {
    return this.after + this.#batch.length + 1;
  }

  /** The event of this {@link senderKey}, if it is in the batch. */
  findRepeated(key: string): StoredEvent | undefined {
    return this.#bySender.get(key);
  }

  /** The event of this seq, in the batch or before it. */
  find(seq: number): StoredEvent | undefined {
    if (seq > this.after) return this.#batch[seq - this.after - 1];
    return this.#rewritten.get(seq) ?? this.#log.read(seq - 1, seq)[0];
  }

  /** Adds an event that has {@link nextSeq}. */
  add(stored: StoredEvent): void {
    this.#batch.push(stored);
    this.#bySender.set(senderKey(stored.event.from.id, stored.event.id), stored);
  }

  /** Takes the content of a message away, in the batch or before it. */
  recall({ seq }: ChatMessage): void {
    const stored = this.find(seq);
    if (stored?.event.kind !== 'message') return;
    const { content } = stored.event;
    if ('url' in content) this.#withdrawn.add(content.url);
    const event: ChatEvent = { ...stored.event, content: { type: 'recalled' } };
    const recalled = { ...stored, event, text: encodeEvent(event) };
    if (seq > this.after) this.#batch[seq - this.after - 1] = recalled;
    else this.#rewritten.set(seq, recalled);
  }
}
