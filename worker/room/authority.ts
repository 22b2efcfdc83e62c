/**
 * The half of a room that decides: it checks what people want to say, gives it its place in the
 * order, and stores it. It knows no connection; delivering is the fan-out's work.
 */
import { encodeEvent } from '../../shared/codec.ts';
import type { Refusal } from '../../shared/errors.ts';
import type { AckFrame, ChatEvent, Content, SendFrame, User } from '../../shared/protocol.ts';
import { canSee, namedUsers } from './audience.ts';
import type { AddressBook, Clock, EventLog, RoomSettings, StoredEvent } from './ports.ts';
import type { ReadableLog } from './reader.ts';
import { RecentEvents, senderKey } from './recent-events.ts';
import { isHost } from './roles.ts';

/** Something that somebody wants to become an event. */
export interface Submission {
  /** As the server knows the author, never as a client claims [R7]. */
  readonly author: User;
  readonly frame: Omit<SendFrame, 'type'>;
  /** From a back end: it may write to users who have not been here yet. */
  readonly fromBackEnd?: boolean;
  /** Decided before: refused with this, unless it repeats what was accepted already [R3]. */
  readonly refusal?: Refusal;
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
}

/** What the authority needs to know of those who are connected. */
export interface Attendance {
  isOnline(userId: string): boolean;
  isGroupOnline(group: string): boolean;
}

/** Numbers and stores the events of one room. */
export class Authority {
  readonly #log: EventLog;
  readonly #recent: RecentEvents;
  readonly #addresses: AddressBook;
  readonly #clock: Clock;

  constructor(log: EventLog, addresses: AddressBook, clock: Clock) {
    this.#log = log;
    this.#recent = new RecentEvents(log);
    this.#addresses = addresses;
    this.#clock = clock;
  }

  /** The log to read from; what is in memory is not read from storage again. */
  get log(): ReadableLog {
    const log = this.#log;
    return {
      epoch: log.epoch,
      head: log.head,
      oldest: log.oldest,
      read: (after, upTo) => this.#recent.read(after, upTo) ?? log.read(after, upTo),
    };
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
    const after = this.#log.head;
    const batch: StoredEvent[] = [];
    const inBatch = new Map<string, StoredEvent>();
    // A clock that was set back must not make a later message look older.
    const at = Math.max(this.#clock(), this.#recent.last()?.event.at ?? 0);
    const verdicts = submissions.map((submission): Verdict => {
      const { author, frame } = submission;
      const key = senderKey(author.id, frame.id);
      const known = this.#recent.find(key) ?? inBatch.get(key);
      if (known) return { ok: true, ack: ackOf(known) };
      const refusal = submission.refusal ?? this.#check(submission, batch, settings, attendance);
      if (refusal) return { ok: false, refusal };
      const stored = toStored(submission, after + batch.length + 1, at, settings, attendance);
      batch.push(stored);
      inBatch.set(key, stored);
      return { ok: true, ack: ackOf(stored) };
    });
    if (batch.length > 0) {
      this.#log.append(batch);
      this.#recent.push(batch);
    }
    return { verdicts, after, events: batch };
  }

  /** Forgets events up to `upTo`. */
  trim(upTo: number): void {
    this.#log.trim(upTo);
    this.#recent.trim(this.#log.oldest - 1);
  }

  #check(
    { author, frame, fromBackEnd }: Submission,
    batch: readonly StoredEvent[],
    settings: RoomSettings,
    attendance: Attendance,
  ): Refusal | undefined {
    if (!maySay(author, frame.content)) {
      return {
        code: 'forbidden',
        message: `a ${author.role} may not send a ${frame.content.type}`,
      };
    }
    if (frame.replyTo !== undefined) {
      const target = this.#find(frame.replyTo, batch);
      if (!target || !canSee(author, target.event)) {
        return { code: 'not_found', message: `there is no message ${frame.replyTo} to reply to` };
      }
    }
    return fromBackEnd ? undefined : this.#checkAudience(frame, settings, attendance);
  }

  /** A message to nobody known would vanish without a word: most often it is a typing error. */
  #checkAudience(
    { to }: Submission['frame'],
    settings: RoomSettings,
    attendance: Attendance,
  ): Refusal | undefined {
    if (!to) return undefined;
    if ('users' in to) {
      const stranger = to.users.find(
        (id) => !attendance.isOnline(id) && !this.#addresses.has(`user:${id}`),
      );
      if (stranger === undefined) return undefined;
      return { code: 'not_found', message: `user ${stranger} has never been in this room` };
    }
    if ('group' in to) {
      if (attendance.isGroupOnline(to.group) || this.#addresses.has(`group:${to.group}`)) return;
      return { code: 'not_found', message: `group ${to.group} has never been in this room` };
    }
    if (namedUsers(to, settings).length > 0) return undefined;
    return { code: 'not_found', message: 'this room has no host' };
  }

  #find(seq: number, batch: readonly StoredEvent[]): StoredEvent | undefined {
    return seq > this.#log.head ? batch[seq - this.#log.head - 1] : this.log.read(seq - 1, seq)[0];
  }
}

/** Notices stand out from what people say: only hosts and back ends send them. */
function maySay(author: User, content: Content): boolean {
  return content.type !== 'notice' || isHost(author.role);
}

function toStored(
  { author, frame }: Submission,
  seq: number,
  at: number,
  settings: RoomSettings,
  attendance: Attendance,
): StoredEvent {
  const { id, content, to, replyTo } = frame;
  const event: ChatEvent = {
    kind: 'message',
    seq,
    at,
    id,
    from: author,
    content,
    ...(to && { to }),
    ...(replyTo !== undefined && { replyTo }),
  };
  const text = encodeEvent(event);
  if (!to) return { event, text };
  const offline = namedUsers(to, settings).filter(
    (userId) => userId !== author.id && !attendance.isOnline(userId),
  );
  return offline.length > 0 ? { event, text, offline } : { event, text };
}

function ackOf({ event, offline }: StoredEvent): AckFrame {
  return {
    type: 'ack',
    id: event.id,
    seq: event.seq,
    at: event.at,
    ...(offline && { offline: [...offline] }),
  };
}
