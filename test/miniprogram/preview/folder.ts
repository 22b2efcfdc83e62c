/** A mini-program of a few lines, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const SMALLEST = {
  'app.json': '{ "pages": ["pages/a/index"] }',
  'app.js': 'App({});',
  'pages/a/index.json': '{}',
  'pages/a/index.js': 'Page({});',
  'pages/a/index.wxml': '<view>你好</view>',
};

/** Writes it; gives its folder, which lasts as long as the test. */
export function miniProgram(files: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'mini-program-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ ...SMALLEST, ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}
