/** Something that others want to know of. */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Returns what ends it. */
  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
