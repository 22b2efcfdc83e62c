/** The files of this phone that go to a room: shown in place of the server's, and dropped at last. */
import * as v from 'valibot';
import type { Outgoing } from './outbox.ts';
import type { Store } from './ports.ts';

const SavedSchema = v.array(v.string());

export class LocalFiles {
  private readonly store: Store;
  private readonly key: string;
  private readonly drop: (file: string) => void;
  /** All that were ever in the outbox and take place on this phone. */
  private known: Set<string>;
  private readonly byUrl = new Map<string, string>();

  /** `drop` gives back the place that a file takes. */
  constructor(store: Store, key: string, drop: (file: string) => void) {
    this.store = store;
    this.key = key;
    this.drop = drop;
    this.known = new Set(read(store, key));
  }

  /** The file that has this address on the server, as long as it is on this phone. */
  fileOf(url: string): string | undefined {
    return this.byUrl.get(url);
  }

  /** Takes note of the files that are in the outbox. */
  note(items: readonly Outgoing[]): void {
    const before = this.known.size;
    for (const { file, content } of items) {
      if (file === undefined) continue;
      this.known.add(file);
      if ('url' in content && content.url !== '') this.byUrl.set(content.url, file);
    }
    if (this.known.size > before) this.save();
  }

  /** Drops all but those that are still to be sent. */
  sweep(items: readonly Outgoing[]): void {
    const needed = new Set(items.filter(({ state }) => state !== 'sent').map(({ file }) => file));
    const done = [...this.known].filter((file) => !needed.has(file));
    if (done.length === 0) return;
    for (const file of done) this.drop(file);
    this.known = new Set([...this.known].filter((file) => needed.has(file)));
    for (const [url, file] of this.byUrl) if (!needed.has(file)) this.byUrl.delete(url);
    this.save();
  }

  private save(): void {
    try {
      if (this.known.size === 0) this.store.remove(this.key);
      else this.store.set(this.key, JSON.stringify([...this.known]));
    } catch {
      // Then a file may stay on the phone that nobody needs.
    }
  }
}

function read(store: Store, key: string): readonly string[] {
  try {
    return v.parse(SavedSchema, JSON.parse(store.get(key) ?? '[]'));
  } catch {
    return [];
  }
}
