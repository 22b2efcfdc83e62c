import { DurableObject } from 'cloudflare:workers';
import type { ListedRoom } from '../shared/http.ts';
import type { Env } from './env.ts';
import type { RoomReport } from './room/report.ts';
import { firstRow } from './sql.ts';

type Row = {
  room: string;
  title: string | null;
  online: number;
  head: number;
  per_minute: number;
  at: number;
  settled: number;
};

/** A room as the directory knows it. */
export interface KnownRoom extends ListedRoom {
  /** Whether nothing has happened there since that the room would have kept to itself. */
  readonly settled: boolean;
}

/** An empty room is listed this long after the last had left, in milliseconds. */
const EMPTY_LISTED_MS = 60 * 60_000;
/** A room that has said nothing for so long is listed no more: its people are gone, or long silent. */
const SILENT_LISTED_MS = 24 * 60 * 60_000;
/** Between two times that old rows are deleted, in milliseconds. */
const SWEEP_INTERVAL_MS = 10 * 60_000;

/** Most rooms of one answer. */
const MAX_LISTED_ROOMS = 200;

/**
 * Which rooms are live, as they report. It holds nothing that can't be lost: what it says is for
 * people to look at, and no room waits for it.
 */
export class RoomDirectory extends DurableObject<Env> {
  #sweptAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // One row a report, and no index: rows written are the bill.
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS rooms (
      room TEXT PRIMARY KEY,
      title TEXT,
      online INTEGER NOT NULL,
      head INTEGER NOT NULL,
      per_minute INTEGER NOT NULL,
      at INTEGER NOT NULL,
      settled INTEGER NOT NULL
    ) WITHOUT ROWID`);
  }

  /**
   * Takes what a room says of itself, unless it has said something newer. It is `settled` when the
   * room is free to report again: then whatever happens next will be told.
   */
  report(room: string, { title, online, head, perMinute, at }: RoomReport, settled = false): void {
    this.ctx.storage.sql.exec(
      `INSERT INTO rooms (room, title, online, head, per_minute, at, settled) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET title = excluded.title, online = excluded.online,
         head = excluded.head, per_minute = excluded.per_minute, at = excluded.at,
         settled = excluded.settled
       WHERE excluded.at >= rooms.at`,
      room,
      title ?? null,
      online,
      head,
      perMinute,
      at,
      settled ? 1 : 0,
    );
    this.#sweep(Date.now());
  }

  /** The rooms with most people, and how many there are. */
  list(): { rooms: KnownRoom[]; total: number } {
    const now = Date.now();
    const [emptySince, silentSince] = [now - EMPTY_LISTED_MS, now - SILENT_LISTED_MS];
    const { sql } = this.ctx.storage;
    const listed = 'WHERE at >= ? AND (online > 0 OR at >= ?)';
    const rows = sql.exec<Row>(
      `SELECT * FROM rooms ${listed} ORDER BY online DESC, at DESC, room LIMIT ?`,
      silentSince,
      emptySince,
      MAX_LISTED_ROOMS,
    );
    const rooms = Array.from(rows, toKnown);
    const total = firstRow<{ count: number }>(
      sql,
      `SELECT count(*) AS count FROM rooms ${listed}`,
      silentSince,
      emptySince,
    );
    return { rooms, total: total?.count ?? 0 };
  }

  #sweep(now: number): void {
    if (Math.abs(now - this.#sweptAt) < SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    this.ctx.storage.sql.exec(
      'DELETE FROM rooms WHERE at < ? OR (online = 0 AND at < ?)',
      now - SILENT_LISTED_MS,
      now - EMPTY_LISTED_MS,
    );
  }
}

/** The one directory. */
export function directoryStub(env: Env): DurableObjectStub<RoomDirectory> {
  const locationHint = env.LOCATION_HINT as DurableObjectLocationHint | undefined;
  return env.ROOM_DIRECTORY.getByName('rooms', locationHint ? { locationHint } : {});
}

function toKnown({ title, per_minute: perMinute, settled, ...rest }: Row): KnownRoom {
  return { ...rest, ...(title !== null && { title }), perMinute, settled: settled === 1 };
}
