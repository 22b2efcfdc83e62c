/** Reading what came with a request, by schema. */
import * as v from 'valibot';
import { describeIssue } from '../../shared/codec.ts';
import { RoomNameSchema } from '../../shared/protocol.ts';
import { refuse } from '../refusal.ts';
import type { AppContext } from './app-types.ts';

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/** `value` as `schema` has it; throws `bad_frame` with what is wrong. */
export function parseInput<S extends Schema>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw refuse('bad_frame', describeIssue(parsed.issues));
}

/** The JSON body. */
export async function readBody<S extends Schema>(
  c: AppContext,
  schema: S,
): Promise<v.InferOutput<S>> {
  const text = await c.req.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse('bad_frame', 'the body must be JSON', cause);
  }
  return parseInput(schema, value);
}

/** The `:room` of the path. */
export function roomOf(c: AppContext): string {
  return parseInput(RoomNameSchema, c.req.param('room'));
}
