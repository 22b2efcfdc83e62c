/** The page with two phones side by side, and more phones beside it. It watches over all of them. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Phone } from './phone.ts';

const WIDE = { width: 1280, height: 800 };
const TALL = { width: 390, height: 844 };
/** How long somebody would wait, on a machine that has much else to do. */
const PATIENCE_MS = 30_000;

export interface PhoneOptions {
  /** Keeps its storage apart from that of others. */
  readonly phone?: string;
  /** Nobody yet, when there is none. */
  readonly name?: string;
  /** Begins in the lobby, when there is none. */
  readonly room?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export class Desk {
  readonly context: BrowserContext;
  readonly origin: string;
  readonly room: string;
  readonly #problems: string[] = [];

  private constructor(context: BrowserContext, origin: string, room: string) {
    this.context = context;
    this.origin = origin;
    this.room = room;
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('weberror', (error) => this.#problems.push(String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
    context.on('request', (request) => this.#checkAddress(request.url()));
    context.on('page', (page) => {
      page.on('websocket', (socket) => this.#checkAddress(socket.url()));
    });
  }

  static async in(browser: Browser, origin: string, room: string): Promise<Desk> {
    const context = await browser.newContext({ viewport: WIDE, locale: 'zh-CN' });
    return new Desk(context, origin, room);
  }

  /** The two phones, of 小明 and 小红, in the room. */
  async phones(): Promise<readonly [Phone, Phone]> {
    const page = await this.context.newPage();
    await page.goto(`${this.origin}/?${new URLSearchParams({ room: this.room })}`);
    const [a, b] = await Promise.all([this.#onDesk(page, 'a', 0), this.#onDesk(page, 'b', 1)]);
    await Promise.all([a.online(2), b.online(2)]);
    return [a, b];
  }

  /** One of the two phones that a page with this query shows. */
  async open(query: Record<string, string>): Promise<Phone> {
    const page = await this.context.newPage();
    await page.goto(`${this.origin}/?${new URLSearchParams(query)}`);
    return await this.#onDesk(page, 'a', 0);
  }

  /** One more phone, without a bar beside it. */
  async phone(options: PhoneOptions = {}): Promise<Phone> {
    const { phone = 'c', name, room, viewport = TALL } = options;
    const page = await this.context.newPage();
    await page.setViewportSize(viewport);
    const query = new URLSearchParams({ phone, ...(name && { name }), ...(room && { room }) });
    await page.goto(`${this.origin}/phone.html?${query}`);
    return new Phone(page, page.mainFrame());
  }

  /** Puts everything away. @throws when something went wrong that the test did not look at */
  async clear(): Promise<void> {
    for (const frame of this.context.pages().flatMap((page) => page.frames())) {
      this.#problems.push(...(await frame.locator('.mp-problems > p').allTextContents()));
    }
    await this.context.close();
    expect(this.#problems, 'errors, and requests to others').toEqual([]);
  }

  async #onDesk(page: Page, id: string, index: number): Promise<Phone> {
    const frame = await page.locator(`#${id}`).elementHandle();
    const screen = await frame?.contentFrame();
    if (!screen) throw new Error(`there is no phone ${id}`);
    return new Phone(page, screen, page.locator('.panel').nth(index));
  }

  #checkAddress(address: string): void {
    const { protocol, host } = new URL(address);
    const isLocal = protocol === 'blob:' || protocol === 'data:';
    if (!isLocal && host !== new URL(this.origin).host) this.#problems.push(`asked for ${address}`);
  }
}
