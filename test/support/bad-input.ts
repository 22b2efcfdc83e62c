/** What hostile and broken clients send: valid input that was changed, and what never was any. */
import fc from 'fast-check';

/** A JSON value, with its text: so that what `JSON.stringify` would never write can be written. */
export type Json = null | boolean | number | string | readonly Json[] | { [key: string]: Json };

/** From 0 up to, not including, 1; a `double` of fast-check's is nearly always close to 0. */
const share = fc.nat(999).map((thousandths) => thousandths / 1_000);

/** Keys that every object has, or that mean something to code which is careless with them. */
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', ''];

/** Strings that break what does not expect them. */
const STRINGS = [
  ...KEYS,
  'a\ud800b',
  '\udc00',
  'a\u0000b',
  'line\r\nSet-Cookie: a=b',
  '\u001b[31mred',
  '\u202eevil\u2066',
  '\u2028\u2029\u0085',
  '\ufeff',
  '\u200b\u3164',
  'e\u0301'.repeat(40),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
  '\ufdfa'.repeat(30),
  "'; DROP TABLE events; --",
  '%_%',
  '%00%ff%c0%ae',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '0x10',
  '-1',
  '1e3',
  'NaN',
  '9'.repeat(40),
];

/** Strings of all kinds; some of them are long. */
export const badString: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STRINGS) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', '好', '😀', '\ud800', '\u0000', '\u0301', '"'), fc.nat(5_000))
      .map(([unit, count]) => unit.repeat(count)),
  },
);

const badNumber = fc.oneof(
  fc.constantFrom(
    0,
    -1,
    0.5,
    -0,
    1e308,
    5e-324,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 - 1,
    -(2 ** 53),
    2 ** 63,
    8_640_000_000_000_001,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any value, also of the kinds that nobody expects. */
export const badValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, [], {}, [[]]),
    badNumber,
    badString,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), badString), tie('value')), {
        maxLength: 3,
      })
      .map((fields) => ownFields(fields)),
  ),
})).value;

/** Unlike a literal, `__proto__` becomes a field like any other. */
function ownFields(fields: readonly (readonly [string, Json])[]): { [key: string]: Json } {
  const object: { [key: string]: Json } = {};
  for (const [name, value] of fields) {
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return object;
}

/** One way to spoil what is at some place in a value. */
type Change =
  | { readonly how: 'replace' | 'wrap' | 'remove'; readonly value: Json }
  /** By something of its own type: what no check of types finds. */
  | { readonly how: 'alter'; readonly text: string; readonly number: number }
  | { readonly how: 'add'; readonly name: string; readonly value: Json };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ how: fc.constantFrom('replace', 'wrap', 'remove'), value: badValue }),
  fc.record({ how: fc.constant('alter' as const), text: badString, number: badNumber }),
  fc.record({ how: fc.constant('add' as const), name: badString, value: badValue }),
);

type Path = readonly string[];

/** The places in a value, itself not among them. */
function pathsIn(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...path, name];
    return [here, ...pathsIn(inner, here)];
  });
}

function spoil(value: Json, step: Change, [name, ...deeper]: Path): Json {
  if (name === undefined) {
    if (step.how === 'alter') return typeof value === 'number' ? step.number : step.text;
    if (step.how === 'wrap') return [value];
    if (step.how !== 'add' || typeof value !== 'object' || value === null) return step.value;
    if (Array.isArray(value)) return [...value, step.value];
    return ownFields([...Object.entries(value), [step.name, step.value]]);
  }
  const isGone = step.how === 'remove' && deeper.length === 0;
  const fields = Object.entries(value as object).flatMap(([each, inner]): [string, Json][] => {
    if (each !== name) return [[each, inner]];
    return isGone ? [] : [[each, spoil(inner, step, deeper)]];
  });
  return Array.isArray(value) ? fields.map(([, item]) => item) : ownFields(fields);
}

/** A value that was valid with one or two things about it changed, somewhere in it. */
export function spoiled(valid: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  const changes = fc.array(fc.tuple(change, share), { minLength: 1, maxLength: 2 });
  return fc.tuple(valid, changes).map(([value, steps]) =>
    steps.reduce((changed, [step, where]) => {
      // What is added to an object may be added to the whole.
      const paths = step.how === 'add' ? [[], ...pathsIn(changed)] : pathsIn(changed);
      return spoil(changed, step, paths[Math.floor(where * paths.length)] ?? []);
    }, value as Json),
  );
}

/** Texts that no `JSON.stringify` writes. */
const bombs = fc.oneof(
  fc.nat(16_000).map((depth) => '['.repeat(depth)),
  fc.nat(7_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(2_500).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.nat(4_000).map((depth) => `{"type":"typing","x":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  fc.nat(3_000).map((count) => `{${'"a":1,'.repeat(count)}"type":"typing"}`),
  fc.nat(9_000).map((digits) => `{"type":"vote","id":"v","target":${'9'.repeat(digits + 1)}}`),
  fc.constantFrom(
    '',
    ' ',
    'null',
    'NaN',
    '{"type":"vote","id":"v","target":1e400}',
    '{"type":"vote","id":"v","target":-0}',
    '{"type":"send","type":"typing"}',
    "{'type':'typing'}",
    '{"type":"typing",}',
    '{"type":"typing"}{"type":"typing"}',
    '\u0000{"type":"typing"}',
    '\ufeff\ufeff{"type":"typing"}',
    '{"\\u0074ype":"typing"}',
  ),
);

/** A text with something cut out, put in or turned into something else. */
function garbled(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, share, share, badString).map(([text, from, length, put]) => {
    const at = Math.floor(from * text.length);
    return text.slice(0, at) + put + text.slice(at + Math.floor(length * 20));
  });
}

/** JSON that was valid, or nearly is, or never was. */
export function badJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const written = (values: fc.Arbitrary<unknown>) =>
    values.map((value) => JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 12, arbitrary: written(spoiled(valid)) },
    { weight: 4, arbitrary: written(valid) },
    { weight: 1, arbitrary: garbled(written(valid)) },
    { weight: 1, arbitrary: written(badValue) },
    { weight: 1, arbitrary: bombs },
    { weight: 1, arbitrary: badString },
  );
}

/** What no answer may hold: a stack trace, a path of the source, a message of the engine or of SQLite. */
export const INTERNAL_TEXT =
  /\bat (?:async )?[\w.#<>]+ \(|\.ts\b|\.js\b|node_modules|SQLITE|TypeError|RangeError|SyntaxError|DataCloneError|Cannot (?:read|set)|is not a function|undefined is not|URI malformed/;

/** A counterexample is cut off here: one of 5,000 letters tells no more. */
const MAX_SHOWN = 3_000;

/**
 * Tries a property so many times. Throws at the first time that it does not hold, with the seed that
 * brings it back; it is not made smaller, which takes longer than looking at it.
 */
export async function check<Values extends unknown[]>(
  property: fc.IAsyncProperty<Values>,
  numRuns: number,
): Promise<void> {
  const { failed, seed, counterexample, errorInstance } = await fc.check(property, {
    numRuns,
    endOnFailure: true,
  });
  if (!failed) return;
  const shown = fc.stringify(counterexample).slice(0, MAX_SHOWN);
  throw new Error(`seed ${seed}: ${errorInstance}\n${shown}`, { cause: errorInstance });
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** How many bad frames and requests are tried. */
    badFrames: number;
    badRequests: number;
  }
}
