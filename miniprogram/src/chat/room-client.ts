/**
 * One room, as its page needs it: what was said, who is there, what is under way, and the connection
 * that keeps all of it true. It tells of changes after they have happened, once per thing that
 * happened: one frame, one call.
 */
import { formatCursor } from '../../../shared/cursor.ts';
import { DEFAULT_PAGE_EVENTS } from '../../../shared/limits.ts';
import type {
  AckFrame,
  ActionFrame,
  ChatEvent,
  EventFrame,
  EventsFrame,
  ModerateFrame,
  PageFrame,
  PresenceFrame,
  RejectFrame,
  ServerFrame,
  User,
  WelcomeFrame,
} from '../../../shared/protocol.ts';
import { Connection, type ConnectionState } from './connection.ts';
import { Dispatcher } from './dispatcher.ts';
import { newFrameId } from './frame-id.ts';
import { LocalFiles } from './local-files.ts';
import { type Draft, Outbox, type Outgoing } from './outbox.ts';
import type { Cancel, Ports } from './ports.ts';
import { toRefusal } from './refusal.ts';
import { type AckReply, type PageReply, Requests } from './requests.ts';
import { Roster } from './roster.ts';
import { joinChanges, Timeline, type TimelineChange } from './timeline.ts';
import { Typists } from './typing.ts';
import { Uploader } from './uploader.ts';
import type { VisitedRooms } from './visited-rooms.ts';

/** A page of history can be empty, because all in it is hidden: so many are asked for at a time. */
const MAX_PAGES = 3;

/** What has changed; a part that is missing has not. */
export interface RoomChange {
  readonly timeline?: TimelineChange;
  /** What has come since, of whatever kind, in order; not what is older than all that was here. */
  readonly events?: readonly ChatEvent[];
  readonly connection?: true;
  readonly outbox?: true;
  /** Title, or the user's own role. */
  readonly room?: true;
  readonly presence?: true;
  readonly typing?: true;
}

/** Two changes, one after the other, as one. */
export function joinRoomChanges(first: RoomChange | undefined, second: RoomChange): RoomChange {
  const timeline = joinChanges(first?.timeline, second.timeline);
  // What came before all began anew is about another stretch of the log.
  const earlier = second.timeline?.cleared ? [] : (first?.events ?? []);
  const events = [...earlier, ...(second.events ?? [])];
  const { events: _, ...rest } = { ...first, ...second };
  return { ...rest, ...(timeline && { timeline }), ...(events.length > 0 && { events }) };
}

export interface RoomClientOptions {
  readonly room: string;
  /** Who is using it, as far as is known before the server has said so. */
  readonly user: Omit<User, 'role'>;
  /** `ws://` or `wss://`, with the path. */
  readonly endpoint: string;
  readonly ports: Ports;
  readonly visited: VisitedRooms;
  onChange(change: RoomChange): void;
}

export type LoadResult = 'loaded' | 'end' | 'failed';

export class RoomClient {
  readonly room: string;
  readonly timeline: Timeline;
  private readonly options: RoomClientOptions;
  private readonly connection: Connection;
  private readonly outbox: Outbox;
  private readonly files: LocalFiles;
  private readonly dispatcher: Dispatcher;
  private readonly uploader: Uploader;
  private readonly acks: Requests<AckFrame>;
  private readonly pages: Requests<PageFrame>;
  private readonly roster = new Roster();
  private readonly typists: Typists;
  private readonly absent = new Map<number, readonly string[]>();
  private me: User;
  private roomTitle: string | undefined;
  /** The newest event when the connection began: from there on, what comes is new. */
  private head = 0;
  /** By how much the server's clock is ahead of this phone's, in milliseconds. */
  private clockLag = 0;
  private caughtUp = false;
  private loading: Promise<LoadResult> | undefined;
  private change: RoomChange | undefined;
  private stopWatching: Cancel = () => {};

  constructor(options: RoomClientOptions) {
    const { room, user, ports, visited } = options;
    this.options = options;
    this.room = room;
    this.me = { ...user, role: 'member' };
    this.roomTitle = visited.list.find((known) => known.room === room)?.title;
    this.timeline = new Timeline(user.id);
    this.acks = new Requests(ports.clock);
    this.pages = new Requests(ports.clock);
    this.typists = new Typists(ports.clock, () => this.tell({ typing: true }));
    this.outbox = new Outbox(ports.store, visited.outboxKey(room));
    this.files = new LocalFiles(ports.store, visited.filesKey(room), (file) =>
      ports.uploads.drop(file),
    );
    this.uploader = new Uploader({
      room,
      outbox: this.outbox,
      ports,
      onChange: () => this.pumpOutbox(),
    });
    this.dispatcher = new Dispatcher({
      outbox: this.outbox,
      clock: ports.clock,
      random: ports.random,
      send: (frame, onReply) => this.request(frame, onReply),
      onChange: () => {
        this.outboxChanged();
        // A file can be lost on the server, and is uploaded once more.
        this.uploader.pump();
      },
      onSilence: () => this.connection.restart(),
    });
    this.connection = new Connection(ports, {
      url: () => this.url(),
      state: (state) => this.onState(state),
      frame: (frame) => this.onFrame(frame),
    });
  }

  /** How the connection stands. */
  get state(): ConnectionState {
    return this.connection.state;
  }

  /** What is shown is all there is: nothing that was missed is still on its way. */
  get isCaughtUp(): boolean {
    return this.caughtUp;
  }

  /** The user, as the server says. */
  get self(): User {
    return this.me;
  }

  /** The time on the server's clock, in milliseconds since 1970: this phone's may be wrong. */
  get serverTime(): number {
    return this.options.ports.clock.now() + this.clockLag;
  }

  get title(): string | undefined {
    return this.roomTitle;
  }

  /** How many people are in the room. */
  get online(): number {
    return this.roster.online;
  }

  /** They, unless they are too many. */
  get members(): readonly User[] | undefined {
    return this.roster.members;
  }

  /** Who is typing just now. */
  get typing(): readonly User[] {
    return this.typists.users;
  }

  /** What was written and is not in the timeline yet. */
  get outgoing(): readonly Outgoing[] {
    return this.outbox.list;
  }

  /** Whether what was written would survive the end of the app. */
  get isOutboxSaved(): boolean {
    return this.outbox.isSaved;
  }

  /** The file of this phone that was uploaded to this address, as long as it is there. */
  fileOf(url: string): string | undefined {
    return this.files.fileOf(url);
  }

  /** Of a private message: who was not there when it was sent. */
  absentFor(seq: number): readonly string[] {
    return this.absent.get(seq) ?? [];
  }

  /** Shows what is known of the room, connects, and goes on. Twice is once. */
  open(): void {
    if (this.connection.state.name !== 'closed') return;
    const snapshot = this.options.visited.snapshot(this.room);
    if (snapshot && !this.timeline.cursor) this.tell({ timeline: this.timeline.restore(snapshot) });
    this.stopWatching();
    this.stopWatching = this.options.ports.lifecycle.watch((foreground) => {
      if (!foreground) this.save();
    });
    this.files.sweep(this.outbox.list);
    this.files.note(this.outbox.list);
    this.uploader.start();
    this.connection.open();
  }

  /** Leaves the room; what waits to be sent stays in storage. */
  close(): void {
    this.stopWatching();
    this.save();
    this.uploader.stop();
    this.connection.close();
    this.files.sweep(this.outbox.list);
  }

  /** Says something: at once, or as soon as it can be said. */
  send(draft: Draft): void {
    const { clock, random } = this.options.ports;
    this.outbox.add(draft, newFrameId(random), clock.now());
    this.pumpOutbox();
  }

  /** Tries again what was refused. */
  resend(id: string): void {
    this.outbox.retry(id, this.options.ports.clock.now());
    this.pumpOutbox();
  }

  /** Gives up what has not been sent. */
  discard(id: string): void {
    if (this.outbox.remove(id)) this.pumpOutbox();
  }

  /** Recalls a message, votes for a question or closes it. Only while online: the answer is now or never. */
  act(type: ActionFrame['type'], target: number): Promise<AckReply> {
    return this.ask({ type, id: newFrameId(this.options.ports.random), target });
  }

  /** Mutes, removes or bans somebody, or takes that back; `until` in milliseconds since 1970. */
  moderate(action: ModerateFrame['action'], user: string, until?: number): Promise<AckReply> {
    const id = newFrameId(this.options.ports.random);
    return this.ask({ type: 'moderate', id, action, user, ...(until !== undefined && { until }) });
  }

  /** Brings older messages: `end` when there are none. Asked for twice at once, it is asked once. */
  loadOlder(): Promise<LoadResult> {
    this.loading ??= this.loadPages().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** The user is typing: the others are told, not too often. */
  tellTyping(): void {
    if (this.state.name === 'online' && this.typists.mayTell()) {
      this.dispatcher.spend();
      this.connection.send({ type: 'typing' });
    }
  }

  private url(): string {
    const { cursor } = this.timeline;
    const since = cursor ? `&since=${formatCursor(cursor)}` : '';
    return `${this.options.endpoint}?room=${encodeURIComponent(this.room)}${since}`;
  }

  private onState(state: ConnectionState): void {
    if (state.name !== 'online') {
      this.caughtUp = false;
      this.dispatcher.stop();
      this.failInFlight(state);
      this.acks.abandon();
      this.pages.abandon();
      this.typists.clear();
    }
    this.tell({ connection: true });
  }

  /** What the server ended the connection for would end the next one as well. */
  private failInFlight(state: ConnectionState): void {
    if (state.name !== 'closed' || !state.refusal) return;
    const { code } = state.refusal;
    if (code !== 'bad_frame' && code !== 'too_large') return;
    const { refusal } = state;
    const sending = this.outbox.list.find((item) => item.state === 'sending');
    if (sending) this.acks.settle(sending.id, { ok: false, refusal });
  }

  private onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.onWelcome(frame);
        return;
      case 'events':
        this.onEvents(frame);
        return;
      case 'ack':
        if (frame.offline?.length) this.absent.set(frame.seq, frame.offline);
        this.acks.settle(frame.id, { ok: true, frame });
        return;
      case 'page':
        this.pages.settle(frame.id, { ok: true, frame });
        return;
      case 'reject':
        this.onReject(frame);
        return;
      case 'presence':
        this.onPresence(frame);
        return;
      case 'typing':
        if (frame.user.id !== this.me.id) this.typists.add(frame.user);
        return;
      default:
        frame satisfies never;
    }
  }

  private onWelcome(frame: WelcomeFrame): void {
    this.me = frame.self;
    this.roomTitle = frame.room.title;
    this.head = frame.head;
    this.clockLag = frame.time - this.options.ports.clock.now();
    this.roster.begin(frame);
    const change = this.timeline.begin(frame);
    // Another log has other numbers: nothing may wait for one of the old.
    if (change.cleared && this.outbox.shown(Number.POSITIVE_INFINITY)) this.tell({ outbox: true });
    if (change.cleared) this.absent.clear();
    this.tell({ timeline: change, room: true, presence: true });
    this.checkCaughtUp();
  }

  private onEvents({ after, upTo, events }: EventsFrame): void {
    const before = this.timeline.upTo;
    const change = this.timeline.append(after, upTo, events);
    if (!change) {
      this.connection.restart();
      return;
    }
    const fresh = events.filter(
      (event): event is ChatEvent => event.kind !== 'unknown' && event.seq > before,
    );
    for (const { event } of change.appended) {
      this.typists.remove(event.from.id);
      // Its ack was lost, but here it is.
      if (event.from.id === this.me.id && this.outbox.remove(event.id)) {
        this.tell({ outbox: true });
      }
    }
    if (this.outbox.shown(this.timeline.upTo)) this.tell({ outbox: true });
    this.tell({ timeline: change, ...(fresh.length > 0 && { events: fresh }) });
    this.checkCaughtUp();
  }

  private onPresence(frame: PresenceFrame): void {
    this.roster.apply(frame);
    for (const id of frame.left ?? []) this.typists.remove(id);
    const me = [...(frame.joined ?? []), ...(frame.members ?? [])].find(
      ({ id }) => id === this.me.id,
    );
    const hasNewRole = me !== undefined && me.role !== this.me.role;
    if (hasNewRole) this.me = me;
    this.tell({ presence: true, ...(hasNewRole && { room: true }) });
  }

  private onReject(frame: RejectFrame): void {
    if (frame.id === undefined) return;
    const reply = { ok: false, refusal: toRefusal(frame) } as const;
    this.acks.settle(frame.id, reply);
    this.pages.settle(frame.id, reply);
  }

  private checkCaughtUp(): void {
    if (this.caughtUp || this.timeline.upTo < this.head) return;
    this.caughtUp = true;
    this.tell({ connection: true });
    this.uploader.wake();
    this.dispatcher.start();
  }

  private pumpOutbox(): void {
    this.files.note(this.outbox.list);
    this.tell({ outbox: true });
    this.uploader.pump();
    this.dispatcher.pump();
  }

  private outboxChanged(): void {
    this.outbox.shown(this.timeline.upTo);
    this.tell({ outbox: true });
  }

  private ask(frame: EventFrame): Promise<AckReply> {
    this.dispatcher.spend();
    return new Promise((resolve) => {
      if (!this.request(frame, resolve)) resolve({ ok: false });
    });
  }

  private request(frame: EventFrame, onReply: (reply: AckReply) => void): boolean {
    this.acks.expect(frame.id, onReply);
    if (this.connection.send(frame)) return true;
    this.acks.forget(frame.id);
    return false;
  }

  private async loadPages(): Promise<LoadResult> {
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      if (!this.timeline.hasOlder) return this.timeline.cursor ? 'end' : 'failed';
      const reply = await this.page(this.timeline.before);
      if (!reply.ok) return 'failed';
      const { events, oldest, more } = reply.frame;
      const change = this.timeline.prepend(events, oldest, more);
      this.tell({ timeline: change });
      if (change.prepended.length > 0) return 'loaded';
    }
    return this.timeline.hasOlder ? 'loaded' : 'end';
  }

  private page(before: number): Promise<PageReply> {
    const id = newFrameId(this.options.ports.random);
    this.dispatcher.spend();
    return new Promise((resolve) => {
      this.pages.expect(id, resolve);
      if (this.connection.send({ type: 'history', id, before, limit: DEFAULT_PAGE_EVENTS })) return;
      this.pages.settle(id, { ok: false });
    });
  }

  private save(): void {
    const { visited, ports } = this.options;
    const snapshot = this.timeline.snapshot();
    if (!snapshot) return;
    const title = this.roomTitle;
    visited.save(
      { room: this.room, visitedAt: ports.clock.now(), ...(title !== undefined && { title }) },
      snapshot,
    );
  }

  /** Collects what one thing brings about, and tells of it once that is over. */
  private tell(change: RoomChange): void {
    const before = this.change;
    this.change = joinRoomChanges(before, change);
    if (before) return;
    void Promise.resolve().then(() => {
      const { change: collected } = this;
      this.change = undefined;
      if (collected) this.options.onChange(collected);
    });
  }
}
