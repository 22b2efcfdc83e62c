/** Values that a valibot schema takes, made from the schema itself: what is added to it is made, too. */
import fc from 'fast-check';
import * as v from 'valibot';

/** What is read of a schema: valibot keeps its parts as plain fields. */
interface Parts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly wrapped?: Schema;
  readonly item?: Schema;
}
type Schema = v.GenericSchema<unknown, unknown>;

/** For schemas of strings, of which each takes some. */
const STRINGS = [
  '',
  'a',
  'before',
  'hold',
  '42',
  'room-1',
  'guest:bob',
  '小明 😀',
  '你好，世界',
  'https://a.example/1.png',
  `/media/${'k'.repeat(56)}`,
  '0123456789ab.5',
];
const NUMBERS = [0, 1, 2, 50, 60, 3_600, 1_000_000, 4_000_000_000_000];

/**
 * Input that `schema` takes. Throws for a kind of schema that it does not know, and for one of strings or
 * numbers that takes none of those it tries: then this file has to learn it.
 */
export function inputOf(schema: Schema): fc.Arbitrary<unknown> {
  const { type, entries, options, literal, wrapped, item } = schema as unknown as Parts;
  switch (type) {
    case 'object':
    case 'strict_object': {
      const fields = Object.entries(entries ?? {});
      const required = fields.filter(([, field]) => field.type !== 'optional');
      return fc
        .record(Object.fromEntries(fields.map(([name, field]) => [name, inputOf(field)])), {
          requiredKeys: required.map(([name]) => name),
        })
        .filter((value) => v.is(schema, value));
    }
    case 'variant':
    case 'union':
      return fc.oneof(...(options ?? []).map((option) => inputOf(option as Schema)));
    case 'optional':
      return inputOf(wrapped as Schema);
    case 'array': {
      const items = fc.array(inputOf(item as Schema), { maxLength: 3 });
      return items.filter((value) => v.is(schema, value));
    }
    case 'literal':
      return fc.constant(literal);
    case 'picklist':
      return fc.constantFrom(...(options ?? []));
    case 'string':
      return oneTaken(schema, STRINGS);
    case 'number':
      return oneTaken(schema, NUMBERS);
    case 'boolean':
      return fc.boolean();
    default:
      throw new Error(`no input is known for a schema of type ${type}`);
  }
}

function oneTaken(schema: Schema, candidates: readonly unknown[]): fc.Arbitrary<unknown> {
  const taken = candidates.filter((value) => v.is(schema, value));
  if (taken.length === 0) throw new Error(`none of ${candidates.join(', ')} is taken`);
  return fc.constantFrom(...taken);
}
