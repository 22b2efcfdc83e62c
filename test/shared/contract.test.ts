import { readdirSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../shared/errors.ts';
import * as http from '../../shared/http.ts';
import * as limits from '../../shared/limits.ts';
import * as protocol from '../../shared/protocol.ts';
import { fingerprintOf, isSchema } from '../support/wire-fingerprint.ts';

const ROOT = new URL('../../', import.meta.url);
/** Where rules are quoted: in tests, and in what they are about. */
const FOLDERS = ['shared', 'worker', 'miniprogram', 'scripts', 'test'];
/** A rule where it is stated: `**R3 Once.**`. */
const STATED = /\*\*([A-Z]\d+)\b/g;
/** A rule where it is quoted. */
const QUOTED = /\[([A-Z]\d+)\]/g;
/** The first argument of a call where that is a text: of `it`, `it.each(...)`, `describe`. */
const NAME = /\(\s*(?:'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`)\s*,/g;

const page = read('shared/PROTOCOL.md');
const stated = Array.from(page.matchAll(STATED), ([, id]) => id ?? '');

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function sourcesIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`);
}

function quotedIn(text: string): string[] {
  return Array.from(text.matchAll(QUOTED), ([, id]) => id ?? '');
}

/** The rules that the names of tests quote. */
function provedIn(source: string): string[] {
  return Array.from(
    source.matchAll(NAME),
    ([, single, template]) => single ?? template ?? '',
  ).flatMap(quotedIn);
}

/** The rows of the table in a section, as cells. */
function rowsOf(section: string): string[][] {
  const [, text = ''] = page.split(`## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  const lines = own.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the rules of PROTOCOL.md', () => {
  it('have each an ID of their own, without gaps', () => {
    expect(stated.filter((id, index) => stated.indexOf(id) !== index)).toEqual([]);
    for (const letter of new Set(stated.map((id) => id.charAt(0)))) {
      const numbers = stated.filter((id) => id.startsWith(letter)).map((id) => Number(id.slice(1)));
      const ordered = [...numbers].sort((one, other) => one - other);
      expect(ordered, letter).toEqual(ordered.map((_, index) => index + 1));
    }
  });

  it('are each proved by a test that quotes its ID', () => {
    const tests = sourcesIn('test').filter((file) => /\.test\.ts$|-contract\.ts$/.test(file));
    const proved = new Set(tests.flatMap((file) => provedIn(read(file))));
    expect(
      stated.filter((id) => !proved.has(id)),
      'rules without a test: put the ID, as [C1], into the name of the test that proves it',
    ).toEqual([]);
  });

  it('are there wherever they are quoted', () => {
    const unknown = FOLDERS.flatMap(sourcesIn).flatMap((file) =>
      quotedIn(read(file))
        .filter((id) => !stated.includes(id))
        .map((id) => `${file}: [${id}]`),
    );
    expect(unknown, 'PROTOCOL.md states no such rules').toEqual([]);
  });
});

describe('the numbers in PROTOCOL.md', () => {
  it('[E14] the errors are those of the closed list, with their codes', () => {
    const rows = rowsOf('Errors').map(([name = '', closeCode, status = '', retry]) => [
      /`(\w+)`/.exec(name)?.[1],
      closeCode === '' ? undefined : Number(closeCode),
      retry === 'yes',
      // There can be a second status, and where HTTP never answers so, none.
      status === '' ? undefined : Number.parseInt(status, 10),
    ]);
    const withStatus = new Set(rows.filter((row) => row[3] !== undefined).map(([code]) => code));
    const expected = Object.entries(ERRORS).map(([code, { closeCode, retryable, status }]) => [
      code,
      closeCode,
      retryable,
      withStatus.has(code) ? status : undefined,
    ]);
    expect([...rows].sort()).toEqual([...expected].sort());
    expect(rows.length - withStatus.size).toBeLessThanOrEqual(1);
  });

  it('[P5] the platform counts uploads as it says', () => {
    const [, perMinute] = /A user may upload (\d+) files a minute/.exec(page) ?? [];
    expect(read('wrangler.toml')).toMatch(
      new RegExp(`name = "UPLOAD_RATE"[^[]*limit = ${perMinute}, period = 60 `),
    );
  });
});

describe('the history of the wire', () => {
  const history = rowsOf('History of the wire');
  const schemas = Object.entries({ ...protocol, ...http }).filter(
    ([, each]) => isSchema(each) || each instanceof Map,
  );
  const now = fingerprintOf({
    schemas: Object.fromEntries(schemas),
    limits: { ...limits },
    errors: ERRORS,
  });

  it('[V1] ends with the wire as it is', () => {
    expect(schemas.length).toBeGreaterThan(20);
    expect(
      history.at(-1)?.[2],
      `the wire has changed: add a line to "History of the wire" in shared/PROTOCOL.md that says what changed, with the fingerprint \`${now}\``,
    ).toBe(`\`${now}\``);
  });

  it('[V1] names each state of the wire once, and the version that the server speaks', () => {
    const fingerprints = history.map((row) => row[2]);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
    expect(history.at(-1)?.[0]).toBe(String(protocol.PROTOCOL_VERSION));
  });

  it('tells by another fingerprint whatever is valid now and was not before, or the other way round', () => {
    const base = { a: v.string(), b: v.optional(v.number()) };
    const variants = [
      v.object(base),
      v.strictObject(base),
      v.object({ ...base, c: v.boolean() }),
      v.object({ ...base, b: v.number() }),
      v.object({ ...base, b: v.optional(v.pipe(v.number(), v.minValue(1))) }),
      v.object({ ...base, b: v.optional(v.pipe(v.number(), v.minValue(2))) }),
      v.object({ ...base, a: v.pipe(v.string(), v.regex(/^a/)) }),
      v.object({ ...base, a: v.pipe(v.string(), v.regex(/^b/)) }),
      v.object({ ...base, a: v.literal('x') }),
      v.object({ ...base, a: v.picklist(['x', 'y']) }),
      v.object({ ...base, a: v.fallback(v.picklist(['x', 'y']), 'x') }),
      v.object({ ...base, a: v.array(v.string()) }),
      v.object({ ...base, a: v.union([v.string(), v.number()]) }),
      v.variant('a', [v.object({ a: v.literal('x') }), v.object({ a: v.literal('y') })]),
      v.variant('a', [v.object({ a: v.literal('x') }), v.object({ a: v.literal('z') })]),
    ];
    const fingerprints = variants.map(fingerprintOf);
    expect(new Set(fingerprints).size).toBe(variants.length);
    const turned = { b: base.b, a: base.a };
    expect(fingerprintOf(v.object(turned))).toBe(fingerprints[0]);
    expect(fingerprintOf(v.object({ ...base, a: v.string('not what it should be') }))).toBe(
      fingerprints[0],
    );
  });
});
