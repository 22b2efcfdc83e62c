/** Checks messages that are published already, and takes back what should not have been. */
import type { ChatMessage } from '../../shared/protocol.ts';
import type { CheckResult, SafetyPorts } from './content-check.ts';
import type { Clock } from './ports.ts';
import type { ReadableLog } from './reader.ts';

/** Messages that are checked side by side: a room has six connections to the world. */
const WINDOW = 5;
/**
 * How long it goes on in one run, in milliseconds: while one that an alarm has begun lasts, no other
 * alarm rings, and announcements would be late by hours.
 */
export const RUN_MS = 10_000;
/** After this time a message that could not be checked is let be. */
export const GIVE_UP_MS = 24 * 60 * 60 * 1_000;
/** The pause before trying again is as long as the message is old, between these, in milliseconds. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 60 * 60 * 1_000;
/** Each time it is written costs a row. What is younger is checked twice when the room has slept. */
const SAVE_INTERVAL_MS = 60_000;
/** With more messages than this that get no answer by themselves, the fault is not theirs. */
const MAX_STUCK = 100;

/** How far the checks of a room have come; it outlives the room's sleep. */
export interface CheckMark {
  /** All up to this seq are done with. */
  readonly seq: number;
  /** When that was written, in milliseconds since 1970. */
  readonly at: number;
}

/** Where the mark is kept. */
export interface CheckMarkStore {
  read(): CheckMark | undefined;
  write(mark: CheckMark | undefined): void;
}

/** The sealed openids of those who have said something that is to be checked. */
export interface OpenIdBook {
  add(userId: string, sealedOpenId: string): void;
  get(userId: string): string | undefined;
}

/** What it needs of the room. */
export interface PublishingRoom {
  readonly log: ReadableLog;
  readonly clock: Clock;
  /** Takes back the message of this seq; nothing happens when it is gone already. */
  recall(seq: number): void;
  onFault(fault: unknown): void;
}

/**
 * Goes through the log behind the newest message. Nothing is kept about a message: a mark says how far
 * it has come, so that it goes on from there after a sleep, a restart or a day without answers.
 */
export class PublishedCheck {
  readonly #safety: SafetyPorts;
  readonly #room: PublishingRoom;
  /** All up to here has been looked at; what got no answer then is in `#stuck`. */
  #cursor: number | undefined;
  /** With this it ends. Lost when the room sleeps: then it goes on to the head, which does no harm. */
  #last: number | undefined;
  readonly #stuck = new Set<number>();
  #pausedUntil = 0;
  #stuckUntil = 0;
  /** Whether it is not known that answers come: then one message goes ahead of the others. */
  #probing = true;
  #isRunning = false;

  constructor(safety: SafetyPorts, room: PublishingRoom) {
    this.#safety = safety;
    this.#room = room;
  }

  /** From now on what follows on `head` is to be checked, unless there is a mark already. */
  begin(head: number): void {
    this.#last = undefined;
    if (this.#load() !== undefined) return;
    this.#cursor = head;
    this.#save(head);
  }

  /** What follows on `head` is not to be checked; what is before it still is. */
  endAt(head: number): void {
    if (this.#load() !== undefined) this.#last ??= head;
  }

  /** Nothing is to be checked any more. */
  end(): void {
    if (this.#load() === undefined) return;
    this.#cursor = undefined;
    this.#last = undefined;
    this.#stuck.clear();
    this.#safety.mark.write(undefined);
  }

  /**
   * Checks what is not checked yet, if it is time; resolves when that is done, or has to wait, or is to
   * be gone on with in another run. While it goes on, whoever calls this again need not wait for it.
   */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      await this.#goOn();
    } catch (fault) {
      this.#room.onFault(fault);
      this.#pausedUntil = this.#room.clock() + FIRST_PAUSE_MS;
    } finally {
      this.#isRunning = false;
    }
  }

  /** When to {@link run} again although nothing new is said, in milliseconds since 1970. */
  get dueAt(): number | undefined {
    if (this.#isRunning) return undefined;
    const cursor = this.#load();
    const due = [
      ...(cursor !== undefined && cursor < this.#end ? [this.#pausedUntil] : []),
      ...(this.#stuck.size > 0 ? [this.#stuckUntil] : []),
    ];
    return due.length > 0 ? Math.min(...due) : undefined;
  }

  async #goOn(): Promise<void> {
    if (this.#load() === undefined) return;
    if (this.#stuck.size > 0 && this.#room.clock() >= this.#stuckUntil) await this.#retryStuck();
    const stopAt = this.#room.clock() + RUN_MS;
    while (this.#room.clock() >= this.#pausedUntil && this.#room.clock() < stopAt) {
      if (this.#cursor === undefined) return;
      if (this.#cursor >= this.#end) {
        if (this.#last !== undefined && this.#stuck.size === 0) this.end();
        return;
      }
      const cursor = Math.max(this.#cursor, this.#room.log.oldest - 1);
      const upTo = Math.max(cursor, Math.min(cursor + (this.#probing ? 1 : WINDOW), this.#end));
      const messages = this.#messages(cursor, upTo);
      const unanswered = await this.#check(messages);
      // It was ended meanwhile.
      if (this.#cursor === undefined) return;
      const [oldest] = unanswered;
      const isDown = unanswered.length === messages.length || this.#stuck.size >= MAX_STUCK;
      this.#probing &&= unanswered.length === messages.length;
      if (oldest && isDown) {
        this.#probing = true;
        this.#pausedUntil = this.#nextTry(oldest);
        return;
      }
      if (oldest && this.#stuck.size === 0) this.#stuckUntil = this.#nextTry(oldest);
      for (const { seq } of unanswered) this.#stuck.add(seq);
      this.#cursor = upTo;
      this.#saveSeldom();
    }
  }

  async #retryStuck(): Promise<void> {
    const messages = [...this.#stuck].flatMap((seq) => this.#messages(seq - 1, seq));
    const staying = new Set(messages.map(({ seq }) => seq));
    for (const seq of this.#stuck) if (!staying.has(seq)) this.#stuck.delete(seq);
    for (let i = 0; i < messages.length; i += WINDOW) {
      const window = messages.slice(i, i + WINDOW);
      const unanswered = await this.#check(window);
      for (const message of window) {
        if (!unanswered.includes(message)) this.#stuck.delete(message.seq);
      }
      const [oldest] = unanswered;
      if (oldest) this.#stuckUntil = this.#nextTry(oldest);
    }
    this.#saveSeldom();
  }

  /** What is to be checked with `after < seq <= upTo`: by a user of WeChat, still there, not too old. */
  #messages(after: number, upTo: number): ChatMessage[] {
    const since = this.#room.clock() - GIVE_UP_MS;
    return this.#room.log.read(after, upTo).flatMap(({ event }) => {
      if (event.kind !== 'message' || !('text' in event.content) || event.at < since) return [];
      return this.#safety.openIds.get(event.from.id) === undefined ? [] : [event];
    });
  }

  /** Takes back what does not pass; returns what got no answer. */
  async #check(messages: readonly ChatMessage[]): Promise<ChatMessage[]> {
    const results = await Promise.all(messages.map((message) => this.#ask(message)));
    return messages.filter(({ seq }, index) => {
      if (results[index] === 'reject' && this.#cursor !== undefined) this.#room.recall(seq);
      return results[index] === 'unavailable';
    });
  }

  async #ask({ content, from }: ChatMessage): Promise<CheckResult> {
    const sealedOpenId = this.#safety.openIds.get(from.id);
    if (!('text' in content) || sealedOpenId === undefined) return 'pass';
    const author = { id: from.id, sealedOpenId };
    const found = await this.#safety.remote?.check({
      text: content.text,
      author,
      blockedWords: [],
    });
    return found ?? 'unavailable';
  }

  /** The seq up to which there is something to check. */
  get #end(): number {
    return Math.min(this.#room.log.head, this.#last ?? Number.POSITIVE_INFINITY);
  }

  #nextTry({ at }: ChatMessage): number {
    const now = this.#room.clock();
    return now + Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, now - at));
  }

  #load(): number | undefined {
    this.#cursor ??= this.#safety.mark.read()?.seq;
    return this.#cursor;
  }

  #saveSeldom(): void {
    const done = this.#stuck.size > 0 ? Math.min(...this.#stuck) - 1 : (this.#cursor ?? 0);
    const last = this.#safety.mark.read();
    const isTime = !last || this.#room.clock() - last.at >= SAVE_INTERVAL_MS;
    if (isTime && done > (last?.seq ?? 0)) this.#save(done);
  }

  #save(seq: number): void {
    this.#safety.mark.write({ seq, at: this.#room.clock() });
  }
}
