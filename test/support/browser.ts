/** Chromium for end-to-end tests: the one that `CHROMIUM` names, or one of this machine. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A microphone that beeps, and nobody who has to allow it.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where Chromium is, or undefined, after a word about it: then the tests that need it are skipped.
 * @throws Error where CI runs: there nothing is skipped
 */
export function findBrowser(): string | undefined {
  const { CHROMIUM, PATH = '', CI } = process.env;
  const folders = PATH.split(delimiter).filter(Boolean);
  const found =
    CHROMIUM ??
    NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found) return found;
  const message = 'No Chromium found: install it, or say where it is with CHROMIUM=/path/to/it.';
  if (CI) throw new Error(message);
  console.warn(`${message} The tests in a browser are skipped.`);
  return undefined;
}

export const launchBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...FLAGS] });
