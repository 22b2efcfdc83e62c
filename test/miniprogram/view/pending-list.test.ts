import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outgoing } from '../../../miniprogram/src/chat/outbox.ts';
import { PendingList } from '../../../miniprogram/src/view/pending-list.ts';
import type { Patch } from '../../../miniprogram/src/view/row-list.ts';
import { outgoingRowOf, type Row } from '../../../miniprogram/src/view/rows.ts';
import { ListPage } from './page.ts';
import { ME, NOW, ViewedRoom } from './room.ts';

const room = new ViewedRoom();

function pending(id: string, state: Outgoing['state'] = 'waiting'): Row {
  const item: Outgoing = { id, at: NOW, state, content: { type: 'text', text: id } };
  return outgoingRowOf(item, ME, room.context(NOW));
}

/** A page that was shown these lists, one after the other, and the last patch. */
function shown(...lists: readonly (readonly Row[])[]) {
  const list = new PendingList();
  const page = new ListPage();
  let patch: Patch = {};
  for (const rows of lists) {
    patch = {};
    list.apply(rows, patch);
    page.setData(patch);
  }
  return { page, patch };
}

describe('what is on its way', () => {
  const [a, b, c] = [pending('a'), pending('b'), pending('c')];

  it('comes below what was written before, and changes where it stands', () => {
    const failed = pending('a', 'failed');
    const { page, patch } = shown([a], [a, b], [failed, b]);
    expect(page.pending).toEqual([failed, b]);
    expect(patch).toEqual({ 'pending[0]': failed });
  });

  it('says nothing to the page when nothing has changed', () => {
    expect(shown([a, b], [pending('a'), pending('b')]).patch).toEqual({});
    expect(shown([], []).patch).toEqual({});
  });

  it('leaves the others untouched when one arrives', () => {
    const { page, patch } = shown([a, b, c], [b, c]);
    expect(page.pending).toEqual([b, c]);
    expect(Object.keys(patch)).toEqual(['pending[0]']);
  });

  it('leaves nothing behind when all have arrived', () => {
    const { page, patch } = shown([a, b], [b], []);
    expect(page.data.pending).toEqual([]);
    expect(patch).toEqual({ pending: [] });
  });

  it('stands last when it is sent again', () => {
    const { page } = shown([pending('a', 'failed'), b], [b, a]);
    expect(page.pending).toEqual([b, a]);
  });

  it('does not pile up gaps beside one that failed and stays', () => {
    const failed = pending('a', 'failed');
    const sent = Array.from({ length: 200 }, (_, index) => pending(`m${index}`));
    const { page } = shown([failed], ...sent.map((row) => [failed, row]));
    expect(page.data.pending).toHaveLength(2);
    expect(page.pending).toEqual([failed, sent[199]]);
  });

  it('is on the page as it is in the outbox, after any change, with no key twice', () => {
    const rows = fc
      .uniqueArray(fc.nat(12), { maxLength: 8 })
      .map((ids) => ids.map((id) => pending(`m${id}`)));
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 12 }), (lists) => {
        const list = new PendingList();
        const page = new ListPage();
        for (const next of lists) {
          const patch: Patch = {};
          list.apply(next, patch);
          page.setData(patch);
          expect(page.pending).toEqual(next);
          const keys = page.data.pending.map((slot) => Reflect.get(slot, 'key'));
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
    );
  });
});
