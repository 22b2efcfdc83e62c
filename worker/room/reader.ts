/** Reading the log as one viewer may see it. */
import type { Cursor } from '../../shared/cursor.ts';
import { FRESH_EVENTS, MAX_RESUME_EVENTS, MAX_UNREAD_COUNT } from '../../shared/limits.ts';
import type { WelcomeFrame } from '../../shared/protocol.ts';
import { canSee, type Viewer } from './audience.ts';
import type { EventLog, StoredEvent } from './ports.ts';

/** As much of the log as a reader needs. */
export type ReadableLog = Pick<EventLog, 'epoch' | 'head' | 'oldest' | 'read'>;

/** A stretch of history. */
export interface Page {
  /** Oldest first. */
  readonly events: readonly StoredEvent[];
  /** Where the stretch begins: what is older lies before this seq. */
  readonly oldest: number;
  /** Whether the log holds anything older. */
  readonly more: boolean;
}

/**
 * However many events are hidden from the viewer, one reading looks at no more than this many: what
 * it costs does not depend on what others whisper to each other.
 */
const MAX_SCANNED_EVENTS = 1_000;
const CHUNK_EVENTS = 100;

/**
 * The `limit` newest events before `before` that `viewer` may see; fewer where `maxCharacters` of
 * their text or the events to look at run out first.
 */
export function readPage(
  log: ReadableLog,
  viewer: Viewer,
  before: number,
  limit: number,
  maxCharacters = Number.POSITIVE_INFINITY,
): Page {
  const page = scanBack(log, before, log.oldest, limit, ({ event }) => canSee(viewer, event));
  let first = page.events.length;
  for (let size = 0; first > 0; first--) {
    size += (page.events[first - 1] as StoredEvent).text.length;
    if (size > maxCharacters) break;
  }
  const oldest = page.events[first]?.event.seq;
  if (first === 0 || oldest === undefined) return page;
  return { events: page.events.slice(first), oldest, more: true };
}

/** Goes back from just before `before`, not below `floor`, until `limit` events are `wanted`. */
function scanBack(
  log: ReadableLog,
  before: number,
  floor: number,
  limit: number,
  wanted: (stored: StoredEvent) => boolean,
): Page {
  const end = Math.min(before, log.head + 1);
  const stop = Math.max(floor, log.oldest, end - MAX_SCANNED_EVENTS);
  const newestFirst: StoredEvent[] = [];
  let start = end;
  let step = limit;
  while (start > stop && newestFirst.length < limit) {
    const from = Math.max(stop, start - step);
    const chunk = log.read(from - 1, start - 1);
    start = from;
    step = CHUNK_EVENTS;
    for (let i = chunk.length - 1; i >= 0 && newestFirst.length < limit; i--) {
      const stored = chunk[i] as StoredEvent;
      if (!wanted(stored)) continue;
      newestFirst.push(stored);
      if (newestFirst.length === limit) start = stored.event.seq;
    }
  }
  return { events: newestFirst.reverse(), oldest: start, more: start > log.oldest };
}

/** Where a new connection's chain begins, and what it is given to catch up with the room. */
export interface CatchUp {
  readonly resume: WelcomeFrame['resume'];
  /** The chain begins just after this seq [R4]. */
  readonly after: number;
  readonly events: readonly StoredEvent[];
}

/** What `viewer` must be told to be where the room is [R5]. */
export function catchUp(log: ReadableLog, viewer: Viewer, since: Cursor | undefined): CatchUp {
  if (since && isResumable(log, since)) {
    const events = log.read(since.seq, log.head).filter(({ event }) => canSee(viewer, event));
    return { resume: 'recovered', after: since.seq, events };
  }
  const { events, oldest } = readPage(log, viewer, log.head + 1, FRESH_EVENTS);
  return { resume: since ? 'reset' : 'fresh', after: oldest - 1, events };
}

function isResumable(log: ReadableLog, { epoch, seq }: Cursor): boolean {
  return (
    epoch === log.epoch &&
    seq <= log.head &&
    seq >= log.oldest - 1 &&
    log.head - seq <= MAX_RESUME_EVENTS
  );
}

/** What a lobby shows of a room that one is not in. */
export interface Unread {
  /** Messages of others after the cursor that were not recalled, `MAX_UNREAD_COUNT` at most. */
  readonly unread: number;
  /** The newest message that the viewer may see. */
  readonly last?: StoredEvent;
}

/** Counts what is new to `viewer` since `since`; all that is kept is new without a usable cursor. */
export function countUnread(log: ReadableLog, viewer: Viewer, since: Cursor | undefined): Unread {
  const after = since && since.epoch === log.epoch ? since.seq : 0;
  const fresh = scanBack(
    log,
    log.head + 1,
    after + 1,
    MAX_UNREAD_COUNT,
    ({ event }) =>
      event.kind === 'message' &&
      event.content.type !== 'recalled' &&
      event.from.id !== viewer.id &&
      canSee(viewer, event),
  );
  const [last] = scanBack(
    log,
    log.head + 1,
    log.oldest,
    1,
    ({ event }) => event.kind === 'message' && canSee(viewer, event),
  ).events;
  return { unread: fresh.events.length, ...(last && { last }) };
}

/** The seqs of all messages with the picture or sound that is at `url`, oldest first. */
export function findMedia(log: ReadableLog, url: string): number[] {
  const found: number[] = [];
  for (let after = log.oldest - 1; after < log.head; after += MAX_SCANNED_EVENTS) {
    for (const { event } of log.read(after, Math.min(after + MAX_SCANNED_EVENTS, log.head))) {
      if (event.kind !== 'message' || !('url' in event.content)) continue;
      if (event.content.url === url) found.push(event.seq);
    }
  }
  return found;
}
