/** Which upload a check is about, kept in the bucket until its verdict comes. */
import * as v from 'valibot';
import type { Owner } from './media-key.ts';

/** The id of a check. Kept as the name of an object, which holds 1,024 bytes of well-formed text. */
export const TraceIdSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,256}$/));

const OpenCheckSchema = v.object({ key: v.string(), room: v.optional(v.string()) });

/** An upload that is being checked, and the room that it is for, if it is for one. */
export interface OpenCheck {
  readonly key: string;
  readonly room?: Owner['room'];
}

/** In milliseconds: WeChat waits five seconds for an answer to its push. */
const SECOND_LOOK_MS = 2_000;

const nameOf = (traceId: string) => `checks/${encodeURIComponent(traceId)}`;

/** Keeps what the check `traceId` is about. */
export async function keepCheck(
  bucket: R2Bucket,
  traceId: string,
  check: OpenCheck,
): Promise<void> {
  await bucket.put(nameOf(traceId), JSON.stringify(check));
}

/** What the check `traceId` is about; `undefined` when none is open under that id. */
export async function findCheck(bucket: R2Bucket, traceId: string): Promise<OpenCheck | undefined> {
  const object = await bucket.get(nameOf(traceId));
  return object ? v.parse(OpenCheckSchema, await object.json()) : undefined;
}

/**
 * As {@link findCheck}, for a verdict: WeChat knows some pictures already, and may be faster with it than
 * {@link keepCheck} is. So what is not there is looked for once more, after a pause.
 */
export async function awaitCheck(
  bucket: R2Bucket,
  traceId: string,
): Promise<OpenCheck | undefined> {
  const found = await findCheck(bucket, traceId);
  if (found) return found;
  await scheduler.wait(SECOND_LOOK_MS);
  return await findCheck(bucket, traceId);
}

/** The check `traceId` is over. */
export async function endCheck(bucket: R2Bucket, traceId: string): Promise<void> {
  await bucket.delete(nameOf(traceId));
}
