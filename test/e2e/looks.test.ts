import type { Locator } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it, noBrowser } from './support/it.ts';

const LONG_WORD = 'https://example.com/'.concat('a'.repeat(200));

/** How bright a colour of CSS is: 0 is black, 255 white. */
async function brightness(locator: Locator, property: string): Promise<number> {
  return await locator.evaluate((element, name) => {
    const [red = 0, green = 0, blue = 0] = (
      getComputedStyle(element)
        .getPropertyValue(name)
        .match(/\d+(\.\d+)?/g) ?? []
    ).map(Number);
    return (red + green + blue) / 3;
  }, property);
}

describe.skipIf(noBrowser)('the room', () => {
  it('turns dark with the phone, and light again', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.say('晚上好');
    await hong.bubble('晚上好').waitFor();
    const bubble = hong.screen.locator('.message-row--bubble');
    const page = hong.screen.locator('.mp-pages');
    const field = hong.screen.locator('wx-textarea');
    const light = {
      bubble: await brightness(bubble, 'background-color'),
      page: await brightness(page, 'background-color'),
      field: await brightness(field, 'background-color'),
      text: await brightness(hong.bubble('晚上好'), 'color'),
    };
    expect(Math.min(light.bubble, light.page, light.field)).toBeGreaterThan(200);
    expect(light.text).toBeLessThan(80);
    await hong.turnDark();
    await expect.poll(() => brightness(page, 'background-color')).toBeLessThan(60);
    await expect.poll(() => brightness(bubble, 'background-color')).toBeLessThan(80);
    await expect.poll(() => brightness(field, 'background-color')).toBeLessThan(80);
    await expect.poll(() => brightness(hong.bubble('晚上好'), 'color')).toBeGreaterThan(150);
    expect(await brightness(ming.screen.locator('.mp-pages'), 'background-color')).toBe(light.page);
  });

  it.for([320, 430])('fits a phone that is %i px wide', async (width, { desk, backEnd }) => {
    const viewport = { width, height: 700 };
    await backEnd.makeHost('guest:一个名字特别特别长的用户一个名字特别特别长的用户');
    const phone = await desk.phone({
      name: '一个名字特别特别长的用户一个名字特别特别长的用户',
      room: desk.room,
      viewport,
    });
    const other = await desk.phone({ phone: 'd', name: '小红', room: desk.room, viewport });
    const fits = async () => {
      for (const each of [phone, other]) {
        await expect.poll(() => each.overflow()).toEqual([]);
        const box = await each.composer.boundingBox();
        expect(box && box.y + box.height <= viewport.height).toBe(true);
        await each.button('发送').click({ trial: true });
      }
    };
    await phone.online(2);
    await phone.say(LONG_WORD);
    await phone.say('短');
    await other.bubble('短').waitFor();
    await fits();
    await phone.ask('为什么'.repeat(30));
    await other.bubble('为什么'.repeat(30)).waitFor();
    await other.choose('短', '引用');
    await other.say('换行\n'.repeat(5));
    await phone.choose('短', '引用');
    await fits();
    await phone.write('行\n'.repeat(20));
    await fits();
    await phone.openQuestions();
    await expect.poll(() => phone.overflow()).toEqual([]);
    await phone.closeQuestions();
    await phone.openAnnouncements();
    await phone.announce(LONG_WORD, ['重复', '60 分钟'], '每 60 分钟发布一次');
    await phone.announcements.getByText('已安排 1').waitFor();
    await expect.poll(() => phone.overflow()).toEqual([]);
    await phone.closeAnnouncements();
    await phone.openMembers();
    await expect.poll(() => phone.overflow()).toEqual([]);
    await phone.closeMembers();
    await other.back();
    await expect.poll(() => other.overflow()).toEqual([]);
  });
});
