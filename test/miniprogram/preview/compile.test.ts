// @vitest-environment node
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readApp } from '../../../miniprogram/preview/build/app-folder.ts';
import { compileApp } from '../../../miniprogram/preview/build/bundle.ts';
import { createPreview } from '../../../miniprogram/preview/build/preview.ts';
import { compileTemplates } from '../../../miniprogram/preview/build/templates.ts';
import { miniProgram } from './folder.ts';

const PAGE = 'pages/a/index';

it.each([
  ['a page that is not there', { 'app.json': '{ "pages": ["p"] }' }, 'p.json: no such file'],
  ['JSON that is none', { 'app.json': '{' }, 'app.json: '],
  ['a tab bar', { 'app.json': '{ "pages": ["p"], "tabBar": {} }' }, 'tabBar: a tab bar is not'],
  [
    'a component that is not there',
    { [`${PAGE}.json`]: '{ "usingComponents": { "t-x": "t/x" } }' },
    'index.json: no component at "t/x"',
  ],
  ['WXML that does not close', { [`${PAGE}.wxml`]: '<view>\n  <text>' }, 'index.wxml:2:'],
  ['WXS that is not there', { [`${PAGE}.wxml`]: '<wxs src="./x.wxs" module="x" />' }, 'x.wxs: no'],
])('refuses %s, and says where', (_what, files, message) => {
  expect(() => compileApp(miniProgram(files))).toThrow(message);
});

it('knows which tags nobody defines, in templates too', () => {
  const app = readApp(
    miniProgram({
      [`${PAGE}.json`]: '{ "usingComponents": { "c": "/pages/a/index" } }',
      [`${PAGE}.wxml`]:
        '<import src="t.wxml" /><!-- <video /> --><c /><block><view /></block><canvas />',
      'pages/a/t.wxml': '<template name="t"><map /><slot /></template>',
    }),
  );
  const { missing } = compileTemplates(app);
  expect(app.components.flatMap((component) => missing(component))).toEqual(['canvas', 'map']);
});

it('builds, builds again, and tells an open preview of it', async () => {
  const appDir = miniProgram({ 'images/a.png': 'png' });
  const outDir = mkdtempSync(join(tmpdir(), 'preview-'));
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }));
  const told = () => JSON.parse(readFileSync(join(outDir, 'build.json'), 'utf8'));

  const preview = createPreview({ appDir, outDir, dev: true });
  const files = await preview.build();
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['index.html', 'phone.html', 'phone.js', 'shell.js', 'app.js']),
  );
  for (const { name, bytes } of files) {
    expect(readFileSync(join(outDir, name))).toHaveLength(bytes);
  }
  expect(readFileSync(join(outDir, 'app/images/a.png'), 'utf8')).toBe('png');
  expect(existsSync(join(outDir, 'app/app.js'))).toBe(false);
  const first = told();

  await preview.build();
  expect(told()).toEqual(first);

  writeFileSync(join(appDir, `${PAGE}.wxml`), '<view>');
  await expect(preview.build()).rejects.toThrow('index.wxml:1:');
  expect(told().error).toContain('index.wxml:1:');

  writeFileSync(join(appDir, `${PAGE}.wxml`), '<view>再见</view>');
  await preview.build();
  expect(told().error).toBeUndefined();
  expect(told().version).not.toBe(first.version);
});
