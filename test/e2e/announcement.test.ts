import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

describe.skipIf(noBrowser)('an announcement', () => {
  it('is a host’s to make, and everybody sees it', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await hong.announcementsEntry.waitFor();
    expect(await ming.announcementsEntry.count()).toBe(0);
    await hong.openAnnouncements();
    await hong.announce('现在开始', ['立即'], '立即发布');
    for (const phone of [ming, hong]) {
      await phone.bubble('现在开始').waitFor();
      await expect.poll(() => phone.said()).toEqual(['现在开始']);
    }
    await hong.announcements.getByText('已安排').waitFor({ state: 'hidden' });
  });

  it('that is planned comes at its time, and is planned no more then', async ({
    desk,
    backEnd,
  }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await hong.openAnnouncements();
    await hong.announce('五分钟后抽奖', ['稍后'], '5 分钟后发布');
    await hong.announcements.getByText('已安排 1').waitFor();
    // By somebody else, and soon: also while the sheet is open it goes from there once it has come.
    await backEnd.announce('马上开始', 4_000);
    await hong.closeAnnouncements();
    await hong.openAnnouncements();
    for (const phone of [ming, hong]) await phone.bubble('马上开始').waitFor({ state: 'attached' });
    await hong.announcements.getByText('已安排 1').waitFor();
    const planned = hong.announcements.locator('.announcement-sheet--line');
    await expect.poll(() => planned.count()).toBe(1);
    expect(await planned.innerText()).toContain('五分钟后抽奖');
    expect(await ming.said()).toEqual(['马上开始']);
  });

  it('that repeats can be taken back', async ({ desk, backEnd }) => {
    await backEnd.makeHost('guest:小红');
    const [, hong] = await desk.phones();
    await hong.openAnnouncements();
    await hong.announce('请静音', ['重复', '10 分钟'], '每 10 分钟发布一次');
    await hong.announcements.getByText(/每 10 分钟 · 下次 .*小红/).waitFor();
    const remove = hong.announcements.getByRole('button', { name: '删除公告：请静音' });
    await remove.click();
    await hong.button('取消').click();
    await remove.click();
    await hong.screen.getByRole('dialog').getByRole('button', { name: '删除' }).click();
    await hong.announcements.getByText('没有安排好的公告').waitFor();
    await hong.closeAnnouncements();
    await hong.openAnnouncements();
    await hong.announcements.getByText('没有安排好的公告').waitFor();
  });

  it('is a matter of hosts alone, as soon as somebody is one or is one no more', async ({
    desk,
    backEnd,
  }) => {
    await backEnd.makeHost('guest:小红');
    const [ming, hong] = await desk.phones();
    await hong.openAnnouncements();
    await hong.announcements.getByText('没有安排好的公告').waitFor();
    await backEnd.makeHost('guest:小明');
    await hong.announcements.getByText('已安排').waitFor({ state: 'hidden' });
    await hong.announcementsEntry.waitFor({ state: 'hidden' });
    await ming.openAnnouncements();
    await ming.announcements.getByText('没有安排好的公告').waitFor();
  });
});
