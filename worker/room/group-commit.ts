/**
 * After so many turns in which nobody comes, nobody is close behind. With one, batches of a busy room are
 * half as large: what comes over many sockets comes in bursts (`npm run bench`).
 */
const QUIET_TURNS = 2;

/**
 * Gathers what arrives close together, so that a busy room stores and sends once for many messages. A
 * room in which one at a time speaks takes each item at once, synchronously.
 */
export class GroupCommit<Item> {
  readonly #options: GroupCommitOptions<Item>;
  readonly #waiting: Item[] = [];
  #draining = false;
  /** Whether several came together last: then the next does not come alone, either. */
  #busy = false;

  constructor(options: GroupCommitOptions<Item>) {
    this.#options = options;
  }

  /**
   * Adds an item. Whoever finds nothing under way commits, and gets a promise that resolves when
   * nothing waits any more, or rejects with what `commit` throws; the others leave their item to them
   * and get nothing to wait for.
   */
  push(item: Item): Promise<void> | undefined {
    this.#waiting.push(item);
    return this.#draining ? undefined : this.#drain();
  }

  /** Commits what waits now, without waiting for the batch before it. */
  flush(): void {
    while (this.#waiting.length > 0) this.#options.commit(this.#take());
  }

  /** A batch that fails does not take those behind it along; the first failure is thrown at the end. */
  async #drain(): Promise<void> {
    const failures: unknown[] = [];
    this.#draining = true;
    while (this.#waiting.length > 0) {
      try {
        if (this.#busy) await this.#gather();
        // They may have been flushed meanwhile.
        if (this.#waiting.length === 0) break;
        const batch = this.#take();
        this.#busy = batch.length > 1;
        this.#options.commit(batch);
        await this.#options.written();
        this.#busy ||= this.#waiting.length > 0;
      } catch (failure) {
        failures.push(failure);
      }
    }
    this.#draining = false;
    if (failures.length > 0) throw failures[0];
  }

  /** Waits for those close behind: a batch costs little more for holding them, too. */
  async #gather(): Promise<void> {
    const { turn, maxItems } = this.#options;
    this.#busy = false;
    for (let quiet = 0; quiet < QUIET_TURNS && this.#waiting.length < maxItems; ) {
      const known = this.#waiting.length;
      await turn();
      quiet = this.#waiting.length > known ? 0 : quiet + 1;
    }
  }

  /** At least one item, and as many more as a batch holds. */
  #take(): Item[] {
    const { sizeOf, maxItems, maxSize } = this.#options;
    let count = 0;
    let size = 0;
    while (count < this.#waiting.length && count < maxItems) {
      size += sizeOf(this.#waiting[count] as Item);
      if (count > 0 && size > maxSize) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}

/** How a {@link GroupCommit} works. */
export interface GroupCommitOptions<Item> {
  /** Takes a batch, synchronously. */
  readonly commit: (batch: Item[]) => void;
  /** Resolves when what was committed is on disk. */
  readonly written: () => Promise<unknown>;
  /** Resolves when what has arrived meanwhile was pushed. */
  readonly turn: () => Promise<unknown>;
  readonly sizeOf: (item: Item) => number;
  /** Most items of a batch. */
  readonly maxItems: number;
  /** Most that the sizes of a batch's items add up to; a single larger item still goes, alone. */
  readonly maxSize: number;
}
