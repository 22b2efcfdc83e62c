/** What a room keeps besides its events, on the SQLite storage of its Durable Object. */
import { type MetaKey, readMeta, writeMeta } from './migrations.ts';
import type {
  Address,
  AddressBook,
  AnnouncementStore,
  Flag,
  PlannedAnnouncement,
  RoomSettings,
  SanctionStore,
  Sanctions,
  SettingsStore,
} from './room/ports.ts';
import type { CheckMark, CheckMarkStore, OpenIdBook } from './room/published-check.ts';
import { firstRow } from './sql.ts';

/** Everybody who has ever been here: a row for each, written once. */
export class SqlAddressBook implements AddressBook {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(address: Address): void {
    this.#sql.exec('INSERT OR IGNORE INTO addresses (address) VALUES (?)', address);
  }

  has(address: Address): boolean {
    const query = 'SELECT 1 FROM addresses WHERE address = ?';
    return firstRow(this.#sql, query, address) !== undefined;
  }
}

/** The settings, as one value. */
export class SqlSettingsStore implements SettingsStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read(): RoomSettings {
    const text = readMeta(this.#sql, 'settings');
    return text === undefined ? { hosts: [] } : JSON.parse(text);
  }

  write(settings: RoomSettings): void {
    writeMeta(this.#sql, 'settings', JSON.stringify(settings));
  }
}

type SanctionRow = { user: string; muted_until: number | null; banned_until: number | null };

/** Who is muted or banned: a row for each. */
export class SqlSanctionStore implements SanctionStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  *read(): Generator<[userId: string, sanctions: Sanctions]> {
    const rows = this.#sql.exec<SanctionRow>(
      'SELECT user, muted_until, banned_until FROM moderation',
    );
    for (const { user, muted_until: mutedUntil, banned_until: bannedUntil } of rows) {
      yield [
        user,
        {
          ...(mutedUntil !== null && { mutedUntil }),
          ...(bannedUntil !== null && { bannedUntil }),
        },
      ];
    }
  }

  write(userId: string, { mutedUntil, bannedUntil }: Sanctions): void {
    if (mutedUntil === undefined && bannedUntil === undefined) {
      this.#sql.exec('DELETE FROM moderation WHERE user = ?', userId);
      return;
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO moderation (user, muted_until, banned_until) VALUES (?, ?, ?)',
      userId,
      mutedUntil ?? null,
      bannedUntil ?? null,
    );
  }
}

type AnnouncementRow = {
  id: string;
  at: number;
  every: number | null;
  text: string;
  author: string | null;
};

/** What the room is to announce: a row for each. */
export class SqlAnnouncementStore implements AnnouncementStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  *read(): Generator<PlannedAnnouncement> {
    const rows = this.#sql.exec<AnnouncementRow>(
      'SELECT id, at, every, text, author FROM announcements',
    );
    for (const { id, at, every, text, author } of rows) {
      yield {
        id,
        text,
        at,
        ...(every !== null && { every }),
        ...(author !== null && { author: JSON.parse(author) }),
      };
    }
  }

  write({ id, text, at, every, author }: PlannedAnnouncement): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO announcements (id, at, every, text, author) VALUES (?, ?, ?, ?, ?)',
      id,
      at,
      every ?? null,
      text,
      author ? JSON.stringify(author) : null,
    );
  }

  remove(id: string): void {
    this.#sql.exec('DELETE FROM announcements WHERE id = ?', id);
  }
}

/** A flag, as one value; written only when it changes. */
export class SqlFlag implements Flag {
  readonly #sql: SqlStorage;
  readonly #key: MetaKey;
  #value: boolean;

  constructor(sql: SqlStorage, key: MetaKey) {
    this.#sql = sql;
    this.#key = key;
    this.#value = readMeta(sql, key) === 'true';
  }

  read(): boolean {
    return this.#value;
  }

  write(value: boolean): void {
    if (value === this.#value) return;
    writeMeta(this.#sql, this.#key, String(value));
    this.#value = value;
  }
}

/** The openids of those whose messages are checked once they are published, sealed: a row for each. */
export class SqlOpenIdBook implements OpenIdBook {
  readonly #sql: SqlStorage;
  /** What was asked for since the room woke. */
  readonly #known = new Map<string, string | undefined>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(userId: string, sealedOpenId: string): void {
    // Each session seals it anew: what is there already is as good.
    if (this.get(userId) !== undefined) return;
    this.#sql.exec('INSERT INTO openids (user, sealed) VALUES (?, ?)', userId, sealedOpenId);
    this.#known.set(userId, sealedOpenId);
  }

  get(userId: string): string | undefined {
    if (!this.#known.has(userId)) {
      const query = 'SELECT sealed FROM openids WHERE user = ?';
      this.#known.set(userId, firstRow<{ sealed: string }>(this.#sql, query, userId)?.sealed);
    }
    return this.#known.get(userId);
  }
}

/** How far the checks have come, as one value. */
export class SqlCheckMark implements CheckMarkStore {
  readonly #sql: SqlStorage;
  #mark: CheckMark | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const text = readMeta(sql, 'check_mark');
    this.#mark = text ? JSON.parse(text) : undefined;
  }

  read(): CheckMark | undefined {
    return this.#mark;
  }

  write(mark: CheckMark | undefined): void {
    writeMeta(this.#sql, 'check_mark', mark ? JSON.stringify(mark) : '');
    this.#mark = mark;
  }
}
