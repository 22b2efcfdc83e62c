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

/** A log that keeps batches as they came. */
export class MemoryLog implements EventLog {
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
}

export class MemoryAddressBook implements AddressBook {
  readonly #addresses = new Set<Address>();

  add(address: Address): void {
    this.#addresses.add(address);
  }

  has(address: Address): boolean {
    return this.#addresses.has(address);
  }
}

export class MemorySettingsStore implements SettingsStore {
  #settings: RoomSettings = { hosts: [] };

  read(): RoomSettings {
    return this.#settings;
  }

  write(settings: RoomSettings): void {
    this.#settings = settings;
  }
}

export class MemorySanctionStore implements SanctionStore {
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

  /** Takes back what is written until then. */
  begin(): () => void {
    const before = new Map(this.#users);
    return () => {
      this.#users = before;
    };
  }
}

export class MemoryAnnouncementStore implements AnnouncementStore {
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

  /** Takes back what is written until then. */
  begin(): () => void {
    const before = new Map(this.#planned);
    return () => {
      this.#planned = before;
    };
  }
}

/** Uploads of which a test says whose they are. */
export class MemoryMediaShelf implements MediaShelf {
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

  /** Takes back what is withdrawn until then. */
  begin(): () => void {
    const before = new Set(this.#withdrawn);
    return () => {
      this.#withdrawn = before;
    };
  }
}

export class MemoryFlag implements Flag {
  #value = false;

  read(): boolean {
    return this.#value;
  }

  write(value: boolean): void {
    this.#value = value;
  }
}
