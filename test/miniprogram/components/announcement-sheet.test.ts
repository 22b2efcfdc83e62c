/** The sheet of announcements: what hosts write there, and what they see of what is planned. */
import { describe, expect, it } from 'vitest';
import { app, MARKUP, mount, toast } from './app.ts';

const lines = [
  { id: 'a', text: '抽奖', when: '12:05 发布', by: '老师', repeats: false },
  { id: 'b', text: '请静音', when: '每 10 分钟 · 下次 12:10', by: '管理员', repeats: true },
];

async function sheet(properties: Readonly<Record<string, unknown>> = {}) {
  const component = mount('announcement-sheet', {
    visible: true,
    state: 'ready',
    lines: [],
    ...properties,
  });
  const published = component.events('publish');
  const removed = component.events('remove');
  const closed = component.events('close');
  const retried = component.events('retry');
  await app.settled();
  const write = (text: string) => component.input('wx-textarea', text);
  const choose = (label: string) => {
    const choice = component.findAll('.choice').find(({ textContent }) => textContent === label);
    if (!choice) throw new Error(`${label} can't be chosen`);
    component.tap(choice);
  };
  const publish = () => component.tap('.t-button');
  return { ...component, published, removed, closed, retried, write, choose, publish };
}

describe('an announcement', () => {
  it('is said at once', async () => {
    const { find, findAll, write, publish, published } = await sheet();
    expect(find('.t-button').textContent).toBe('立即发布');
    expect(findAll('.choice-small')).toEqual([]);
    write(' 现在开始 ');
    publish();
    expect(published).toEqual([{ text: '现在开始', timing: 'now', minutes: 5 }]);
  });

  it('is said later, after some minutes', async () => {
    const { find, write, choose, publish, published } = await sheet();
    write('抽奖');
    choose('稍后');
    expect(find('.t-button').textContent).toBe('5 分钟后发布');
    choose('30 分钟');
    expect(find('.t-button').textContent).toBe('30 分钟后发布');
    publish();
    expect(published).toEqual([{ text: '抽奖', timing: 'once', minutes: 30 }]);
  });

  it('is said again and again', async () => {
    const { find, write, choose, publish, published } = await sheet();
    write('请静音');
    choose('重复');
    choose('10 分钟');
    expect(find('.t-button').textContent).toBe('每 10 分钟发布一次');
    expect(find('.hint').textContent).toBe('没有人在线时不会发布');
    publish();
    expect(published).toEqual([{ text: '请静音', timing: 'repeat', minutes: 10 }]);
  });

  it('needs words, and not too many', async () => {
    const { write, publish, published } = await sheet();
    for (const blank of ['', '  \n', '\u200b']) {
      write(blank);
      publish();
      expect(await toast()).toBe('消息不能为空');
    }
    write('字'.repeat(2_001));
    publish();
    expect(await toast()).toBe('最多 2000 字，请分几条发送');
    expect(published).toEqual([]);
  });

  it('is not said twice while the server is being asked', async () => {
    const { write, publish, published, set } = await sheet({ busy: true });
    write('抽奖');
    publish();
    expect(published).toEqual([]);
    set({ busy: false });
    publish();
    expect(published).toHaveLength(1);
  });

  it('stays to be corrected until it is taken over', async () => {
    const { find, write, publish, instance } = await sheet();
    const field = () => (find('wx-textarea textarea') as HTMLTextAreaElement).value;
    write('抽奖');
    publish();
    expect(field()).toBe('抽奖');
    instance.clear();
    await app.settled();
    expect(field()).toBe('');
  });
});

describe('what is planned', () => {
  it('is listed with when it comes, and who wants it said', async () => {
    const { find, findAll } = await sheet({ lines });
    expect(find('.section').textContent).toBe('已安排 2');
    expect(findAll('.line').map(({ textContent }) => textContent)).toEqual([
      '抽奖12:05 发布 · 老师删除',
      '请静音每 10 分钟 · 下次 12:10 · 管理员删除',
    ]);
  });

  it('can be taken back', async () => {
    const { findAll, tap, removed } = await sheet({ lines });
    const [, second] = findAll('.remove');
    if (!second) throw new Error('there is nothing to take back');
    expect(second.getAttribute('aria-label')).toBe('删除公告：请静音');
    tap(second);
    expect(removed).toEqual([{ id: 'b' }]);
  });

  it('may be nothing', async () => {
    const { find } = await sheet();
    expect(find('.section').textContent).toBe('已安排');
    expect(find('.blank').textContent).toBe('没有安排好的公告');
  });

  it('is waited for, and asked for again after a failure', async () => {
    const { find, set, tap, retried } = await sheet({ state: 'loading' });
    expect(find('.blank').textContent).toBe('加载中…');
    set({ state: 'failed' });
    tap('.blank');
    expect(retried).toHaveLength(1);
  });

  it.each(MARKUP)('is no markup: %s', async (text) => {
    const { find } = await sheet({ lines: [{ ...lines[0], text, by: text }] });
    expect(find('.line .text').textContent).toBe(text);
    expect(find('.when').textContent).toBe(`12:05 发布 · ${text}`);
  });
});

it('the sheet is put away by its cross or beside it', async () => {
  const { tap, closed } = await sheet();
  tap('.close');
  tap('.t-overlay');
  expect(closed).toHaveLength(2);
});
