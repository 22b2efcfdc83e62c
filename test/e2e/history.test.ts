import { describe, expect } from 'vitest';
import { MAX_AT_ONCE } from '../../miniprogram/src/view/row-list.ts';
import { it, noBrowser } from './support/it.ts';
import { SlowServer } from './support/slow-server.ts';

/** `消息 001`, `消息 002`, … */
const messages = (count: number, name = '消息'): string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${String(index + 1).padStart(3, '0')}`);

describe.skipIf(noBrowser)('somebody who reads the newest messages', () => {
  it('stays there while the composer grows and shrinks', async ({ desk, backEnd }) => {
    const [ming] = await desk.phones();
    await backEnd.say(messages(20));
    await ming.bubble('消息 020').waitFor();
    await ming.choose('消息 020', '引用');
    await ming.button('取消引用').waitFor();
    const isAtEnd = async () => {
      await expect.poll(() => ming.distanceToEnd()).toBe(0);
      await ming.atRest();
      expect(await ming.pill.count()).toBe(0);
    };
    await isAtEnd();
    await ming.button('图片和语音').click();
    await isAtEnd();
    await ming.button('语音').click();
    await isAtEnd();
    await ming.button('取消引用').click();
    await isAtEnd();
  });
});

describe.skipIf(noBrowser)('somebody who reads further up', () => {
  it('stays there, is told how much is new, and a tap leads to it', async ({ desk, backEnd }) => {
    await backEnd.say(messages(30));
    const [ming, hong] = await desk.phones();
    await ming.bubble('消息 030').waitFor();
    await expect.poll(() => ming.isInView('消息 030')).toBe(true);
    await ming.scroll(-600);
    await ming.pill.getByText('回到最新').waitFor();
    const visible = await ming.firstInView();
    const before = await ming.place(visible);
    for (const text of ['新的一', '新的二', '新的三']) await hong.say(text);
    await ming.pill.getByText('3 条新消息').waitFor();
    await ming.bubble('新的三').waitFor({ state: 'attached' });
    expect(Math.abs((await ming.place(visible)).top - before.top)).toBeLessThanOrEqual(2);
    await ming.pill.click();
    await expect.poll(() => ming.isInView('新的三')).toBe(true);
    await ming.pill.waitFor({ state: 'hidden' });
    // At the end, what is new is in view by itself.
    await hong.say('新的四');
    await ming.bubble('新的四').waitFor();
    await expect.poll(() => ming.isInView('新的四')).toBe(true);
    await expect(ming.pill.count()).resolves.toBe(0);
  });

  it.for([
    ['little by little', -300],
    ['all the way', -100_000],
  ] as const)(
    'scrolling %s finds all that was said, once, and nothing jumps',
    async ([, step], { desk, backEnd }) => {
      const all = messages(130);
      await backEnd.say(all);
      const server = new SlowServer(desk);
      const [ming] = await desk.phones();
      await expect.poll(() => ming.isInView('消息 130')).toBe(true);
      for (const shown of [100, 130]) {
        server.hold();
        while (!(await ming.screen.getByText('加载中…').isVisible())) await ming.scroll(step);
        const visible = await ming.atRest();
        const before = await ming.place(visible);
        server.release();
        await expect.poll(() => ming.said()).toEqual(all.slice(-shown));
        await ming.screen.getByText('加载中…').waitFor({ state: 'hidden' });
        await ming.atRest();
        const jump = Math.abs((await ming.place(visible)).top - before.top);
        expect(jump, `of “${visible}”`).toBeLessThanOrEqual(2);
      }
      await ming.scroll(-100_000);
      await ming.text('没有更早的消息了').waitFor();
      await expect.poll(() => ming.isInView('消息 001')).toBe(true);
      expect(await ming.said()).toEqual(all);
    },
  );

  it('is told when older messages can’t be had, and can ask again', async ({ desk, backEnd }) => {
    await backEnd.say(messages(60));
    const [ming] = await desk.phones();
    await expect.poll(() => ming.isInView('消息 060')).toBe(true);
    await ming.cutNetwork();
    await ming.banner.getByText('网络不可用').waitFor();
    await Promise.all([ming.text('加载失败，点按重试').waitFor(), ming.scroll(-100_000)]);
    expect((await ming.said()).length).toBe(50);
    await ming.hints('已恢复连接', () => ming.restoreNetwork());
    await ming.screen.getByRole('button', { name: /加载失败，点按重试|查看更早的消息/ }).click();
    await expect.poll(() => ming.said()).toEqual(messages(60));
  });

  it('of a burst of 300 messages sees the end, can talk, and finds the rest above', async ({
    desk,
    backEnd,
  }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('开始');
    await hong.bubble('开始').waitFor();
    const burst = messages(330, '刷屏');
    const talking = backEnd.say(burst);
    await ming.bubble('刷屏 100').waitFor();
    await ming.say('我还能说话');
    await hong.bubble('我还能说话').waitFor();
    await talking;
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.isInView('刷屏 330')).toBe(true);
      const said = await phone.said();
      expect(said.length).toBeLessThanOrEqual(300);
      expect(said.length).toBeGreaterThanOrEqual(MAX_AT_ONCE);
      const others = said.filter((text) => text.startsWith('刷屏'));
      expect(others).toEqual(burst.slice(-others.length));
      expect(await phone.distanceToEnd()).toBeLessThanOrEqual(2);
    }
    const found = new Set<string>();
    await expect
      .poll(async () => {
        for (const text of await ming.said()) found.add(text);
        await ming.scroll(-100_000);
        return burst.filter((text) => !found.has(text));
      })
      .toEqual([]);
  });
});
