/** What the room needs of the world, and never takes by itself: sockets, storage, time. */
import type { Refusal } from '../../shared/errors.ts';
import type { ChatEvent, MediaContent } from '../../shared/protocol.ts';
import type { CheckTime, OnCheckFailure, SafetyPorts } from './content-check.ts';

/** Who a connection belongs to, as proved before it was let in. */
export interface Session {
  readonly id: string;
  readonly name: string;
  readonly avatar?: string;
  readonly group?: string;
  /** When the proof runs out, in milliseconds since 1970; without it the session is open-ended. */
  readonly expiresAt?: number;
  /** The openid of a WeChat user, sealed: only `worker/identity` opens it, and nobody is shown it. */
  readonly sealedOpenId?: string;
}

/** One connection. Sending on a connection that is gone must do nothing, not throw. */
export interface Peer {
  readonly session: Session;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** An event as the log keeps it. */
export interface StoredEvent {
  readonly event: ChatEvent;
  /** The event as one line of JSON, made once: the log and every reader get this very text. */
  readonly text: string;
  /** Who of a private message's audience was not online when it came; only its sender is told. */
  readonly offline?: readonly string[];
}

/** The events of one room in order, without gaps from `oldest` to `head`. */
export interface EventLog {
  /** Names this log: a cursor of another epoch means nothing here. */
  readonly epoch: string;
  /** The newest seq ever given, 0 before the first. It never falls, whatever is trimmed. */
  readonly head: number;
  /** The oldest seq still kept; `head + 1` when nothing is. */
  readonly oldest: number;
  /** When the oldest event was made, in milliseconds since 1970; `undefined` when nothing is kept. */
  readonly oldestAt: number | undefined;
  /**
   * Stores `batch` as one unit. Its events must follow on `head` one by one. With it, as far as they
   * are kept, the events of `rewritten` take the place of those with the same seq, of which nothing
   * stays. Throws and changes nothing when storage fails.
   */
  append(batch: readonly StoredEvent[], rewritten?: readonly StoredEvent[]): void;
  /** The events with `after < seq <= upTo`, oldest first, as far as they are kept. */
  read(after: number, upTo: number): StoredEvent[];
  /** The event that this user made under this id, if it is kept. It may look at all of the log. */
  find(userId: string, id: string): StoredEvent | undefined;
  /**
   * All kept events that `concernsQuestions` says concern questions, oldest first. What it costs
   * grows with how many there are, not with the length of the log.
   */
  readQuestionEvents(): ChatEvent[];
  /** The newest seq whose event is older than `time` (milliseconds since 1970), or 0. */
  newestBefore(time: number): number;
  /** Forgets the events up to `upTo`, and no others. */
  trim(upTo: number): void;
}

/** Everybody and every group that has ever been in the room. */
export interface AddressBook {
  add(address: Address): void;
  has(address: Address): boolean;
}

/** Somebody a message can be for. */
export type Address = `user:${string}` | `group:${string}`;

/** What an operator has set for a room. */
export interface RoomSettings {
  readonly title?: string;
  readonly owner?: string;
  readonly hosts: readonly string[];
  /** Seconds that a member has to wait between two messages; without it there is no waiting. */
  readonly slowMode?: number;
  /** When content is checked, if at all; without it as the deployment has it. */
  readonly check?: CheckTime | 'off';
  /** What becomes of a message that could not be checked; without it as the deployment has it. */
  readonly onCheckFailure?: OnCheckFailure;
  /** What nobody may say here, besides what nobody may say anywhere. */
  readonly blockedWords?: readonly string[];
}

/** Where the settings are kept. */
export interface SettingsStore {
  read(): RoomSettings;
  write(settings: RoomSettings): void;
}

/** What keeps a user from speaking or from being here, until then (milliseconds since 1970). */
export interface Sanctions {
  readonly mutedUntil?: number;
  readonly bannedUntil?: number;
}

/** Where the sanctions are kept. */
export interface SanctionStore {
  /** All of them, by user id. */
  read(): Iterable<readonly [userId: string, sanctions: Sanctions]>;
  /** What is so for this user from now on; when that is nothing, nothing is kept. */
  write(userId: string, sanctions: Sanctions): void;
}

/** A notice that the room is to publish by itself. */
export interface PlannedAnnouncement {
  readonly id: string;
  readonly text: string;
  /** The next time, in milliseconds since 1970. */
  readonly at: number;
  /** Seconds from one time to the next; without it there is but one. */
  readonly every?: number;
  /** Who wants it said, without `expiresAt`; without one it is an operator. */
  readonly author?: Session;
}

/** Where the announcements are kept. */
export interface AnnouncementStore {
  read(): Iterable<PlannedAnnouncement>;
  /** Keeps an announcement, in place of one of the same id. */
  write(announcement: PlannedAnnouncement): void;
  remove(id: string): void;
}

/** Pictures and sounds, which are uploaded before they are sent. */
export interface MediaShelf {
  /** What is at `url`, when this user may send it here and it was not withdrawn. */
  describe(url: string, userId: string): MediaContent | undefined;
  /** Nobody can send what is at `url` from now on; again, it changes nothing. */
  withdraw(url: string): void;
  /** Told once it is stored that what is at `urls` was withdrawn: the files can go. Never throws. */
  discard(urls: readonly string[]): void;
}

/** Does `work` as one unit of storage: when it throws, nothing that it wrote is kept. */
export type Atomically = <Result>(work: () => Result) => Result;

/** A yes or no that outlives the room's sleep; "no" until it is written. */
export interface Flag {
  read(): boolean;
  write(value: boolean): void;
}

/** The time, in milliseconds since 1970. */
export type Clock = () => number;

/** Calls `task` once, `ms` milliseconds from now. */
export type Timer = (ms: number, task: () => void) => void;

/** The world as a room is given it. */
export interface RoomPorts {
  readonly name: string;
  readonly log: EventLog;
  readonly addresses: AddressBook;
  readonly settings: SettingsStore;
  readonly sanctions: SanctionStore;
  readonly media: MediaShelf;
  readonly atomically: Atomically;
  readonly someLackRoster: Flag;
  /** What content is checked with; without it nothing is. */
  readonly safety?: SafetyPorts;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Told of what was refused, and whether the connection ended with it. */
  readonly onRefusal?: (session: Session, refusal: Refusal, ended: boolean) => void;
  /** Told of faults that are the server's own; what people are told of them says nothing. */
  readonly onFault: (fault: unknown) => void;
}
