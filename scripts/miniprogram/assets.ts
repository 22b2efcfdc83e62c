/** The files besides scripts: templates, their WXS, style sheets, JSON and images. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { demand, type Units } from './components.ts';
import { type Layout, NPM, readJson, readText, resolveReference } from './layout.ts';
import { readStyleSheet } from './style-sheet.ts';

/** App path -> content. */
export type Files = Map<string, string | Uint8Array>;

const IMAGE = /\.(png|jpe?g|gif|svg|webp)$/i;

/** Everything that the pages and components need besides scripts, and all they refer to. */
export function collectAssets(layout: Layout, units: Units): Files {
  const files: Files = new Map();

  const addJson = (path: string): void => {
    readJson(layout, path);
    files.set(path, readText(layout, path));
  };
  const addWxs = (path: string, who: string): void => {
    if (files.has(path)) return;
    demand(layout, path, who);
    const source = readText(layout, path);
    files.set(path, source);
    addRequired(path, source);
  };
  const addRequired = (path: string, source: string): void => {
    for (const reference of wxsReferences(source)) {
      addWxs(resolveReference(path, reference), `${path} requires "${reference}"`);
    }
  };
  const addWxml = (path: string, who: string): void => {
    if (files.has(path)) return;
    demand(layout, path, who);
    const source = readText(layout, path).replace(/<!--[\s\S]*?-->/g, '');
    files.set(path, source);
    for (const { tag, reference } of wxmlReferences(source)) {
      const asked = `${path} has an <${tag}> of "${reference}"`;
      const target = resolveReference(path, reference);
      if (tag === 'wxs') addWxs(target, asked);
      else addWxml(posix.extname(target) === '' ? `${target}.wxml` : target, asked);
    }
    for (const script of inlineWxs(source)) addRequired(path, script);
  };
  const addWxss = (path: string, who: string): void => {
    if (files.has(path)) return;
    demand(layout, path, who);
    const sheet = readStyleSheet(path, readText(layout, path), path.startsWith(`${NPM}/`));
    files.set(path, sheet.text);
    for (const reference of sheet.imports) {
      addWxss(resolveReference(path, reference), `${path} imports "${reference}"`);
    }
  };

  const app = readJson(layout, 'app.json');
  addJson('app.json');
  if (layout.exists('app.wxss')) addWxss('app.wxss', 'app');
  for (const key of ['sitemapLocation', 'themeLocation']) {
    const path = app[key];
    if (typeof path !== 'string') continue;
    demand(layout, path, `app.json has "${key}": "${path}"`);
    addJson(path);
  }
  for (const { kind, path } of [...units.pages, ...units.components]) {
    addJson(`${path}.json`);
    addWxml(`${path}.wxml`, `The ${kind} ${path} needs a template`);
    if (layout.exists(`${path}.wxss`)) addWxss(`${path}.wxss`, path);
  }
  // Templates make paths of images at run time, so which of them are used can't be told: all go.
  for (const path of ownImages(layout)) files.set(path, readFileSync(layout.sourceOf(path)));
  return files;
}

function ownImages(layout: Layout): string[] {
  return readdirSync(layout.srcDir, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => IMAGE.test(file));
}

/** The sources of <import>, <include> and <wxs> in a template without comments. */
function wxmlReferences(source: string): { tag: string; reference: string }[] {
  const found = source.matchAll(/<(import|include|wxs)\b[^>]*?\ssrc\s*=\s*(["'])(.*?)\2/g);
  return [...found].map(([, tag = '', , reference = '']) => ({ tag, reference }));
}

function inlineWxs(source: string): string[] {
  return [...source.matchAll(/<wxs\b[^>]*>([\s\S]*?)<\/wxs>/g)].map(([, script = '']) => script);
}

function wxsReferences(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/\brequire\(\s*(["'])(.*?)\1\s*\)/g)].map(
    ([, , reference = '']) => reference,
  );
}
