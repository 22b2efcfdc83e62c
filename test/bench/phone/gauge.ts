/**
 * What a phone is busy with, seen from within its page. The functions that say so run in the page:
 * they may use nothing of this module.
 */
import type { CDPSession, Frame } from 'playwright-core';

/** What was seen between `start` and `stop`. Times are in milliseconds. */
export interface Seen {
  /** How often anything of the app called `setData`, and how many bytes of JSON it gave it. */
  readonly calls: number;
  readonly bytes: number;
  /** From the drawing of one frame to the next, where it took longer than 50 ms. */
  readonly slowFrames: readonly number[];
}

/** How long the page's thread was busy, and for how long of that with layout, in milliseconds. */
export interface Work {
  readonly busy: number;
  readonly layout: number;
}

/** Where the page keeps its gauge. */
const GAUGE = '__gauge';

interface InPage {
  start(): void;
  stop(): Seen;
}

/**
 * Runs in the page. Listens to the `setData` that all pages and components of the app share, whose
 * prototype is that of whichever page is open.
 */
function install(name: string): void {
  const SLOW_MS = 50;
  const page: unknown = Reflect.get(document.querySelector('wx-page') ?? {}, '__wxElement');
  let shared: unknown = (page as { getMethodCaller(): object }).getMethodCaller();
  while (shared && !Object.hasOwn(shared, 'setData')) shared = Object.getPrototypeOf(shared);
  const prototype = shared as { setData(this: object, data: object, done?: () => void): void };
  const { setData } = prototype;
  let given: string[] = [];
  let slowFrames: number[] = [];
  let last = 0;
  let running = false;
  prototype.setData = function (data, done) {
    // At once: the framework may change in place what it is given.
    if (running) given.push(JSON.stringify(data));
    setData.call(this, data, done);
  };
  const frame = (at: number) => {
    if (!running) return;
    if (at - last > SLOW_MS) slowFrames.push(at - last);
    last = at;
    requestAnimationFrame(frame);
  };
  const gauge: InPage = {
    start() {
      given = [];
      slowFrames = [];
      last = performance.now();
      running = true;
      requestAnimationFrame(frame);
    },
    stop() {
      running = false;
      const bytes = new TextEncoder().encode(given.join('')).length;
      return { calls: given.length, bytes, slowFrames };
    },
  };
  Reflect.set(window, name, gauge);
}

/** Measures one phone. Its first page has to be open. */
export class Gauge {
  readonly #screen: Frame;
  readonly #session: CDPSession;
  #before: Work = { busy: 0, layout: 0 };

  private constructor(screen: Frame, session: CDPSession) {
    this.#screen = screen;
    this.#session = session;
  }

  static async on(screen: Frame, session: CDPSession): Promise<Gauge> {
    await session.send('Performance.enable');
    await screen.evaluate(install, GAUGE);
    return new Gauge(screen, session);
  }

  async start(): Promise<void> {
    this.#before = await this.#work();
    await this.#screen.evaluate((name) => (Reflect.get(window, name) as InPage).start(), GAUGE);
  }

  async stop(): Promise<Seen & Work> {
    const seen = await this.#screen.evaluate(
      (name) => (Reflect.get(window, name) as InPage).stop(),
      GAUGE,
    );
    const { busy, layout } = await this.#work();
    return {
      ...seen,
      busy: busy - this.#before.busy,
      layout: layout - this.#before.layout,
    };
  }

  async #work(): Promise<Work> {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    const ms = (name: string) =>
      1_000 * (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN);
    return {
      busy: ms('TaskDuration'),
      layout: ms('LayoutDuration') + ms('RecalcStyleDuration'),
    };
  }
}
