import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('an operator', () => {
  it('logs in, sees a room go live, mutes somebody, announces, and takes a message away', async ({
    desk,
    operator,
  }) => {
    await operator.open('/admin');
    await operator.logIn('not the key');
    await operator.page.getByText('密钥不正确').waitFor();
    await operator.logIn();
    const [ming, hong] = await desk.phones();
    // By itself: nobody touches the page.
    await operator.room(desk.room).getByText('2 人在线').waitFor();
    await operator.room(desk.room).click();
    await operator.live.getByText('小明', { exact: true }).waitFor();
    await ming.say('大家好');
    await operator.live.getByText('大家好', { exact: true }).waitFor();

    await operator.person('小红').getByRole('link', { name: '禁言' }).click();
    await operator.page.getByRole('button', { name: '禁言' }).click();
    await operator.page.getByText('已禁言。').waitFor();
    await hong.screen.getByText('你被禁言').first().waitFor();
    await hong.write('我还能说话吗');
    await hong.button('发送').click();
    await hong.screen.getByText(/禁言/).first().waitFor();
    await operator.person('小红').first().getByRole('link', { name: '解除禁言' }).waitFor();

    await operator.page.getByPlaceholder('向房间里所有人发公告').fill('<b>直播</b>要开始了');
    await operator.page.getByRole('button', { name: '发公告' }).click();
    await operator.page.getByText('公告已发出。').waitFor();
    await hong.bubble('<b>直播</b>要开始了').waitFor();
    await operator.live.getByText('<b>直播</b>要开始了', { exact: true }).waitFor();

    await operator.entry('大家好').hover();
    await operator.entry('大家好').getByRole('link', { name: '撤回' }).click();
    await operator.page.getByRole('button', { name: '撤回' }).click();
    await operator.page.getByText('消息已撤回。').waitFor();
    await expect.poll(() => hong.said()).not.toContain('大家好');

    await operator.page.getByRole('button', { name: '退出登录' }).click();
    await operator.page.getByText('请输入管理密钥').waitFor();
  });

  it('keeps their place in the log while it goes on by itself', async ({
    backEnd,
    operator,
    room,
  }) => {
    await backEnd.say(Array.from({ length: 30 }, (_, i) => `第 ${i + 1} 句`));
    await operator.open(`/admin/rooms/${encodeURIComponent(room)}`);
    await operator.logIn();
    await operator.live.getByText('第 30 句', { exact: true }).waitFor();
    await operator.entry('第 5 句').scrollIntoViewIfNeeded();
    const before = await operator.scrolled();
    expect(before).toBeGreaterThan(0);
    await operator.reloadedByItself();
    await expect.poll(() => operator.scrolled()).toBe(before);
  });
});
