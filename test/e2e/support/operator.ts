/** The operator's pages as who sits before them knows them. */
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const PATIENCE_MS = 30_000;

export class Operator {
  readonly page: Page;
  readonly #origin: string;
  readonly #adminKey: string;
  readonly #problems: string[] = [];

  private constructor(page: Page, origin: string, adminKey: string) {
    this.page = page;
    this.#origin = origin;
    this.#adminKey = adminKey;
    page.on('console', (message) => {
      // A refusal has its status, which the console calls an error.
      const isStatus = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isStatus) this.#problems.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) this.#problems.push(`asked for ${request.url()}`);
    });
  }

  /** Somebody who is not logged in. */
  static async come(browser: Browser, origin: string, adminKey: string): Promise<Operator> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'zh-CN',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Operator(await context.newPage(), origin, adminKey);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(`${this.#origin}${path}`);
  }

  async logIn(key = this.#adminKey): Promise<void> {
    await this.page.getByLabel('管理密钥').fill(key);
    await this.page.getByRole('button', { name: '登录' }).click();
  }

  /** What keeps itself up to date. */
  get live(): FrameLocator {
    return this.page.frameLocator('iframe');
  }

  /** A line of the list of rooms. */
  room(name: string): Locator {
    return this.live.getByRole('link').filter({ hasText: name });
  }

  /** An entry of the log. */
  entry(text: string): Locator {
    return this.live.locator('.log li').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Somebody in the list of who is there, or of who may not be. */
  person(name: string): Locator {
    const named = this.page.getByRole('link', { name, exact: true });
    return this.live.locator('.people li').filter({ has: named });
  }

  /** How far what is live was scrolled, in px. */
  async scrolled(): Promise<number> {
    return await this.live.locator('html').evaluate((element) => Math.round(element.scrollTop));
  }

  /** Waits until what is live has loaded itself again. */
  async reloadedByItself(): Promise<void> {
    const html = this.live.locator('html');
    await html.evaluate((element) => element.setAttribute('data-old', ''));
    await this.live.locator('html:not([data-old]) .log').waitFor();
  }

  /** @throws when the browser complained of something */
  async leave(): Promise<void> {
    await this.page.context().close();
    expect(this.#problems, 'errors, and requests to others').toEqual([]);
  }
}
