/**
 * Reads everything that the room says, at the moment when it says it, and holds it against what
 * people wanted and what is stored. It knows the rules in its own words, not in the room's.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { decodeClientFrame, decodeServerFrame } from '../../shared/codec.ts';
import { parseCursor } from '../../shared/cursor.ts';
import { FRESH_EVENTS, MAX_RESUME_EVENTS } from '../../shared/limits.ts';
import type {
  AckFrame,
  EventsFrame,
  PageFrame,
  RejectFrame,
  WelcomeFrame,
} from '../../shared/protocol.ts';
import type { Reader } from '../support/chronicle.ts';
import type { MemoryLog } from '../support/memory.ts';
import { type Ledger, MAX_SCANNED_EVENTS } from './ledger.ts';

/** One connection, as far as the watcher has to remember it. */
export interface Watched {
  readonly reader: Reader;
  readonly since: string | undefined;
  /** Where its chain ends. */
  upTo: number | undefined;
  /** The ids of the frames that wait for an answer. */
  readonly unanswered: Set<string>;
}

export class Watcher {
  readonly #ledger: Ledger;
  readonly #log: MemoryLog;
  /** Who is connected. */
  readonly #isOnline: (userId: string) => boolean;
  readonly #acks = new Map<string, AckFrame>();

  constructor(ledger: Ledger, log: MemoryLog, isOnline: (userId: string) => boolean) {
    this.#ledger = ledger;
    this.#log = log;
    this.#isOnline = isOnline;
  }

  /** Somebody wants something of the room. */
  onFrame({ reader, unanswered }: Watched, text: string): void {
    const decoded = decodeClientFrame(text);
    if (!decoded.ok || decoded.frame.type === 'typing') return;
    unanswered.add(decoded.frame.id);
    if (decoded.frame.type !== 'history') this.#ledger.onWish(reader.id, decoded.frame);
  }

  /** The room says this on a connection. */
  onAnswer(watched: Watched, text: string): void {
    this.#ledger.keepUp();
    this.#checkSecrets(watched, text);
    const decoded = decodeServerFrame(text);
    ok(decoded?.ok, `not a frame of the protocol: ${text}`);
    const { frame } = decoded;
    if ('id' in frame && frame.id !== undefined) watched.unanswered.delete(frame.id);
    if (frame.type === 'welcome') this.#checkWelcome(watched, frame);
    else if (frame.type === 'events') this.#checkEvents(watched, frame, text);
    else if (frame.type === 'page') this.#checkPage(watched, frame, text);
    else if (frame.type === 'ack') this.#checkAck(watched, frame);
    else if (frame.type === 'reject') this.#checkReject(watched, frame);
  }

  #checkReject({ reader }: Watched, { id, code }: RejectFrame): void {
    if (code === 'muted' || code === 'banned') {
      const what = code === 'muted' ? 'mute' : 'ban';
      ok(this.#ledger.wasEverUnder(what, reader.id), `${reader.id} is told to be ${code}`);
    }
    if (id !== undefined) {
      const kept = this.#ledger.seqsOf(id).filter((seq) => this.#ledger.isRecognised(seq));
      deepStrictEqual(kept, [], `[R9] ${id} is refused (${code}), and an event`);
    }
  }

  /** What was not on disk is gone: the acks for it were never sent. */
  forgetBeyond(head: number): void {
    for (const [key, { seq }] of this.#acks) if (seq > head) this.#acks.delete(key);
  }

  /** [R6] Nothing that is said on a connection holds a word that its user may not read. */
  #checkSecrets({ reader }: Watched, text: string): void {
    for (const [secret, event] of this.#ledger.secretsIn(text)) {
      ok(event?.kind === 'message', `[R2] ${secret} is said before it is stored: ${text}`);
      ok(this.#ledger.maySee(reader, event), `[R6] ${reader.id} is shown ${secret}: ${text}`);
      ok(event.content.type !== 'recalled', `${secret} was recalled: ${text}`);
    }
  }

  #checkWelcome(watched: Watched, frame: WelcomeFrame): void {
    const { head, oldest, epoch } = this.#log;
    const { reader } = watched;
    deepStrictEqual([frame.head, frame.oldest, frame.epoch], [head, oldest, epoch]);
    strictEqual(frame.self.id, reader.id);
    ok(!this.#ledger.isUnder('ban', reader.id, frame.time), `${reader.id} is banned, and let in`);
    strictEqual(watched.upTo, undefined, 'one welcome');
    watched.upTo = frame.after;
    const since = watched.since === undefined ? undefined : parseCursor(watched.since);
    const isResumable =
      since !== undefined &&
      since.epoch === epoch &&
      since.seq <= head &&
      since.seq >= oldest - 1 &&
      head - since.seq <= MAX_RESUME_EVENTS;
    if (isResumable) {
      deepStrictEqual([frame.resume, frame.after], ['recovered', since.seq], '[R5]');
      return;
    }
    strictEqual(frame.resume, since ? 'reset' : 'fresh', '[R5]');
    const floor = Math.max(oldest, head + 1 - MAX_SCANNED_EVENTS);
    let first = head + 1;
    for (let found = 0; first > floor && found < FRESH_EVENTS; ) {
      first--;
      if (this.#ledger.maySee(reader, this.#ledger.eventAt(first))) found++;
    }
    strictEqual(frame.after, first - 1, '[R5] the newest 50 that one may see');
  }

  #checkEvents(watched: Watched, { after, upTo, events }: EventsFrame, text: string): void {
    strictEqual(after, watched.upTo, '[R4] the chain goes on where it was');
    ok(upTo > after && upTo <= this.#log.head, '[R2][R4] up to what is stored');
    watched.upTo = upTo;
    for (const event of events) {
      if (event.kind === 'unknown' || event.from.id !== watched.reader.id) continue;
      ok(!watched.unanswered.has(event.id), `[F8] ${event.id} is shown before its ack`);
    }
    this.#checkStretch(watched.reader, after, upTo, text);
  }

  #checkPage({ reader }: Watched, { events, oldest, more }: PageFrame, text: string): void {
    const newest = events.at(-1)?.seq;
    if (newest !== undefined) this.#checkStretch(reader, oldest - 1, newest, text);
    strictEqual(more, oldest > this.#log.oldest);
  }

  /** All that `reader` may see of a stretch of the log, as it is stored, and nothing else. */
  #checkStretch(reader: Reader, after: number, upTo: number, text: string): void {
    const expected: string[] = [];
    for (let seq = after + 1; seq <= upTo; seq++) {
      const event = this.#ledger.eventAt(seq);
      ok(event && this.#ledger.isKept(seq), `[R5] ${seq} is not kept, and passed over`);
      if (this.#ledger.maySee(reader, event)) expected.push(JSON.stringify(event));
    }
    const events = `"events":[${expected.join(',')}]`;
    ok(text.includes(events), `[R4][R6] ${reader.id} may see ${events}, and gets ${text}`);
  }

  #checkAck({ reader }: Watched, frame: AckFrame): void {
    const { id, seq, at, offline } = frame;
    const event = this.#ledger.eventAt(seq);
    ok(event && seq <= this.#log.head, `[R2] ${id} has an ack, and is not stored`);
    strictEqual(at, event.at);
    const wish = this.#ledger.wishOf(id);
    const isRepeated = event.id !== id;
    if (isRepeated) {
      // Only what can be done but once is acknowledged as something done before.
      ok(wish?.type === 'vote' || wish?.type === 'resolve', `${id} is not ${event.id}`);
      ok(event.kind === wish.type && event.target === wish.target);
      if (event.kind === 'vote') strictEqual(event.from.id, reader.id);
    } else {
      strictEqual(event.from.id, reader.id);
    }
    const key = `${reader.id} ${id}`;
    const before = this.#acks.get(key);
    // Further back, too, where the sender says that it may be there.
    if (before && (before.seq === seq || this.#ledger.isRecognised(before.seq))) {
      deepStrictEqual(frame, before, '[R3] the same ack again');
      return;
    }
    this.#acks.set(key, frame);
    if (wish?.type !== 'send' || wish.content.type === 'answer') return;
    const away = this.#ledger
      .namedIn(wish.to)
      .filter((userId) => userId !== reader.id && !this.#isOnline(userId));
    deepStrictEqual([...(offline ?? [])].sort(), away.sort(), '[R6] who was not there');
  }
}
