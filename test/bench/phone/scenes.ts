/** What is measured: what people do with a phone, and what others do to it. */
import type { Browser, BrowserContext } from 'playwright-core';
import { Phone } from '../../e2e/support/phone.ts';
import type { Server } from '../../support/server.ts';
import { Crowd, newRoom } from './crowd.ts';
import { Gauge } from './gauge.ts';
import { scrollToBeginning, whenShown } from './in-page.ts';

/** Numbers under the names that the table has for them. */
export type Measurement = Readonly<Record<string, number>>;

export interface Stage {
  readonly browser: Browser;
  readonly server: Server;
  /** How many times slower than this machine the phone is. */
  readonly slowdown: number;
}

export interface Scene {
  readonly name: string;
  run(stage: Stage): Promise<Measurement>;
}

const SIZE = { width: 390, height: 844 };
const PATIENCE_MS = 120_000;
const BURST = 1_000;
/** As many as a welcome brings, and as many as are on the screen at most. */
const FRESH = 50;
const MOST_SHOWN = 300;
const HISTORY = 1_000;
/** How far a finger throws the list from one frame to the next, in px. */
const THROW = 600;

/** A phone on which the app has just been started, as slow as asked for. */
class BenchPhone {
  readonly phone: Phone;
  readonly gauge: Gauge;
  readonly #context: BrowserContext;

  private constructor(phone: Phone, gauge: Gauge, context: BrowserContext) {
    this.phone = phone;
    this.gauge = gauge;
    this.#context = context;
  }

  /** @param room where it is; else in the lobby */
  static async start({ browser, server, slowdown }: Stage, room?: string): Promise<BenchPhone> {
    const context = await browser.newContext({ viewport: SIZE, locale: 'zh-CN' });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const query = new URLSearchParams({ phone: 'c', name: '小明', ...(room && { room }) });
    await page.goto(server.http(`/phone.html?${query}`));
    const phone = new Phone(page, page.mainFrame());
    if (room) await phone.composer.waitFor();
    else await phone.text('小明').waitFor();
    return new BenchPhone(phone, await Gauge.on(page.mainFrame(), session), context);
  }

  /** Measures what happens until a message is the last on the screen. */
  async until(seq: number, happens: () => Promise<unknown>, since: 'first' | 'touched') {
    const { gauge, phone } = this;
    await gauge.start();
    const shown = phone.screen.evaluate(whenShown, seq);
    const [times] = await Promise.all([shown, happens()]);
    return measurement(times.last - times[since], await gauge.stop());
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

function measurement(ms: number, seen: Awaited<ReturnType<Gauge['stop']>>): Measurement {
  return {
    ms,
    'setData calls': seen.calls,
    'KB of setData': seen.bytes / 1024,
    'frames over 50 ms': seen.slowFrames.length,
    'longest, ms': Math.max(0, ...seen.slowFrames),
    'busy, ms': seen.busy,
    'layout, ms': seen.layout,
  };
}

const burst: Scene = {
  name: `${BURST} messages in an open room, from the first to the last shown`,
  async run(stage) {
    const room = newRoom();
    const crowd = await Crowd.enter(stage.server, room);
    const on = await BenchPhone.start(stage, room);
    await on.phone.online(11);
    const result = await on.until(BURST, () => crowd.talk(BURST), 'first');
    await on.close();
    return result;
  },
};

const entering: Scene = {
  name: `entering a room for the first time, from the tap to its newest ${FRESH} messages`,
  async run(stage) {
    const { room, head } = await longRoom(stage.server);
    const on = await BenchPhone.start(stage);
    await on.phone.screen.getByPlaceholder('输入房间号').fill(room);
    const enter = on.phone.button('进入');
    const result = await on.until(head, () => enter.click(), 'touched');
    await on.close();
    return result;
  },
};

const returning: Scene = {
  name: `coming back after ${MOST_SHOWN} messages, from the tap to the newest`,
  async run(stage) {
    const room = newRoom();
    const talk = async (count: number) => await (await Crowd.enter(stage.server, room)).talk(count);
    const before = await talk(FRESH);
    const on = await BenchPhone.start(stage, room);
    await on.phone.screen.evaluate(whenShown, before);
    await on.phone.back();
    const head = await talk(MOST_SHOWN);
    const result = await on.until(head, () => on.phone.line(room).click(), 'touched');
    await on.close();
    return result;
  },
};

const scrollingBack: Scene = {
  name: `scrolling back through ${HISTORY} messages`,
  async run(stage) {
    const { room, head } = await longRoom(stage.server);
    const on = await BenchPhone.start(stage, room);
    await on.phone.screen.evaluate(whenShown, head);
    await on.gauge.start();
    const ms = await on.phone.screen.evaluate(scrollToBeginning, THROW);
    const result = measurement(ms, await on.gauge.stop());
    await on.close();
    return result;
  },
};

const longRooms = new WeakMap<Server, Promise<{ room: string; head: number }>>();

/** A room with a history: one is enough, as it is only read. */
function longRoom(server: Server): Promise<{ room: string; head: number }> {
  const fill = async () => {
    const room = newRoom();
    const crowd = await Crowd.enter(server, room);
    return { room, head: await crowd.talk(HISTORY + FRESH) };
  };
  const known = longRooms.get(server) ?? fill();
  longRooms.set(server, known);
  return known;
}

export const SCENES: readonly Scene[] = [burst, entering, returning, scrollingBack];
