import { DurableObject } from 'cloudflare:workers';
import type { ListedRoom } from '../shared/http.ts';
import type { Env } from './env.ts';
import type { RoomReport } from './room/report.ts';
import { addTallies, NOTHING, type Tally } from './room/tally.ts';
import { firstRow } from './sql.ts';

type Row = {
  room: string;
  title: string | null;
  online: number;
  head: number;
  per_minute: number;
  at: number;
  settled: number;
  connections: number;
  tally: string;
};

/** What a room says of itself for its operator alone. */
export interface RoomLoad {
  readonly connections: number;
  /** What it has counted since its last report. */
  readonly tally: Tally;
}

/** All rooms together: how they were when they last said so, and what they have ever counted. */
export interface Totals {
  readonly rooms: number;
  /** Users, each as often as there are rooms that they are in. */
  readonly online: number;
  readonly connections: number;
  /** Of the room with most of them. */
  readonly mostConnections: number;
  /** Events of a minute, of the room with most of them among those that have just reported. */
  readonly mostPerMinute: number;
  readonly tally: Tally;
}

/** A room as the directory knows it. */
export interface KnownRoom extends ListedRoom {
  /** Whether nothing has happened there since that the room would have kept to itself. */
  readonly settled: boolean;
}

/** An empty room is listed this long after the last had left, in milliseconds. */
const EMPTY_LISTED_MS = 60 * 60_000;
/** A room that has said nothing for so long is listed no more: its people are gone, or long silent. */
const SILENT_LISTED_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
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
    this.#addColumn('connections', 'INTEGER NOT NULL DEFAULT 0');
    this.#addColumn('tally', "TEXT NOT NULL DEFAULT ''");
    // What was counted in rooms that are not listed any more.
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS past (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      tally TEXT NOT NULL
    )`);
  }

  /**
   * Takes what a room says of itself, unless it has said something newer. It is `settled` when the
   * room is free to report again: then whatever happens next will be told. What the room has counted
   * is added to what it had.
   */
  report(room: string, report: RoomReport, settled = false, load?: RoomLoad): void {
    const { sql } = this.ctx.storage;
    const known = firstRow<Row>(sql, 'SELECT * FROM rooms WHERE room = ?', room);
    const tally = JSON.stringify(countUp(known, report.head, load?.tally));
    if (known && known.at > report.at) {
      sql.exec('UPDATE rooms SET tally = ? WHERE room = ?', tally, room);
      return;
    }
    const { title = null, online, head, perMinute, at } = report;
    sql.exec(
      `INSERT OR REPLACE INTO rooms
        (room, title, online, head, per_minute, at, settled, connections, tally)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      room,
      title,
      online,
      head,
      perMinute,
      at,
      settled ? 1 : 0,
      load?.connections ?? known?.connections ?? 0,
      tally,
    );
    this.#sweep(Date.now());
  }

  /** All rooms together, at `now` (milliseconds since 1970). */
  totals(now: number): Totals {
    const rows = this.ctx.storage.sql.exec<Row>('SELECT * FROM rooms');
    let totals: Totals = { ...NO_ROOMS, tally: this.#past() };
    for (const row of rows) totals = withRoom(totals, row, now);
    return totals;
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
    const { sql } = this.ctx.storage;
    const deleted = sql.exec<Row>(
      'DELETE FROM rooms WHERE at < ? OR (online = 0 AND at < ?) RETURNING *',
      now - SILENT_LISTED_MS,
      now - EMPTY_LISTED_MS,
    );
    // Without an await between them both are written or neither is.
    const tallies = Array.from(deleted, tallyOf);
    if (tallies.length === 0) return;
    const past = tallies.reduce(addTallies, this.#past());
    sql.exec('INSERT OR REPLACE INTO past (id, tally) VALUES (1, ?)', JSON.stringify(past));
  }

  #past(): Tally {
    const row = firstRow<Pick<Row, 'tally'>>(this.ctx.storage.sql, 'SELECT tally FROM past');
    return row ? tallyOf(row) : NOTHING;
  }

  /** A directory of before, which had fewer. */
  #addColumn(name: 'connections' | 'tally', type: string): void {
    const { sql } = this.ctx.storage;
    const known = firstRow(sql, "SELECT 1 FROM pragma_table_info('rooms') WHERE name = ?", name);
    if (!known) sql.exec(`ALTER TABLE rooms ADD COLUMN ${name} ${type}`);
  }
}

const NO_ROOMS: Omit<Totals, 'tally'> = {
  rooms: 0,
  online: 0,
  connections: 0,
  mostConnections: 0,
  mostPerMinute: 0,
};

/** What a room has counted so far. Its head tells also of events that it had no time to report. */
function countUp(known: Row | undefined, head: number, news = NOTHING): Tally {
  if (!known) return news;
  const events = Math.max(0, head - known.head);
  return addTallies(tallyOf(known), { ...news, events });
}

function withRoom(totals: Totals, row: Row, now: number): Totals {
  const { online, connections, per_minute: perMinute, at } = row;
  const recent = now - at < MINUTE_MS ? perMinute : 0;
  return {
    rooms: totals.rooms + (online > 0 ? 1 : 0),
    online: totals.online + online,
    connections: totals.connections + connections,
    mostConnections: Math.max(totals.mostConnections, connections),
    mostPerMinute: Math.max(totals.mostPerMinute, recent),
    tally: addTallies(totals.tally, tallyOf(row)),
  };
}

function tallyOf({ tally }: Pick<Row, 'tally'>): Tally {
  return tally === '' ? NOTHING : JSON.parse(tally);
}

/** The one directory. */
export function directoryStub(env: Env): DurableObjectStub<RoomDirectory> {
  const locationHint = env.LOCATION_HINT as DurableObjectLocationHint | undefined;
  return env.ROOM_DIRECTORY.getByName('rooms', locationHint ? { locationHint } : {});
}

function toKnown({
  room,
  title,
  online,
  head,
  per_minute: perMinute,
  at,
  settled,
}: Row): KnownRoom {
  const named = { room, ...(title !== null && { title }) };
  return { ...named, online, head, perMinute, at, settled: settled === 1 };
}
