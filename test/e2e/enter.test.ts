import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';
import type { Phone } from './support/phone.ts';

const roomNumber = (phone: Phone) => phone.screen.getByPlaceholder('输入房间号');
const nickname = (phone: Phone) => phone.screen.getByPlaceholder('请输入昵称');

describe.skipIf(noBrowser)('somebody who comes', () => {
  it('for the first time is asked how to be called, and then is in the room', async ({ desk }) => {
    const phone = await desk.phone();
    await phone.text('还没有进过房间，输入房间号，或先去大厅看看').waitFor();
    await roomNumber(phone).fill(desk.room);
    await phone.button('进入').click();
    await phone.text('你想怎么称呼自己？').waitFor();
    await phone.hints('昵称不能为空', () => phone.button('进入聊天').click());
    await nickname(phone).fill('阿强');
    await phone.button('进入聊天').click();
    await phone.online(1);
    expect(await phone.title.textContent()).toBe(desk.room);
    await phone.text('还没有人说话，来说第一句吧').waitFor();
    await phone.openMembers();
    await phone.members.getByRole('button', { name: '阿强 我' }).waitFor();
  });

  it('is led to the lobby’s room when they know of no other', async ({ desk }) => {
    const phone = await desk.phone({ name: '阿强' });
    await phone.button('去大厅').click();
    await phone.online(1);
    expect(await phone.title.textContent()).toBe('大厅');
  });

  it('by a link with a room and a name is in the room at once', async ({ desk }) => {
    const phone = await desk.open({ room: desk.room, name: '小 <b>亮' });
    expect(await phone.title.textContent()).toBe(desk.room);
    await phone.openMembers();
    await phone.members.getByRole('button', { name: '小 <b>亮 我' }).waitFor();
  });

  it.for([
    ['', '请输入房间号'],
    ['大 厅', '房间号只能用文字、数字、_ 和 -'],
    ['room#1', '房间号只能用文字、数字、_ 和 -'],
  ] as const)('to the room “%s” is told why there is none: %s', async ([room, hint], { desk }) => {
    const phone = await desk.phone({ name: '阿强' });
    await roomNumber(phone).fill(room);
    await phone.hints(hint, () => phone.button('进入').click());
    await roomNumber(phone).fill(desk.room);
    await roomNumber(phone).press('Enter');
    await phone.online(1);
    expect(await phone.title.textContent()).toBe(desk.room);
  });

  it('by a link to a room that can’t be finds the lobby', async ({ desk }) => {
    const phone = await desk.phone({ name: '阿强', room: 'a b/<c>' });
    await roomNumber(phone).waitFor();
    await phone.text('点按修改昵称和头像').waitFor();
    await expect.poll(() => phone.title.textContent()).toBe('聊天');
    await roomNumber(phone).fill(desk.room);
    await phone.button('进入').click();
    await phone.online(1);
  });

  it('with another name than the link says stays who they are', async ({ desk }) => {
    const first = await desk.phone({ name: '阿强', room: desk.room });
    await first.online(1);
    await first.page.close();
    const again = await desk.phone({ name: '别人', room: desk.room });
    await again.openMembers();
    await again.members.getByRole('button', { name: '阿强 我' }).waitFor();
  });

  it('changes their name, and others see them under the new one', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.back();
    await ming.button('修改昵称和头像').click();
    await nickname(ming).fill('大明');
    await ming.button('保存').click();
    await ming.text('大明').waitFor();
    // A guest is their name: another name has been nowhere yet.
    await roomNumber(ming).fill(desk.room);
    await ming.button('进入').click();
    await ming.say('是我');
    await hong.row('是我').getByText('大明', { exact: true }).waitFor();
  });
});

describe.skipIf(noBrowser)('somebody who leaves a room', () => {
  it('finds it in the lobby, with what was said last and how much they missed', async ({
    desk,
  }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('我先走了');
    await hong.bubble('我先走了').waitFor();
    await ming.back();
    await ming.line(desk.room).getByText('小明：我先走了').waitFor();
    await hong.online(1);
    await hong.say('再见');
    await hong.say('明天见');
    await expect.poll(() => hong.said()).toEqual(['我先走了', '再见', '明天见']);
    await ming.goToBackground(3);
    await ming.returns();
    await ming.line(desk.room).getByText('小红：明天见').waitFor();
    await ming.line(desk.room).getByText('2', { exact: true }).waitFor();
    await ming.line(desk.room).click();
    await expect.poll(() => ming.said()).toEqual(['我先走了', '再见', '明天见']);
    await ming.back();
    await ming.line(desk.room).getByText('小红：明天见').waitFor();
    await ming.line(desk.room).getByText('2', { exact: true }).waitFor({ state: 'hidden' });
  });

  it('finds there what they had begun to write', async ({ desk }) => {
    const [ming] = await desk.phones();
    await ming.write('还没写完');
    await ming.back();
    await ming.line(desk.room).getByText('[草稿]').waitFor();
    await ming.line(desk.room).getByText('还没写完').waitFor();
    await ming.line(desk.room).click();
    await expect.poll(() => ming.composer.inputValue()).toBe('还没写完');
    await ming.button('发送').click();
    await ming.bubble('还没写完').waitFor();
    await ming.back();
    await ming.line(desk.room).getByText('[草稿]').waitFor({ state: 'hidden' });
  });
});
