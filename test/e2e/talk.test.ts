import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

const FAMILY = '👨‍👩‍👧‍👦';

describe.skipIf(noBrowser)('people who talk', () => {
  it('[R1] see at once what the other says, in the same order', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('在吗？');
    await hong.bubble('在吗？').waitFor();
    await hong.say('在的');
    await ming.bubble('在的').waitFor();
    await ming.say('晚上一起吃饭吧');
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual(['在吗？', '在的', '晚上一起吃饭吧']);
    }
    expect(await ming.composer.inputValue()).toBe('');
    await hong.row('在吗？').getByText('小明', { exact: true }).waitFor();
  });

  it.for([
    ['Chinese with rare characters', '𠮷野家的“牛肉饭”，真香！'],
    ['emoji', `${FAMILY} 和 🇨🇳 都在`],
    ['nothing but emoji', `${FAMILY}👍🏽`],
    ['a language from right to left', 'مرحبا بالعالم 2026 שלום'],
    ['what looks like HTML or a template', '<b>粗</b> &amp; {{text}} "\'\\'],
    ['several lines', '第一行\n第二行\n\n第四行'],
    ['a link', '看 https://example.com/a?b=c#d，不错'],
  ] as const)('is shown as it was sent: %s', async ([, text], { desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say(text);
    for (const phone of [ming, hong]) {
      await expect.poll(() => phone.said()).toEqual([text]);
    }
  });

  it('2,000 characters go, with one more they are told, and keep what they wrote', async ({
    desk,
  }) => {
    const [ming, hong] = await desk.phones();
    const longest = '长'.repeat(2000);
    await ming.write(`${longest}长`);
    await ming.text('超出 1 字，请分几条发送').waitFor();
    await ming.hints('最多 2000 字，请分几条发送', () => ming.button('发送').click());
    expect(await ming.composer.inputValue()).toBe(`${longest}长`);
    await ming.say(longest);
    await expect.poll(() => hong.said()).toEqual([longest]);
  });

  it.for(['', '   ', '\n\n'])(
    'are told that a message can’t be empty: %j',
    async (text, { desk }) => {
      const [ming] = await desk.phones();
      await ming.write(text);
      await ming.hints('消息不能为空', () => ming.button('发送').click());
      expect(await ming.said()).toEqual([]);
    },
  );

  it('see that somebody is typing, until the message is there', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.composer.pressSequentially('我想');
    await hong.text('小明正在输入…').waitFor();
    await ming.button('发送').click();
    await hong.bubble('我想').waitFor();
    await hong.text('小明正在输入…').waitFor({ state: 'hidden' });
  });

  it('[R10] see who is there, and how many, as people come and go', async ({ desk }) => {
    const [ming] = await desk.phones();
    await ming.openMembers();
    await ming.members.getByText('2 人在线').waitFor();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await ming.members.getByText('3 人在线').waitFor();
    await ming.members.getByRole('button', { name: '小刚 私聊' }).waitFor();
    await ming.members.getByRole('button', { name: '小明 我' }).waitFor();
    await gang.page.close();
    await ming.members.getByText('2 人在线').waitFor();
    await ming.members.getByText('小刚').waitFor({ state: 'hidden' });
    await ming.closeMembers();
    await ming.online(2);
  });

  it('[R10] are one person on two phones, and find there what they said on the other', async ({
    desk,
  }) => {
    const [ming, hong] = await desk.phones();
    const tablet = await desk.phone({ phone: 'tablet', name: '小明', room: desk.room });
    await ming.say('用手机说的');
    await tablet.bubble('用手机说的').waitFor();
    await tablet.say('用平板说的');
    for (const phone of [ming, tablet, hong]) {
      await expect.poll(() => phone.said()).toEqual(['用手机说的', '用平板说的']);
      await phone.online(2);
    }
    // What is one's own stands on the right.
    for (const phone of [ming, tablet]) {
      for (const text of ['用手机说的', '用平板说的']) {
        expect(await phone.isOnTheRight(text)).toBe(true);
      }
    }
    expect(await hong.isOnTheRight('用平板说的')).toBe(false);
  });
});
