/** What a room keeps besides its events, on the SQLite storage of its Durable Object. */
import { type MetaKey, readMeta, writeMeta } from './migrations.ts';
import type { Address, AddressBook, Flag, RoomSettings, SettingsStore } from './room/ports.ts';
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
