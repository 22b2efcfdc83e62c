/** A phone as the person who holds it knows it: by what it shows and what can be tapped. */
import type { Frame, Locator, Page } from 'playwright-core';
import type { ChosenFile } from './pictures.ts';

/** Longer than the preview's long press. */
const LONG_PRESS_MS = 600;
const WORDS = [
  'message-row--text',
  'message-row--line',
  'notice-line--text',
  'question-card--text',
];

const exactly = (text: string): RegExp =>
  new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`, 'u');

/** Where something is on the screen, in px. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
}

export class Phone {
  readonly page: Page;
  /** What is in the phone's own document. */
  readonly screen: Frame;
  readonly #bar: Locator | undefined;

  /** @param bar the controls beside it, where there are any */
  constructor(page: Page, screen: Frame, bar?: Locator) {
    this.page = page;
    this.screen = screen;
    this.#bar = bar;
  }

  // ---- What it shows

  button(name: string): Locator {
    return this.screen.getByRole('button', { name, exact: true });
  }

  text(text: string): Locator {
    return this.screen.getByText(text, { exact: true }).filter({ visible: true });
  }

  /** What stands in the navigation bar. */
  get title(): Locator {
    return this.screen.getByRole('heading', { level: 1 });
  }

  get composer(): Locator {
    return this.screen.locator('composer').getByRole('textbox');
  }

  get list(): Locator {
    return this.screen.locator('message-list wx-scroll-view');
  }

  get rows(): Locator {
    return this.screen.locator('message-row');
  }

  /** The words of a message, of a notice, of a question, or of the line that a recall leaves. */
  bubble(text: string): Locator {
    return this.rows.locator(this.#wordsOf(text));
  }

  /** A message with all that belongs to it. */
  row(text: string): Locator {
    return this.rows.filter({ has: this.#wordsOf(text) });
  }

  /** What was said, from top to bottom as it is seen. */
  said(): Promise<string[]> {
    return this.rows.locator(this.#words()).evaluateAll((elements) =>
      elements
        .map((element) => ({
          text: element instanceof HTMLElement ? element.innerText : '',
          top: element.getBoundingClientRect().top,
        }))
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text),
    );
  }

  /** The messages that are pictures. */
  get pictures(): Locator {
    return this.rows.locator('picture');
  }

  /** Pictures that are there, not only their place. */
  get shownPictures(): Locator {
    return this.rows.locator('.picture--image-shown');
  }

  /** The messages that are sounds. */
  get voices(): Locator {
    return this.rows.locator('voice');
  }

  get pill(): Locator {
    return this.screen.locator('message-list').getByRole('button', { name: /新消息|回到最新/ });
  }

  get banner(): Locator {
    return this.screen.locator('connection-banner');
  }

  async online(count: number): Promise<void> {
    await this.screen
      .getByRole('button', { name: '查看在线成员' })
      .getByText(`${count} 人在线`)
      .waitFor();
  }

  /** Shows `text` for a moment because of what is done. */
  async hints(text: string, because: () => Promise<void>): Promise<void> {
    await Promise.all([this.screen.getByRole('status').getByText(text).waitFor(), because()]);
  }

  /** Where a message is on the screen. */
  async place(text: string): Promise<Box> {
    return await this.bubble(text).evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return { top, bottom };
    });
  }

  /** Whether a message is between the bars. */
  async isInView(text: string): Promise<boolean> {
    if ((await this.bubble(text).count()) === 0) return false;
    const { top, bottom } = await this.place(text);
    const box = await this.list.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return { top, bottom };
    });
    return top >= box.top - 1 && bottom <= box.bottom + 1;
  }

  /** The uppermost message that is between the bars. */
  async firstInView(): Promise<string> {
    for (const text of await this.said()) if (await this.isInView(text)) return text;
    throw new Error('there is no message in view');
  }

  /** Waits until the list stands still, and says which is the uppermost message in view. */
  async atRest(): Promise<string> {
    await this.list.evaluate(async (list) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      let stillFor = 0;
      while (stillFor < 10) {
        const before = list.scrollTop;
        await frame();
        stillFor = list.scrollTop === before ? stillFor + 1 : 0;
      }
    });
    return await this.firstInView();
  }

  /** Whether a message stands at the right side, as one's own do. */
  async isOnTheRight(text: string): Promise<boolean> {
    return await this.bubble(text).evaluate((element) => {
      const { left, right } = element.getBoundingClientRect();
      return innerWidth - right < left;
    });
  }

  /** A line of the lobby's list of rooms. */
  line(room: string): Locator {
    return this.screen.locator('room-cell').filter({ hasText: room });
  }

  /** What reaches beyond the sides of the phone, or could be scrolled sideways. */
  overflow(): Promise<string[]> {
    return this.screen.evaluate(() => {
      const boxes = [
        document.documentElement,
        ...document.querySelectorAll('wx-page, wx-scroll-view'),
      ];
      const parts = [...document.querySelectorAll('wx-view, wx-text, wx-textarea, wx-image')];
      const isBeyond = (element: Element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -1 || right > innerWidth + 1);
      };
      return [
        ...boxes.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
        ...parts.filter(isBeyond),
      ].map(({ tagName, className }) => `${tagName}.${className}`);
    });
  }

  /** How far it is to the newest message, in px. */
  distanceToEnd(): Promise<number> {
    return this.list.evaluate(({ scrollHeight, scrollTop, clientHeight }) =>
      Math.round(scrollHeight - scrollTop - clientHeight),
    );
  }

  // ---- What people do

  async write(text: string): Promise<void> {
    await this.composer.fill(text);
  }

  async say(text: string): Promise<void> {
    await this.write(text);
    await this.button('发送').click();
  }

  /** Chooses pictures in the album, which go at once. */
  async sendPictures(...files: readonly ChosenFile[]): Promise<void> {
    await this.button('图片和语音').click();
    await this.#chooseFiles(this.button('图片'), files);
  }

  /** Chooses a picture of themselves. */
  async chooseAvatar(file: ChosenFile): Promise<void> {
    await this.#chooseFiles(this.button('选择头像'), [file]);
  }

  async #chooseFiles(opener: Locator, files: readonly ChosenFile[]): Promise<void> {
    const [chooser] = await Promise.all([
      this.page.waitForEvent('filechooser'),
      opener.first().click(),
    ]);
    await chooser.setFiles([...files]);
  }

  /** Holds the button, says something for as long as `until` takes, and lets go. */
  async speak(until: () => Promise<void>, letGo: 'there' | 'above' = 'there'): Promise<void> {
    if ((await this.button('按住 说话').count()) === 0) {
      await this.button('图片和语音').click();
      await this.button('语音').click();
    }
    const box = await this.button('按住 说话').boundingBox();
    if (!box) throw new Error('there is nothing to hold');
    const { mouse } = this.page;
    const x = box.x + box.width / 2;
    await mouse.move(x, box.y + box.height / 2);
    await mouse.down();
    await until();
    if (letGo === 'above') {
      await mouse.move(x, box.y - 200);
      await this.text('松开手指，取消发送').waitFor();
    }
    await mouse.up();
  }

  /** Waits until somebody has spoken for so many seconds. */
  async spokenFor(seconds: number): Promise<void> {
    await this.screen.locator('voice-input').getByText(`${seconds}″`, { exact: true }).waitFor();
  }

  async ask(question: string): Promise<void> {
    await this.button('改为提问').click();
    await this.write(question);
    await this.button('提问').click();
  }

  async press(target: Locator): Promise<void> {
    await target.click({ delay: LONG_PRESS_MS });
  }

  /** Holds a message and chooses from its menu. */
  async choose(message: string, action: string): Promise<void> {
    await this.openMenu(message);
    await this.screen
      .getByRole('dialog')
      .getByRole('button', { name: action, exact: true })
      .click();
  }

  /** Holds a message, and says what can be done with it. */
  async openMenu(message: string): Promise<string[]> {
    await this.press(this.bubble(message));
    const menu = this.screen.getByRole('dialog');
    await menu.waitFor();
    return await menu.getByRole('button').allInnerTexts();
  }

  face(name: string): Locator {
    return this.button(`${name}的头像`);
  }

  async openMembers(): Promise<void> {
    await this.screen.getByRole('button', { name: '查看在线成员' }).click();
    await this.members.getByText('人在线').waitFor();
  }

  get members(): Locator {
    return this.screen.locator('member-sheet');
  }

  async closeMembers(): Promise<void> {
    await this.members.getByRole('button', { name: '关闭' }).first().click();
    await this.members.getByText('人在线').waitFor({ state: 'hidden' });
  }

  /** What opens the questions: there once somebody has asked. */
  get questionsEntry(): Locator {
    return this.screen.getByRole('button', { name: /查看提问/ });
  }

  get questions(): Locator {
    return this.screen.locator('question-panel');
  }

  async openQuestions(): Promise<void> {
    await this.questionsEntry.click();
    await this.questionsTab('待回答').waitFor();
  }

  async closeQuestions(): Promise<void> {
    await this.questions.getByRole('button', { name: '关闭' }).first().click();
    await this.questionsTab('待回答').waitFor({ state: 'hidden' });
  }

  questionsTab(name: '待回答' | '已回答'): Locator {
    return this.questions.getByRole('tab', { name });
  }

  /** A question in the panel, with all that belongs to it. */
  question(text: string): Locator {
    return this.#questionLines.filter({ has: this.screen.getByText(text, { exact: true }) });
  }

  /** What is asked in the panel, from top to bottom. */
  asked(): Promise<string[]> {
    return this.#questionLines
      .locator('.question-panel--text:not(.question-panel--text-answer)')
      .allInnerTexts();
  }

  get #questionLines(): Locator {
    return this.questions.locator('.question-panel--question');
  }

  /** What opens the announcements: for hosts alone. */
  get announcementsEntry(): Locator {
    return this.screen.getByRole('button', { name: '公告', exact: true });
  }

  get announcements(): Locator {
    return this.screen.locator('announcement-sheet');
  }

  async openAnnouncements(): Promise<void> {
    await this.announcementsEntry.click();
    await this.announcements.getByText('已安排').waitFor();
  }

  async closeAnnouncements(): Promise<void> {
    await this.announcements.getByRole('button', { name: '关闭' }).first().click();
    await this.announcements.getByText('已安排').waitFor({ state: 'hidden' });
  }

  /** Writes a notice in the sheet, and publishes it by the button of this name. */
  async announce(text: string, timing: readonly string[], button: string): Promise<void> {
    await this.announcements.getByRole('textbox').fill(text);
    for (const name of timing) await this.announcements.getByRole('radio', { name }).click();
    await this.announcements.getByRole('button', { name: button, exact: true }).click();
  }

  async whisperTo(name: string): Promise<void> {
    await this.openMembers();
    await this.members.getByRole('button', { name: `${name} 私聊` }).click();
    await this.text(`私聊 · 只有 ${name} 能看到`).waitFor();
  }

  async back(): Promise<void> {
    await this.button('返回').click();
    await this.screen.getByPlaceholder('输入房间号').waitFor();
  }

  /** Turns the wheel over the messages: down for a positive number of px. */
  async scroll(by: number): Promise<void> {
    await this.list.hover();
    await this.page.mouse.wheel(0, by);
  }

  // ---- What happens to it

  #control(name: string): Locator {
    if (!this.#bar) throw new Error('this phone lies on no desk');
    return this.#bar.getByRole('button', { name, exact: true });
  }

  async cutNetwork(): Promise<void> {
    await this.#control('断网').click();
    await this.#control('联网').waitFor();
  }

  async restoreNetwork(): Promise<void> {
    await this.#control('联网').click();
    await this.#control('断网').waitFor();
  }

  /** Another app is in front of it for some seconds: 3, 10 or 60. */
  async goToBackground(seconds: 3 | 10 | 60): Promise<void> {
    await this.#bar?.getByLabel('在后台的时间').selectOption(String(seconds));
    await this.#control('切后台').click();
    await this.screen.getByText('小程序在后台').waitFor();
  }

  async returns(): Promise<void> {
    await this.screen.getByText('小程序在后台').waitFor({ state: 'hidden' });
  }

  /** In the background, until its scripts are stopped: 5 s after it went there. */
  async waitUntilSuspended(): Promise<void> {
    await this.screen.getByText(/小程序在后台，[1-4] 秒后返回/).waitFor();
  }

  async dropSocket(): Promise<void> {
    await this.#control('重连 socket').click();
  }

  async turnDark(): Promise<void> {
    await this.#control('深色').click();
    await this.#control('浅色').waitFor();
  }

  /** As if the system had killed the app, and somebody opened it again. */
  async restart(): Promise<void> {
    await this.screen.evaluate(() => Reflect.set(window, 'isOld', true));
    await this.#control('退出重启').click();
    await this.screen.waitForFunction(() => !Reflect.get(window, 'isOld'));
  }

  #words(): Locator {
    return this.screen.locator(WORDS.map((name) => `.${name}`).join(','));
  }

  #wordsOf(text: string): Locator {
    return this.#words().filter({ hasText: exactly(text) });
  }
}
