import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildMiniprogram } from '../../scripts/miniprogram/build.ts';
import { lintMiniprogram } from '../../scripts/miniprogram/lint.ts';
import { listFiles, makeTempFolder, writeFiles } from '../support/files.ts';

let folder: string;
beforeEach(() => {
  folder = makeTempFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

// The compilers are programs for x64; where they can't run, the result says so and there is nothing to test.
const runs = canRun();

function canRun(): boolean {
  const probe = makeTempFolder();
  writeFiles(probe, { 'a.wxml': '<view />', 'a.wxss': 'view { color: red }' });
  const { skipped } = lintMiniprogram(probe);
  rmSync(probe, { recursive: true });
  return skipped === undefined;
}

it.skipIf(!runs)(
  'accepts the mini-program of this repository and leaves nothing behind',
  async () => {
    const outDir = join(folder, 'dist');
    const { files } = await buildMiniprogram({ outDir });
    expect(lintMiniprogram(outDir)).toMatchObject({ problems: [] });
    expect(listFiles(outDir)).toEqual(files);
  },
);

it.skipIf(!runs).each([
  ['pages/a.wxml', '<view>{{a</view>'],
  ['pages/a.wxml', '<view><text></view>'],
  ['pages/a.wxml', '<view wx:if="{{ {a: 5}}} }}"></view>'],
  ['pages/a.wxss', '.a { color: red'],
  ['pages/a.wxss', '@import "./gone.wxss";'],
])('names the file it rejects: %s with %s', (path, content) => {
  writeFiles(folder, { 'pages/good.wxml': '<view />', 'pages/good.wxss': 'view { color: red }' });
  writeFiles(folder, { [path]: content });
  const { problems } = lintMiniprogram(folder);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(path);
});
