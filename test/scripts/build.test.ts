import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildMiniprogram, MAX_PACKAGE_BYTES } from '../../scripts/miniprogram/build.ts';
import { ROOT } from '../../scripts/miniprogram/layout.ts';
import { createAppLoader } from '../support/app-loader.ts';
import { listFiles, makeTempFolder, writeFiles } from '../support/files.ts';

let folder: string;
let srcDir: string;
let outDir: string;

const component = (using: Record<string, string> = {}) => ({
  component: true,
  usingComponents: using,
});

/** Two pages that share components, a client and a helper; TDesign with all kinds of dependencies. */
function sample(): Record<string, unknown> {
  return {
    'app.json': { pages: ['pages/a/index'], subPackages: [{ root: 'more/', pages: ['b/index'] }] },
    'app.ts':
      "import './first.ts';\nimport './second.ts';\nwx.log('app');\nApp({ name: 'sample' });",
    'app.wxss': "@import './theme/colors.wxss';\npage { color: red }",
    'theme/colors.wxss': 'page { --blue: #00f }',
    'first.ts': "wx.log('first');",
    'second.ts': "wx.log('second');",
    'settings.ts': "export const settings = { endpoint: 'http://localhost:8787' };",
    'chat/client.ts': [
      `import { decodeServerFrame } from '${ROOT}/shared/codec.ts';`,
      'export class Client {',
      '  #decode: (text: string) => unknown = decodeServerFrame;',
      "  marker = 'marker-of-the-client';",
      '  read(text: string): unknown { return this.#decode(text); }',
      '}',
    ].join('\n'),
    'helper.ts': "export const helper = { marker: 'marker-of-the-helper' };\nwx.log('helper');",
    'pages/a/index.json': {
      usingComponents: {
        'x-bubble': '../../components/bubble',
        't-button': 'tdesign-miniprogram/button/button',
      },
      componentPlaceholder: { 'x-bubble': 'view' },
    },
    'pages/a/index.wxml':
      '<!-- <import src="./gone.wxml" /> --><import src="./parts" /><wxs module="m" src="../../tools.wxs" /><x-bubble />',
    'pages/a/parts.wxml': '<template name="part"><view>部分</view></template>',
    'tools.wxs': "var deep = require('./deep.wxs'); module.exports = { deep: deep };",
    'deep.wxs': "// require('./gone.wxs')\nmodule.exports = 1;",
    'pages/a/index.wxss': 'view { color: var(--blue) }',
    'pages/a/index.ts': [
      "import { Client } from '../../chat/client.ts';",
      "import { helper } from '../../helper.ts';",
      "import { settings } from '../../settings.ts';",
      "import Toast from 'tdesign-miniprogram/toast/index';",
      'Page({ page: "a", client: new Client(), helper, settings, Toast });',
    ].join('\n'),
    'more/b/index.json': {
      usingComponents: {
        't-picker': 'tdesign-miniprogram/date-time-picker/date-time-picker',
        't-markdown': 'tdesign-miniprogram/chat-markdown/chat-markdown',
        'x-list': '/components/list/index',
      },
    },
    'more/b/index.wxml': '<x-list />',
    'more/b/index.ts': [
      "import { Client } from '../../chat/client.ts';",
      "import { helper } from '../../helper.ts';",
      'Page({ page: "b", client: new Client(), helper });',
    ].join('\n'),
    'components/bubble/index.json': component(),
    'components/bubble/index.wxml': '<view><image src="/images/dot.svg" /></view>',
    'components/bubble/index.ts': "Component({ name: 'bubble' });",
    'components/list/index.json': {
      ...component({ 'x-self': './index' }),
      componentGenerics: { row: { default: '../row/index' } },
    },
    'components/list/index.wxml': '<view />',
    'components/list/index.ts': "Component({ name: 'list' });",
    'components/row/index.json': component(),
    'components/row/index.wxml': '<view />',
    'components/row/index.ts': "Component({ name: 'row' });",
    'images/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  };
}

const build = (options: { settings?: string; minify?: boolean } = {}) =>
  buildMiniprogram({ srcDir, outDir, ...options });
const built = (path: string) => readFileSync(join(outDir, path), 'utf8');
const builtWith = (extension: string) =>
  listFiles(outDir).filter((file) => file.endsWith(extension));

beforeEach(() => {
  folder = makeTempFolder();
  srcDir = join(folder, 'src');
  outDir = join(folder, 'dist');
  writeFiles(srcDir, sample());
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('what is built', () => {
  it('has every page and component at its place, and reports them', async () => {
    const report = await build();
    expect(report.pages).toEqual(['pages/a/index', 'more/b/index']);
    expect(report.components).toEqual(
      expect.arrayContaining([
        'components/bubble/index',
        'components/list/index',
        'components/row/index',
        'miniprogram_npm/tdesign-miniprogram/button/button',
        'miniprogram_npm/tdesign-miniprogram/icon/icon',
      ]),
    );
    for (const path of [...report.pages, ...report.components]) {
      for (const extension of ['js', 'json', 'wxml']) {
        expect(existsSync(join(outDir, `${path}.${extension}`)), `${path}.${extension}`).toBe(true);
      }
    }
    expect(listFiles(outDir)).toEqual(report.files);
    expect(report.files.filter((file) => /\.(ts|part)$/.test(file))).toEqual([]);
    expect(report.overLimits).toEqual([]);
    expect(report.warnings).toEqual([]);
  });

  it('runs as WeChat runs it: app first, each file registers itself, order as in the source', async () => {
    const report = await build();
    const loader = createAppLoader(outDir);
    loader.load('app.js');
    expect(loader.logged).toEqual(['first', 'second', 'app']);
    const entries = [...report.components, ...report.pages];
    for (const path of entries) loader.load(`${path}.js`);
    expect(loader.registrations.map(({ kind, file }) => [kind, file])).toEqual([
      ['App', 'app.js'],
      ...report.components.map((path) => ['Component', `${path}.js`]),
      ...report.pages.map((path) => ['Page', `${path}.js`]),
    ]);
    expect(loader.logged).toEqual(['first', 'second', 'app', 'helper']);

    const optionsOf = (file: string) =>
      loader.registrations.find((each) => each.file === file)?.options;
    const a = optionsOf('pages/a/index.js');
    const b = optionsOf('more/b/index.js');
    expect(a).toMatchObject({ page: 'a', settings: { endpoint: 'http://localhost:8787' } });
    expect(a?.helper).toBe(b?.helper);
    expect(a?.Toast).toBeTypeOf('function');
    const client = a?.client as { read(text: string): unknown };
    expect(
      client.read('{"type":"typing","user":{"id":"u","name":"n","role":"member"}}'),
    ).toMatchObject({
      ok: true,
    });
    expect(optionsOf('components/bubble/index.js')).toEqual({ name: 'bubble' });
    const button = optionsOf('miniprogram_npm/tdesign-miniprogram/button/button.js');
    expect(button).toMatchObject({ methods: { handleTap: expect.any(Function) } });

    const rest = builtWith('.js').filter((file) => !entries.includes(file.slice(0, -'.js'.length)));
    for (const file of rest) loader.load(file);
    expect(loader.registrations).toHaveLength(entries.length + 1);
  });

  it.each([true, false])('has what is shared exactly once (minify: %s)', async (minify) => {
    await build({ minify });
    const filesWith = (marker: string) =>
      builtWith('.js').filter((file) => built(file).includes(marker));
    expect(filesWith('marker-of-the-client')).toEqual(['client.js']);
    expect(filesWith('text must not be blank')).toEqual(['client.js']);
    expect(filesWith('marker-of-the-helper')).toEqual(['common.js']);
    expect(filesWith('getAppBaseInfo')).toEqual(['miniprogram_npm/tdesign-miniprogram/common.js']);
    expect(built('client.js')).not.toMatch(/tdesign|common\.js/);
  });

  it('has every file that templates, WXS and style sheets refer to', async () => {
    await build();
    const missing: string[] = [];
    const expectFile = (from: string, reference: string, extension = '') => {
      const path = reference.startsWith('/')
        ? reference.slice(1)
        : posix.join(posix.dirname(from), reference);
      const full = posix.extname(path) === '' ? path + extension : path;
      if (!existsSync(join(outDir, full))) missing.push(`${from}: ${reference}`);
    };
    for (const file of builtWith('.wxml')) {
      for (const [, reference = ''] of built(file).matchAll(
        /<(?:import|include|wxs)[^>]*src="([^"]*)"/g,
      )) {
        expectFile(file, reference, '.wxml');
      }
    }
    for (const file of builtWith('.wxss')) {
      for (const [, reference = ''] of built(file).matchAll(/@import ['"]([^'"]*)/g)) {
        expectFile(file, reference);
      }
    }
    expect(missing).toEqual([]);
    expect(builtWith('.wxs')).toEqual(expect.arrayContaining(['deep.wxs', 'tools.wxs']));
    expect(builtWith('.wxss')).toContain('theme/colors.wxss');
    expect(builtWith('.svg')).toEqual(['images/dot.svg']);
  });

  it('fetches nothing: neither a font nor its glyphs are left', async () => {
    await build();
    for (const file of builtWith('.wxss')) expect(built(file)).not.toMatch(/url\(|@font-face/);
    const icon = built('miniprogram_npm/tdesign-miniprogram/icon/icon.wxss');
    expect(icon).toContain('.t-icon-base');
    expect(icon).toContain('.t-icon__image');
    expect(icon).not.toContain(':before');
    expect(icon.length).toBeLessThan(2_000);
  });

  it('takes other settings when asked', async () => {
    writeFiles(folder, { 'other.ts': "export const settings = { endpoint: '/here' };" });
    await build({ settings: join(folder, 'other.ts') });
    const scripts = builtWith('.js').map(built).join('\n');
    expect(scripts).toContain('/here');
    expect(scripts).not.toContain('localhost:8787');
  });

  it('is the mini-program of this repository, within its limits', async () => {
    const report = await buildMiniprogram({ outDir });
    expect(report.overLimits).toEqual([]);
    expect(report.packageBytes).toBeLessThan(MAX_PACKAGE_BYTES);
    const loader = createAppLoader(outDir);
    for (const path of ['app', ...report.components, ...report.pages]) loader.load(`${path}.js`);
    expect(loader.registrations).toHaveLength(1 + report.components.length + report.pages.length);
  });
});

describe('building again', () => {
  it('touches only what changed and removes what is stale', async () => {
    const first = await build();
    expect(first.changed.sort()).toEqual(first.files);
    expect((await build()).changed).toEqual([]);

    const before = statSync(join(outDir, 'app.json'));
    writeFiles(outDir, { 'old/page.js': 'stale' });
    writeFiles(srcDir, { 'pages/a/index.wxss': 'view { color: green }' });
    const again = await build();
    expect(again.changed.sort()).toEqual(['old/page.js', 'pages/a/index.wxss']);
    expect(existsSync(join(outDir, 'old'))).toBe(false);
    expect(statSync(join(outDir, 'app.json')).mtimeMs).toBe(before.mtimeMs);
  });

  it('does not empty a folder that holds something else', async () => {
    writeFiles(outDir, { 'letter.txt': 'dear' });
    await expect(build()).rejects.toThrow('choose an empty folder');
    expect(listFiles(outDir)).toEqual(['letter.txt']);
    await expect(buildMiniprogram({ srcDir, outDir: srcDir })).rejects.toThrow('empty folder');
    await expect(buildMiniprogram({ srcDir, outDir: folder })).rejects.toThrow('empty folder');
  });

  it('leaves the last good build alone when the source is broken', async () => {
    await build();
    const before = listFiles(outDir).map((file) => [file, built(file)]);
    writeFiles(srcDir, { 'pages/a/index.ts': 'Page({', 'pages/a/index.wxml': '<view>new</view>' });
    await expect(build()).rejects.toThrow('pages/a/index.ts');
    expect(listFiles(outDir).map((file) => [file, built(file)])).toEqual(before);
  });
});

describe('what is missing or wrong is named', () => {
  const broken: [string, Record<string, unknown>, string[]][] = [
    [
      'a component',
      { 'pages/a/index.json': { usingComponents: { 'x-foo': '../../components/foo' } } },
      ['pages/a/index.json asks for the component "x-foo"', 'components/foo.json'],
    ],
    [
      'a component of a package',
      {
        'app.json': {
          pages: ['pages/a/index'],
          usingComponents: { 't-foo': 'tdesign-miniprogram/foo/foo' },
        },
      },
      [
        'app.json asks for the component "t-foo"',
        'miniprogram_npm/tdesign-miniprogram/foo/foo.json',
      ],
    ],
    [
      'a file that is no component',
      { 'components/bubble/index.json': {} },
      ['components/bubble/index', '"component": true'],
    ],
    ['a page', { 'app.json': { pages: ['pages/x/index'] } }, ['the page "pages/x/index"']],
    [
      'a placeholder',
      { 'components/row/index.json': { component: true, componentPlaceholder: { a: 'x-b' } } },
      ['components/row/index.json', '"x-b"'],
    ],
    [
      'a template',
      { 'pages/a/index.wxml': '<include src="./no.wxml" />' },
      ['pages/a/index.wxml', './no.wxml'],
    ],
    ['a WXS file', { 'deep.wxs': "require('./no.wxs')" }, ['deep.wxs requires "./no.wxs"']],
    ['a style sheet', { 'app.wxss': "@import './no.wxss';" }, ['app.wxss imports "./no.wxss"']],
    ['a module', { 'helper.ts': "import './no.ts';" }, ['./no.ts']],
    [
      'a module of Node',
      { 'helper.ts': "import { sep } from 'node:path'; export const helper = sep;" },
      ['node:path'],
    ],
    ['an export', { 'helper.ts': 'export const other = 1;' }, ['helper']],
    ['JSON', { 'pages/a/index.json': '{ // no\n}' }, ['pages/a/index.json is not JSON']],
    [
      'a picture from the network',
      { 'app.wxss': 'page { background: url(https://x.example/a.png) }' },
      ['app.wxss'],
    ],
    [
      'an entry that another imports',
      {
        'pages/a/index.ts':
          "import '../../components/bubble/index.ts'; import '../../components/row/index.ts'; Page({})",
      },
      ['components/'],
    ],
  ];
  it.each(broken)('%s', async (_what, files, words) => {
    writeFiles(srcDir, files);
    const failure = await build().then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.name).toBe('BuildError');
    for (const word of words) expect(failure?.message).toContain(word);
    expect(existsSync(outDir)).toBe(false);
  });

  it('warns of a component that nobody uses', async () => {
    writeFiles(srcDir, { 'components/lone/index.json': component() });
    const report = await build();
    expect(report.warnings).toEqual([expect.stringContaining('components/lone/index')]);
    expect(report.files).not.toContain('components/lone/index.json');
  });

  it('says when a limit is exceeded', async () => {
    writeFiles(srcDir, { 'images/large.png': 'x'.repeat(MAX_PACKAGE_BYTES) });
    expect((await build()).overLimits).toEqual([expect.stringContaining('main package')]);
  });
});

it('builds from a source folder behind a symbolic link', async () => {
  const link = join(folder, 'link');
  symlinkSync(srcDir, link);
  await buildMiniprogram({ srcDir: link, outDir });
  expect(built('client.js')).toContain('marker-of-the-client');
});
