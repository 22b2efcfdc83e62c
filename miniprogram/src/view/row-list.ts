/**
 * The rows of a room as a page holds them: in chunks, each of which can be shown or not, so that one
 * `setData` by path adds a row at either end, changes one in the middle, or takes a chunk off the
 * screen; never the whole list.
 *
 * `newer` grows downwards, `older` upwards: `older[0]` stands right above `newer[0]`, so that a page
 * of history doesn't renumber what is there.
 */
import type { Row } from './rows.ts';

/** Rows shown at once: what an older phone still scrolls smoothly. */
export const MAX_SHOWN = 300;
/**
 * Of many rows at once, so many come on the screen, to the next full chunk: several screens. Who scrolls
 * on gets more, a chunk at a time; all of them at once would stop a phone for as long as it takes.
 */
export const MAX_AT_ONCE = 50;
const CHUNK = 25;

/** What goes into `setData`: values under their paths. */
export type Patch = Record<string, unknown>;

interface Chunk {
  readonly path: string;
  readonly rows: Row[];
  shown: boolean;
}

interface Place {
  readonly chunk: Chunk;
  readonly index: number;
}

/** A chunk as the page holds it: with no rows while it isn't shown. */
export interface ShownChunk {
  readonly id: string;
  readonly rows: readonly Row[];
}

type Edge = 'top' | 'bottom';

export class RowList {
  private older: Chunk[] = [];
  private newer: Chunk[] = [];
  private places = new Map<number, Place>();

  get last(): Row | undefined {
    return this.newer[this.newer.length - 1]?.rows.slice(-1)[0] ?? this.older[0]?.rows.slice(-1)[0];
  }

  /** Whether there are rows in memory beyond those shown. */
  hasHidden(edge: Edge): boolean {
    const chunks = this.chunks();
    return (edge === 'top' ? chunks[0] : chunks[chunks.length - 1])?.shown === false;
  }

  /** The row of a message, unless it is off the screen. */
  findShown(seq: number): Row | undefined {
    const place = this.places.get(seq);
    return place?.chunk.shown ? place.chunk.rows[place.index] : undefined;
  }

  /** The row above another. */
  above(seq: number): Row | undefined {
    const place = this.places.get(seq);
    if (!place) return undefined;
    if (place.index > 0) return place.chunk.rows[place.index - 1];
    const chunks = this.chunks();
    return chunks[chunks.indexOf(place.chunk) - 1]?.rows.slice(-1)[0];
  }

  /** Starts again with these rows, and shows the newest. */
  reset(rows: readonly Row[], patch: Patch): void {
    this.older = [];
    this.newer = [];
    this.places.clear();
    const hidden = rows.length - MAX_AT_ONCE;
    for (let start = 0; start < rows.length; start += CHUNK) {
      const end = start + CHUNK;
      this.addChunk(this.newer, 'newer', rows.slice(start, end), end > hidden);
    }
    patch.older = [];
    patch.newer = this.newer.map(shownChunk);
  }

  /** Adds rows at the end. When the screen is full, the top makes room, unless somebody reads there. */
  append(rows: readonly Row[], patch: Patch, mayHideTop: boolean): void {
    const isEndShown = !this.hasHidden('bottom');
    if (mayHideTop && isEndShown) {
      const passed = Math.max(0, rows.length - MAX_AT_ONCE);
      if (passed > 0) this.hideAll(patch);
      for (const [index, row] of rows.entries()) this.appendOne(row, patch, index >= passed);
      this.makeRoom('top', patch);
      return;
    }
    const room = isEndShown ? Math.min(MAX_AT_ONCE, MAX_SHOWN - this.shownRows()) : 0;
    for (const [index, row] of rows.entries()) this.appendOne(row, patch, index < room);
  }

  /** Adds rows before the first. When the screen is full, the end makes room, unless it is in view. */
  prepend(rows: readonly Row[], patch: Patch, mayHideBottom: boolean): void {
    for (let end = rows.length; end > 0; end -= CHUNK) {
      const part = rows.slice(Math.max(0, end - CHUNK), end);
      const fits = mayHideBottom || this.shownRows() + part.length <= MAX_SHOWN;
      const shown = !this.hasHidden('top') && fits;
      this.write(this.addChunk(this.older, 'older', part, shown), patch);
    }
    this.makeRoom('bottom', patch);
  }

  /** Changes a row where it stands. */
  update(row: Row, patch: Patch): void {
    const place = this.places.get(row.seq);
    if (!place) return;
    place.chunk.rows[place.index] = row;
    if (place.chunk.shown) patch[`${place.chunk.path}.rows[${place.index}]`] = row;
  }

  /** Shows more at one end, and takes off as much at the other. Whether there was more. */
  extend(edge: Edge, patch: Patch): boolean {
    const chunks = this.chunks();
    if (edge === 'bottom') chunks.reverse();
    const first = chunks.findIndex(({ shown }) => shown);
    const next = chunks[first - 1];
    if (!next) return false;
    next.shown = true;
    this.write(next, patch);
    this.makeRoom(edge === 'top' ? 'bottom' : 'top', patch);
    return true;
  }

  /** Shows a row, with all that stand between it and those shown. Whether it is in memory. */
  reach(seq: number, patch: Patch): boolean {
    const place = this.places.get(seq);
    if (!place) return false;
    const chunks = this.chunks();
    const isAbove = chunks.indexOf(place.chunk) < chunks.findIndex(({ shown }) => shown);
    while (!place.chunk.shown) this.extend(isAbove ? 'top' : 'bottom', patch);
    return true;
  }

  /** Shows the newest rows, and goes on showing others as far as they follow on them. */
  showEnd(patch: Patch): void {
    if (!this.hasHidden('bottom')) return;
    let below = 0;
    let isUnbroken = true;
    let wereShown = false;
    for (const chunk of this.chunks().reverse()) {
      wereShown ||= chunk.shown;
      isUnbroken &&= chunk.shown
        ? below + chunk.rows.length <= MAX_SHOWN
        : !wereShown && below < MAX_AT_ONCE;
      below += chunk.rows.length;
      if (chunk.shown === isUnbroken) continue;
      chunk.shown = isUnbroken;
      this.write(chunk, patch);
    }
  }

  private hideAll(patch: Patch): void {
    for (const chunk of this.chunks()) {
      if (!chunk.shown) continue;
      chunk.shown = false;
      this.write(chunk, patch);
    }
  }

  private appendOne(row: Row, patch: Patch, shown: boolean): void {
    const last = this.newer[this.newer.length - 1];
    if (!last || last.rows.length >= CHUNK || last.shown !== shown) {
      this.write(this.addChunk(this.newer, 'newer', [row], shown), patch);
      return;
    }
    const index = last.rows.push(row) - 1;
    this.places.set(row.seq, { chunk: last, index });
    if (!shown) return;
    // A chunk that is new in this patch is written as a whole.
    if (last.path in patch) this.write(last, patch);
    else patch[`${last.path}.rows[${index}]`] = row;
  }

  private addChunk(to: Chunk[], name: string, rows: readonly Row[], shown: boolean): Chunk {
    const chunk: Chunk = { path: `${name}[${to.length}]`, rows: [...rows], shown };
    to.push(chunk);
    for (const [index, { seq }] of rows.entries()) this.places.set(seq, { chunk, index });
    return chunk;
  }

  private makeRoom(hide: Edge, patch: Patch): void {
    const chunks = this.chunks();
    if (hide === 'bottom') chunks.reverse();
    let excess = this.shownRows() - MAX_SHOWN;
    for (const chunk of chunks) {
      if (excess <= 0) return;
      if (!chunk.shown) continue;
      chunk.shown = false;
      excess -= chunk.rows.length;
      this.write(chunk, patch);
    }
  }

  /** A chunk as the page is to hold it; what the patch says of single rows of it is part of that. */
  private write(chunk: Chunk, patch: Patch): void {
    for (const key of Object.keys(patch)) {
      if (key.startsWith(`${chunk.path}.`)) delete patch[key];
    }
    patch[chunk.path] = shownChunk(chunk);
  }

  /** From top to bottom. */
  private chunks(): Chunk[] {
    return [...[...this.older].reverse(), ...this.newer];
  }

  private shownRows(): number {
    return this.chunks().reduce((sum, { rows, shown }) => (shown ? sum + rows.length : sum), 0);
  }
}

function shownChunk({ path, rows, shown }: Chunk): ShownChunk {
  return { id: path, rows: shown ? [...rows] : [] };
}
