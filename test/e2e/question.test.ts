import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('a question', () => {
  it('is wanted by two, each of whom counts once', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await ming.ask('什么时候发货？');
    await ming.row('什么时候发货？').getByText('提问', { exact: true }).waitFor();
    const vote = (phone: typeof ming) =>
      phone.row('什么时候发货？').getByRole('button', { name: /想知道/ });
    await vote(hong).click();
    await vote(hong).getByText('已想知道 1').waitFor();
    await vote(hong).click();
    await vote(gang).click();
    await vote(gang).getByText('已想知道 2').waitFor();
    await vote(hong).getByText('已想知道 2').waitFor();
    // Who asked it needs no vote of their own.
    await ming.row('什么时候发货？').getByText('2 人也想知道').waitFor();
    expect(await vote(ming).count()).toBe(0);
    // What one votes again counts no more later, either.
    await hong.restart();
    await vote(hong).getByText('已想知道 2').waitFor();
  });

  it('is answered by a host', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await ming.ask('什么时候发货？');
    const card = (phone: typeof ming) => phone.row('什么时候发货？');
    await card(hong).getByRole('button', { name: '回答', exact: true }).click();
    await hong.text('回答 小明').waitFor();
    await hong.say('周五');
    for (const phone of [ming, hong]) {
      await phone.row('周五').getByText('回答', { exact: true }).waitFor();
      await phone.row('周五').getByText('什么时候发货？').waitFor();
      await card(phone).getByText('已回答', { exact: true }).waitFor();
    }
    await ming.row('周五').getByText('主持人', { exact: true }).waitFor();
    await expect(
      card(ming).getByRole('button', { name: '回答', exact: true }).count(),
    ).resolves.toBe(0);
  });

  it('is closed by a host', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await ming.ask('有优惠吗？');
    await hong.bubble('有优惠吗？').waitFor();
    expect(await ming.openMenu('有优惠吗？')).not.toContain('标记为已解决');
    await ming.button('取消').click();
    await hong.choose('有优惠吗？', '标记为已解决');
    for (const phone of [ming, hong]) {
      await phone.row('有优惠吗？').getByText('已解决', { exact: true }).waitFor();
    }
  });

  it('is taken back by a host', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await ming.ask('广告，点我');
    await hong.choose('广告，点我', '撤回');
    await expect.poll(() => ming.said()).toEqual(['“小红”撤回了一条消息']);
    await expect.poll(() => hong.said()).toEqual(['你撤回了一条消息']);
  });
});
