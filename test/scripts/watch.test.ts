import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  type BuildOutcome,
  type Watcher,
  watchMiniprogram,
} from '../../scripts/miniprogram/watch.ts';
import { makeTempFolder, writeFiles } from '../support/files.ts';

let folder: string;
let watcher: Watcher | undefined;
beforeEach(() => {
  folder = makeTempFolder();
});
afterEach(async () => {
  await watcher?.close();
  rmSync(folder, { recursive: true });
});

it('builds again after a change, and survives a broken one', async () => {
  const srcDir = join(folder, 'src');
  const outDir = join(folder, 'dist');
  writeFiles(srcDir, {
    'app.json': { pages: ['page/index'] },
    'app.ts': 'App({});',
    'page/index.json': {},
    'page/index.wxml': '<view>one</view>',
    'page/index.ts': 'Page({});',
  });
  const outcomes: BuildOutcome[] = [];
  const last = () => outcomes.at(-1);
  watcher = watchMiniprogram({ srcDir, outDir }, (outcome) => outcomes.push(outcome));
  const page = () => readFileSync(join(outDir, 'page/index.wxml'), 'utf8');
  const until = { timeout: 30_000 };

  await vi.waitFor(() => expect(existsSync(join(outDir, 'page/index.wxml'))).toBe(true), until);
  writeFiles(srcDir, { 'page/index.wxml': '<view>two</view>' });
  await vi.waitFor(() => expect(page()).toContain('two'), until);
  writeFiles(srcDir, { 'page/index.json': '{' });
  await vi.waitFor(() => expect(last()).toHaveProperty('error'), until);
  expect(page()).toContain('two');
  writeFiles(srcDir, { 'page/index.json': {}, 'page/index.wxml': '<view>three</view>' });
  await vi.waitFor(() => expect(page()).toContain('three'), until);
  await vi.waitFor(() => expect(last()).toHaveProperty('report'), until);
});
