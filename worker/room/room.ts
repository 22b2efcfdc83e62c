/** A room: what people hold in common, put together from its parts. One per Durable Object. */
import { encodeFrame, encodePageFrame } from '../../shared/codec.ts';
import type { Cursor } from '../../shared/cursor.ts';
import { closeCodeOf, type Refusal } from '../../shared/errors.ts';
import type { ListedQuestion, MembersResponse, RoomResponse } from '../../shared/http.ts';
import { MAX_ROSTER_USERS, MAX_USER_CONNECTIONS } from '../../shared/limits.ts';
import {
  type AckFrame,
  type ChatEvent,
  type ClientFrame,
  type EventFrame,
  type HistoryFrame,
  PROTOCOL_VERSION,
  type User,
  type WelcomeFrame,
} from '../../shared/protocol.ts';
import { Admission, isEventFrame, type Rejection, SESSION_EXPIRED } from './admission.ts';
import { Authority, type Commit, type Submission, type Verdict } from './authority.ts';
import { checkTimeOf } from './content-check.ts';
import type { Attendance } from './decision.ts';
import { FanOut, MAX_FRAME_CHARACTERS } from './fan-out.ts';
import { JoinLimiter } from './join-limit.ts';
import { type JournalPage, readJournal } from './journal.ts';
import { removalBy } from './moderation.ts';
import type { RoomOverview } from './overview.ts';
import type { Peer, RoomPorts, RoomSettings, Session, StoredEvent } from './ports.ts';
import { PresenceBoard } from './presence.ts';
import { PublishedCheck, type PublishingRoom } from './published-check.ts';
import { listQuestions } from './question-list.ts';
import type { RatePolicy } from './rate-limit.ts';
import { catchUp, countUnread, findMedia, type Page, readPage, type Unread } from './reader.ts';
import { banOn, muteOn } from './restraint.ts';
import { isHost, roleOf, toUser } from './roles.ts';
import { Roster } from './roster.ts';
import { type Arrival, Screening, type ScreeningRoom } from './screening.ts';
import { changeSettings, type SettingsChange, shownSettings } from './settings.ts';

/** What an operator may turn. */
export interface RoomPolicy {
  readonly rate: RatePolicy;
  /** How many connections are let in. */
  readonly joins: RatePolicy;
  /** Most connections at a time. */
  readonly capacity: number;
}

/** Something that came on a connection. */
export interface Inbound {
  readonly peer: Peer;
  readonly data: string | ArrayBuffer;
  /** What it is, where it comes from being held for a check: it was admitted before. */
  readonly arrival?: Arrival;
}

/** In milliseconds: a full room empties in minutes, not in seconds. */
const ROOM_FULL_RETRY_MS = 30_000;

/** Without a time to wait: clients spread their return by themselves. */
const FAULT: Refusal = { code: 'server_error', message: 'something went wrong here: try again' };
/** What everybody else is told where only hosts and operators may do something. */
export const HOSTS_ONLY: Refusal = {
  code: 'forbidden',
  message: 'only hosts of this room and operators may do this',
};
const TOO_MANY_CONNECTIONS: Refusal = {
  code: 'rate_limited',
  message: `a user may have ${MAX_USER_CONNECTIONS} connections to a room: this was the oldest`,
  retryAfter: 30_000,
};

/** A frame that waits for its verdict, and where that goes. */
interface Submitted {
  readonly peer: Peer;
  readonly submission: Submission;
}

/** One room. */
export class Room {
  readonly #ports: RoomPorts;
  readonly #policy: RoomPolicy;
  readonly #authority: Authority;
  readonly #admission: Admission;
  readonly #joins: JoinLimiter;
  readonly #roster = new Roster();
  readonly #fanOut: FanOut;
  readonly #presence: PresenceBoard;
  readonly #screening: Screening | undefined;
  readonly #published: PublishedCheck | undefined;
  /** Whom we have sent away. */
  readonly #ended = new WeakSet<Peer>();
  #settings: RoomSettings;

  constructor(ports: RoomPorts, policy: RoomPolicy) {
    this.#ports = ports;
    this.#policy = policy;
    this.#settings = ports.settings.read();
    this.#authority = new Authority(ports);
    this.#admission = new Admission(policy.rate, ports.clock);
    this.#joins = new JoinLimiter(policy.joins, policy.rate);
    this.#fanOut = new FanOut((session) => this.#user(session));
    const { safety } = ports;
    this.#screening = safety && new Screening(safety, this.#screeningRoom());
    this.#published = safety?.remote && new PublishedCheck(safety, this.#publishingRoom());
    const online = {
      size: () => this.#roster.size,
      user: (id: string) => this.#onlineUser(id),
      users: () => this.#users(),
    };
    this.#presence = new PresenceBoard(online, ports.timer, ports.someLackRoster, (text) => {
      this.#endExpired();
      this.#fanOut.broadcast(text);
    });
  }

  /** What people call it. */
  get name(): string {
    return this.#ports.name;
  }

  /** Takes up a connection that outlived the room's sleep: nobody needs to be told that it came. */
  restore(peer: Peer): void {
    this.#roster.add(peer);
    this.#fanOut.add(peer);
    this.#presence.assume(peer.session.id);
  }

  /** Lets a connection in: `welcome`, what it missed, and word to the others. */
  join(peer: Peer, since?: Cursor): void {
    const ban = this.banOf(peer.session.id);
    if (ban) {
      this.#refuse(peer, { refusal: ban, fatal: true });
      return;
    }
    if (this.#fanOut.size >= this.#policy.capacity) {
      const message = `this room is full (${this.#policy.capacity} connections)`;
      const refusal: Refusal = { code: 'room_full', message, retryAfter: ROOM_FULL_RETRY_MS };
      this.#refuse(peer, { refusal, fatal: true });
      return;
    }
    const crowded = this.#joins.take(peer.session.id, this.#ports.clock());
    if (crowded) {
      this.#refuse(peer, { refusal: crowded, fatal: true });
      return;
    }
    this.#endExpired();
    const { session } = peer;
    this.#ports.addresses.add(`user:${session.id}`);
    if (session.group !== undefined) this.#ports.addresses.add(`group:${session.group}`);
    const change = this.#roster.add(peer);
    this.#fanOut.add(peer);

    const { log } = this.#authority;
    const self = this.#user(session);
    const { resume, after, events } = catchUp(log, self, since);
    const members = this.#presence.rosterForNewcomer();
    const welcome: WelcomeFrame = {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      room: { name: this.#ports.name, ...shownSettings(this.#settings) },
      self,
      epoch: log.epoch,
      head: log.head,
      oldest: log.oldest,
      after,
      resume,
      online: this.#roster.size,
      ...(members && { members }),
      time: this.#ports.clock(),
    };
    peer.send(encodeFrame(welcome));
    this.#fanOut.catchUp(peer, after, log.head, events);
    if (change !== 'none') this.#presence.changed(session.id);
    // A phone that changed its network leaves connections behind that nobody has noticed to be dead.
    const [oldest, ...others] = this.#roster.connections(session.id);
    if (oldest && others.length >= MAX_USER_CONNECTIONS) {
      this.#refuse(oldest, { refusal: TOO_MANY_CONNECTIONS, fatal: true });
    }
  }

  /** A connection that the room does not know, from before its sleep, is gone. */
  leaveUnknown(): void {
    this.#presence.recount();
  }

  /** A connection is gone. Nothing happens when it was not there. */
  leave(peer: Peer): void {
    if (!this.#fanOut.remove(peer)) return;
    if (this.#roster.remove(peer) !== 'none') this.#presence.changed(peer.session.id);
  }

  /**
   * Takes what came on connections, in this order, as one batch: stores all that is accepted at
   * once, then answers and delivers it.
   */
  receive(batch: readonly Inbound[]): void {
    const submitted: Submitted[] = [];
    for (const { peer, data, arrival } of batch) {
      if (arrival) {
        // Who has left by themselves has still said it; who was sent away has not.
        if (!this.#ended.has(peer)) submitted.push(this.#submit(arrival));
        continue;
      }
      // A connection that was ended for misconduct may have more in the pipe.
      if (!this.#fanOut.has(peer)) continue;
      const admitted = this.#admission.admit(peer, data);
      if (!admitted.ok) {
        this.#refuse(peer, admitted);
      } else if (isEventFrame(admitted.frame)) {
        const { frame, overRate } = admitted;
        const arrived: Arrival = overRate
          ? { peer, data, frame, refusal: overRate.refusal }
          : { peer, data, frame };
        const screened = this.#screening ? this.#screening.screen(arrived) : arrived;
        if (screened) submitted.push(this.#submit(screened));
      } else {
        this.#answer(peer, admitted.frame);
      }
    }
    if (submitted.length > 0) this.#commit(submitted);
  }

  /**
   * Does what a back end wants, as an event like any other. What `alongside` writes is stored with it
   * or not at all. Throws what the stores throw.
   */
  post(frame: EventFrame, author: Omit<User, 'role'>, alongside?: () => void): Verdict {
    return this.#publish(fromBackEnd(frame, author), alongside);
  }

  /** As {@link post}, for a user who need not be here, with the rights that they have now. */
  speakFor(session: Session, frame: EventFrame, alongside?: () => void): Verdict {
    return this.#publish({ author: this.#user(session), frame }, alongside);
  }

  /**
   * Recalls all messages with what is at `url`, which nobody can send from now on. Again, it changes
   * nothing. Throws what the stores throw; then nothing has changed.
   */
  withdraw(url: string, author: Omit<User, 'role'>): void {
    const { log } = this.#authority;
    const commit = this.#ports.atomically(() => {
      this.#ports.media.withdraw(url);
      const recalls = findMedia(log, url).map((target) =>
        fromBackEnd({ type: 'recall', id: ownId('withdrawn', log, target), target }, author),
      );
      return this.#store(recalls);
    });
    this.#deliver(commit);
  }

  /**
   * Changes the settings. Whose role changes by it is announced with the new one; a new slow mode is
   * an event of `author`, under `id`. Throws what the stores throw; then nothing has changed.
   */
  configure(change: SettingsChange, author: Omit<User, 'role'>, id: string): RoomSettings {
    const before = new Map(this.#users().map((user) => [user.id, user.role]));
    const settings = changeSettings(this.#settings, change);
    const { slowMode: seconds = 0 } = settings;
    const isNewPace = seconds !== (this.#settings.slowMode ?? 0);
    const commit = this.#ports.atomically(() => {
      this.#ports.settings.write(settings);
      if (!isNewPace) return undefined;
      return this.#store([fromBackEnd({ type: 'slow_mode', id, seconds }, author)]);
    });
    this.#settings = settings;
    this.#endChecks();
    if (commit) this.#deliver(commit);
    const changed = this.#users().filter(({ id, role }) => before.get(id) !== role);
    for (const { id } of changed) this.#presence.changed(id);
    // Who was here in spite of a ban, as the owner, is that no more.
    this.#endBanned(changed.map(({ id }) => id));
    return this.#settings;
  }

  /** Connections, not users. */
  get connections(): number {
    return this.#fanOut.size;
  }

  /** Whether nobody is here. */
  get isEmpty(): boolean {
    return this.#roster.size === 0;
  }

  /** The event that this user made under this id, if it is recognised when it comes again [R3]. */
  eventOf(userId: string, id: string): ChatEvent | undefined {
    return this.#authority.eventOf(userId, id);
  }

  /** Why this user may not give notices just now: only hosts do, and not while banned or muted. */
  noticeRefusal(session: Session): Refusal | undefined {
    const user = this.#user(session);
    const ban = this.banOf(session.id);
    if (ban) return ban;
    if (!isHost(user.role)) return HOSTS_ONLY;
    return muteOn(user, this.#authority.sanctions, this.#ports.clock());
  }

  /** Why this user may not say this here, as far as the list of words knows. */
  wordRefusal(session: Session, text: string): Refusal | undefined {
    return this.#screening?.wordRefusal(text, session);
  }

  /** Why this user may not say this here, by all checks there are; resolves when they have answered. */
  async vet(session: Session, text: string): Promise<Refusal | undefined> {
    return await this.#screening?.vet(text, session);
  }

  /** Why this user may neither enter nor read, if they are banned. */
  banOf(userId: string): Refusal | undefined {
    const user = { id: userId, role: roleOf(userId, this.#settings) };
    return banOn(user, this.#authority.sanctions, this.#ports.clock());
  }

  /** What the room shows of itself. */
  info(): RoomResponse {
    const { epoch, head, oldest } = this.#authority.log;
    return {
      name: this.#ports.name,
      ...shownSettings(this.#settings),
      online: this.#roster.size,
      epoch,
      head,
      oldest,
    };
  }

  /** Who is online: all of them, or beyond 200 only how many. */
  members(): MembersResponse {
    this.#endExpired();
    const online = this.#roster.size;
    return online <= MAX_ROSTER_USERS ? { online, members: this.#users() } : { online };
  }

  /** What an operator sees of the room. */
  overview(): RoomOverview {
    this.#endExpired();
    const members = this.#users().slice(0, MAX_ROSTER_USERS);
    const sanctions = this.#authority.sanctions.inForce(this.#ports.clock());
    const sanctioned = sanctions.map(([id, until]) => {
      const name = this.#roster.get(id)?.name ?? this.#authority.nameOf(id);
      return { id, ...(name !== undefined && { name }), ...until };
    });
    return { ...this.info(), settings: this.#settings, members, sanctioned };
  }

  /** The `limit` newest events before `before` as an operator sees them; the newest without it. */
  journal(before: number | undefined, limit: number): JournalPage {
    return readJournal(this.#authority.log, before, limit);
  }

  /** The `limit` newest events before `before` that `session` may see; the newest of all without it. */
  page(session: Session, before: number | undefined, limit: number): Page {
    const { log } = this.#authority;
    return readPage(log, this.#user(session), before ?? log.head + 1, limit);
  }

  /** The questions that `session` may see, in the order of `QuestionsResponse`. */
  questions(session: Session): ListedQuestion[] {
    return listQuestions(this.#authority.questions(), this.#user(session));
  }

  /** What is new to `session` since `since`. */
  unread(session: Session, since: Cursor | undefined): Unread {
    return countUnread(this.#authority.log, this.#user(session), since);
  }

  /** Forgets events up to `upTo`. */
  trim(upTo: number): void {
    this.#authority.trim(upTo);
  }

  /** Whether something may be being checked: what {@link checked} waits for. */
  get isChecking(): boolean {
    return this.#published !== undefined || this.#screening?.isBusy === true;
  }

  /** Resolves when nothing is being checked any more that is to be checked now. */
  async checked(): Promise<void> {
    await this.#screening?.settled();
    await this.#published?.run();
  }

  /** When to see to {@link checked} again, in milliseconds since 1970; `undefined` for never. */
  get nextCheck(): number | undefined {
    return this.#published?.dueAt;
  }

  #submit({ peer, frame, refusal }: Arrival): Submitted {
    const author = this.#user(peer.session);
    return { peer, submission: refusal ? { author, frame, refusal } : { author, frame } };
  }

  /** What goes wrong with one frame stays with it: the rest of the batch is other people's. */
  #answer(peer: Peer, frame: Exclude<ClientFrame, Submission['frame']>): void {
    try {
      switch (frame.type) {
        case 'history':
          this.#sendPage(peer, frame);
          return;
        case 'typing':
          this.#passOnTyping(peer);
          return;
        default:
          frame satisfies never;
      }
    } catch (fault) {
      this.#ports.onFault(fault);
      this.#refuse(peer, { refusal: FAULT, ...('id' in frame && { id: frame.id }), fatal: true });
    }
  }

  #sendPage(peer: Peer, { id, before, limit }: HistoryFrame): void {
    const viewer = this.#user(peer.session);
    const page = readPage(this.#authority.log, viewer, before, limit, MAX_FRAME_CHARACTERS);
    const texts = page.events.map(({ text }) => text);
    peer.send(encodePageFrame(id, texts, page.oldest, page.more));
  }

  /** In a crowd somebody is always typing: beyond the size of a roster nobody is told. */
  #passOnTyping({ session }: Peer): void {
    if (this.#roster.size > MAX_ROSTER_USERS) return;
    this.#endExpired();
    const user = this.#user(session);
    if (muteOn(user, this.#authority.sanctions, this.#ports.clock())) return;
    const text = encodeFrame({ type: 'typing', user });
    this.#fanOut.broadcast(text, (peer) => peer.session.id !== session.id);
  }

  #commit(submitted: readonly Submitted[]): void {
    let commit: Commit;
    try {
      this.#prepareChecks(submitted);
      commit = this.#store(submitted.map(({ submission }) => submission));
    } catch (fault) {
      this.#ports.onFault(fault);
      for (const each of submitted) this.#answerFailed(each);
      return;
    }
    submitted.forEach(({ peer, submission }, index) => {
      const verdict = commit.verdicts[index] as Verdict;
      if (verdict.ok) peer.send(encodeFrame(verdict.ack));
      else this.#refuse(peer, { refusal: verdict.refusal, id: submission.frame.id, fatal: false });
    });
    this.#deliver(commit);
  }

  /** What was in a batch that could not be stored; what had been stored before is none of its victims. */
  #answerFailed({ peer, submission: { author, frame } }: Submitted): void {
    let ack: AckFrame | undefined;
    try {
      ack = this.#authority.ackOf(author.id, frame.id);
    } catch {
      // Nothing can be read either: it is told already.
    }
    if (ack) peer.send(encodeFrame(ack));
    else this.#refuse(peer, { refusal: FAULT, id: frame.id, fatal: true });
  }

  #publish(submission: Submission, alongside = () => {}): Verdict {
    const commit = this.#ports.atomically(() => {
      alongside();
      // Last: what it keeps in memory, no storage takes back.
      return this.#store([submission]);
    });
    this.#deliver(commit);
    return commit.verdicts[0] as Verdict;
  }

  /** Where messages are checked after they are published, from here on: with what that takes. */
  #prepareChecks(submitted: readonly Submitted[]): void {
    const { safety } = this.#ports;
    if (!safety?.remote) return;
    if (this.#endChecks()) return;
    this.#published?.begin(this.#authority.log.head);
    for (const { peer, submission } of submitted) {
      const { id, sealedOpenId } = peer.session;
      const speaks = submission.frame.type === 'send';
      if (speaks && sealedOpenId !== undefined) safety.openIds.add(id, sealedOpenId);
    }
  }

  /** Whether nothing that is said from here on is to be checked once it is published. */
  #endChecks(): boolean {
    const { safety } = this.#ports;
    const when = safety && checkTimeOf(this.#settings, safety.policy);
    if (when === 'off') this.#published?.end();
    if (when === 'before') this.#published?.endAt(this.#authority.log.head);
    return when !== 'after';
  }

  #isSilenced(userId: string): boolean {
    const user = { id: userId, role: roleOf(userId, this.#settings) };
    const [{ sanctions }, now] = [this.#authority, this.#ports.clock()];
    return (banOn(user, sanctions, now) ?? muteOn(user, sanctions, now)) !== undefined;
  }

  #screeningRoom(): ScreeningRoom {
    const settings = () => this.#settings;
    return {
      get settings() {
        return settings();
      },
      isRepeated: (userId, id) => this.#authority.eventOf(userId, id) !== undefined,
      isSilenced: (userId) => this.#isSilenced(userId),
      onFault: this.#ports.onFault,
    };
  }

  #publishingRoom(): PublishingRoom {
    return {
      log: this.#authority.log,
      clock: this.#ports.clock,
      recall: (seq) => this.#recallChecked(seq),
      onFault: this.#ports.onFault,
    };
  }

  #recallChecked(seq: number): void {
    const id = ownId('check', this.#authority.log, seq);
    const frame = { type: 'recall' as const, id, target: seq };
    if (this.#ports.safety) this.post(frame, this.#ports.safety.moderator);
  }

  #store(submissions: readonly Submission[]): Commit {
    // Before it is asked who is there to hear it.
    this.#endExpired();
    const attendance: Attendance = {
      isOnline: (userId) => this.#roster.has(userId),
      isGroupOnline: (group) => this.#roster.hasGroup(group),
      nameOf: (userId) => this.#roster.get(userId)?.name,
    };
    return this.#authority.commit(submissions, this.#settings, attendance);
  }

  #deliver({ after, events, withdrawn }: Commit): void {
    if (events.length === 0) return;
    this.#fanOut.deliver(after, events);
    this.#remove(events);
    if (withdrawn.length > 0) this.#ports.media.discard(withdrawn);
  }

  /** Who was kicked or banned learns of it like everybody else, and is gone. */
  #remove(events: readonly StoredEvent[]): void {
    const removed = new Map<Peer, Refusal>();
    for (const { event } of events) {
      const removal = removalBy(event);
      if (!removal) continue;
      for (const peer of this.#roster.connections(removal.user)) removed.set(peer, removal.refusal);
    }
    this.#endAll(removed);
  }

  /** Who only listens is not let go on doing so when the session has run out. */
  #endExpired(): void {
    const expired = this.#fanOut.expired(this.#ports.clock());
    this.#endAll(new Map(expired.map((peer) => [peer, SESSION_EXPIRED])));
  }

  #endBanned(userIds: readonly string[]): void {
    const banned = new Map<Peer, Refusal>();
    for (const userId of userIds) {
      const ban = this.banOf(userId);
      if (ban) for (const peer of this.#roster.connections(userId)) banned.set(peer, ban);
    }
    this.#endAll(banned);
  }

  /** All are told before anybody leaves: leaving is news, and none of it is for them any more. */
  #endAll(peers: ReadonlyMap<Peer, Refusal>): void {
    for (const [peer, refusal] of peers) this.#end(peer, refusal);
    for (const peer of peers.keys()) this.leave(peer);
  }

  #refuse(peer: Peer, { refusal, id, fatal }: Rejection): void {
    if (!fatal) {
      this.#reject(peer, refusal, id, fatal);
      return;
    }
    this.#end(peer, refusal, id);
    this.leave(peer);
  }

  #end(peer: Peer, refusal: Refusal, id?: string): void {
    this.#ended.add(peer);
    this.#reject(peer, refusal, id, true);
    peer.close(closeCodeOf(refusal.code), refusal.code);
  }

  #reject(peer: Peer, refusal: Refusal, id: string | undefined, fatal: boolean): void {
    peer.send(encodeReject(refusal, id));
    this.#ports.onRefusal?.(peer.session, refusal, fatal);
  }

  #user(session: Session): User {
    return toUser(session, this.#settings);
  }

  #onlineUser(id: string): User | undefined {
    const session = this.#roster.get(id);
    return session && this.#user(session);
  }

  #users(): User[] {
    return Array.from(this.#roster.sessions(), (session) => this.#user(session));
  }
}

function encodeReject(refusal: Refusal, id: string | undefined): string {
  return encodeFrame({ type: 'reject', ...(id !== undefined && { id }), ...refusal });
}

/** For what the room does by itself: no id of a back end, which may speak as the same user [R3]. */
function ownId(what: string, { epoch }: { readonly epoch: string }, seq: number): string {
  return `${what}-${epoch}-${seq}`;
}

function fromBackEnd(frame: Submission['frame'], author: Omit<User, 'role'>): Submission {
  return { author: { ...author, role: 'owner' }, frame, fromBackEnd: true };
}
