import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('a private message', () => {
  it('[R6] is seen by the one it is for and by nobody else', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await ming.online(3);
    await ming.whisperTo('小红');
    await ming.say('只告诉你');
    await hong.row('只告诉你').getByText('私聊', { exact: true }).waitFor();
    await ming.row('只告诉你').getByText('私聊 · 发给 小红', { exact: true }).waitFor();
    await ming.button('退出私聊').click();
    await ming.say('大家好');
    await gang.bubble('大家好').waitFor();
    expect(await gang.said()).toEqual(['大家好']);
    // Nor later, in what is read again.
    await gang.page.reload();
    await gang.bubble('大家好').waitFor();
    expect(await gang.said()).toEqual(['大家好']);
    await hong.restart();
    await expect.poll(() => hong.said()).toEqual(['只告诉你', '大家好']);
  });

  it('[R6] stays private when it is answered and quoted', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await ming.online(3);
    await ming.whisperTo('小红');
    await ming.say('悄悄话');
    await hong.choose('悄悄话', '引用');
    await hong.say('公开的回答');
    await ming.row('公开的回答').getByText('悄悄话').waitFor();
    await gang.bubble('公开的回答').waitFor();
    await expect(gang.rows.getByText('悄悄话').count()).resolves.toBe(0);
  });

  it('[R6] to somebody who is away is kept for them', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await hong.say('我下线了');
    await ming.bubble('我下线了').waitFor();
    await hong.back();
    await ming.online(1);
    await ming.face('小红').click();
    await ming.text('私聊 · 只有 小红 能看到').waitFor();
    await ming.say('回来告诉我');
    await ming.row('回来告诉我').getByText('小红不在线，上线后会收到').waitFor();
    await hong.line(desk.room).click();
    await hong.row('回来告诉我').getByText('私聊', { exact: true }).waitFor();
    await expect.poll(() => hong.said()).toEqual(['我下线了', '回来告诉我']);
  });
});
