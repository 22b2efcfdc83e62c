/** The rooms that this user has been in on this phone, with as much of each as opening it again needs. */
import * as v from 'valibot';
import { formatCursor, parseCursor } from '../../../shared/cursor.ts';
import { MAX_UNREAD_ROOMS } from '../../../shared/limits.ts';
import { type ChatEvent, EventSchema } from '../../../shared/protocol.ts';
import { countWaiting } from './outbox.ts';
import type { Store } from './ports.ts';
import type { Snapshot } from './timeline.ts';

/** As many as one request may ask the unread counts of. */
const MAX_ROOMS = MAX_UNREAD_ROOMS;
/** So many messages of a room are there before the network is. */
const SNAPSHOT_EVENTS = 50;
/** Longest text of a snapshot: all rooms together stay far below WeChat's 10 MB. */
const SNAPSHOT_LENGTH = 150_000;

const VisitedRoomSchema = v.object({
  room: v.string(),
  title: v.optional(v.string()),
  /** What has been seen: `<epoch>.<seq>`. */
  since: v.optional(v.string()),
  /** When it was last here, in milliseconds since 1970 by this phone's clock. */
  visitedAt: v.number(),
});

/** A line of the lobby. */
export type VisitedRoom = Readonly<v.InferOutput<typeof VisitedRoomSchema>>;

const SnapshotSchema = v.pipe(
  v.object({
    epoch: v.string(),
    start: v.number(),
    upTo: v.number(),
    more: v.boolean(),
    events: v.array(EventSchema),
  }),
  // The server ends a connection for good that asks to resume from what is no cursor.
  v.check(({ epoch, start, upTo }) => {
    const isCursor = (seq: number) => parseCursor(formatCursor({ epoch, seq })) !== undefined;
    return isCursor(start) && isCursor(upTo) && start <= upTo;
  }),
);

export class VisitedRooms {
  private readonly store: Store;
  private readonly userId: string;

  constructor(store: Store, userId: string) {
    this.store = store;
    this.userId = userId;
  }

  /** The last visited first. */
  get list(): readonly VisitedRoom[] {
    return readAs(this.store, this.key('rooms'), v.array(VisitedRoomSchema)) ?? [];
  }

  /** What was there when the room was left. */
  snapshot(room: string): Snapshot | undefined {
    return readAs(this.store, this.key('room', room), SnapshotSchema);
  }

  /** Keeps a room as it is seen now; a phone without room for it keeps less. */
  save(room: VisitedRoom, snapshot: Snapshot | undefined): void {
    const since = snapshot && formatCursor({ epoch: snapshot.epoch, seq: snapshot.upTo });
    const others = this.list.filter((other) => other.room !== room.room);
    for (const { room: forgotten } of others.slice(MAX_ROOMS - 1)) this.dropSnapshot(forgotten);
    this.write('rooms', [{ ...room, ...(since && { since }) }, ...others.slice(0, MAX_ROOMS - 1)]);
    if (!snapshot) return;
    const text = JSON.stringify(shorten(snapshot));
    try {
      this.store.set(this.key('room', room.room), text);
    } catch {
      // An older one would be continued from an older place: all of it comes again from the server.
      this.dropSnapshot(room.room);
    }
  }

  /** Takes a room off the list; what waits to be sent there stays. */
  forget(room: string): void {
    this.write(
      'rooms',
      this.list.filter((other) => other.room !== room),
    );
    this.dropSnapshot(room);
  }

  /** Where the room's outbox is kept. */
  outboxKey(room: string): string {
    return this.key('outbox', room);
  }

  /** Where is kept which files of this phone the room's outbox has held. */
  filesKey(room: string): string {
    return this.key('files', room);
  }

  /** How many messages wait to be sent to a room. */
  waiting(room: string): number {
    return countWaiting(this.store, this.outboxKey(room));
  }

  /** What was typed into a room's composer and not sent. */
  draft(room: string): string {
    return this.store.get(this.key('draft', room)) ?? '';
  }

  saveDraft(room: string, text: string): void {
    try {
      if (text === '') this.store.remove(this.key('draft', room));
      else this.store.set(this.key('draft', room), text);
    } catch {
      // It is still in the composer.
    }
  }

  private dropSnapshot(room: string): void {
    this.store.remove(this.key('room', room));
  }

  private write(what: string, value: unknown): void {
    try {
      this.store.set(this.key(what), JSON.stringify(value));
    } catch {
      // The list is a convenience: the rooms themselves are on the server.
    }
  }

  private key(what: string, room?: string): string {
    return room === undefined ? `${what}:${this.userId}` : `${what}:${this.userId}:${room}`;
  }
}

function shorten(snapshot: Snapshot): Snapshot {
  let events: readonly ChatEvent[] = snapshot.events.slice(-SNAPSHOT_EVENTS);
  while (events.length > 1 && JSON.stringify(events).length > SNAPSHOT_LENGTH) {
    events = events.slice(Math.ceil(events.length / 2));
  }
  const first = events[0];
  if (!first || events.length === snapshot.events.length) return snapshot;
  return { ...snapshot, events, start: first.seq - 1, more: true };
}

/** What is stored under a key, unless it is something else than what is stored there. */
function readAs<Schema extends v.GenericSchema>(
  store: Store,
  key: string,
  schema: Schema,
): v.InferOutput<Schema> | undefined {
  try {
    const text = store.get(key);
    if (text === undefined) return undefined;
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
