import type { Patch } from './row-list.ts';
import type { Row } from './rows.ts';

/** A row on its way, or the gap that one left: taking it out would renumber those behind it. */
type Slot = Row | { readonly key: string; readonly gone: true };

const gap = (index: number): Slot => ({ key: `gone${index}`, gone: true });

/** What was written and is not in the timeline yet, below all else. */
export class PendingList {
  private slots: Slot[] = [];

  /** Makes the page show these rows in this order, by the paths that differ. */
  apply(rows: readonly Row[], patch: Patch): void {
    if (rows.length === 0) {
      if (this.slots.length > 0) patch.pending = [];
      this.slots = [];
      return;
    }
    const placed = this.place(rows);
    const length = Math.max(this.slots.length, placed.length);
    for (let index = 0; index < length; index++)
      this.put(index, placed[index] ?? gap(index), patch);
  }

  /** Each row in the slot it has, unless others are to stand before it now: then, and if new, at the end. */
  private place(rows: readonly Row[]): readonly Slot[] {
    const placed: Slot[] = [];
    let kept = 0;
    let end = 0;
    for (const [index, slot] of this.slots.entries()) {
      const row = rows[kept];
      if (row?.key === slot.key) {
        placed.push(row);
        kept++;
        end = index + 1;
      } else placed.push(gap(index));
    }
    // Gaps at the end are filled again, or they would become more and more beside one that failed.
    return [...placed.slice(0, end), ...rows.slice(kept)];
  }

  private put(index: number, slot: Slot, patch: Patch): void {
    if (JSON.stringify(this.slots[index]) === JSON.stringify(slot)) return;
    this.slots[index] = slot;
    patch[`pending[${index}]`] = slot;
  }
}
