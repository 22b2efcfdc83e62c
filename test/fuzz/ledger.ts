/** What people wanted of a room, what is stored of it, and whether the one follows from the other. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { DEDUPE_EVENTS, MAX_UNREAD_COUNT, RECALL_WINDOW_MS } from '../../shared/limits.ts';
import type { Audience, ChatEvent, ChatSanction, EventFrame } from '../../shared/protocol.ts';
import { SYSTEM_USER } from '../../worker/room/system-user.ts';
import { Chronicle, type Reader } from '../support/chronicle.ts';
import type { MemoryLog } from '../support/memory.ts';
import type { Scenario } from './scenario.ts';

/** However much there is: one reading looks at no more. */
export const MAX_SCANNED_EVENTS = 1_000;
/** Every text that somebody writes has one, and only that text. */
const SECRET = /#[\w-]+#/g;

/** What is wanted, by whom. */
interface Wish {
  readonly author: string;
  readonly frame: EventFrame;
}

export class Ledger {
  readonly #chronicle: Chronicle;
  readonly #log: MemoryLog;
  readonly #scenario: Scenario;
  readonly #readers: ReadonlyMap<string, Reader>;
  readonly #clockWasSet: boolean;
  readonly #wishes = new Map<string, Wish>();
  /** The frame in which a secret was written. */
  readonly #secrets = new Map<string, string>();
  /** Events by the frame that they came of, the newest last. */
  readonly #seqs = new Map<string, number[]>();
  #head = 0;
  #at = 0;
  /** What hosts did, in its order. */
  #sanctions: ChatSanction[] = [];

  constructor(scenario: Scenario, log: MemoryLog) {
    this.#scenario = scenario;
    this.#log = log;
    this.#readers = new Map(scenario.people.map((person) => [person.id, person]));
    // What was over by a clock that ran ahead is over.
    this.#clockWasSet = scenario.steps.some(
      (step) => step.do === 'jump' && step.phone === undefined,
    );
    this.#chronicle = new Chronicle((id) => this.#isHost(id));
  }

  /** Everything that a user may see of what ever happened, as it is to be read now. */
  visibleTo(userId: string): ChatEvent[] {
    const reader = this.#reader(userId);
    return [...this.#chronicle.events.values()].filter((event) =>
      this.#chronicle.maySee(reader, event),
    );
  }

  /** The event of this seq as it is to be read now, whether it is kept or not. */
  eventAt(seq: number): ChatEvent | undefined {
    return this.#chronicle.events.get(seq);
  }

  maySee(reader: Reader, event: ChatEvent | undefined): boolean {
    return this.#chronicle.maySee(reader, event);
  }

  /** Somebody, or a back end, wants this to become an event. */
  onWish(author: string, frame: EventFrame): void {
    if (this.#wishes.has(frame.id)) return;
    this.#wishes.set(frame.id, { author, frame });
    this.#chronicle.written.set(frame.id, frame);
    for (const [secret] of JSON.stringify(frame).matchAll(SECRET)) {
      this.#secrets.set(secret, frame.id);
    }
  }

  /** What the list of questions must say to a user, by seq. */
  questionsOf(userId: string): Map<number, ReturnType<Chronicle['tally']>> {
    const reader = this.#reader(userId);
    const asked = this.visibleTo(userId).filter(
      (event) =>
        event.kind === 'message' && event.content.type === 'question' && this.isKept(event.seq),
    );
    return new Map(asked.map(({ seq }) => [seq, this.#chronicle.tally(reader, seq)]));
  }

  /** How many messages of others a user has not seen who has come to `after`: 100 at most. */
  unreadOf(userId: string, after: number): number {
    const floor = Math.max(after, this.#log.head - MAX_SCANNED_EVENTS);
    const unread = this.visibleTo(userId).filter(
      (event) =>
        event.seq > floor &&
        this.isKept(event.seq) &&
        event.kind === 'message' &&
        event.content.type !== 'recalled' &&
        event.from.id !== userId,
    );
    return Math.min(unread.length, MAX_UNREAD_COUNT);
  }

  /** The secrets in a text, each with the message that it was stored in, if it was. */
  secretsIn(text: string): [secret: string, event: ChatEvent | undefined][] {
    return Array.from(text.matchAll(SECRET), ([secret]) => {
      const seqs = this.seqsOf(this.#secrets.get(secret) ?? '');
      return [secret, this.eventAt(seqs.at(-1) ?? 0)];
    });
  }

  /** What was wanted in the frame of this id. */
  wishOf(id: string): EventFrame | undefined {
    return this.#wishes.get(id)?.frame;
  }

  /** The events that came of a frame, in the order of the log. */
  seqsOf(id: string): readonly number[] {
    return this.#seqs.get(id) ?? [];
  }

  /** What was not on disk is gone: nobody has heard of it. */
  forgetBeyond(head: number): void {
    for (const seq of [...this.#chronicle.events.keys()]) {
      if (seq > head) this.#chronicle.events.delete(seq);
    }
    for (const [id, seqs] of this.#seqs) {
      this.#seqs.set(
        id,
        seqs.filter((seq) => seq <= head),
      );
    }
    this.#head = head;
    this.#at = this.#chronicle.events.get(head)?.at ?? 0;
    this.#sanctions = this.#sanctions.filter(({ seq }) => seq <= head);
    // What was recalled since is as it was.
    for (const { event } of this.#log.read(0, head)) this.#chronicle.events.set(event.seq, event);
  }

  /** Takes in what is stored since the last look. */
  keepUp(): void {
    if (this.#log.head === this.#head) return;
    for (const { event } of this.#log.read(this.#head, this.#log.head)) {
      strictEqual(event.seq, this.#head + 1, '[R1] seq grows by one');
      this.#head = event.seq;
      // Of what is trimmed a room does not know how old it was.
      const isOldest = event.seq === this.#log.oldest;
      ok(isOldest || event.at >= this.#at, `${event.seq} looks older than what came before`);
      this.#at = event.at;
      this.#checkOrigin(event);
      this.#checkRights(event);
      this.#chronicle.events.set(event.seq, event);
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
      [...this.#chronicle.events.values()].filter(({ seq }) => seq >= oldest),
    );
    for (const [id, seqs] of this.#seqs) {
      // Phones say which of their messages may be there: those are looked for in all that is kept.
      const isSaid = this.#wishes.get(id)?.frame.type === 'send';
      const twice = seqs.filter((seq) => (isSaid ? this.isKept(seq) : this.isRecognised(seq)));
      ok(twice.length <= 1, `[R3] ${id} became ${twice.join(' and ')}`);
    }
    const votes = kept.flatMap((event) =>
      event.kind === 'vote' ? [`${event.from.id} for ${event.target}`] : [],
    );
    strictEqual(new Set(votes).size, votes.length, 'nobody votes twice');
  }

  /** Whether the id of this event is recognised for certain when it comes again [R3]. */
  isRecognised(seq: number): boolean {
    return this.isKept(seq) && seq > this.#log.head - DEDUPE_EVENTS;
  }

  /** Whether the log still holds the event of this seq. */
  isKept(seq: number): boolean {
    return seq >= this.#log.oldest && seq <= this.#log.head;
  }

  /** Whether a user is muted or banned, by what hosts did. */
  isUnder(what: 'mute' | 'ban', userId: string, now: number): boolean {
    if (userId === this.#scenario.owner || this.#clockWasSet) return false;
    const last = this.#sanctions
      .filter(({ user, action }) => user === userId && [what, `un${what}`].includes(action))
      .at(-1);
    return last?.action === what && (last.until ?? Number.POSITIVE_INFINITY) > now;
  }

  /** Whether hosts ever muted or banned a user. */
  wasEverUnder(what: 'mute' | 'ban', userId: string): boolean {
    return this.#sanctions.some(({ user, action }) => user === userId && action === what);
  }

  /** The users whom a message to `to` names, one by one. */
  namedIn(to: Audience | undefined): string[] {
    if (!to || 'group' in to) return [];
    if ('users' in to) return [...to.users];
    const { owner, hosts } = this.#scenario;
    return [...new Set([...(owner === undefined ? [] : [owner]), ...hosts])];
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
    ok(!this.isUnder('ban', id, event.at), `${id} is banned`);
    if (event.kind === 'message') ok(!this.isUnder('mute', id, event.at), `${id} is muted`);
    for (const seq of aboutOf(this.#chronicle.written.get(event.id))) {
      const target = this.#chronicle.events.get(seq);
      ok(
        target?.kind === 'message' && this.isKept(seq),
        `${event.seq} is about ${seq}, which is no message that is kept`,
      );
      ok(this.#chronicle.maySee(author, target), `[R6] ${id} may not know of ${seq}`);
    }
    if (this.#isHost(id)) return;
    ok(event.kind !== 'moderation' && event.kind !== 'resolve', `${id} is no host`);
    if (event.kind !== 'recall') return;
    const target = this.#chronicle.events.get(event.target);
    ok(target?.from.id === id && event.at - target.at <= RECALL_WINDOW_MS, 'recalled too late');
  }

  #recall(target: number): void {
    const event = this.#chronicle.events.get(target);
    if (event?.kind !== 'message') return;
    this.#chronicle.events.set(target, { ...event, content: { type: 'recalled' } });
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
