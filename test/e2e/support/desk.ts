/** The page with two phones side by side, and more phones beside it. It watches over all of them. */
import type { Browser, BrowserContext, Page, WebSocketRoute } from 'playwright-core';
import { expect } from 'vitest';
import { Phone } from './phone.ts';

const WIDE = { width: 1280, height: 800 };
const TALL = { width: 390, height: 844 };
/** How long somebody would wait, on a machine that has much else to do. */
const PATIENCE_MS = 30_000;

type SocketRoute = (socket: WebSocketRoute) => void;

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PhoneOptions {
  /** Keeps its storage apart from that of others. */
  readonly phone?: string;
  /** Nobody yet, when there is none. */
  readonly name?: string;
  /** Begins in the lobby, when there is none. */
  readonly room?: string;
  readonly viewport?: Size;
}

export class Desk {
  readonly room: string;
  readonly #browser: Browser;
  readonly #origin: string;
  /** By phone: each has a window of its own, since a browser hardly draws what lies behind another. */
  readonly #contexts = new Map<string, BrowserContext>();
  readonly #sockets: SocketRoute[] = [];
  readonly #problems: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(browser: Browser, origin: string, room: string) {
    this.#browser = browser;
    this.#origin = origin;
    this.room = room;
  }

  /** Takes the place of the server, or listens between, for sockets of phones opened from now on. */
  routeSockets(route: SocketRoute): void {
    this.#sockets.push(route);
  }

  /** What matches is part of a test: the browser says so when a request fails. */
  expectProblem(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** The two phones, of 小明 and 小红, in the room. */
  async phones(): Promise<readonly [Phone, Phone]> {
    const page = await this.#newPage('desk', WIDE);
    await page.goto(`${this.#origin}/?${new URLSearchParams({ room: this.room })}`);
    const [a, b] = await Promise.all([this.#onDesk(page, 'a', 0), this.#onDesk(page, 'b', 1)]);
    await Promise.all([a.online(2), b.online(2)]);
    return [a, b];
  }

  /** One of the two phones that a page with this query shows. */
  async open(query: Record<string, string>): Promise<Phone> {
    const page = await this.#newPage('desk', WIDE);
    await page.goto(`${this.#origin}/?${new URLSearchParams(query)}`);
    return await this.#onDesk(page, 'a', 0);
  }

  /** One more phone, without a bar beside it. */
  async phone(options: PhoneOptions = {}): Promise<Phone> {
    const { phone = 'c', name, room, viewport = TALL } = options;
    const page = await this.#newPage(phone, viewport);
    const query = new URLSearchParams({ phone, ...(name && { name }), ...(room && { room }) });
    await page.goto(`${this.#origin}/phone.html?${query}`);
    return new Phone(page, page.mainFrame());
  }

  /** Puts everything away. The test has failed when something went wrong that it did not look at. */
  async clear(): Promise<void> {
    const contexts = [...this.#contexts.values()];
    const pages = contexts.flatMap((context) => context.pages());
    for (const frame of pages.flatMap((page) => page.frames())) {
      // A page that never came, as in a test that failed, has nothing to say.
      const said = frame.locator('.mp-problems > p').allTextContents();
      this.#problems.push(...(await said.catch(() => [])));
    }
    await Promise.all(contexts.map((context) => context.close()));
    const isExpected = (problem: string) => this.#expected.some((each) => each.test(problem));
    const problems = this.#problems.filter((problem) => !isExpected(problem));
    // Not thrown: what else a test was given must be put away as well, or another attempt gets it again.
    expect.soft(problems, 'errors, and requests to others').toEqual([]);
  }

  async #newPage(owner: string, viewport: Size): Promise<Page> {
    const context = this.#contexts.get(owner) ?? (await this.#newContext(viewport));
    this.#contexts.set(owner, context);
    return await context.newPage();
  }

  async #newContext(viewport: Size): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ viewport, locale: 'zh-CN' });
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('weberror', (error) => this.#problems.push(String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
    context.on('request', (request) => this.#checkAddress(request.url()));
    context.on('page', (page) => {
      page.on('websocket', (socket) => this.#checkAddress(socket.url()));
    });
    for (const route of this.#sockets) await context.routeWebSocket(/\/ws\?/, route);
    return context;
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
    if (!isLocal && host !== new URL(this.#origin).host)
      this.#problems.push(`asked for ${address}`);
  }
}
