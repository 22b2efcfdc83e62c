import { describe, expect, it } from 'vitest';
import type { ListUpdate } from '../../../miniprogram/src/view/room-view.ts';
import type { Row } from '../../../miniprogram/src/view/rows.ts';
import { HOST, message, text } from '../view/room.ts';
import { app, mount, row } from './app.ts';

const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from + 1 }, (_, index) =>
    row(text(from + index, `第 ${from + index} 条`)),
  );

const CHANGE: ListUpdate = { patch: {}, reset: false, prepended: false, arrived: 0, forMe: false };
/** Anew each time: a component changes in place what it is given. */
const reset = (): ListUpdate => ({
  ...CHANGE,
  patch: { older: [], newer: [{ id: 'newer[0]', rows: rows(10, 12) }] },
  reset: true,
});
const arrived = (seq: number, more: Partial<ListUpdate> = {}): ListUpdate => ({
  ...CHANGE,
  patch: { [`newer[0].rows[${seq - 10}]`]: row(text(seq, `第 ${seq} 条`)) },
  arrived: 1,
  ...more,
});

/** A list that shows three messages. */
async function list(properties: Readonly<Record<string, unknown>> = {}) {
  const component = mount('message-list', { top: 'end', ...properties });
  const { instance } = component;
  // Nothing is laid out here: how far it was asked to scroll is all there is to see.
  const scrolled: number[] = [];
  component.find('wx-scroll-view').scrollTo = (options?: ScrollToOptions | number) => {
    if (typeof options === 'object') scrolled.push(options.top ?? 0);
  };
  const settle = async (act: (done: () => void) => void) => {
    let done = 0;
    act(() => done++);
    await app.settled();
    expect(done).toBe(1);
  };
  const show = (update: ListUpdate, hiddenBelow = false) =>
    settle((done) => instance.show(update, hiddenBelow, done));
  await app.settled();
  await show(reset());
  scrolled.length = 0;
  return {
    ...component,
    scrolled,
    settle,
    show,
    shown: () => component.findAll('.text').map(({ textContent }) => textContent),
    pill: () => component.findAll('.pill')[0]?.textContent,
    /** The user scrolls; the scroll-view has no height here. */
    scrollTo: (fromEnd: number) =>
      component.trigger('wx-scroll-view', 'scroll', {
        scrollTop: 1_000 - fromEnd,
        scrollHeight: 1_000,
      }),
  };
}

describe('whoever reads the newest messages', () => {
  it('goes on seeing the newest', async () => {
    const { show, shown, scrolled, pill } = await list();
    await show(arrived(13));
    expect(shown()).toEqual(['第 10 条', '第 11 条', '第 12 条', '第 13 条']);
    expect(scrolled).toHaveLength(1);
    expect(scrolled[0]).toBeGreaterThan(1_000_000);
    expect(pill()).toBeUndefined();
  });

  it('is not offered a way to the end while the list is on its way there', async () => {
    const { show, scrollTo, pill, instance } = await list();
    const showing = show(arrived(13));
    scrollTo(500);
    expect(pill()).toBeUndefined();
    await showing;
    expect(pill()).toBeUndefined();
    expect(instance.isAtEnd()).toBe(true);
    scrollTo(500);
    expect(pill()).toBe('回到最新');
  });

  it('still does when older and newer messages come in at once', async () => {
    const { show, shown, scrolled, instance } = await list();
    const older = { 'older[0]': { id: 'older[0]', rows: rows(8, 9) } };
    const update = arrived(13, { prepended: true });
    await show({ ...update, patch: { ...update.patch, ...older } });
    expect(shown()).toHaveLength(6);
    expect(scrolled.at(-1)).toBeGreaterThan(1_000_000);
    expect(instance.isAtEnd()).toBe(true);
  });

  it('does when the place for the list gets smaller', async () => {
    const { instance, scrolled, scrollTo } = await list();
    instance.stick();
    await app.settled();
    expect(scrolled).toHaveLength(1);
    scrollTo(500);
    instance.stick();
    await app.settled();
    expect(scrolled).toHaveLength(1);
  });
});

describe('whoever reads further up', () => {
  it('is left there, and told how many messages came', async () => {
    const { show, shown, scrolled, scrollTo, pill } = await list();
    scrollTo(500);
    expect(pill()).toBe('回到最新');
    await show(arrived(13));
    await show(arrived(14, { arrived: 3 }));
    expect(shown()).toHaveLength(5);
    expect(pill()).toBe('4 条新消息');
    expect(scrolled).toEqual([]);
  });

  it('is told when one of them speaks to them, until they have seen it', async () => {
    const { show, scrollTo, pill } = await list();
    scrollTo(500);
    await show(arrived(13, { forMe: true }));
    await show(arrived(14));
    expect(pill()).toBe('有人找你 · 2 条新消息');
    scrollTo(0);
    expect(pill()).toBeUndefined();
    scrollTo(500);
    expect(pill()).toBe('回到最新');
    await show(arrived(15));
    expect(pill()).toBe('1 条新消息');
  });

  it('reads 99+ of very many', async () => {
    const { show, scrollTo, pill } = await list();
    scrollTo(500);
    await show(arrived(13, { arrived: 1_000 }));
    expect(pill()).toBe('99+ 条新消息');
  });

  it('is brought back by the pill, also to what is not on the page', async () => {
    const { show, settle, scrollTo, pill, tap, events, instance, scrolled, shown } = await list();
    const asked = events('end');
    scrollTo(500);
    await show({ ...CHANGE, arrived: 1 }, true);
    expect(instance.isAtEnd()).toBe(false);
    tap('.pill');
    expect(asked).toHaveLength(1);
    const patch = { 'newer[1]': { id: 'newer[1]', rows: rows(13, 14) } };
    await settle((done) => instance.showEnd(patch, done));
    expect(shown()).toHaveLength(5);
    expect(scrolled.at(-1)).toBeGreaterThan(1_000_000);
    expect(pill()).toBeUndefined();
    expect(instance.isAtEnd()).toBe(true);
  });

  it('is not at the end while newer messages are not on the page, but asks for them there', async () => {
    const { show, settle, scrollTo, pill, events, instance, trigger } = await list();
    const newer = events('newer');
    scrollTo(500);
    await show({ ...CHANGE, arrived: 2 }, true);
    scrollTo(0);
    expect(pill()).toBe('2 条新消息');
    trigger('wx-scroll-view', 'scrolltolower');
    expect(newer).toHaveLength(1);
    const patch = { 'newer[1]': { id: 'newer[1]', rows: rows(13, 14) } };
    await settle((done) => instance.extend('bottom', patch, false, done));
    scrollTo(0);
    expect(pill()).toBeUndefined();
    trigger('wx-scroll-view', 'scrolltolower');
    expect(newer).toHaveLength(1);
  });

  it('needs no pill when a larger place has brought the end into view', async () => {
    const { scrollTo, pill, instance } = await list();
    scrollTo(500);
    expect(pill()).toBe('回到最新');
    instance.stick();
    await app.settled();
    expect(pill()).toBeUndefined();
    expect(instance.isAtEnd()).toBe(true);
  });

  it('sees the end of a list that begins anew', async () => {
    const { show, scrollTo, pill, scrolled, instance } = await list();
    scrollTo(500);
    await show(arrived(13));
    await show(reset());
    expect(pill()).toBeUndefined();
    expect(instance.isAtEnd()).toBe(true);
    expect(scrolled.at(-1)).toBeGreaterThan(1_000_000);
  });
});

describe('older messages', () => {
  it('stand above, those of the last page nearest', async () => {
    const { show, shown, scrollTo } = await list({ top: 'more' });
    scrollTo(500);
    const older = (index: number, from: number, to: number): ListUpdate => ({
      ...CHANGE,
      prepended: true,
      patch: { [`older[${index}]`]: { id: `older[${index}]`, rows: rows(from, to) } },
    });
    await show(older(0, 8, 9));
    await show(older(1, 6, 7));
    // Drawn from below by the style sheet, so that none is renumbered.
    expect(shown().slice(-3)).toEqual(['第 10 条', '第 11 条', '第 12 条']);
    expect(shown().slice(0, 4).sort()).toEqual(['第 6 条', '第 7 条', '第 8 条', '第 9 条']);
  });

  it('are asked for at the top, by scrolling or by a tap', async () => {
    const { trigger, tap, events, set, find } = await list({ top: 'more' });
    const asked = events('older');
    trigger('wx-scroll-view', 'scrolltoupper');
    expect(find('.top').textContent).toBe('查看更早的消息');
    tap('.top');
    expect(asked).toHaveLength(2);
    set({ top: 'loading' });
    expect(find('.top').textContent).toBe('加载中…');
    trigger('wx-scroll-view', 'scrolltoupper');
    tap('.top');
    expect(asked).toHaveLength(2);
  });

  it('that could not be brought are asked for by a tap alone', async () => {
    const { trigger, tap, events, find } = await list({ top: 'failed' });
    const asked = events('older');
    expect(find('.top').textContent).toBe('加载失败，点按重试');
    trigger('wx-scroll-view', 'scrolltoupper');
    expect(asked).toEqual([]);
    tap('.top');
    expect(asked).toHaveLength(1);
  });

  it('come to an end', async () => {
    const { trigger, events, find } = await list({ top: 'end' });
    const asked = events('older');
    expect(find('.top').textContent).toBe('没有更早的消息了');
    trigger('wx-scroll-view', 'scrolltoupper');
    expect(asked).toEqual([]);
  });
});

describe('a room without messages', () => {
  it('says so, until somebody writes the first', async () => {
    const component = mount('message-list', { empty: true, top: 'end' });
    await app.settled();
    expect(component.text).toBe('还没有人说话，来说第一句吧');
    component.instance.setData({ 'pending[0]': { ...row(text(1, '你好')), key: 'oa', seq: 0 } });
    expect(component.findAll('.empty')).toEqual([]);
    expect(component.text).toContain('你好');
  });
});

describe('a row', () => {
  it('on its way stands below all, and leaves without a trace', async () => {
    const { show, findAll } = await list();
    const pending = { ...row(text(99, '在吗')), key: 'oa', seq: 0, state: 'sending' as const };
    await show({
      ...CHANGE,
      patch: { 'pending[0]': pending, 'pending[1]': { ...pending, key: 'ob' } },
    });
    expect(findAll('.bubble')).toHaveLength(5);
    await show({ ...CHANGE, patch: { 'pending[0]': { key: 'gone0', gone: true } } });
    expect(findAll('.bubble')).toHaveLength(4);
  });

  it('says through the list what was touched', async () => {
    const { events, findAll, longPress } = await list();
    const said = events('touchrow');
    const last = findAll('.bubble').at(-1);
    if (last) longPress(last);
    expect(said).toEqual([{ event: 'menu', row: row(text(12, '第 12 条')) }]);
  });

  it('that asks something can be answered by a host', async () => {
    const { show, findAll, set } = await list();
    const asked = row(message(13, { type: 'question', text: '？' }, { from: HOST }));
    await show({ ...CHANGE, patch: { 'newer[0].rows[3]': asked } });
    expect(findAll('.action-answer')).toEqual([]);
    set({ host: true });
    expect(findAll('.action-answer')).toHaveLength(1);
  });
});

it('says when it is touched beside the messages', async () => {
  const { events, tap } = await list();
  const touched = events('blank');
  tap('.top');
  expect(touched).toHaveLength(1);
});

it('is done at once when there is nothing to do', async () => {
  const { instance } = await list();
  let done = false;
  instance.show(CHANGE, false, () => {
    done = true;
  });
  expect(done).toBe(true);
});
