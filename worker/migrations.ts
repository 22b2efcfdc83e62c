/** The tables of a room, as steps that are only ever added to: a room may sleep through years of them. */
import { firstRow } from './sql.ts';

type Migration = (sql: SqlStorage) => void;

const MIGRATIONS: readonly Migration[] = [
  (sql) => {
    // One row a batch and no secondary index: rows written are what a chat pays for.
    // `lines` holds the events of seq `first` to `last`, each a line of JSON, ready to be sent.
    // `offline` holds, by seq, who of a private message's audience was away; most rows have none.
    sql.exec(`CREATE TABLE events (
      first INTEGER PRIMARY KEY,
      last INTEGER NOT NULL,
      at INTEGER NOT NULL,
      lines TEXT NOT NULL,
      offline TEXT
    )`);
    sql.exec('CREATE TABLE addresses (address TEXT PRIMARY KEY) WITHOUT ROWID');
    const epoch = crypto.randomUUID().replaceAll('-', '').slice(0, 12);
    sql.exec(`INSERT INTO meta (key, value) VALUES ('epoch', ?)`, epoch);
  },
  (sql) => {
    // 1 where a batch holds events that concern questions, else NULL. The index has rows for these
    // batches only: a batch of other messages still costs one row, one with questions two.
    sql.exec('ALTER TABLE events ADD COLUMN questions INTEGER');
    sql.exec('CREATE INDEX question_events ON events (first) WHERE questions IS NOT NULL');
  },
  (sql) => {
    // A row for each user who is muted or banned, until then (milliseconds since 1970).
    sql.exec(`CREATE TABLE moderation (
      user TEXT PRIMARY KEY,
      muted_until INTEGER,
      banned_until INTEGER
    ) WITHOUT ROWID`);
  },
  (sql) => {
    // A row for each announcement. `at` is its next time (milliseconds since 1970), `every` the seconds
    // to the one after it, `author` the user as JSON, NULL for an operator.
    sql.exec(`CREATE TABLE announcements (
      id TEXT PRIMARY KEY,
      at INTEGER NOT NULL,
      every INTEGER,
      text TEXT NOT NULL,
      author TEXT
    ) WITHOUT ROWID`);
  },
  (sql) => {
    // A row for each picture or sound that was recalled: nobody can send it again.
    sql.exec('CREATE TABLE withdrawn_media (url TEXT PRIMARY KEY) WITHOUT ROWID');
  },
  (sql) => {
    // Whom WeChat is asked about when a message is checked after it is published: a row for each.
    sql.exec('CREATE TABLE openids (user TEXT PRIMARY KEY, sealed TEXT NOT NULL) WITHOUT ROWID');
  },
];

/** Whether there is anything in this storage: reading a room that nobody entered must not make one. */
export function isMigrated(sql: SqlStorage): boolean {
  const query = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'`;
  return firstRow(sql, query) !== undefined;
}

/**
 * Brings the tables up to this version. Throws when they were written by a newer one: going on would
 * lose what this version does not know of.
 */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const version = isMigrated(sql) ? Number(readMeta(sql, 'version') ?? 0) : 0;
  if (version === MIGRATIONS.length) return;
  if (version > MIGRATIONS.length) {
    throw new Error(`room storage has version ${version}, newer than ${MIGRATIONS.length}`);
  }
  storage.transactionSync(() => {
    sql.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID');
    for (const step of MIGRATIONS.slice(version)) step(sql);
    writeMeta(sql, 'version', String(MIGRATIONS.length));
  });
}

/** Keys of the one-of-a-kind values of a room. */
export type MetaKey =
  | 'version'
  | 'name'
  | 'epoch'
  | 'head'
  | 'settings'
  | 'some_lack_roster'
  | 'check_mark';

export function readMeta(sql: SqlStorage, key: MetaKey): string | undefined {
  return firstRow<{ value: string }>(sql, 'SELECT value FROM meta WHERE key = ?', key)?.value;
}

export function writeMeta(sql: SqlStorage, key: MetaKey, value: string): void {
  sql.exec('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
}
