import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('a message', () => {
  it('is quoted, and a tap on the quote leads to it', async ({ desk, backEnd }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('几点开会？');
    await hong.bubble('几点开会？').waitFor();
    await backEnd.say(Array.from({ length: 20 }, (_, index) => `插话 ${index + 1}`));
    await hong.bubble('插话 20').waitFor();
    await hong.scroll(-5000);
    await expect.poll(() => hong.isInView('几点开会？')).toBe(true);
    await hong.choose('几点开会？', '引用');
    await hong.text('引用 小明').waitFor();
    await hong.say('三点');
    const quote = ming.row('三点').getByText('几点开会？');
    await quote.waitFor();
    await expect.poll(() => ming.isInView('三点')).toBe(true);
    expect(await ming.isInView('几点开会？')).toBe(false);
    await quote.click();
    await expect.poll(() => ming.isInView('几点开会？')).toBe(true);
  });

  it('is not about another any more when the quote is put away', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('第一句');
    await hong.choose('第一句', '引用');
    await hong.button('取消引用').click();
    await hong.say('与此无关');
    await ming.bubble('与此无关').waitFor();
    await expect(ming.row('与此无关').getByText('第一句').count()).resolves.toBe(0);
  });

  it('calls somebody by name after their face was held', async ({ desk, backEnd }) => {
    const [ming, hong] = await desk.phones();
    await backEnd.say(Array.from({ length: 30 }, (_, index) => `闲聊 ${index + 1}`));
    await hong.say('有人吗');
    await ming.bubble('有人吗').waitFor();
    await hong.scroll(-800);
    await hong.pill.waitFor();
    await ming.press(ming.face('小红'));
    await expect.poll(() => ming.composer.inputValue()).toBe('@小红 ');
    await ming.write('@小红 我在');
    await ming.button('发送').click();
    await hong.screen.getByText('有人找你 · 1 条新消息').click();
    await expect.poll(() => hong.isInView('@小红 我在')).toBe(true);
    await hong.row('@小红 我在').getByText('@小红', { exact: true }).waitFor();
  });

  it('is taken back by who sent it, on all phones, and out of quotes', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('发错了');
    await hong.choose('发错了', '引用');
    await hong.say('什么意思');
    await ming.row('什么意思').getByText('发错了').waitFor();
    expect(await hong.openMenu('发错了')).not.toContain('撤回');
    await hong.button('取消').click();
    await ming.choose('发错了', '撤回');
    await expect.poll(() => ming.said()).toEqual(['你撤回了一条消息', '什么意思']);
    await expect.poll(() => hong.said()).toEqual(['“小明”撤回了一条消息', '什么意思']);
    for (const phone of [ming, hong]) {
      await phone.row('什么意思').getByText('引用的消息已被撤回').waitFor();
    }
    await hong.restart();
    await expect.poll(() => hong.said()).toEqual(['“小明”撤回了一条消息', '什么意思']);
    await hong.row('什么意思').getByText('引用的消息已被撤回').waitFor();
  });

  it('comes from the back end, too, as a notice', async ({ desk, backEnd }) => {
    const [ming, hong] = await desk.phones();
    await backEnd.notice('直播开始了');
    for (const phone of [ming, hong]) {
      await phone.row('直播开始了').getByText('公告', { exact: true }).waitFor();
    }
  });
});
