import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const page = read('SECURITY.md');
const spans = [...page.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
const testFiles = [...new Set(spans.filter((text) => text.endsWith('.test.ts')))];

it('SECURITY.md names files that exist', () => {
  expect(testFiles.length).toBeGreaterThan(10);
  expect(testFiles.filter((path) => !existsSync(join(ROOT, 'test', path)))).toEqual([]);
  const sources = spans.filter((text) => /^(?:worker|shared|miniprogram)\/\S*$/.test(text));
  const missing = sources.filter(
    (path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'test', path)),
  );
  expect(missing).toEqual([]);
});

it('SECURITY.md quotes tests that exist, in italics', () => {
  const prose = page.replace(/`[^`]*`/g, '');
  const names = [...prose.matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)].map(([, name = '']) =>
    name.replace(/^… /, ''),
  );
  expect(names.length).toBeGreaterThan(20);
  const tests = testFiles.map((path) => read(join('test', path))).join('\n');
  expect(names.filter((name) => !tests.includes(name))).toEqual([]);
});
