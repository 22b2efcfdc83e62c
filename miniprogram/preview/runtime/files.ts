/**
 * The files of a phone. What is handed out for a moment is a blob: URL; what the app keeps is in the
 * browser's database, apart for each phone, and has a `wxfile:` path as on WeChat.
 */

const SCHEME = 'wxfile://store_';
const STORE = 'files';

/** Waits for the end of a request to the database. */
function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class PhoneFiles {
  /** Where each kept file can be loaded from. */
  readonly #urls = new Map<string, string>();
  #database: IDBDatabase | undefined;

  /** Finds what a phone has kept. Without a database, files are kept until the restart. */
  async open(phone: string): Promise<void> {
    if (typeof indexedDB === 'undefined') return;
    const opening = indexedDB.open(`preview:${phone}`, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    this.#database = await done(opening);
    const store = this.#store('readonly');
    const [paths, blobs] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    for (const [index, path] of paths.entries()) {
      const blob: unknown = blobs[index];
      if (blob instanceof Blob) this.#urls.set(String(path), URL.createObjectURL(blob));
    }
  }

  /** Keeps a temporary file; gives its path. */
  async save(path: string): Promise<string> {
    const blob = await this.read(path);
    const saved = `${SCHEME}${crypto.randomUUID()}`;
    if (this.#database) await done(this.#store('readwrite').put(blob, saved));
    this.#urls.set(saved, URL.createObjectURL(blob));
    return saved;
  }

  /** @throws when there is no such kept file */
  async remove(path: string): Promise<void> {
    const url = this.#urls.get(path);
    if (url === undefined) throw new Error('file doesn’t exist');
    this.#urls.delete(path);
    URL.revokeObjectURL(url);
    if (this.#database) await done(this.#store('readwrite').delete(path));
  }

  /** What a file holds. @throws when there is none */
  async read(path: string): Promise<Blob> {
    try {
      return await (await fetch(this.url(path))).blob();
    } catch {
      throw new Error(`no such file or directory "${path}"`);
    }
  }

  /** Where a file can be loaded from; any other address stays as it is. */
  url(path: string): string {
    return this.#urls.get(path) ?? path;
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    if (!this.#database) throw new Error('the database is not open');
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }
}

/** Those of the phone in this document. */
export const files = new PhoneFiles();
