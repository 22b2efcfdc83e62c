/**
 * Reads everything that the room says, at the moment when it says it, and holds it against what
 * people wanted and what is stored. It knows the rules in its own words, not in the room's.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { decodeClientFrame, decodeServerFrame } from '../../shared/codec.ts';
import { parseCursor } from '../../shared/cursor.ts';
import { FRESH_EVENTS, MAX_RESUME_EVENTS, RECALL_WINDOW_MS } from '../../shared/limits.ts';
import type {
  AckFrame,
  ChatEvent,
  ChatSanction,
  EventFrame,
  EventsFrame,
  PageFrame,
  RejectFrame,
  WelcomeFrame,
} from '../../shared/protocol.ts';
import { SYSTEM_USER } from '../../worker/room/system-user.ts';
import { Chronicle, type Reader } from '../support/chronicle.ts';
import type { MemoryLog } from '../support/memory.ts';
import type { Scenario } from './scenario.ts';

/** As far back as the newest events for somebody without a cursor are looked for. */
const MAX_SCANNED_EVENTS = 1_000;
/** Every text that somebody writes has one, and only that text. */
const SECRET = /#[\w-]+#/g;

/** One connection, as far as the watcher has to remember it. */
export interface Watched {
  readonly reader: Reader;
  readonly since: string | undefined;
  /** Where its chain ends. */
  upTo: number | undefined;
  /** The ids of the frames that wait for an answer. */
  readonly unanswered: Set<string>;
}

/** What is wanted, by whom. */
interface Wish {
  readonly author: string;
  readonly frame: EventFrame;
}

export class Watcher {
  readonly chronicle: Chronicle;
  readonly #log: MemoryLog;
  readonly #scenario: Scenario;
  readonly #readers: ReadonlyMap<string, Reader>;
  readonly #clockWasSet: boolean;
  /** Who is connected. */
  readonly #isOnline: (userId: string) => boolean;
  readonly #wishes = new Map<string, Wish>();
  /** The frame in which a secret was written. */
  readonly #secrets = new Map<string, string>();
  /** Events by the frame that they came of, the newest last. */
  readonly #seqs = new Map<string, number[]>();
  readonly #acks = new Map<string, AckFrame>();
  #head = 0;
  #at = 0;
  /** What hosts did, in its order. */
  #sanctions: ChatSanction[] = [];

  constructor(scenario: Scenario, log: MemoryLog, isOnline: (userId: string) => boolean) {
    this.#scenario = scenario;
    this.#log = log;
    this.#isOnline = isOnline;
    this.#readers = new Map(scenario.people.map((person) => [person.id, person]));
    // What was over by a clock that ran ahead is over.
    this.#clockWasSet = scenario.steps.some(
      (step) => step.do === 'jump' && step.phone === undefined,
    );
    this.chronicle = new Chronicle((id) => this.#isHost(id));
  }

  /** Everything that a user may see of what ever happened, as it is to be read now. */
  visibleTo(userId: string): ChatEvent[] {
    const reader = this.#reader(userId);
    return [...this.chronicle.events.values()].filter((event) =>
      this.chronicle.maySee(reader, event),
    );
  }

  /** Somebody wants something of the room. */
  onFrame({ reader, unanswered }: Watched, text: string): void {
    const decoded = decodeClientFrame(text);
    if (!decoded.ok || decoded.frame.type === 'typing') return;
    unanswered.add(decoded.frame.id);
    if (decoded.frame.type !== 'history') this.onWish(reader.id, decoded.frame);
  }

  /** Somebody, or a back end, wants this to become an event. */
  onWish(author: string, frame: EventFrame): void {
    if (this.#wishes.has(frame.id)) return;
    this.#wishes.set(frame.id, { author, frame });
    this.chronicle.written.set(frame.id, frame);
    for (const [secret] of JSON.stringify(frame).matchAll(SECRET)) {
      this.#secrets.set(secret, frame.id);
    }
  }

  /** The room says this on a connection. */
  onAnswer(watched: Watched, text: string): void {
    this.keepUp();
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
    const was = { muted: 'mute', banned: 'ban' };
    if (code === 'muted' || code === 'banned') {
      const isTrue = this.#sanctions.some(
        ({ user, action }) => user === reader.id && action === was[code],
      );
      ok(isTrue, `${reader.id} is told to be ${code}`);
    }
    if (id !== undefined) {
      const kept = this.seqsOf(id).filter((seq) => this.#isKept(seq));
      deepStrictEqual(kept, [], `[R9] ${id} is refused (${code}), and an event`);
    }
  }

  /** What was not on disk is gone: nobody has heard of it. */
  forgetBeyond(head: number): void {
    for (const seq of [...this.chronicle.events.keys()]) {
      if (seq > head) this.chronicle.events.delete(seq);
    }
    for (const [id, seqs] of this.#seqs) {
      this.#seqs.set(
        id,
        seqs.filter((seq) => seq <= head),
      );
    }
    for (const [key, { seq }] of this.#acks) if (seq > head) this.#acks.delete(key);
    this.#head = head;
    this.#at = this.chronicle.events.get(head)?.at ?? 0;
    this.#sanctions = this.#sanctions.filter(({ seq }) => seq <= head);
    // What was recalled since is as it was.
    for (const { event } of this.#log.read(0, head)) this.chronicle.events.set(event.seq, event);
  }

  /** Takes in what is stored since the last look. */
  keepUp(): void {
    if (this.#log.head === this.#head) return;
    for (const { event } of this.#log.read(this.#head, this.#log.head)) {
      strictEqual(event.seq, this.#head + 1, '[R1] seq grows by one');
      this.#head = event.seq;
      ok(event.at >= this.#at, `${event.seq} looks older than what came before`);
      this.#at = event.at;
      this.#checkOrigin(event);
      this.#checkRights(event);
      this.chronicle.events.set(event.seq, event);
      this.#seqs.set(event.id, [...(this.#seqs.get(event.id) ?? []), event.seq]);
      if (event.kind === 'recall') this.#recall(event.target);
      if (event.kind === 'moderation' && event.action !== 'slow_mode') this.#sanctions.push(event);
    }
    strictEqual(this.#head, this.#log.head);
  }

  /** What is stored is what was wanted, and nothing of it twice. */
  checkLog(): void {
    this.keepUp();
    const kept = this.#log.read(0, this.#log.head).map(({ event }) => event);
    const { oldest } = this.#log;
    deepStrictEqual(
      kept,
      [...this.chronicle.events.values()].filter(({ seq }) => seq >= oldest),
    );
    for (const [id, seqs] of this.#seqs) {
      const twice = seqs.filter((seq) => this.#isKept(seq));
      ok(twice.length <= 1, `[R3] ${id} became ${twice.join(' and ')}`);
    }
    const votes = kept.flatMap((event) =>
      event.kind === 'vote' ? [`${event.from.id} for ${event.target}`] : [],
    );
    strictEqual(new Set(votes).size, votes.length, 'nobody votes twice');
  }

  /** The events that came of a frame, in the order of the log. */
  seqsOf(id: string): readonly number[] {
    return this.#seqs.get(id) ?? [];
  }

  #reader(userId: string): Reader {
    const reader = this.#readers.get(userId);
    ok(reader, `${userId} is a stranger`);
    return reader;
  }

  #isHost(userId: string): boolean {
    const { owner, hosts } = this.#scenario;
    return userId === owner || hosts.includes(userId);
  }

  #isKept(seq: number): boolean {
    return seq >= this.#log.oldest && seq <= this.#log.head;
  }

  /** [R7] `from` is who sent it, and the content is what they sent. */
  #checkOrigin(event: ChatEvent): void {
    if (event.kind === 'moderation' && event.action === 'slow_mode') return;
    const wish = this.#wishes.get(event.id);
    ok(wish, `nobody wanted ${JSON.stringify(event)}`);
    const { author, frame } = wish;
    strictEqual(event.from.id, author);
    if (event.kind === 'message') {
      ok(frame.type === 'send');
      if (event.content.type !== 'recalled') deepStrictEqual(event.content, frame.content);
      strictEqual(event.replyTo, frame.replyTo);
      if (frame.content.type !== 'answer') deepStrictEqual(event.to, frame.to);
    } else if (event.kind === 'moderation') {
      ok(frame.type === 'moderate' && frame.action === event.action && frame.user === event.user);
    } else {
      ok(frame.type === event.kind && frame.target === event.target);
    }
  }

  /** What its author may not do, or not see, is refused. */
  #checkRights(event: ChatEvent): void {
    const { id } = event.from;
    if (id === SYSTEM_USER.id) return;
    const author = this.#reader(id);
    strictEqual(event.from.group, author.group, '[R7]');
    ok(!this.#isUnder('ban', id, event.at), `${id} is banned`);
    if (event.kind === 'message') ok(!this.#isUnder('mute', id, event.at), `${id} is muted`);
    for (const seq of aboutOf(this.chronicle.written.get(event.id))) {
      const target = this.chronicle.events.get(seq);
      ok(
        target?.kind === 'message' && this.#isKept(seq),
        `${event.seq} is about ${seq}, which is no message that is kept`,
      );
      ok(this.chronicle.maySee(author, target), `[R6] ${id} may not know of ${seq}`);
    }
    if (this.#isHost(id)) return;
    ok(event.kind !== 'moderation' && event.kind !== 'resolve', `${id} is no host`);
    if (event.kind !== 'recall') return;
    const target = this.chronicle.events.get(event.target);
    ok(target?.from.id === id && event.at - target.at <= RECALL_WINDOW_MS, 'recalled too late');
  }

  /** Whether a user is muted or banned, by what hosts did. */
  #isUnder(what: 'mute' | 'ban', userId: string, now: number): boolean {
    if (userId === this.#scenario.owner || this.#clockWasSet) return false;
    const last = this.#sanctions
      .filter(({ user, action }) => user === userId && [what, `un${what}`].includes(action))
      .at(-1);
    return last?.action === what && (last.until ?? Number.POSITIVE_INFINITY) > now;
  }

  #recall(target: number): void {
    const event = this.chronicle.events.get(target);
    if (event?.kind !== 'message') return;
    this.chronicle.events.set(target, { ...event, content: { type: 'recalled' } });
  }

  /** [R6] Nothing that is said on a connection holds a word that its user may not read. */
  #checkSecrets({ reader }: Watched, text: string): void {
    for (const [secret] of text.matchAll(SECRET)) {
      const seqs = this.#seqs.get(this.#secrets.get(secret) ?? '') ?? [];
      const event = this.chronicle.events.get(seqs.at(-1) ?? 0);
      ok(event?.kind === 'message', `[R2] ${secret} is said before it is stored: ${text}`);
      ok(this.chronicle.maySee(reader, event), `[R6] ${reader.id} is shown ${secret}: ${text}`);
      ok(event.content.type !== 'recalled', `${secret} was recalled: ${text}`);
    }
  }

  #checkWelcome(watched: Watched, frame: WelcomeFrame): void {
    const { head, oldest, epoch } = this.#log;
    const { reader } = watched;
    deepStrictEqual([frame.head, frame.oldest, frame.epoch], [head, oldest, epoch]);
    strictEqual(frame.self.id, reader.id);
    ok(!this.#isUnder('ban', reader.id, frame.time), `${reader.id} is banned, and let in`);
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
      if (this.chronicle.maySee(reader, this.chronicle.events.get(first))) found++;
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
      const event = this.chronicle.events.get(seq);
      ok(event && this.#isKept(seq), `[R5] ${seq} is not kept, and passed over`);
      if (this.chronicle.maySee(reader, event)) expected.push(JSON.stringify(event));
    }
    const events = `"events":[${expected.join(',')}]`;
    ok(text.includes(events), `[R4][R6] ${reader.id} may see ${events}, and gets ${text}`);
  }

  #checkAck({ reader }: Watched, frame: AckFrame): void {
    const { id, seq, at, offline } = frame;
    const event = this.chronicle.events.get(seq);
    ok(event && seq <= this.#log.head, `[R2] ${id} has an ack, and is not stored`);
    strictEqual(at, event.at);
    const wish = this.#wishes.get(id);
    const isRepeated = event.id !== id;
    if (isRepeated) {
      // Only what can be done but once is acknowledged as something done before.
      ok(wish?.frame.type === 'vote' || wish?.frame.type === 'resolve', `${id} is not ${event.id}`);
      ok(event.kind === wish.frame.type && event.target === wish.frame.target);
      if (event.kind === 'vote') strictEqual(event.from.id, reader.id);
    } else {
      strictEqual(event.from.id, reader.id);
    }
    const key = `${reader.id} ${id}`;
    const before = this.#acks.get(key);
    if (before && this.#isKept(before.seq)) {
      deepStrictEqual(frame, before, '[R3] the same ack again');
      return;
    }
    this.#acks.set(key, frame);
    if (wish?.frame.type !== 'send' || wish.frame.content.type === 'answer') return;
    const away = this.#namedIn(wish.frame).filter(
      (userId) => userId !== reader.id && !this.#isOnline(userId),
    );
    deepStrictEqual([...(offline ?? [])].sort(), away.sort(), '[R6] who was not there');
  }

  #namedIn({ to }: Extract<EventFrame, { type: 'send' }>): string[] {
    if (!to || 'group' in to) return [];
    if ('users' in to) return [...to.users];
    const { owner, hosts } = this.#scenario;
    return [...new Set([...(owner === undefined ? [] : [owner]), ...hosts])];
  }
}

/** The seqs of the messages that a frame is about. */
function aboutOf(frame: EventFrame | undefined): number[] {
  if (frame === undefined || frame.type === 'moderate') return [];
  if (frame.type !== 'send') return [frame.target];
  const { content, replyTo } = frame;
  return [
    ...(content.type === 'answer' ? [content.question] : []),
    ...(replyTo === undefined ? [] : [replyTo]),
  ];
}
