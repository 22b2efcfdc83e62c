import { decodeEvent } from '../shared/codec.ts';
import type { ChatEvent } from '../shared/protocol.ts';
import { readMeta, writeMeta } from './migrations.ts';
import type { EventLog, StoredEvent } from './room/ports.ts';
import { concernsQuestions } from './room/question-book.ts';
import { firstRow } from './sql.ts';

type Row = { first: number; lines: string; offline: string | null };

/** As much of a Durable Object's storage as its log needs. */
type LogStorage = Pick<DurableObjectStorage, 'sql' | 'transactionSync'>;

/**
 * A row may hold 2 MB, and a character takes three bytes at most. Only a batch of many small frames
 * about messages to many users, whose audience each of its events repeats, can be larger.
 */
const MAX_ROW_CHARACTERS = 512 * 1024;

/** Most rows that are looked at for one chunk of lines. */
const MAX_CHUNK_ROWS = 400;

/** Events as text. */
export interface LineChunk {
  /** One a line, without a line break after the last. */
  readonly lines: string;
  /** The seq of the last. */
  readonly last: number;
}

/** The event log of a room on the SQLite storage of its Durable Object, after `migrate`. */
export class RoomLog implements EventLog {
  readonly epoch: string;
  readonly #storage: LogStorage;
  readonly #sql: SqlStorage;
  #head: number;
  #oldest: number;
  #oldestAt: number | undefined;

  constructor(storage: LogStorage) {
    const { sql } = storage;
    this.#storage = storage;
    this.#sql = sql;
    const epoch = readMeta(sql, 'epoch');
    if (epoch === undefined) throw new Error('room storage has no epoch');
    this.epoch = epoch;
    const newest = firstRow<{ last: number }>(
      sql,
      'SELECT last FROM events ORDER BY first DESC LIMIT 1',
    );
    this.#head = newest?.last ?? Number(readMeta(sql, 'head') ?? 0);
    [this.#oldest, this.#oldestAt] = this.#findOldest();
  }

  get head(): number {
    return this.#head;
  }

  get oldest(): number {
    return this.#oldest;
  }

  get oldestAt(): number | undefined {
    return this.#oldestAt;
  }

  append(batch: readonly StoredEvent[], rewritten: readonly StoredEvent[] = []): void {
    const first = batch[0];
    if (!first) return;
    const last = this.#head + batch.length;
    if (first.event.seq !== this.#head + 1 || batch.at(-1)?.event.seq !== last) {
      throw new Error(`a batch must follow on ${this.#head}`);
    }
    const rows = rowsOf(batch);
    // A statement is one unit by itself: most batches need no more, and a savepoint costs as much again.
    if (rows.length === 1 && rewritten.length === 0) this.#insert(batch);
    else {
      this.#storage.transactionSync(() => {
        this.#rewrite(rewritten);
        for (const row of rows) this.#insert(row);
      });
    }
    this.#head = last;
    this.#oldestAt ??= first.event.at;
  }

  read(after: number, upTo: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    if (upTo <= after) return events;
    // The batch that holds the first of them may begin before it.
    const rows = this.#sql.exec<Row>(
      `SELECT first, lines, offline FROM events
       WHERE first >= coalesce((SELECT max(first) FROM events WHERE first <= ?), 0) AND first <= ?
       ORDER BY first`,
      after + 1,
      upTo,
    );
    for (const { first, lines, offline } of rows) {
      const away = offline === null ? undefined : decodeOffline(offline);
      for (const [index, text] of lines.split('\n').entries()) {
        const seq = first + index;
        if (seq <= after || seq > upTo) continue;
        const event = decodeEvent(text);
        const users = away?.[seq];
        events.push(users ? { event, text, offline: users } : { event, text });
      }
    }
    return events;
  }

  find(userId: string, id: string): StoredEvent | undefined {
    // As `encodeEvent` writes an event: in what people say, quotes are escaped. Both together, as the id
    // of a message may be that of a user, which stands in many.
    const part = `"id":${JSON.stringify(id)},"from":{"id":${JSON.stringify(userId)}`;
    const row = firstRow<{ first: number; last: number }>(
      this.#sql,
      'SELECT first, last FROM events WHERE instr(lines, ?) > 0 ORDER BY first DESC LIMIT 1',
      part,
    );
    const batch = row ? this.read(row.first - 1, row.last) : [];
    return batch.find(({ event }) => event.id === id && event.from.id === userId);
  }

  /**
   * The first events of `after < seq <= upTo` that are kept, as lines of JSON that were not parsed, and
   * the seq of the last of them: about as many as have so many bytes together, and whole batches. Both
   * bounds have to be ends of batches: what a head was, or what this gave.
   */
  readLines(after: number, upTo: number, bytes: number): LineChunk | undefined {
    // Their sizes first: rows may be of any size, and all that one query gives is in memory at once.
    const sizes = this.#sql.exec<{ last: number; size: number }>(
      `SELECT last, octet_length(lines) AS size FROM events WHERE first > ? AND first <= ?
       ORDER BY first LIMIT ${MAX_CHUNK_ROWS}`,
      after,
      upTo,
    );
    let last = after;
    let total = 0;
    for (const row of sizes.toArray()) {
      if (total >= bytes) break;
      last = row.last;
      total += row.size;
    }
    if (last === after) return undefined;
    const rows = this.#sql.exec<{ lines: string }>(
      'SELECT lines FROM events WHERE first > ? AND first <= ? ORDER BY first',
      after,
      last,
    );
    return {
      lines: rows
        .toArray()
        .map(({ lines }) => lines)
        .join('\n'),
      last,
    };
  }

  readQuestionEvents(): ChatEvent[] {
    const rows = this.#sql.exec<{ lines: string }>(
      `SELECT lines FROM events INDEXED BY question_events
       WHERE questions IS NOT NULL ORDER BY first`,
    );
    const events: ChatEvent[] = [];
    for (const { lines } of rows) {
      for (const line of lines.split('\n')) {
        const event = decodeEvent(line);
        if (concernsQuestions(event)) events.push(event);
      }
    }
    return events;
  }

  newestBefore(time: number): number {
    // Times never fall with seq, so this stops at the first row that stays.
    const staying = firstRow<{ first: number }>(
      this.#sql,
      'SELECT first FROM events WHERE at >= ? ORDER BY first LIMIT 1',
      time,
    );
    return staying ? staying.first - 1 : this.#head;
  }

  trim(upTo: number): void {
    const limit = Math.min(upTo, this.#head);
    const staying = this.#splitOff(limit);
    this.#sql.exec('DELETE FROM events WHERE first <= ?', limit);
    for (const row of rowsOf(staying)) this.#insert(row);
    [this.#oldest, this.#oldestAt] = this.#findOldest();
    // Without a row that tells it, a seq would be given twice.
    if (this.#oldestAt === undefined) writeMeta(this.#sql, 'head', String(this.#head));
  }

  /** What stays of the batch that begins up to `limit` and reaches beyond it. */
  #splitOff(limit: number): StoredEvent[] {
    const straddling = firstRow<{ last: number }>(
      this.#sql,
      'SELECT last FROM events WHERE first <= ? ORDER BY first DESC LIMIT 1',
      limit,
    );
    return straddling ? this.read(limit, straddling.last) : [];
  }

  #insert(batch: readonly StoredEvent[]): void {
    const { seq: first, at } = (batch[0] as StoredEvent).event;
    let lines = '';
    let offline: Record<number, readonly string[]> | undefined;
    let questions: 1 | null = null;
    for (const { event, text, offline: away } of batch) {
      lines = lines === '' ? text : `${lines}\n${text}`;
      if (away) {
        offline ??= {};
        offline[event.seq] = away;
      }
      if (concernsQuestions(event)) questions = 1;
    }
    this.#sql.exec(
      'INSERT INTO events (first, last, at, lines, offline, questions) VALUES (?, ?, ?, ?, ?, ?)',
      first,
      first + batch.length - 1,
      at,
      lines,
      offline ? JSON.stringify(offline) : null,
      questions,
    );
  }

  /** Each row once, however many of its events are rewritten: rows written are what a chat pays for. */
  #rewrite(events: readonly StoredEvent[]): void {
    const rows = new Map<number, string[]>();
    for (const { event, text } of events) {
      const row = firstRow<{ first: number; last: number; lines: string }>(
        this.#sql,
        'SELECT first, last, lines FROM events WHERE first <= ? ORDER BY first DESC LIMIT 1',
        event.seq,
      );
      if (!row || row.last < event.seq) continue;
      const lines = rows.get(row.first) ?? row.lines.split('\n');
      lines[event.seq - row.first] = text;
      rows.set(row.first, lines);
    }
    for (const [first, lines] of rows) {
      this.#sql.exec('UPDATE events SET lines = ? WHERE first = ?', lines.join('\n'), first);
    }
  }

  #findOldest(): [seq: number, at: number | undefined] {
    const row = firstRow<{ first: number; at: number }>(
      this.#sql,
      'SELECT first, at FROM events ORDER BY first LIMIT 1',
    );
    return row ? [row.first, row.at] : [this.#head + 1, undefined];
  }
}

/** A batch as rows: one, unless it is larger than a row may be. */
function rowsOf(batch: readonly StoredEvent[]): StoredEvent[][] {
  const rows: StoredEvent[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const stored of batch) {
    // Who was away stands beside the text: at most as long as the audience in it.
    const length = 2 * stored.text.length;
    size += length;
    if (size > MAX_ROW_CHARACTERS) {
      rows.push([]);
      size = length;
    }
    rows.at(-1)?.push(stored);
  }
  return rows;
}

function decodeOffline(text: string): Record<number, readonly string[] | undefined> {
  return JSON.parse(text);
}
