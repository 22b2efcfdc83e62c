import type { MediaContent } from '../shared/protocol.ts';
import { contentOf, keyOfUrl, type MediaKeys } from './media/media-key.ts';
import type { MediaShelf } from './room/ports.ts';
import { firstRow } from './sql.ts';

/** What {@link RoomMedia} is made of. */
export interface RoomMediaOptions {
  readonly sql: SqlStorage;
  /** The name of the room: what was uploaded for another can't be sent here. */
  readonly room: string;
  /** Without them there are no uploads. */
  readonly keys: MediaKeys | undefined;
  /** Deletes the files of these keys. Never throws. */
  readonly discard: (keys: readonly string[]) => void;
}

/** The pictures and sounds of a room: proved by their keys, withdrawn in its SQLite storage. */
export class RoomMedia implements MediaShelf {
  readonly #options: RoomMediaOptions;

  constructor(options: RoomMediaOptions) {
    this.#options = options;
  }

  describe(url: string, userId: string): MediaContent | undefined {
    const { sql, room, keys } = this.#options;
    const key = keyOfUrl(url);
    const upload = keys?.open(key, { user: userId, room });
    if (!upload) return undefined;
    const withdrawn = firstRow(sql, 'SELECT 1 FROM withdrawn_media WHERE url = ?', url);
    return withdrawn === undefined ? contentOf(upload, key) : undefined;
  }

  withdraw(url: string): void {
    const { sql } = this.#options;
    sql.exec('INSERT OR IGNORE INTO withdrawn_media (url) VALUES (?)', url);
  }

  discard(urls: readonly string[]): void {
    this.#options.discard(urls.map(keyOfUrl));
  }
}
