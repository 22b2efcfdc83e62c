/** `it` for tests with phones: each has people, and rooms, of its own. */
import { randomUUID } from 'node:crypto';
import { type Browser, chromium } from 'playwright-core';
import { inject, it as plain } from 'vitest';
import { answers } from '../../support/server.ts';
import { BackEnd } from './back-end.ts';
import { Desk } from './desk.ts';
import { Operator } from './operator.ts';

interface Fixtures {
  /** A room that nobody has been in. */
  readonly room: string;
  readonly desk: Desk;
  readonly backEnd: BackEnd;
  readonly operator: Operator;
}

const site = inject('site');
let connecting: Promise<Browser> | undefined;

/** Without a browser the tests are skipped; where CI runs there is one. */
export const noBrowser = site === null;

export const it = plain.extend<Fixtures>({
  room: async ({ task: _ }, use) => {
    await use(`房间-${randomUUID().slice(0, 8)}`);
  },
  desk: async ({ room }, use) => {
    if (!site) throw new Error('there is no browser');
    // It may have ended by itself under the test before this one, and be on its way back.
    if (!(await answers(site.origin))) throw new Error(`${site.origin} does not answer`);
    connecting ??= chromium.connect(site.browser);
    const desk = new Desk(await connecting, site.origin, room);
    await use(desk);
    await desk.clear();
  },
  backEnd: async ({ room }, use) => {
    if (!site) throw new Error('there is no server');
    const backEnd = new BackEnd(site.origin, site.adminKey, room);
    await use(backEnd);
    await backEnd.close();
  },
  operator: async ({ task: _ }, use) => {
    if (!site) throw new Error('there is no browser');
    connecting ??= chromium.connect(site.browser);
    const operator = await Operator.come(await connecting, site.origin, site.adminKey);
    await use(operator);
    await operator.leave();
  },
});
