/** A pure room with its world in the test's hands. */
import { encodeFrame } from '../../shared/codec.ts';
import type { Cursor } from '../../shared/cursor.ts';
import type {
  ActionFrame,
  Audience,
  ClientFrame,
  EventFrame,
  ModerateFrame,
  SendContent,
} from '../../shared/protocol.ts';
import { Announcements } from '../../worker/room/announcements.ts';
import type { Verdict } from '../../worker/room/authority.ts';
import type { Peer, RoomSettings, Session } from '../../worker/room/ports.ts';
import { Room, type RoomPolicy } from '../../worker/room/room.ts';
import type { SettingsChange } from '../../worker/room/settings.ts';
import type { FakeSafety } from './fake-safety.ts';
import { Inbox } from './inbox.ts';
import {
  MemoryAddressBook,
  MemoryAnnouncementStore,
  MemoryFlag,
  MemoryLog,
  MemoryMediaShelf,
  MemorySanctionStore,
  MemorySettingsStore,
  type Undoable,
} from './memory.ts';

/** A client without a network between it and the room. */
export class FakePeer implements Peer {
  readonly session: Session;
  readonly inbox = new Inbox();
  readonly #listens: boolean;
  closed: { code: number; reason: string } | undefined;

  /** One of a crowd need not listen: decoding for hundreds takes seconds. */
  constructor(session: Session, listens = true) {
    this.session = session;
    this.#listens = listens;
  }

  send(text: string): void {
    if (this.#listens && !this.closed) this.inbox.push(text);
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }
}

const SYSTEM = { id: 'system', name: 'system' };

const UNLIMITED = { burst: 1_000_000, perSecond: 1_000 };
const GENEROUS: RoomPolicy = { rate: UNLIMITED, joins: UNLIMITED, capacity: 1_000 };

/** The room, its ports, and short words for what people do. */
export class RoomHarness {
  readonly log = new MemoryLog();
  readonly addresses = new MemoryAddressBook();
  readonly settings = new MemorySettingsStore();
  readonly sanctions = new MemorySanctionStore();
  readonly announcementStore = new MemoryAnnouncementStore();
  readonly media = new MemoryMediaShelf();
  readonly someLackRoster = new MemoryFlag();
  readonly faults: unknown[] = [];
  /** The code of what was refused to whom, with a mark where that ended the connection. */
  readonly refusals: string[] = [];
  readonly policy: RoomPolicy;
  readonly safety: FakeSafety | undefined;
  now = 1_800_000_000_000;
  room: Room;
  announcements: Announcements;
  #timers: { at: number; task: () => void }[] = [];
  #peers: FakePeer[] = [];
  #id = 0;

  /** `safety` is what content is checked with; without it nothing is. */
  constructor(policy: Partial<RoomPolicy> = {}, safety?: FakeSafety) {
    this.safety = safety;
    this.policy = { ...GENEROUS, ...policy };
    this.room = this.#wake();
    this.announcements = this.#announcements();
  }

  /** The room forgets all that is not stored; its connections live on [R8]. */
  hibernate(): void {
    this.#timers = [];
    this.#peers = this.#peers.filter((peer) => !peer.closed);
    this.room = this.#wake();
    this.announcements = this.#announcements();
  }

  /** The room begins anew from what is stored, and all connections are gone. */
  restart(): void {
    for (const peer of this.#peers) peer.closed ??= { code: 1006, reason: '' };
    this.hibernate();
  }

  /** Keeps what is stored now: what is returned takes back all that is written until it is called. */
  checkpoint(): () => void {
    const { log, addresses, settings, sanctions, announcementStore, media, someLackRoster } = this;
    return begin(log, addresses, settings, sanctions, announcementStore, media, someLackRoster);
  }

  /** Somebody sets the clock: no time passes. */
  jump(ms: number): void {
    this.now += ms;
    this.#timers = this.#timers.map(({ at, task }) => ({ at: at + ms, task }));
  }

  /** Whether anything is left that would keep the room awake. */
  get timersRunning(): number {
    return this.#timers.length;
  }

  /** Lets time pass, and with it what was to be done by then. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.now = due.at;
      due.task();
    }
    this.now = end;
  }

  join(session: Session | string, since?: Cursor): FakePeer {
    return this.admit(
      new FakePeer(typeof session === 'string' ? { id: session, name: session } : session),
      since,
    );
  }

  /** Lets in `count` users who are there, but of whom nobody asks what they heard. */
  joinCrowd(count: number): FakePeer[] {
    return Array.from({ length: count }, (_, i) =>
      this.admit(new FakePeer({ id: `crowd-${i}`, name: `crowd-${i}` }, false)),
    );
  }

  /** Lets in a peer that was made elsewhere. */
  admit<Guest extends FakePeer>(peer: Guest, since?: Cursor): Guest {
    this.#peers.push(peer);
    this.room.join(peer, since);
    return peer;
  }

  leave(peer: FakePeer): void {
    peer.closed ??= { code: 1000, reason: '' };
    this.room.leave(peer);
  }

  /** Hands frames, or whatever else, to the room as one batch. */
  receive(peer: FakePeer, ...data: (ClientFrame | string | ArrayBuffer)[]): void {
    this.room.receive(
      data.map((each) => ({
        peer,
        data: typeof each === 'string' || each instanceof ArrayBuffer ? each : encodeFrame(each),
      })),
    );
  }

  /** Says something, under a new id, which is returned. */
  say(
    peer: FakePeer,
    text: string,
    options: { to?: Audience; id?: string; replyTo?: number } = {},
  ): string {
    const { id = `id-${++this.#id}`, ...rest } = options;
    this.receive(peer, { type: 'send', id, content: { type: 'text', text }, ...rest });
    return id;
  }

  /** Sends a content under a new id. Returns what came of it: the code of its refusal, or its seq. */
  send(peer: FakePeer, content: SendContent, options: { to?: Audience } = {}): string | number {
    return this.#submit(peer, (id) => ({ type: 'send', id, content, ...options }));
  }

  /** Does something to an event under a new id. Returns the code of its refusal, or its seq. */
  act(peer: FakePeer, type: ActionFrame['type'], target: number): string | number {
    return this.#submit(peer, (id) => ({ type, id, target }));
  }

  /** Does something to somebody under a new id. Returns the code of its refusal, or its seq. */
  moderate(
    peer: FakePeer,
    action: ModerateFrame['action'],
    user: string,
    until?: number,
  ): string | number {
    const rest = { action, user, ...(until !== undefined && { until }) };
    return this.#submit(peer, (id) => ({ type: 'moderate', id, ...rest }));
  }

  /** Has a back end do something. */
  post(frame: EventFrame): Verdict {
    return this.room.post(frame, SYSTEM);
  }

  /** Changes the settings as an operator. */
  configure(change: SettingsChange): RoomSettings {
    return this.room.configure(change, SYSTEM, `id-${++this.#id}`);
  }

  #submit(peer: FakePeer, frame: (id: string) => ClientFrame): string | number {
    const id = `id-${++this.#id}`;
    this.receive(peer, frame(id));
    const answer = peer.inbox.frames.find((each) => 'id' in each && each.id === id);
    if (answer?.type === 'ack') return answer.seq;
    if (answer?.type === 'reject') return answer.code;
    throw new Error(`no answer to ${id}`);
  }

  /** Does `work` as one unit of storage. */
  atomically<Result>(work: () => Result): Result {
    // Not the log: it keeps count of itself, which no storage takes back.
    const undo = begin(this.settings, this.sanctions, this.announcementStore, this.media);
    try {
      return work();
    } catch (fault) {
      undo();
      throw fault;
    }
  }

  #announcements(): Announcements {
    const { announcementStore: store, room } = this;
    return new Announcements({ store, room, operator: SYSTEM, clock: () => this.now });
  }

  #wake(): Room {
    const room = new Room(
      {
        name: 'lobby',
        log: this.log,
        addresses: this.addresses,
        settings: this.settings,
        sanctions: this.sanctions,
        media: this.media,
        atomically: (work) => this.atomically(work),
        someLackRoster: this.someLackRoster,
        clock: () => this.now,
        timer: (ms, task) => this.#timers.push({ at: this.now + ms, task }),
        ...(this.safety && {
          safety: {
            // Its parts are properties of the instance: all of them are taken over.
            ...this.safety,
            resubmit: async (arrival) => {
              const { peer, data } = arrival;
              this.room.receive([{ peer, data, arrival }]);
            },
          },
        }),
        onRefusal: ({ id }, { code }, ended) =>
          this.refusals.push(`${id} ${code}${ended ? '!' : ''}`),
        onFault: (fault) => this.faults.push(fault),
      },
      this.policy,
    );
    for (const peer of this.#peers) room.restore(peer);
    return room;
  }
}

function begin(...stores: readonly Undoable[]): () => void {
  const undo = stores.map((store) => store.begin());
  return () => {
    for (const each of undo) each();
  };
}
