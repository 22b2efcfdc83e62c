import { DurableObject } from 'cloudflare:workers';
import { type Cursor, parseCursor } from '../shared/cursor.ts';
import { closeCodeOf, type Refusal } from '../shared/errors.ts';
import type {
  Announcement,
  AnnouncementRequest,
  AnnouncementsResponse,
  MembersResponse,
  ModerationRequest,
  NoticeRequest,
  PageResponse,
  QuestionsResponse,
  RoomResponse,
  SettingsRequest,
  UnreadRoom,
} from '../shared/http.ts';
import { HEARTBEAT_REQUEST, HEARTBEAT_RESPONSE, MAX_FRAME_BYTES } from '../shared/limits.ts';
import { type EventFrame, SUBPROTOCOL } from '../shared/protocol.ts';
import { directoryStub } from './directory.ts';
import { type Env, logLevel, retentionPolicy, roomPolicy } from './env.ts';
import { findSessionKeys } from './identity/secrets.ts';
import { Logbook, type LogLevel } from './logbook.ts';
import { MediaKeys } from './media/media-key.ts';
import { deleteUploads } from './media/media-store.ts';
import { isMigrated, migrate, readMeta, writeMeta } from './migrations.ts';
import type { Answer } from './refusal.ts';
import { Agenda, type Task } from './room/agenda.ts';
import { Announcements, type Asker } from './room/announcements.ts';
import type { Verdict } from './room/authority.ts';
import type { SafetyPorts } from './room/content-check.ts';
import { GroupCommit } from './room/group-commit.ts';
import type { JournalPage } from './room/journal.ts';
import type { RoomOverview } from './room/overview.ts';
import type { RoomSettings, Session } from './room/ports.ts';
import { eventsPerMinute, ReportSchedule, type RoomReport } from './room/report.ts';
import { nextTrim, type RetentionPolicy, trimPoint } from './room/retention.ts';
import { HOSTS_ONLY, type Inbound, Room } from './room/room.ts';
import { SYSTEM_USER } from './room/system-user.ts';
import { TallyCounter } from './room/tally.ts';
import { EXPORT_PATH, exportResponse } from './room-export.ts';
import { RoomLog } from './room-log.ts';
import { RoomMedia } from './room-media.ts';
import {
  SqlAddressBook,
  SqlAnnouncementStore,
  SqlCheckMark,
  SqlFlag,
  SqlOpenIdBook,
  SqlSanctionStore,
  SqlSettingsStore,
} from './room-records.ts';
import { roomSafety } from './safety/room-safety.ts';
import { readSessionHeader } from './session-header.ts';
import { closeQuietly, SocketPeer } from './socket-peer.ts';

/**
 * A batch is to fit in a row, which may hold 2 MB. At the worst a UTF-16 unit that was received takes
 * six bytes (composing can lengthen), an audience stands in the row twice, and each event adds 2.7 KB
 * of author. (What is done to a private message repeats its audience, too: the log sees to that.)
 */
const MAX_BATCH_FRAMES = 256;
const MAX_BATCH_CHARACTERS = 64 * 1024;

/** The code of RFC 6455 for a connection that nobody closed. */
const BROKEN_OFF = 1006;

/** Stands for a frame over the limit: the platform takes 32 MiB, which must not wait in memory. */
const OVERSIZED_FRAME = ' '.repeat(MAX_FRAME_BYTES + 1);

/** What is answered of a room that was never entered, which asking must not make. */
const NOBODY_YET = {
  ok: false,
  refusal: { code: 'not_found', message: 'nobody has entered this room' },
} as const;
const NO_HOST = { ok: false, refusal: HOSTS_ONLY } as const;

interface OpenRoom {
  readonly room: Room;
  readonly log: RoomLog;
  readonly announcements: Announcements;
  readonly agenda: Agenda;
}

/** One room: plugs sockets, storage and alarms into {@link Room}, and decides nothing by itself. */
export class ChatRoom extends DurableObject<Env> {
  readonly #peers = new Map<WebSocket, SocketPeer>();
  readonly #inbox: GroupCommit<Inbound>;
  readonly #retention: RetentionPolicy;
  readonly #reports = new ReportSchedule();
  readonly #tally = new TallyCounter();
  readonly #logbook = new Logbook();
  readonly #logLevel: LogLevel;
  #open: OpenRoom | undefined;
  /** When the next alarm rings, in milliseconds since 1970, once that is known. */
  #alarmAt: number | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#retention = retentionPolicy(env);
    this.#logLevel = logLevel(env);
    this.#inbox = new GroupCommit<Inbound>({
      commit: (batch) => this.#enter().room.receive(batch),
      written: () => this.ctx.storage.sync(),
      turn: () => scheduler.wait(0),
      sizeOf: ({ data }) => sizeOf(data),
      maxItems: MAX_BATCH_FRAMES,
      maxSize: MAX_BATCH_CHARACTERS,
    });
    ctx.setWebSocketAutoResponse(
      new WebSocketRequestResponsePair(HEARTBEAT_REQUEST, HEARTBEAT_RESPONSE),
    );
  }

  /** Takes what is no call but a stream: a WebSocket upgrade that the Worker has let through, or an export. */
  override async fetch(request: Request): Promise<Response> {
    const isExport = new URL(request.url).pathname === EXPORT_PATH;
    return isExport ? exportResponse(this.#look()?.log) : this.#connect(request);
  }

  #connect(request: Request): Response {
    const session = readSessionHeader(request.headers);
    const since = new URL(request.url).searchParams.get('since');
    const { room, announcements } = this.#enter();
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const peer = SocketPeer.attach(server, session, Date.now());
    this.#peers.set(server, peer);
    this.#tally.connects += 1;
    try {
      const wasEmpty = room.isEmpty;
      room.join(peer, since === null ? undefined : parseCursor(since));
      if (wasEmpty && !room.isEmpty) announcements.resume();
    } catch (fault) {
      this.#forget(server);
      peer.close(closeCodeOf('server_error'), 'server_error');
      throw fault;
    }
    this.ctx.waitUntil(this.#settle());
    const headers = new Headers();
    if (request.headers.has('Sec-WebSocket-Protocol')) {
      headers.set('Sec-WebSocket-Protocol', SUBPROTOCOL);
    }
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const peer = this.#peerOf(socket);
    if (!peer) return;
    this.#tally.frames += 1;
    const committed = this.#inbox.push({
      peer,
      data: sizeOf(data) > MAX_FRAME_BYTES ? OVERSIZED_FRAME : data,
    });
    // Who commits for others sees to what is left to do for them, too.
    if (!committed) return;
    await committed;
    await this.#settle();
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    this.#takeLeave(socket, code);
    closeQuietly(socket, code, reason);
    await this.#settle();
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#takeLeave(socket, BROKEN_OFF);
    await this.#settle();
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    const { agenda } = this.#enter();
    await this.#reportNews(() => agenda.run(Date.now()));
    await this.#planAlarm();
  }

  /** What the room shows of itself. */
  info(): RoomResponse {
    return this.#look()?.room.info() ?? { name: this.#name, online: 0, head: 0, oldest: 1 };
  }

  /** How it is, as the directory of rooms is told. */
  status(): RoomReport {
    const at = Date.now();
    const open = this.#look();
    const { title, online, head } = this.info();
    const perMinute = open ? eventsPerMinute(open.log, at) : 0;
    return { ...(title !== undefined && { title }), online, head, perMinute, at };
  }

  /** What an operator sees of it. */
  overview(): RoomOverview {
    const nothing = { settings: { hosts: [] }, members: [], sanctioned: [] };
    return this.#look()?.room.overview() ?? { ...this.info(), ...nothing };
  }

  /** The `limit` newest events before `before` as an operator sees them. */
  journal(before: number | undefined, limit: number): JournalPage {
    return this.#look()?.room.journal(before, limit) ?? { events: [], oldest: 1, more: false };
  }

  /** Why this user may neither enter nor read, if they are banned. */
  banOf(userId: string): Refusal | undefined {
    return this.#look()?.room.banOf(userId);
  }

  /** Who is online, for a user or an operator. */
  members(asker: Asker): Answer<MembersResponse> {
    const nobody = { online: 0, members: [] };
    return this.#read(asker, nobody, ({ room }) => room.members());
  }

  /** The `limit` newest events before `before` that `session` may see. */
  page(session: Session, before: number | undefined, limit: number): Answer<PageResponse> {
    const nothing = { events: [], oldest: 1, more: false };
    return this.#read<PageResponse>(session, nothing, ({ room }) => {
      const page = room.page(session, before, limit);
      return { ...page, events: page.events.map(({ event }) => event) };
    });
  }

  /** The questions that `session` may see. */
  questions(session: Session): Answer<QuestionsResponse> {
    const none = { questions: [], head: 0 };
    return this.#read<QuestionsResponse>(session, none, ({ room, log }) => ({
      questions: room.questions(session),
      epoch: log.epoch,
      head: log.head,
    }));
  }

  /** What is new to `session` since `since`. */
  unread(session: Session, since: Cursor | undefined): Answer<UnreadRoom> {
    const nothing = { room: this.#name, unread: 0, head: 0 };
    return this.#read<UnreadRoom>(session, nothing, ({ room, log }) => {
      const { unread, last } = room.unread(session, since);
      const { epoch, head } = log;
      return { room: room.name, unread, epoch, head, ...(last && { last: last.event }) };
    });
  }

  /** Publishes a notice of a back end. */
  notify({ id, text, to }: NoticeRequest & { id: string }): Promise<Verdict> {
    const content = { type: 'notice' as const, text };
    return this.#post({ type: 'send', id, content, ...(to && { to }) });
  }

  /** Does to somebody what an operator wants. */
  moderate(request: ModerationRequest & { id: string }): Promise<Verdict> {
    return this.#post({ type: 'moderate', ...request });
  }

  /** Recalls a message for an operator, also one that is private to others. */
  async recall(id: string, target: number): Promise<Verdict> {
    if (this.#look()) return await this.#post({ type: 'recall', id, target });
    return NOBODY_YET;
  }

  /** Plans an announcement of a user, or without one of an operator. */
  async announce(
    asker: Asker,
    request: AnnouncementRequest & { id: string },
  ): Promise<Answer<Announcement>> {
    // Nobody is a host of a room that was never entered, nor set up.
    const open = asker ? this.#look() : this.#enter();
    if (!open) return NO_HOST;
    const refusal = await open.announcements.vet(asker, request);
    if (refusal) return { ok: false, refusal };
    const outcome = open.announcements.set(asker, request);
    await this.#planAlarm();
    return outcome;
  }

  /** What the room is going to announce. */
  announcements(asker: Asker): Answer<AnnouncementsResponse> {
    const open = this.#look();
    if (!open) return asker ? NO_HOST : { ok: true, value: { announcements: [] } };
    const outcome = open.announcements.list(asker);
    return outcome.ok ? { ok: true, value: { announcements: outcome.value } } : outcome;
  }

  /** Takes an announcement back. */
  cancelAnnouncement(asker: Asker, id: string): Answer<null> {
    const open = this.#look();
    return open ? open.announcements.remove(asker, id) : asker ? NO_HOST : NOBODY_YET;
  }

  /** Recalls all messages with the picture or sound at `url`, which nobody can send from now on. */
  async withdraw(url: string): Promise<void> {
    const { room } = this.#enter();
    await this.#reportNews(() => room.withdraw(url, SYSTEM_USER));
    await this.#planAlarm();
  }

  /** Changes the settings that are given, and returns all of them; a new slow mode is event `id`. */
  async configure(change: SettingsRequest, id: string): Promise<RoomSettings> {
    const { title, owner, hosts, slowMode, check, onCheckFailure, blockedWords } = change;
    const given = {
      ...(title !== undefined && { title }),
      ...(owner !== undefined && { owner }),
      ...(hosts !== undefined && { hosts }),
      ...(slowMode !== undefined && { slowMode }),
      ...(check !== undefined && { check }),
      ...(onCheckFailure !== undefined && { onCheckFailure }),
      ...(blockedWords !== undefined && { blockedWords }),
    };
    const settings = this.#enter().room.configure(given, SYSTEM_USER, id);
    this.#report();
    await this.#planAlarm();
    return settings;
  }

  async #post(frame: EventFrame): Promise<Verdict> {
    const verdict = this.#enter().room.post(frame, SYSTEM_USER);
    this.#report();
    await this.#planAlarm();
    return verdict;
  }

  /** What `asker` reads of the room; `otherwise` when nobody ever entered it. */
  #read<Value>(asker: Asker, otherwise: Value, read: (open: OpenRoom) => Value): Answer<Value> {
    const open = this.#look();
    if (!open) return { ok: true, value: otherwise };
    const refusal = asker && open.room.banOf(asker.id);
    return refusal ? { ok: false, refusal } : { ok: true, value: read(open) };
  }

  get #name(): string {
    return this.ctx.id.name ?? '';
  }

  /** Kept from the first time on: an object that an alarm wakes need not be told its name. */
  #keepName(): string {
    const { sql } = this.ctx.storage;
    const kept = readMeta(sql, 'name');
    if (kept !== undefined) return kept;
    writeMeta(sql, 'name', this.#name);
    return this.#name;
  }

  /** The room if it was ever entered: to look at a room must not make one. */
  #look(): OpenRoom | undefined {
    return this.#open || isMigrated(this.ctx.storage.sql) ? this.#enter() : undefined;
  }

  /** The room, made or woken where it is not there yet. */
  #enter(): OpenRoom {
    if (this.#open) return this.#open;
    const { storage } = this.ctx;
    migrate(storage);
    const safety = this.#safety();
    const log = new RoomLog(storage);
    const name = this.#keepName();
    const ports = {
      name,
      log,
      addresses: new SqlAddressBook(storage.sql),
      settings: new SqlSettingsStore(storage.sql),
      sanctions: new SqlSanctionStore(storage.sql),
      media: this.#media(name),
      atomically: <Result>(work: () => Result) => storage.transactionSync(work),
      someLackRoster: new SqlFlag(storage.sql, 'some_lack_roster'),
      ...(safety && { safety }),
      clock: Date.now,
      timer: (ms: number, task: () => void) => void setTimeout(task, ms),
      onRefusal: (session: Session, refusal: Refusal, ended: boolean) =>
        this.#noteRefusal(name, session, refusal, ended),
      onFault: (fault: unknown) => console.error('room fault', fault),
    };
    const room = new Room(ports, roomPolicy(this.env));
    const announcements = new Announcements({
      store: new SqlAnnouncementStore(storage.sql),
      room,
      operator: SYSTEM_USER,
      clock: Date.now,
    });
    const trimming: Task = {
      due: (now) => nextTrim(log, this.#retention, now),
      run: (now) => room.trim(trimPoint(log, this.#retention, now)),
    };
    const checking: Task = { due: () => room.nextCheck, run: () => room.checked() };
    const agenda = new Agenda([announcements, checking, trimming], ports.onFault);
    this.#open = { room, log, announcements, agenda };
    this.#tally.beginAt(log.head);
    const open = this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    const peers = open.flatMap((socket) => {
      const peer = SocketPeer.restore(socket);
      return peer ? [{ socket, peer }] : [];
    });
    peers.sort((one, other) => one.peer.since - other.peer.since);
    for (const { socket, peer } of peers) this.#takeUp(socket, peer);
    return this.#open;
  }

  #media(room: string): RoomMedia {
    const { MEDIA: bucket } = this.env;
    const discard = (keys: readonly string[]) => {
      if (!bucket) return;
      const deleted = deleteUploads(bucket, keys).catch((fault: unknown) =>
        console.error('recalled files were not deleted', keys, fault),
      );
      this.ctx.waitUntil(deleted);
    };
    const secrets = findSessionKeys(this.env);
    const keys = secrets && new MediaKeys(secrets);
    return new RoomMedia({ sql: this.ctx.storage.sql, room, keys, discard });
  }

  #safety(): SafetyPorts | undefined {
    const checks = roomSafety(this.env);
    if (!checks) return undefined;
    const { sql } = this.ctx.storage;
    return {
      ...checks,
      openIds: new SqlOpenIdBook(sql),
      mark: new SqlCheckMark(sql),
      moderator: SYSTEM_USER,
      resubmit: async ({ peer, data, ...rest }) =>
        this.#inbox.push({ peer, data, arrival: { peer, data, ...rest } }),
    };
  }

  /**
   * After whatever comes from a socket. Who has begun a check stays awake until it is done: an object
   * that sleeps hears no answer. What is left then, and whatever else is to be done later, is the
   * alarm's. Mostly there is nothing of all that, and nothing is waited for.
   */
  async #settle(): Promise<void> {
    this.#report();
    const { room } = this.#enter();
    if (room.isChecking) await this.#reportNews(() => room.checked());
    await this.#planAlarm();
  }

  #takeUp(socket: WebSocket, peer: SocketPeer): void {
    this.#peers.set(socket, peer);
    this.#enter().room.restore(peer);
  }

  /**
   * The peer of a socket, or `undefined` for one that can't be restored. A room that is woken by a
   * closing socket does not find it among those that are open, nor others that close at the same
   * time: they are taken up here, to be seen leaving.
   */
  #peerOf(socket: WebSocket): SocketPeer | undefined {
    this.#enter();
    const known = this.#peers.get(socket);
    if (known) return known;
    const peer = SocketPeer.restore(socket);
    if (peer) this.#takeUp(socket, peer);
    return peer;
  }

  /** What it sent before it closed still counts. */
  #takeLeave(socket: WebSocket, code: number): void {
    try {
      this.#inbox.flush();
    } finally {
      this.#noteEnd(socket, code);
      this.#forget(socket);
    }
  }

  #noteEnd(socket: WebSocket, code: number): void {
    const peer = this.#peerOf(socket);
    if (!peer) return;
    const { room } = this.#enter();
    const now = Date.now();
    const seconds = (now - peer.since) / 1_000;
    const line = { event: 'connection', room: room.name, user: peer.session.id } as const;
    this.#logbook.connection(this.#logLevel, { ...line, code, seconds }, now);
  }

  #noteRefusal(room: string, { id: user }: Session, { code }: Refusal, ended: boolean): void {
    this.#tally.refused(code);
    const line = { event: 'refusal', room, user, code, ended } as const;
    this.#logbook.refusal(this.#logLevel, line, Date.now());
  }

  #forget(socket: WebSocket): void {
    const peer = this.#peerOf(socket);
    this.#peers.delete(socket);
    const { room } = this.#enter();
    if (peer) room.leave(peer);
    else room.leaveUnknown();
  }

  /** Tells the directory how the room is, where that is due. Nothing waits for it or fails with it. */
  #report(): void {
    const { room } = this.#enter();
    if (this.#reports.take(room.isEmpty, Date.now()))
      this.ctx.waitUntil(this.#sendReport(room.name));
  }

  /** Reports what `work` makes events of without being asked: else the directory would not hear of them. */
  async #reportNews(work: () => void | Promise<void>): Promise<void> {
    const { log } = this.#enter();
    const { head } = log;
    await work();
    if (log.head > head) this.#report();
  }

  async #sendReport(name: string): Promise<void> {
    const { room, log } = this.#enter();
    const { connections } = room;
    const tally = this.#tally.take(log.head);
    try {
      await directoryStub(this.env).report(name, this.status(), false, { connections, tally });
    } catch (fault) {
      this.#tally.giveBack(tally);
      console.error('the directory was not told', fault);
    }
  }

  /** Sets the alarm where it is missing or too late: each time it is set costs a row. */
  #planAlarm(): Promise<void> | undefined {
    const now = Date.now();
    const due = this.#nextDue(now);
    // One in the past has rung, or was given up by the platform: only storage knows.
    const isKnown = this.#alarmAt !== undefined && this.#alarmAt > now;
    return isKnown && !this.#isTooLate(due) ? undefined : this.#setAlarm(isKnown);
  }

  async #setAlarm(isKnown: boolean): Promise<void> {
    const { storage } = this.ctx;
    if (!isKnown) this.#alarmAt = (await storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    // Asked for after the wait, in which something else may have been planned.
    const due = this.#nextDue(Date.now());
    if (due === undefined || !this.#isTooLate(due)) return;
    this.#alarmAt = due;
    await storage.setAlarm(due);
  }

  /** What has been due for long may say so with any time, also with one that the platform refuses. */
  #nextDue(now: number): number | undefined {
    const due = this.#enter().agenda.next(now);
    return due === undefined ? undefined : Math.max(due, now);
  }

  /** Whether the alarm rings after something is `due`. */
  #isTooLate(due: number | undefined): boolean {
    return due !== undefined && (this.#alarmAt === undefined || this.#alarmAt > due);
  }
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? data.length : data.byteLength;
}
