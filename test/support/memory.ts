/** The room's ports in memory, as a room on another store would have them. */
import type { ChatEvent, MediaContent } from '../../shared/protocol.ts';
import type {
  Address,
  AddressBook,
  AnnouncementStore,
  EventLog,
  Flag,
  MediaShelf,
  PlannedAnnouncement,
  RoomSettings,
  SanctionStore,
  Sanctions,
  SettingsStore,
  StoredEvent,
} from '../../worker/room/ports.ts';
import { concernsQuestions } from '../../worker/room/question-book.ts';

/** A store whose writes can be taken back, as a database does with what was not committed. */
export interface Undoable {
  /** What is returned takes back all that is written until it is called. */
  begin(): () => void;
}

/** A log that keeps batches as they came. */
export class MemoryLog implements EventLog, Undoable {
  readonly epoch: string;
  #batches: (readonly StoredEvent[])[] = [];
  #head = 0;
  /** Makes the next append fail like a full disk. */
  failNext = false;

  constructor(epoch = 'e1') {
    this.epoch = epoch;
  }

  get head(): number {
    return this.#head;
  }

  get oldest(): number {
    return this.#batches[0]?.[0]?.event.seq ?? this.#head + 1;
  }

  get oldestAt(): number | undefined {
    return this.#batches[0]?.[0]?.event.at;
  }

  /** How many rows a store would have written. */
  get batches(): number {
    return this.#batches.length;
  }

  append(batch: readonly StoredEvent[], rewritten: readonly StoredEvent[] = []): void {
    if (this.failNext) {
      this.failNext = false;
      throw new Error('SQLITE_FULL: database or disk is full');
    }
    if (batch.length === 0) return;
    batch.forEach(({ event }, index) => {
      if (event.seq !== this.#head + 1 + index) {
        throw new Error(`a batch must follow on ${this.#head}`);
      }
    });
    const replacements = new Map(rewritten.map((stored) => [stored.event.seq, stored]));
    this.#batches = this.#batches.map((each) =>
      each.map((stored) => replacements.get(stored.event.seq) ?? stored),
    );
    this.#batches.push([...batch]);
    this.#head += batch.length;
  }

  read(after: number, upTo: number): StoredEvent[] {
    return this.#batches.flat().filter(({ event }) => event.seq > after && event.seq <= upTo);
  }

  find(userId: string, id: string): StoredEvent | undefined {
    return this.#batches.flat().find(({ event }) => event.id === id && event.from.id === userId);
  }

  readQuestionEvents(): ChatEvent[] {
    const events = this.#batches.flat().map(({ event }) => event);
    return events.filter(concernsQuestions);
  }

  newestBefore(time: number): number {
    const staying = this.#batches.find(([first]) => (first as StoredEvent).event.at >= time);
    return staying ? (staying[0] as StoredEvent).event.seq - 1 : this.#head;
  }

  trim(upTo: number): void {
    this.#batches = this.#batches
      .map((batch) => batch.filter(({ event }) => event.seq > upTo))
      .filter((batch) => batch.length > 0);
  }

  begin(): () => void {
    const [batches, head] = [[...this.#batches], this.#head];
    return () => {
      this.#batches = [...batches];
      this.#head = head;
    };
  }
}

export class MemoryAddressBook implements AddressBook, Undoable {
  #addresses = new Set<Address>();

  add(address: Address): void {
    this.#addresses.add(address);
  }

  has(address: Address): boolean {
    return this.#addresses.has(address);
  }

  begin(): () => void {
    const before = new Set(this.#addresses);
    return () => {
      this.#addresses = new Set(before);
    };
  }
}

export class MemorySettingsStore implements SettingsStore, Undoable {
  #settings: RoomSettings = { hosts: [] };

  read(): RoomSettings {
    return this.#settings;
  }

  write(settings: RoomSettings): void {
    this.#settings = settings;
  }

  begin(): () => void {
    const before = this.#settings;
    return () => {
      this.#settings = before;
    };
  }
}

export class MemorySanctionStore implements SanctionStore, Undoable {
  #users = new Map<string, Sanctions>();

  /** How many rows a store would hold. */
  get size(): number {
    return this.#users.size;
  }

  read(): Iterable<readonly [userId: string, sanctions: Sanctions]> {
    return [...this.#users];
  }

  write(userId: string, sanctions: Sanctions): void {
    if (Object.keys(sanctions).length > 0) this.#users.set(userId, sanctions);
    else this.#users.delete(userId);
  }

  begin(): () => void {
    const before = new Map(this.#users);
    return () => {
      this.#users = new Map(before);
    };
  }
}

export class MemoryAnnouncementStore implements AnnouncementStore, Undoable {
  #planned = new Map<string, PlannedAnnouncement>();
  /** How many rows a store would have written. */
  writes = 0;

  read(): Iterable<PlannedAnnouncement> {
    return [...this.#planned.values()];
  }

  write(announcement: PlannedAnnouncement): void {
    this.writes++;
    this.#planned.set(announcement.id, announcement);
  }

  remove(id: string): void {
    this.writes++;
    this.#planned.delete(id);
  }

  begin(): () => void {
    const before = new Map(this.#planned);
    return () => {
      this.#planned = new Map(before);
    };
  }
}

/** Uploads of which a test says whose they are. */
export class MemoryMediaShelf implements MediaShelf, Undoable {
  readonly #uploads = new Map<string, { userId: string; content: MediaContent }>();
  #withdrawn = new Set<string>();
  /** What was discarded so far. */
  readonly discarded: string[] = [];

  /** As if this user had uploaded it. */
  put(userId: string, content: MediaContent): MediaContent {
    this.#uploads.set(content.url, { userId, content });
    return content;
  }

  describe(url: string, userId: string): MediaContent | undefined {
    const upload = this.#uploads.get(url);
    return upload?.userId === userId && !this.#withdrawn.has(url) ? upload.content : undefined;
  }

  withdraw(url: string): void {
    this.#withdrawn.add(url);
  }

  discard(urls: readonly string[]): void {
    this.discarded.push(...urls);
  }

  begin(): () => void {
    const before = new Set(this.#withdrawn);
    return () => {
      this.#withdrawn = new Set(before);
    };
  }
}

export class MemoryFlag implements Flag, Undoable {
  #value = false;

  read(): boolean {
    return this.#value;
  }

  write(value: boolean): void {
    this.#value = value;
  }

  begin(): () => void {
    const before = this.#value;
    return () => {
      this.#value = before;
    };
  }
}
