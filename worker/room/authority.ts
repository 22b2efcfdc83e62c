/**
 * The half of a room that decides: it checks what people want to say, gives it its place in the
 * order, and stores it. It knows no connection; delivering is the fan-out's work.
 */
import { encodeEvent } from '../../shared/codec.ts';
import type { Refusal } from '../../shared/errors.ts';
import type { AckFrame, ChatEvent, EventFrame, User } from '../../shared/protocol.ts';
import { decideAction } from './actions.ts';
import { namedUsers } from './audience.ts';
import type { Attendance, Decision, Scene } from './decision.ts';
import { Draft } from './draft.ts';
import { LastMessages } from './last-messages.ts';
import { decideModeration } from './moderation.ts';
import type { EventLog, RoomPorts, RoomSettings, StoredEvent } from './ports.ts';
import { type Question, QuestionBook } from './question-book.ts';
import { RateLimiter } from './rate-limit.ts';
import type { ReadableLog } from './reader.ts';
import { RecentEvents, senderKey } from './recent-events.ts';
import { banOn, type KnownSanctions, muteOn, slowModeOn } from './restraint.ts';
import { SanctionBook } from './sanctions.ts';
import { decideSend } from './speech.ts';

/**
 * How often the whole log is searched for one user, which looks at all that is kept: as often as a full
 * outbox is in doubt after a long absence, and then hardly ever.
 */
const SEARCH_RATE = { burst: 100, perSecond: 0.1 };

/** Something that somebody wants to become an event. */
export interface Submission {
  /** As the server knows the author, never as a client claims [R7]. */
  readonly author: User;
  readonly frame: EventFrame | SlowModeChange;
  /** From a back end: it may turn to users who have not been here yet, and recall what it can't see. */
  readonly fromBackEnd?: boolean;
  /** Decided before: refused with this, unless it repeats what was accepted already [R3]. */
  readonly refusal?: Refusal;
}

/** That an operator has set a new pause between messages: told to the room as an event. */
export interface SlowModeChange {
  readonly type: 'slow_mode';
  readonly id: string;
  readonly seconds: number;
}

/** What became of a submission. */
export type Verdict =
  | { readonly ok: true; readonly ack: AckFrame }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a commit did. */
export interface Commit {
  /** One per submission, in their order. */
  readonly verdicts: readonly Verdict[];
  /** The head before this commit. */
  readonly after: number;
  /** The events made, already stored [R2]. */
  readonly events: readonly StoredEvent[];
  /** Addresses of the pictures and sounds that were recalled with it. */
  readonly withdrawn: readonly string[];
}

type AuthorityPorts = Pick<
  RoomPorts,
  'log' | 'addresses' | 'sanctions' | 'media' | 'atomically' | 'clock'
>;

/** Numbers and stores the events of one room. */
export class Authority {
  /** The log to read from; what is in memory is not read from storage again. */
  readonly log: ReadableLog;
  readonly #log: EventLog;
  readonly #recent: RecentEvents;
  readonly #questions: QuestionBook;
  readonly #sanctions: SanctionBook;
  readonly #lastMessages: LastMessages;
  readonly #searches = new RateLimiter(SEARCH_RATE);
  readonly #ports: AuthorityPorts;

  constructor(ports: AuthorityPorts) {
    const { log } = ports;
    const recent = new RecentEvents(log);
    this.log = {
      epoch: log.epoch,
      get head() {
        return log.head;
      },
      get oldest() {
        return log.oldest;
      },
      read: (after, upTo) => recent.read(after, upTo) ?? log.read(after, upTo),
    };
    this.#ports = ports;
    this.#log = log;
    this.#recent = recent;
    this.#questions = new QuestionBook(log);
    this.#sanctions = new SanctionBook(ports.sanctions);
    this.#lastMessages = new LastMessages(this.log);
  }

  /** Who is muted or banned. */
  get sanctions(): KnownSanctions {
    return this.#sanctions;
  }

  /** The event that this user made under this id, if it is recognised when it comes again [R3]. */
  eventOf(userId: string, id: string): ChatEvent | undefined {
    return this.#recent.find(senderKey(userId, id))?.event;
  }

  /** The ack that what this user said under this id has got, if it is recognised when it comes again [R3]. */
  ackOf(userId: string, id: string): AckFrame | undefined {
    const known = this.#recent.find(senderKey(userId, id));
    return known && ackOf(known);
  }

  /** What a user was called when the room last heard of them, if it remembers. */
  nameOf(userId: string): string | undefined {
    return this.#recent.nameOf(userId);
  }

  /** The questions that are kept, the newest first. */
  questions(): readonly Question[] {
    return this.#questions.newestFirst();
  }

  /**
   * Takes submissions in their order and stores what is accepted as one unit. Throws what the log
   * throws; then nothing was stored and nothing is remembered.
   */
  commit(
    submissions: readonly Submission[],
    settings: RoomSettings,
    attendance: Attendance,
  ): Commit {
    // A clock that was set back must not make a later message look older.
    const at = Math.max(this.#ports.clock(), this.#recent.last()?.event.at ?? 0);
    const draft = new Draft(this.log);
    const scene: Scene = {
      settings,
      attendance,
      addresses: this.#ports.addresses,
      sanctions: this.#sanctions,
      lastMessages: this.#lastMessages,
      at,
      find: (seq) => draft.find(seq)?.event,
      findQuestion: (seq) => this.#questions.get(seq),
      describeMedia: (url, userId) =>
        draft.withdrawn.has(url) ? undefined : this.#ports.media.describe(url, userId),
      nameOf: (userId) => attendance.nameOf(userId) ?? this.#recent.nameOf(userId),
    };
    if (settings.slowMode === undefined) this.#lastMessages.forget();
    try {
      const verdicts = submissions.map((submission) => this.#take(submission, draft, scene));
      const { batch, rewritten } = draft;
      if (batch.length > 0) {
        this.#append(draft);
        this.#recent.push(batch, rewritten);
      }
      return { verdicts, after: draft.after, events: batch, withdrawn: [...draft.withdrawn] };
    } catch (fault) {
      // They are ahead of the log: each submission is decided on with those before it in mind.
      this.#questions.forget();
      this.#sanctions.forget();
      this.#lastMessages.forget();
      throw fault;
    }
  }

  /** Forgets events up to `upTo`, and sanctions that are over. */
  trim(upTo: number): void {
    this.#sanctions.expire(this.#ports.clock());
    this.#log.trim(upTo);
    this.#recent.trim(this.#log.oldest - 1);
    this.#questions.trim(this.#log.oldest - 1);
  }

  #append({ batch, rewritten, withdrawn }: Draft): void {
    if (withdrawn.size === 0 && !this.#sanctions.isChanged) {
      this.#log.append(batch, rewritten);
      return;
    }
    this.#ports.atomically(() => {
      this.#sanctions.save();
      for (const url of withdrawn) this.#ports.media.withdraw(url);
      // Last: the log keeps count of itself, which no storage takes back.
      this.#log.append(batch, rewritten);
    });
  }

  #take(submission: Submission, draft: Draft, scene: Scene): Verdict {
    const { author, frame } = submission;
    const key = senderKey(author.id, frame.id);
    const known = this.#recent.find(key) ?? draft.findRepeated(key);
    if (known) return { ok: true, ack: ackOf(known) };
    const older = this.#searchOlder(submission, scene.at);
    if (older) return older;
    const decision = decide(submission, scene);
    if (decision.type === 'refused') return { ok: false, refusal: decision.refusal };
    if (decision.type === 'repeated') {
      return { ok: true, ack: { type: 'ack', id: frame.id, ...decision.place } };
    }
    const { at } = scene;
    const event = { seq: draft.nextSeq, at, id: frame.id, from: author, ...decision.body };
    const stored = toStored(event, scene);
    draft.add(stored);
    this.#questions.add(event);
    this.#sanctions.add(event);
    this.#lastMessages.add(event);
    if (decision.recalled) {
      draft.recall(decision.recalled);
      this.#questions.recall(decision.recalled);
    }
    return { ok: true, ack: ackOf(stored) };
  }

  /**
   * The ack of what its author says may have come before the newest, or the advice to ask later; nothing
   * when it is new. Who does not say so is spared a search that would be in vain.
   */
  #searchOlder({ author, frame, refusal }: Submission, now: number): Verdict | undefined {
    if (frame.type !== 'send' || !frame.again || refusal || this.#recent.isComplete)
      return undefined;
    const turn = this.#searches.take(author.id, now);
    if (!turn.ok) return { ok: false, refusal: tooManySearches(turn.retryAfter) };
    const older = this.#log.find(author.id, frame.id);
    return older && { ok: true, ack: ackOf(older) };
  }
}

function tooManySearches(retryAfter: number): Refusal {
  const message = 'too many messages sent again after a long absence: send them more slowly';
  return { code: 'rate_limited', message, retryAfter };
}

function decide(
  { author, frame, fromBackEnd = false, refusal }: Submission,
  scene: Scene,
): Decision {
  const restraint = restraintOn(author, frame, refusal, scene);
  if (restraint) return { type: 'refused', refusal: restraint };
  switch (frame.type) {
    case 'send':
      return decideSend(author, frame, scene, fromBackEnd);
    case 'moderate':
      return decideModeration(author, frame, scene, fromBackEnd);
    case 'slow_mode': {
      const { type: action, seconds } = frame;
      return { type: 'accepted', body: { kind: 'moderation', action, seconds } };
    }
    default:
      return decideAction(author, frame, scene, fromBackEnd);
  }
}

/** Moderation comes first, then the rate (`refusal`), then the slow mode. */
function restraintOn(
  author: User,
  { type }: Submission['frame'],
  refusal: Refusal | undefined,
  scene: Scene,
): Refusal | undefined {
  const { sanctions, at } = scene;
  const isSpeech = type === 'send';
  return (
    banOn(author, sanctions, at) ??
    (isSpeech ? muteOn(author, sanctions, at) : undefined) ??
    refusal ??
    (isSpeech ? slowModeOn(author, scene) : undefined)
  );
}

function toStored(event: ChatEvent, { settings, attendance }: Scene): StoredEvent {
  const text = encodeEvent(event);
  // Of what is done to a message nobody is told that they missed it: they find the message changed.
  if (!event.to || event.kind !== 'message') return { event, text };
  const named = new Set([...namedUsers(event.to, settings), ...(event.also ?? [])]);
  const offline = [...named].filter(
    (userId) => userId !== event.from.id && !attendance.isOnline(userId),
  );
  return offline.length > 0 ? { event, text, offline } : { event, text };
}

function ackOf({ event, offline }: StoredEvent): AckFrame {
  const { id, seq, at } = event;
  const ack: AckFrame = { type: 'ack', id, seq, at };
  if (offline) ack.offline = [...offline];
  return ack;
}
