/** Before the first test: one `npm start` and one Chromium for all of them. */
import { type BrowserServer, chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { FLAGS, findBrowser } from '../../support/browser.ts';
import { ProjectCopy, Server } from '../../support/server.ts';

/** What the tests need to know of them. */
export interface Site {
  readonly origin: string;
  readonly adminKey: string;
  /** Where Playwright finds the browser. */
  readonly browser: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** `null` without a browser: then all is skipped. */
    site: Site | null;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const executablePath = findBrowser();
  if (!executablePath) {
    provide('site', null);
    return () => Promise.resolve();
  }
  const copy = new ProjectCopy();
  let server: Server | undefined;
  let browser: BrowserServer | undefined;
  const stop = async () => {
    await browser?.close();
    if (server?.hasEnded) console.error(`npm start ended by itself:\n${server.output}`);
    server?.kill();
    copy.remove();
  };
  try {
    server = await Server.start(copy.folder);
    browser = await chromium.launchServer({ executablePath, args: [...FLAGS] });
  } catch (error) {
    await stop();
    throw error;
  }
  provide('site', {
    origin: `http://localhost:${server.port}`,
    adminKey: copy.devVar('ADMIN_KEY') ?? '',
    browser: browser.wsEndpoint(),
  });
  return stop;
}
