import { describe, expect, it } from 'vitest';
import {
  MAX_AT_ONCE,
  MAX_SHOWN,
  type Patch,
  RowList,
} from '../../../miniprogram/src/view/row-list.ts';
import { type Row, rowOf } from '../../../miniprogram/src/view/rows.ts';
import { ListPage } from './page.ts';
import { text, ViewedRoom } from './room.ts';

const room = new ViewedRoom();
room.begin(0);
room.append(...Array.from({ length: 1_500 }, (_, index) => text(index + 1, `第 ${index + 1} 条`)));

const row = (seq: number): Row => rowOf(room.entry(seq), room.context());
const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from + 1 }, (_, index) => row(from + index));

/** A list and the page that shows it; each change gives the patch that made it. */
function listOf(from: number, to: number) {
  const list = new RowList();
  const page = new ListPage();
  const change = (make: (patch: Patch) => void): Patch => {
    const patch: Patch = {};
    make(patch);
    page.setData(patch);
    return patch;
  };
  change((patch) => list.reset(rows(from, to), patch));
  return { list, page, change };
}
const seqs = (page: ListPage) => page.rows.map(({ seq }) => seq);
const size = (patch: Patch) => JSON.stringify(patch).length;

describe('what a change costs', () => {
  it('is one row by its path for one message', () => {
    const { list, page, change } = listOf(1, 60);
    const patch = change((to) => list.append([row(61)], to, true));
    expect(patch).toEqual({ 'newer[2].rows[10]': row(61) });
    expect(page.rows).toEqual(rows(1, 61));
  });

  it('is one row by its path for one that changed, and nothing for one off the screen', () => {
    const { list, page, change } = listOf(1, 600);
    const recalled = { ...row(575), text: '撤回' };
    expect(change((to) => list.update(recalled, to))).toEqual({ 'newer[22].rows[24]': recalled });
    expect(page.rows[24]).toEqual(recalled);
    expect(change((to) => list.update({ ...row(3), text: '撤回' }, to))).toEqual({});
    expect(change((to) => list.update(row(1_234), to))).toEqual({});
  });

  it('renumbers nothing when a page of history comes in', () => {
    const { list, page, change } = listOf(101, 150);
    const patch = change((to) => list.prepend(rows(51, 100), to, true));
    expect(Object.keys(patch)).toEqual(['older[0]', 'older[1]']);
    expect(page.rows).toEqual(rows(51, 150));
  });

  it('stays the same however long the room is', () => {
    const { list, change } = listOf(1, 300);
    const sizes = Array.from({ length: 300 }, (_, index) =>
      size(change((to) => list.append([row(301 + index)], to, true))),
    );
    // At worst a chunk is opened at the end and one taken off at the top.
    expect(Math.max(...sizes)).toBeLessThan(2 * size({ 'newer[12]': [row(600)] }));
  });
});

describe('a burst of 1,000 messages', () => {
  it('goes on the page as one patch with the newest of them, when the newest is in view', () => {
    const { list, page, change } = listOf(1, 100);
    const patch = change((to) => list.append(rows(101, 1_100), to, true));
    expect(page.rows).toEqual(rows(1_101 - MAX_AT_ONCE, 1_100));
    expect(size(patch)).toBeLessThan(2 * size({ rows: rows(1_101 - MAX_AT_ONCE, 1_100) }));
    expect(list.hasHidden('top')).toBe(true);
  });

  it('that comes little by little fills the screen, and no more', () => {
    const { list, page, change } = listOf(1, 100);
    for (let seq = 101; seq <= 1_100; seq += 10) {
      change((to) => list.append(rows(seq, seq + 9), to, true));
    }
    expect(page.rows.length).toBeGreaterThan(MAX_SHOWN - 25);
    expect(page.rows).toEqual(rows(1_101 - page.rows.length, 1_100));
  });

  it('leaves alone who reads further up, and waits for them', () => {
    const { list, page, change } = listOf(1, 100);
    const read = seqs(page);
    change((to) => list.append(rows(101, 1_100), to, false));
    expect(seqs(page)).toEqual([...read, ...seqs(page).slice(read.length)]);
    expect(page.rows).toHaveLength(read.length + MAX_AT_ONCE);
    expect(list.hasHidden('bottom')).toBe(true);
    change((to) => list.append([row(1_101)], to, false));
    expect(page.rows).toHaveLength(read.length + MAX_AT_ONCE);
    let steps = 0;
    while (list.hasHidden('bottom')) {
      change((to) => list.extend('bottom', to));
      expect(page.rows.length).toBeLessThanOrEqual(MAX_SHOWN);
      steps++;
    }
    expect(seqs(page).pop()).toBe(1_101);
    expect(steps).toBeLessThan(50);
  });

  it('takes what is off the screen off the page as well', () => {
    const { list, page, change } = listOf(1, 100);
    change((to) => list.append(rows(101, 1_100), to, true));
    const kept = JSON.stringify(page.data).length;
    expect(kept).toBeLessThan(1.1 * JSON.stringify(rows(1_026, 1_100)).length);
    expect(list.findShown(1)).toBeUndefined();
    expect(list.findShown(1_100)).toEqual(row(1_100));
  });

  it('is gone through up to its beginning, and back to its end at once', () => {
    const { list, page, change } = listOf(1, 1_100);
    while (list.hasHidden('top')) change((to) => list.extend('top', to));
    expect(seqs(page)[0]).toBe(1);
    expect(change((to) => list.extend('top', to))).toEqual({});
    change((to) => list.showEnd(to));
    expect(page.rows).toEqual(rows(1_101 - MAX_AT_ONCE, 1_100));
    expect(change((to) => list.showEnd(to))).toEqual({});
  });

  it('shows one of them that is asked for, and all up to it', () => {
    const { list, page, change } = listOf(1, 1_100);
    change((to) => list.reach(1_010, to));
    expect(page.rows).toEqual(rows(1_001, 1_100));
    expect(change((to) => list.reach(1_005, to))).toEqual({});
    change((to) => list.reach(30, to));
    expect(page.rows).toEqual(rows(26, 25 + MAX_SHOWN));
    change((to) => list.reach(700, to));
    expect(seqs(page)).toContain(700);
    expect(page.rows.length).toBeLessThanOrEqual(MAX_SHOWN);
    expect(list.reach(1_101, {})).toBe(false);
  });

  it('goes on showing what was read where the end follows on it', () => {
    const { list, page, change } = listOf(1, 100);
    const read = seqs(page);
    change((to) => list.append(rows(101, 190), to, false));
    change((to) => list.showEnd(to));
    expect(seqs(page)).toEqual(
      Array.from({ length: 191 - (read[0] ?? 0) }, (_, i) => i + (read[0] ?? 0)),
    );
  });
});

describe('an empty room', () => {
  it('begins with its first message', () => {
    const { list, page, change } = listOf(1, 0);
    expect(page.rows).toEqual([]);
    expect(list.last).toBeUndefined();
    expect([list.hasHidden('top'), list.hasHidden('bottom')]).toEqual([false, false]);
    expect(change((to) => list.extend('top', to))).toEqual({});
    change((to) => list.append([row(1)], to, true));
    expect(page.rows).toEqual([row(1)]);
    expect(list.last).toEqual(row(1));
  });

  it('begins with what was said before', () => {
    const { list, page, change } = listOf(1, 0);
    change((to) => list.prepend(rows(1, 30), to, false));
    expect(page.rows).toEqual(rows(1, 30));
    expect(list.last).toEqual(row(30));
    expect(list.above(6)).toEqual(row(5));
    expect(list.above(1)).toBeUndefined();
  });
});
