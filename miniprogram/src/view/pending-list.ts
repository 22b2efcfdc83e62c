import type { Patch } from './row-list.ts';
import type { Row } from './rows.ts';

/** A row on its way, or the gap that one left: taking it out would renumber those behind it. */
type Slot = Row | { readonly key: string; readonly gone: true };

/** What was written and is not in the timeline yet, below all else. */
export class PendingList {
  private slots: Slot[] = [];

  /** Makes the page show these rows, by the paths that differ. */
  apply(rows: readonly Row[], patch: Patch): void {
    if (rows.length === 0) {
      if (this.slots.length > 0) patch.pending = [];
      this.slots = [];
      return;
    }
    const byKey = new Map(rows.map((row) => [row.key, row]));
    for (const [index, slot] of this.slots.entries()) {
      const row = byKey.get(slot.key);
      byKey.delete(slot.key);
      if (row) this.put(index, row, patch);
      else if (!('gone' in slot)) this.put(index, { key: `gone${index}`, gone: true }, patch);
    }
    for (const row of byKey.values()) this.put(this.slots.length, row, patch);
  }

  private put(index: number, slot: Slot, patch: Patch): void {
    if (JSON.stringify(this.slots[index]) === JSON.stringify(slot)) return;
    this.slots[index] = slot;
    patch[`pending[${index}]`] = slot;
  }
}
