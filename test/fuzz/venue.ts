/**
 * The room's side: the real room on storage that loses what is not on disk. What the room says is
 * held back until what it wrote is there, as the platform does.
 */
import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { parseCursor } from '../../shared/cursor.ts';
import type { ChatEvent, EventFrame } from '../../shared/protocol.ts';
import { GroupCommit } from '../../worker/room/group-commit.ts';
import type { Session } from '../../worker/room/ports.ts';
import type { Inbound } from '../../worker/room/room.ts';
import { SYSTEM_USER } from '../../worker/room/system-user.ts';
import { flush } from '../support/fake-ports.ts';
import { FakePeer, RoomHarness } from '../support/room-harness.ts';
import { Ledger } from './ledger.ts';
import type { Exchange, Link } from './network.ts';
import type { Scenario } from './scenario.ts';
import { type Watched, Watcher } from './watcher.ts';

/** What the fake storage says when it fails because it was told to. */
const EXPECTED_FAULT = /SQLITE_FULL/;
/** So long the platform waits before it puts a room away that has nothing to do. */
const IDLE_MS = 10_000;
const MAX_BATCH_FRAMES = 256;
const MAX_BATCH_CHARACTERS = 64 * 1_024;

/** The room's end of a connection. */
class LinkPeer extends FakePeer {
  readonly link: Link;
  readonly watched: Watched;
  readonly #venue: Venue;

  constructor(session: Session, link: Link, venue: Venue) {
    super(session, false);
    this.link = link;
    this.#venue = venue;
    const since = link.url.searchParams.get('since') ?? undefined;
    this.watched = { reader: session, since, upTo: undefined, unanswered: new Set() };
  }

  override send(text: string): void {
    if (this.closed) return;
    this.#venue.hear(this.watched, text);
    this.#venue.say(() => this.link.tell(text));
  }

  override close(code: number, reason: string): void {
    if (this.closed) return;
    super.close(code, reason);
    this.#venue.say(() => this.link.hangUp(code));
  }
}

export class Venue implements Exchange {
  readonly ledger: Ledger;
  readonly watcher: Watcher;
  readonly #h: RoomHarness;
  readonly #sessions: ReadonlyMap<string, Session>;
  readonly #peers = new Map<Link, LinkPeer>();
  /** What the room has said since what it wrote was on disk. */
  #held: (() => void)[] = [];
  #waiting: (() => void)[] = [];
  #inbox: GroupCommit<Inbound>;
  #takeBack: () => void;
  #notices = 0;
  readonly #surprises: unknown[] = [];
  /** What the room said first that it must not say. */
  firstFault: unknown;

  constructor(scenario: Scenario) {
    const { people, owner, hosts, rated } = scenario;
    const rate = rated ? { rate: { burst: 10, perSecond: 2 } } : {};
    this.#h = new RoomHarness(rate);
    this.#h.settings.write({ hosts, ...(owner !== undefined && { owner }) });
    this.#h.restart();
    this.#sessions = new Map(
      people.map(({ id, group }) => [id, { id, name: id, ...(group !== undefined && { group }) }]),
    );
    const { log } = this.#h;
    this.ledger = new Ledger(scenario, log);
    this.watcher = new Watcher(this.ledger, log, (userId) => this.online.includes(userId));
    this.#takeBack = this.#h.checkpoint();
    this.#inbox = this.#newInbox();
  }

  get epoch(): string {
    return this.#h.log.epoch;
  }

  get head(): number {
    return this.#h.log.head;
  }

  get oldest(): number {
    return this.#h.log.oldest;
  }

  get now(): number {
    return this.#h.now;
  }

  /** Who is connected as far as the room can know, each once. */
  get online(): string[] {
    const open = [...this.#peers.values()].filter(({ closed }) => !closed);
    return [...new Set(open.map(({ session }) => session.id))].sort();
  }

  /** Whether everything that was said to the room is answered, and on its way. */
  get isQuiet(): boolean {
    return this.#held.length === 0 && this.#waiting.length === 0;
  }

  connect(link: Link): void {
    const session = this.#sessions.get(link.userId);
    if (!session) throw new Error(`${link.userId} is a stranger`);
    const peer = new LinkPeer(session, link, this);
    this.#peers.set(link, peer);
    this.#h.admit(peer, parseCursor(peer.watched.since ?? ''));
  }

  receive(link: Link, text: string): void {
    const peer = this.#peers.get(link);
    if (!peer) return;
    if (!peer.closed) this.watcher.onFrame(peer.watched, text);
    this.#inbox.push({ peer, data: text })?.catch((fault) => this.#surprises.push(fault));
  }

  leave(link: Link): void {
    const peer = this.#peers.get(link);
    if (!peer) return;
    // What was sent before the end still counts.
    this.#inbox.flush();
    this.#peers.delete(link);
    this.#h.leave(peer);
  }

  /** Listens to what the room says. It may catch what is thrown, and stumble on: the first fault counts. */
  hear(watched: Watched, text: string): void {
    try {
      this.watcher.onAnswer(watched, text);
    } catch (fault) {
      this.firstFault ??= fault;
      throw fault;
    }
  }

  /** Lets something go out once what was written before is on disk. */
  say(send: () => void): void {
    this.#held.push(send);
  }

  /** What was written is on disk, and what was held back goes out. */
  async sync(): Promise<void> {
    this.#takeBack = this.#h.checkpoint();
    for (const send of this.#held.splice(0)) send();
    for (const done of this.#waiting.splice(0)) done();
    await flush();
  }

  /** The room is put away when it has nothing to do, no timer either; the connections stay. */
  async sleep(): Promise<void> {
    while (!this.isQuiet) await this.sync();
    this.#h.advance(IDLE_MS);
    while (!this.isQuiet) await this.sync();
    this.#h.hibernate();
  }

  /** The room ends in the middle of whatever it does, and with it all connections. */
  crash(stored: boolean): void {
    this.ledger.keepUp();
    if (!stored) this.#takeBack();
    this.#held = [];
    this.#waiting = [];
    this.#inbox = this.#newInbox();
    this.#h.log.failNext = false;
    this.#h.restart();
    for (const link of this.#peers.keys()) link.hangUp(1006);
    this.#peers.clear();
    if (!stored) {
      this.ledger.forgetBeyond(this.head);
      this.watcher.forgetBeyond(this.head);
    }
    this.#takeBack = this.#h.checkpoint();
  }

  failNext(fails: boolean): void {
    this.#h.log.failNext = fails;
  }

  trim(percent: number): void {
    this.ledger.keepUp();
    this.#h.room.trim(Math.floor((this.head * percent) / 100));
  }

  pass(ms: number): void {
    this.#h.advance(ms);
  }

  jump(ms: number): void {
    this.#h.jump(ms);
  }

  /** Does something as a back end; a failure of the storage is its to bear. */
  post(frame: EventFrame): void {
    this.ledger.onWish(SYSTEM_USER.id, frame);
    this.#tryTo(() => this.#h.post(frame));
  }

  notice(to?: Extract<EventFrame, { type: 'send' }>['to']): void {
    const id = `notice-${++this.#notices}`;
    const content = { type: 'notice' as const, text: `#${id}#` };
    this.post({ type: 'send', id, content, ...(to && { to }) });
  }

  slowMode(seconds: number): void {
    this.#tryTo(() => this.#h.configure({ slowMode: seconds }));
  }

  /** Gives everybody back what hosts have taken from them. */
  relieve(): void {
    if ((this.#h.settings.read().slowMode ?? 0) > 0) this.slowMode(0);
    for (const { id, mutedUntil, bannedUntil } of this.#h.room.overview().sanctioned) {
      const frame = { type: 'moderate' as const, user: id };
      const name = `relief-${this.head}`;
      if (mutedUntil !== undefined) this.post({ ...frame, id: `${name}-unmute`, action: 'unmute' });
      if (bannedUntil !== undefined) this.post({ ...frame, id: `${name}-unban`, action: 'unban' });
    }
  }

  /** Throws when the room itself does not know what it has done. */
  check(): void {
    if (this.firstFault !== undefined) throw this.firstFault;
    for (const fault of [...this.#h.faults.splice(0), ...this.#surprises.splice(0)]) {
      if (!EXPECTED_FAULT.test(String(fault))) throw fault;
    }
  }

  /** The room at rest, read in all ways that there are, is what it is to be. */
  checkAtRest(): void {
    this.check();
    this.ledger.checkLog();
    for (const peer of this.#peers.values()) {
      const { unanswered, upTo } = peer.watched;
      if (peer.closed) continue;
      if (unanswered.size > 0) throw new Error(`[R9] no answer to ${[...unanswered]}`);
      if (upTo !== this.head) throw new Error(`[R4] ${upTo} is not the head`);
    }
    for (const session of this.#sessions.values()) this.#checkReading(session);
  }

  /** What one user reads over HTTP. */
  #checkReading(session: Session): void {
    const { room, log } = this.#h;
    const { id } = session;
    const kept = this.ledger.visibleTo(id).filter(({ seq }) => seq >= log.oldest);
    const read: ChatEvent[] = [];
    for (let before: number | undefined, more = true; more; ) {
      const page = room.page(session, before, 100);
      read.unshift(...page.events.map(({ event }) => event));
      ({ oldest: before, more } = page);
    }
    deepStrictEqual(read, kept, `[R6] what ${id} reads`);
    const listed = room.questions(session).map(({ seq, votes, voted, state }) => {
      return [seq, { votes, voted, state }] as const;
    });
    deepStrictEqual(new Map(listed), this.ledger.questionsOf(id), `[Q2] what ${id} finds listed`);
    for (const back of [0, 3, 30, this.head]) {
      const seq = this.head - back;
      const { unread } = room.unread(session, { epoch: log.epoch, seq });
      strictEqual(unread, this.ledger.unreadOf(id, seq), `[H7] what is new to ${id} since ${seq}`);
    }
  }

  #tryTo(work: () => unknown): void {
    try {
      work();
    } catch (fault) {
      if (!EXPECTED_FAULT.test(String(fault))) throw fault;
    }
  }

  #newInbox(): GroupCommit<Inbound> {
    return new GroupCommit<Inbound>({
      commit: (batch) => this.#h.room.receive(batch),
      written: () => new Promise<void>((done) => this.#waiting.push(done)),
      turn: () => Promise.resolve(),
      sizeOf: ({ data }) => (typeof data === 'string' ? data.length : data.byteLength),
      maxItems: MAX_BATCH_FRAMES,
      maxSize: MAX_BATCH_CHARACTERS,
    });
  }
}
