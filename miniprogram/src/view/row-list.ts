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
    const last = Math.max(0, rows.length - MAX_SHOWN);
    for (let start = 0; start < rows.length; start += CHUNK) {
      this.addChunk(this.newer, 'newer', rows.slice(start, start + CHUNK), start >= last);
    }
    patch.older = [];
    patch.newer = this.newer.map(shownChunk);
  }

  /** Adds rows at the end. When the screen is full, the top makes room, unless somebody reads there. */
  append(rows: readonly Row[], patch: Patch, mayHideTop: boolean): void {
    for (const row of rows) this.appendOne(row, patch, mayHideTop);
    if (mayHideTop) this.makeRoom('top', patch);
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

  /** Shows the newest rows. */
  showEnd(patch: Patch): void {
    if (!this.hasHidden('bottom')) return;
    let count = 0;
    for (const chunk of this.chunks().reverse()) {
      count += chunk.rows.length;
      const shown = count <= MAX_SHOWN;
      if (chunk.shown === shown) continue;
      chunk.shown = shown;
      this.write(chunk, patch);
    }
  }

  private appendOne(row: Row, patch: Patch, mayHideTop: boolean): void {
    const end = this.newer[this.newer.length - 1] ?? this.older[0];
    const shown = (end?.shown ?? true) && (mayHideTop || this.shownRows() < MAX_SHOWN);
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
