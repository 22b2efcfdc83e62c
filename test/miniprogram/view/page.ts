/**
 * A page's data as WeChat keeps it: `setData` takes copies of what can be written as JSON, and puts
 * them under their paths. Stricter than WeChat in one thing: what a path leads through must be there.
 */
import type { Patch, ShownChunk } from '../../../miniprogram/src/view/row-list.ts';
import type { Row } from '../../../miniprogram/src/view/rows.ts';

type Container = Record<string, unknown> | unknown[];

export class ListPage {
  readonly data: { older: ShownChunk[]; newer: ShownChunk[]; pending: (Row | { gone: true })[] } = {
    older: [],
    newer: [],
    pending: [],
  };

  setData(patch: Patch): void {
    for (const [path, value] of Object.entries(patch)) this.put(path, value);
    for (const list of Object.values(this.data)) {
      if (Object.keys(list).length !== list.length) throw new Error('a list has a hole');
    }
  }

  /** From top to bottom, as the template draws them. */
  get chunks(): readonly ShownChunk[] {
    return [...[...this.data.older].reverse(), ...this.data.newer];
  }

  /** The rows of the timeline that are on the page, from top to bottom. */
  get rows(): readonly Row[] {
    return this.chunks.flatMap(({ rows }) => rows);
  }

  /** The rows on their way that are on the page. */
  get pending(): readonly Row[] {
    return this.data.pending.filter((slot): slot is Row => !('gone' in slot));
  }

  private put(path: string, value: unknown): void {
    const keys = path.match(/[^.[\]]+/g) ?? [];
    const last = keys.pop() ?? '';
    let into: Container = this.data;
    for (const key of keys) {
      const next: unknown = Reflect.get(into, key);
      if (typeof next !== 'object' || next === null) throw new Error(`${path}: no ${key}`);
      into = next as Container;
    }
    Reflect.set(into, last, asSent(value, path));
  }
}

/** As it arrives on the other side. */
function asSent<T>(value: T, path: string): T {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (inner === undefined) throw new Error(`${path}: ${key} is undefined`);
    return inner;
  });
  return JSON.parse(text);
}
