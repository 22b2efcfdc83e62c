/** A short name for what goes over the wire: another one as soon as anything of it is another. */
import { createHash } from 'node:crypto';
import type * as v from 'valibot';

/** Of a schema or an action in a pipe: what a description can be made of. */
type Part = Readonly<Record<string, unknown>>;

/** What of a part says which values are valid; its messages and its functions are not among it. */
const KEYS = [
  'literal',
  'options',
  'entries',
  'items',
  'item',
  'rest',
  'key',
  'value',
  'wrapped',
  'requirement',
  'fallback',
  'default',
];

/**
 * Describes values of any kind, schemas among them, as data in a fixed order. Of a check that is a
 * function only its place is seen: what it checks has to be told by a limit.
 */
export function describeWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(describeWire);
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return describeWire(Object.fromEntries(value));
  if (isPart(value)) return describePart(value);
  const entries = Object.entries(value).map(([key, each]) => [key, describeWire(each)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The first 12 hexadecimal digits of the SHA-256 of a description. */
export function fingerprintOf(value: unknown): string {
  const text = JSON.stringify(describeWire(value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Whether this is a schema of valibot. */
export function isSchema(value: unknown): value is v.GenericSchema {
  return isPart(value) && value.kind === 'schema';
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && 'kind' in value && 'type' in value;
}

function describePart(part: Part): unknown {
  const { type, pipe } = part;
  if (Array.isArray(pipe)) return { type: 'pipe', steps: pipe.map(describeWire) };
  const known = KEYS.filter((key) => part[key] !== undefined);
  return { type, ...Object.fromEntries(known.map((key) => [key, describeWire(part[key])])) };
}
