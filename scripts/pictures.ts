/**
 * `npm run pictures`: makes the pictures of the README anew, by using the preview as people would. Needs
 * Chromium, and fonts for Chinese and emoji (Debian: fonts-noto-cjk, fonts-noto-color-emoji).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, launchBrowser } from '../test/support/browser.ts';
import { ProjectCopy, Server } from '../test/support/server.ts';
import { ROOT } from './miniprogram/layout.ts';

const FOLDER = join(ROOT, 'docs/pictures');
const PHONE = { width: 375, height: 740 };
const ROOM = '产品发布会';

/** A stage in the evening, as somebody in the audience would take it. */
const STAGE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800" style="display: block">
  <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1b1445" /><stop offset=".55"
    stop-color="#7a2f8f" /><stop offset="1" stop-color="#ff9a6b" /></linearGradient>
  <rect width="1200" height="800" fill="url(#sky)" />
  <path d="M200 0L-60 620h520zM600 0L340 620h520zM1000 0L740 620h520z" fill="#fff" opacity=".15" />
  <rect x="330" y="200" width="540" height="300" fill="#fff" />
  <text x="600" y="402" fill="#7a2f8f" font-family="sans-serif" font-weight="700" font-size="150"
    text-anchor="middle">2.0</text>
  <rect y="645" width="1200" height="155" fill="#140d33" />
  <path d="M0 645h1200" stroke="#140d33" stroke-width="84" stroke-dasharray="0 92"
    stroke-linecap="round" />
</svg>`;

async function photograph(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  await page.setContent(`<body style="margin: 0">${STAGE}</body>`);
  const photograph = await page.screenshot({ type: 'jpeg' });
  await page.close();
  return photograph;
}

interface Phone {
  readonly page: Page;
  say(text: string): Promise<void>;
  show(): Promise<void>;
  speak(seconds: number): Promise<void>;
  ask(text: string): Promise<void>;
  sees(text: string): Promise<void>;
  picture(name: string): Promise<void>;
}

async function openPhone(
  browser: Browser,
  server: Server,
  { name, room, dark }: { name: string; room?: string; dark?: boolean },
): Promise<Phone> {
  const context = await browser.newContext({
    viewport: PHONE,
    deviceScaleFactor: 2,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const query = new URLSearchParams({ phone: 'a', name, ...(room && { room }) });
  await page.goto(server.http(`/phone.html?${query}`));
  const sees = async (text: string) => {
    await page.getByText(text).last().waitFor();
  };
  const say = async (text: string) => {
    await page.locator('textarea').fill(text);
    await page.locator('textarea').press('Enter');
    await sees(text);
  };
  return {
    page,
    say,
    sees,
    async ask(text) {
      await page.getByRole('button', { name: '改为提问' }).click();
      await say(text);
    },
    async show() {
      const buffer = await photograph(browser);
      await page.getByRole('button', { name: '图片和语音' }).click();
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: '图片', exact: true }).click(),
      ]);
      await chooser.setFiles({ name: 'stage.jpg', mimeType: 'image/jpeg', buffer });
      await page.getByLabel(/正在上传|待发送|发送中/).waitFor({ state: 'detached' });
    },
    async speak(seconds) {
      await page.getByRole('button', { name: '图片和语音' }).click();
      await page.getByRole('button', { name: '语音', exact: true }).click();
      const button = page.getByRole('button', { name: '按住 说话' });
      await button.hover();
      await page.mouse.down();
      await page.locator('voice-input').getByText(`${seconds}″`).waitFor();
      await page.mouse.up();
      await page.locator('voice').waitFor();
      await page.getByRole('button', { name: '改为打字' }).click();
    },
    async picture(file) {
      await page.screenshot({ path: join(FOLDER, `${file}.png`), animations: 'disabled' });
      console.log(`docs/pictures/${file}.png`);
    },
  };
}

/** Settles who runs the room: that is a back end's to say. */
async function makeHost(
  copy: ProjectCopy,
  server: Server,
  user: string,
  room: string,
): Promise<void> {
  const response = await fetch(server.http(`/api/rooms/${encodeURIComponent(room)}/settings`), {
    method: 'PUT',
    headers: { Authorization: `Bearer ${copy.devVar('ADMIN_KEY')}` },
    body: JSON.stringify({ hosts: [user] }),
  });
  if (!response.ok) throw new Error(`the room has no host: ${await response.text()}`);
}

async function takePictures(browser: Browser, copy: ProjectCopy, server: Server): Promise<void> {
  await makeHost(copy, server, 'guest:林老师', ROOM);
  const host = await openPhone(browser, server, { name: '林老师', room: ROOM });
  await host.page.locator('textarea').waitFor();
  const ming = await openPhone(browser, server, { name: '小明', room: ROOM });
  await ming.page.locator('textarea').waitFor();
  const hong = await openPhone(browser, server, { name: '小红', room: ROOM, dark: true });
  await hong.page.locator('textarea').waitFor();

  await host.say('大家好，欢迎来到今天的发布会 🎉');
  await ming.say('来啦来啦！');
  await hong.say('第一次用小程序看发布会，好流畅 👍');
  await ming.page.getByText('第一次用小程序').click({ delay: 700 });
  await ming.page.getByText('引用', { exact: true }).click();
  await ming.say('断网再回来也不会漏消息，我刚在电梯里试过');
  await host.sees('我刚在电梯里试过');
  await host.picture('room');

  await ming.ask('新版本什么时候可以用上？');
  await hong.sees('新版本什么时候可以用上？');
  await hong.page.getByRole('button', { name: /我也想知道/ }).click();
  await host.sees('新版本什么时候可以用上？');
  await host.page.getByRole('button', { name: '回答', exact: true }).click();
  await host.say('今晚十点开始推送，升级后就能用 🚀');
  await ming.sees('今晚十点开始推送');
  await ming.sees('已回答');
  await ming.picture('questions');
  await hong.sees('今晚十点开始推送');

  await ming.page.getByRole('button', { name: '查看在线成员' }).click();
  await ming.page.getByText('私聊').first().waitFor();
  await ming.picture('members');
  await ming.page.getByText('小红', { exact: true }).last().click();
  await ming.say('散场后一起吃饭？');
  await hong.sees('散场后一起吃饭？');
  await ming.picture('private');

  await ming.page.getByRole('button', { name: '返回' }).click();
  await ming.sees('最近的房间');
  await host.say('别走开，彩蛋马上来');
  await ming.page.goto(server.http('/phone.html?phone=a'));
  await ming.sees('别走开');
  await ming.picture('lobby');

  const gang = await openPhone(browser, server, { name: '小刚', room: ROOM });
  await gang.page.locator('textarea').waitFor();
  await gang.ask('老用户升级有优惠吗？');
  await hong.ask('会有线下体验活动吗？');
  await hong.ask('直播有回放吗？昨天在高铁上，只看了一半');
  await gang.sees('直播有回放吗');
  await gang.page.getByRole('button', { name: /查看提问/ }).click();
  await host.page.getByRole('button', { name: /查看提问/ }).click();
  for (const [phone, question] of [
    [host, '会有线下体验活动吗'],
    [gang, '会有线下体验活动吗'],
    [host, '老用户升级有优惠吗'],
  ] as const) {
    const line = phone.page.locator('.question-panel--question').filter({ hasText: question });
    await line.getByRole('button', { name: /我也想知道/ }).click();
    await line.getByText('已想知道').waitFor();
  }
  await gang.page.locator('question-panel').getByText('1 人也想知道').waitFor();
  await gang.picture('panel');

  await host.page.getByRole('button', { name: '关闭' }).first().click();
  await host.page.getByRole('button', { name: '公告', exact: true }).click();
  const sheet = host.page.locator('announcement-sheet');
  await sheet.getByRole('radio', { name: '重复' }).click();
  for (const [text, minutes] of [
    ['提问请点左下角的问号，主持人会逐个回答', 10],
    ['入场抽奖进行中，请不要离开房间', 30],
  ] as const) {
    await sheet.getByRole('textbox').fill(text);
    await sheet.getByRole('radio', { name: `${minutes} 分钟` }).click();
    await sheet.getByRole('button', { name: `每 ${minutes} 分钟发布一次` }).click();
    await sheet.getByText(`每 ${minutes} 分钟 ·`).waitFor();
  }
  await host.page.getByText('公告已安排').waitFor({ state: 'hidden' });
  await host.picture('announcements');
}

async function takeMedia(browser: Browser, server: Server): Promise<void> {
  const room = '现场';
  const ming = await openPhone(browser, server, { name: '小明', room });
  await ming.page.locator('textarea').waitFor();
  const hong = await openPhone(browser, server, { name: '小红', room, dark: true });
  await hong.page.locator('textarea').waitFor();
  await ming.say('我到现场了，给你们看看');
  await ming.show();
  await hong.page.locator('.picture--image-shown').waitFor();
  await hong.page.locator('picture').click({ delay: 700 });
  await hong.page.getByText('引用', { exact: true }).click();
  await hong.say('哇，这个位置太好了！');
  await ming.speak(4);
  await hong.page.locator('voice').waitFor();
  await hong.page.getByRole('button', { name: '图片和语音' }).click();
  await hong.picture('dark');
}

/** What a room does about what it does not want. */
async function takeModeration(browser: Browser, copy: ProjectCopy, server: Server): Promise<void> {
  const room = '答疑';
  await makeHost(copy, server, 'guest:林老师', room);
  const host = await openPhone(browser, server, { name: '林老师', room });
  await host.page.locator('textarea').waitFor();
  const gang = await openPhone(browser, server, { name: '小刚', room });
  await gang.page.locator('textarea').waitFor();
  await gang.say('大家好，我是第一次来');
  await gang.say('我发错群了，不好意思');
  await host.sees('我发错群了');
  await host.page.getByText('我发错群了').click({ delay: 700 });
  await host.page.getByText('撤回', { exact: true }).click();
  await gang.page.getByText(/撤回了一条消息/).waitFor();
  await gang.say('代 开 发 票，加我');
  await gang.page.getByText(/内容不符合规范/).waitFor();
  await host.page.getByLabel(/小刚/).first().click();
  await host.page.getByText('禁言 10 分钟', { exact: true }).click();
  await host.page.getByText('确定', { exact: true }).click();
  await gang.page.getByText(/禁言/).first().waitFor();
  await gang.picture('moderation');
}

async function takeTwoPhones(browser: Browser, server: Server): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  await page.goto(server.http(`/?room=${encodeURIComponent('大厅')}`));
  const [a, b] = [page.frameLocator('iframe').nth(0), page.frameLocator('iframe').nth(1)];
  const says = [
    [a, '你好，我是小明 👋'],
    [b, '你好小明！这边马上就看到了'],
    [a, '点“断网”试试，消息会等网络恢复再发'],
    [b, '🎉👍'],
  ] as const;
  for (const [phone, text] of says) {
    await phone.locator('textarea').fill(text);
    await phone.locator('textarea').press('Enter');
    for (const each of [a, b]) await each.getByText(text).waitFor();
  }
  await page.screenshot({ path: join(FOLDER, 'two-phones.png'), animations: 'disabled' });
  console.log('docs/pictures/two-phones.png');
}

/** The operator's page of the room that the phones are in. */
async function takeOperator(browser: Browser, copy: ProjectCopy, server: Server): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, locale: 'zh-CN' });
  await page.goto(server.http('/admin'));
  await page.getByLabel('管理密钥').fill(copy.devVar('ADMIN_KEY') ?? '');
  await page.getByRole('button', { name: '登录' }).click();
  await page.frameLocator('iframe').getByText(ROOM, { exact: true }).click();
  await page.frameLocator('iframe').getByText('彩蛋马上来').waitFor();
  await page.screenshot({ path: join(FOLDER, 'operator.png'), animations: 'disabled' });
  console.log('docs/pictures/operator.png');
}

const executable = findBrowser();
if (executable === undefined) process.exit(1);
mkdirSync(FOLDER, { recursive: true });
const copy = new ProjectCopy();
const server = await Server.start(copy.folder);
const browser = await launchBrowser(executable);
try {
  await takePictures(browser, copy, server);
  await takeOperator(browser, copy, server);
  await takeMedia(browser, server);
  await takeModeration(browser, copy, server);
  await takeTwoPhones(browser, server);
} finally {
  await browser.close();
  server.kill();
  copy.remove();
}
