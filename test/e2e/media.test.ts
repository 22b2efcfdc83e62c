import type { Route } from 'playwright-core';
import { describe, expect } from 'vitest';
import { MAX_MEDIA_BYTES } from '../../shared/limits.ts';
import { it, noBrowser } from './support/it.ts';
import type { Phone } from './support/phone.ts';
import { largeGif, picture, svg } from './support/pictures.ts';

const UPLOAD = '**/api/media';
const DOWNLOAD = '**/media/A*';

/** Keeps requests until they are let go. */
async function hold(phone: Phone, pattern: string): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isOpen = false;
  await phone.page.route(pattern, (route) => (isOpen ? route.continue() : held.push(route)));
  return async () => {
    isOpen = true;
    await Promise.all(held.splice(0).map((route) => route.continue()));
  };
}

/** The shapes of the pictures from top to bottom: width to height. */
async function shapes(phone: Phone): Promise<string[]> {
  return await phone.pictures.evaluateAll((elements) =>
    elements.map((element) => {
      const { width, height } = element.getBoundingClientRect();
      return width > height * 1.2 ? 'wide' : height > width * 1.2 ? 'high' : 'square';
    }),
  );
}

describe.skipIf(noBrowser)('a picture', () => {
  it('keeps its place before it is there: nothing jumps when it comes', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const letGo = await hold(hong, DOWNLOAD);
    await ming.sendPictures(picture(600, 400));
    await ming.say('刚拍的');
    await hong.bubble('刚拍的').waitFor();
    await hong.pictures.waitFor();
    expect(await hong.shownPictures.count()).toBe(0);
    await hong.atRest();
    const before = await hong.place('刚拍的');
    const box = await hong.pictures.boundingBox();
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(1.5, 1);
    await letGo();
    await hong.shownPictures.waitFor();
    expect(await hong.place('刚拍的')).toEqual(before);
    expect(await hong.pictures.boundingBox()).toEqual(box);
  });

  it('fills the screen when it is tapped, among the others', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.sendPictures(picture(600, 400), picture(400, 600));
    await expect.poll(() => hong.shownPictures.count()).toBe(2);
    await hong.pictures.last().click();
    const viewer = hong.screen.getByRole('dialog', { name: '查看图片' });
    await viewer.getByText('2 / 2').waitFor();
    await viewer.getByRole('button', { name: '上一张' }).click();
    await viewer.getByText('1 / 2').waitFor();
    await viewer.click();
    await viewer.waitFor({ state: 'hidden' });
  });

  it('comes in the order in which it was chosen', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.sendPictures(picture(600, 400), picture(400, 600), picture(300, 300));
    for (const phone of [ming, hong]) {
      await expect.poll(() => shapes(phone)).toEqual(['wide', 'high', 'square']);
    }
    await expect.poll(() => ming.shownPictures.count()).toBe(3);
  });

  it('lets words pass while it is uploaded', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const letGo = await hold(ming, UPLOAD);
    await ming.sendPictures(picture(600, 400));
    await ming.rows.getByLabel(/正在上传/).waitFor();
    await ming.say('图片在路上');
    await hong.bubble('图片在路上').waitFor();
    expect(await hong.pictures.count()).toBe(0);
    await letGo();
    await hong.shownPictures.waitFor();
    const [words, shown] = [await hong.place('图片在路上'), await hong.pictures.boundingBox()];
    expect(shown?.y).toBeGreaterThan(words.top);
  });

  it('that is refused says why, and can be sent again', async ({ desk }) => {
    desk.expectProblem(/413/);
    const [ming, hong] = await desk.phones();
    const error = { code: 'too_large', message: 'no' };
    await ming.page.route(UPLOAD, (route) => route.fulfill({ status: 413, json: { error } }));
    await ming.sendPictures(picture(600, 400));
    await ming.text('图片超过 10 MB，请换一张小一点的').waitFor();
    await ming.page.unroute(UPLOAD);
    await ming.button('重发').click();
    await ming.button('重新发送').click();
    await hong.shownPictures.waitFor();
    await ming.text('图片超过 10 MB，请换一张小一点的').waitFor({ state: 'hidden' });
  });

  it('that does not get through is sent when it can be', async ({ desk }) => {
    desk.expectProblem(/ERR_FAILED|ERR_CONNECTION/);
    const [ming, hong] = await desk.phones();
    await ming.page.route(UPLOAD, (route) => route.abort());
    await ming.sendPictures(picture(600, 400));
    await ming.rows.getByLabel('待发送').waitFor();
    await ming.page.unroute(UPLOAD);
    await hong.shownPictures.waitFor();
    expect(await ming.pictures.count()).toBe(1);
  });

  it.for([
    ['too large', largeGif(MAX_MEDIA_BYTES + 1), '图片超过 10 MB，请换一张小一点的'],
    ['drawn', svg(), '只能发送 JPG、PNG、GIF 和 WebP 图片，请换一张'],
    ['drawn, under another name', svg('photo.png', 'image/png'), '图片无法读取，请换一张'],
  ] as const)('that can’t be sent is not: %s', async ([, file, why], { desk }) => {
    const [ming] = await desk.phones();
    await ming.hints(why, () => ming.sendPictures(file));
    expect(await ming.pictures.count()).toBe(0);
  });

  it('[R6] to one person is for them alone', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    const gang = await desk.phone({ name: '小刚', room: desk.room });
    await ming.online(3);
    await ming.whisperTo('小红');
    await ming.sendPictures(picture(600, 400));
    await hong.shownPictures.waitFor();
    await hong.rows.getByText('私聊', { exact: true }).waitFor();
    await ming.button('退出私聊').click();
    await ming.say('大家好');
    await gang.bubble('大家好').waitFor();
    expect(await gang.pictures.count()).toBe(0);
  });

  it('that is recalled is gone, for both, and from the server', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.sendPictures(picture(600, 400));
    await hong.shownPictures.waitFor();
    const address = await hong.shownPictures.locator('img').getAttribute('src');
    expect(await hong.page.request.get(address ?? '').then((it) => it.status())).toBe(200);
    await ming.press(ming.pictures);
    expect(await ming.screen.getByRole('dialog').getByRole('button').allInnerTexts()).toEqual([
      '引用',
      '撤回',
      '取消',
    ]);
    await ming.button('撤回').click();
    await hong.text('“小明”撤回了一条消息').waitFor();
    await ming.text('你撤回了一条消息').waitFor();
    for (const phone of [ming, hong]) expect(await phone.pictures.count()).toBe(0);
    await expect
      .poll(() => hong.page.request.get(address ?? '').then((answer) => answer.status()))
      .toBe(404);
  });

  it('can be quoted, and stands in the lobby as what it is', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.sendPictures(picture(600, 400));
    await hong.shownPictures.waitFor();
    await hong.press(hong.pictures);
    await hong.button('引用').click();
    await hong.say('好看');
    await ming.row('好看').getByText('[图片]').waitFor();
    await ming.sendPictures(picture(300, 300));
    await expect.poll(() => hong.shownPictures.count()).toBe(2);
    await hong.back();
    await hong.line(desk.room).getByText('小明：[图片]').waitFor();
  });

  it('[R3] written without a network goes out later, also when the app is killed', async ({
    desk,
  }) => {
    const [ming, hong] = await desk.phones();
    await ming.cutNetwork();
    await ming.sendPictures(picture(600, 400));
    await ming.rows.getByLabel('待发送').waitFor();
    await ming.restoreNetwork();
    await hong.shownPictures.waitFor();
    await ming.cutNetwork();
    await ming.sendPictures(picture(400, 600));
    await ming.rows.getByLabel('待发送').waitFor();
    await ming.restart();
    for (const phone of [ming, hong]) {
      await expect.poll(() => shapes(phone)).toEqual(['wide', 'high']);
      await expect.poll(() => phone.shownPictures.count()).toBe(2);
    }
  });

  it('that can’t be loaded says so, and is loaded when it is tapped', async ({ desk }) => {
    desk.expectProblem(/ERR_FAILED/);
    const [ming, hong] = await desk.phones();
    await hong.page.route(DOWNLOAD, (route) => route.abort());
    await ming.sendPictures(picture(600, 400));
    await hong.button('图片加载失败，点按重试').waitFor();
    await hong.page.unroute(DOWNLOAD);
    await hong.button('图片加载失败，点按重试').click();
    await hong.shownPictures.waitFor();
  });
});

describe.skipIf(noBrowser)('a picture that the server has no more', () => {
  it('says so in its place', async ({ desk }) => {
    desk.expectProblem(/404/);
    const [ming, hong] = await desk.phones();
    await hong.page.route(DOWNLOAD, (route) => route.fulfill({ status: 404, body: '' }));
    await ming.sendPictures(picture(600, 400));
    await hong.text('图片已失效').waitFor();
  });
});

describe.skipIf(noBrowser)('a voice', () => {
  it('is recorded while the button is held, and played when it is tapped', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.speak(() => ming.spokenFor(2));
    await hong.voices.waitFor();
    await hong.screen.getByRole('button', { name: /^播放语音，[2-9] 秒/ }).click();
    await hong.screen.getByRole('button', { name: /^停止播放语音/ }).waitFor();
    await hong.screen.getByRole('button', { name: /^播放语音/ }).waitFor();
    await hong.voices.click();
    await hong.screen.getByRole('button', { name: /^停止播放语音/ }).click();
    await hong.screen.getByRole('button', { name: /^播放语音/ }).waitFor();
  });

  it('is alone: another one ends it', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    for (const count of [1, 2]) {
      await ming.speak(() => ming.spokenFor(3));
      await expect.poll(() => hong.voices.count()).toBe(count);
    }
    const playing = hong.screen.getByRole('button', { name: /^停止播放语音/ });
    await hong.voices.first().click();
    await playing.waitFor();
    await hong.voices.last().click();
    expect(await playing.count()).toBe(1);
    await hong.back();
    expect(await playing.count()).toBe(0);
  });

  it('is not sent when the finger is moved up, or it was too short', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await ming.speak(() => ming.spokenFor(1), 'above');
    await ming.hints('说话时间太短', () => ming.speak(() => ming.text('上滑取消').waitFor()));
    await ming.button('改为打字').click();
    await ming.say('还是打字吧');
    await hong.bubble('还是打字吧').waitFor();
    expect(await hong.voices.count()).toBe(0);
  });
});

describe.skipIf(noBrowser)('a face', () => {
  async function chooseFace(phone: Phone): Promise<void> {
    await phone.back();
    await phone.button('修改昵称和头像').click();
    await phone.chooseAvatar(picture(300, 300));
    await phone.button('保存').click();
  }
  const faceBeside = (phone: Phone, words: string) =>
    phone.row(words).locator('.message-row--face img');

  it('that somebody chose is seen by the others', async ({ desk }) => {
    const [ming, hong] = await desk.phones();
    await chooseFace(ming);
    await ming.text('房间里的人会看到你的昵称和头像').waitFor({ state: 'hidden' });
    await ming.line(desk.room).click();
    await ming.online(2);
    await ming.say('换头像了');
    const face = faceBeside(hong, '换头像了');
    await expect.poll(() => face.getAttribute('src')).toMatch(/^http.*\/media\//);
    await expect
      .poll(() => face.evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBe(300);
  });

  it('that did not get through is on this phone alone, and is tried again', async ({ desk }) => {
    desk.expectProblem(/ERR_FAILED/);
    const [ming, hong] = await desk.phones();
    await ming.page.route(UPLOAD, (route) => route.abort());
    await ming.hints('头像上传失败，别人暂时看不到，稍后会再试', () => chooseFace(ming));
    await ming.line(desk.room).click();
    await ming.online(2);
    await ming.say('头像呢');
    await hong.bubble('头像呢').waitFor();
    expect(await faceBeside(hong, '头像呢').count()).toBe(0);
    await expect.poll(() => faceBeside(ming, '头像呢').count()).toBe(1);
    await ming.page.unroute(UPLOAD);
    const uploaded = ming.page.waitForResponse(UPLOAD);
    const renewed = ming.page.waitForResponse('**/api/session');
    await ming.back();
    await uploaded;
    await renewed;
    await ming.line(desk.room).click();
    await ming.online(2);
    await ming.say('头像来了');
    await expect.poll(() => faceBeside(hong, '头像来了').count()).toBe(1);
  });
});
