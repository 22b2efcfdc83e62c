/** Which upload a check is about, kept in the bucket until its verdict comes. */
import * as v from 'valibot';
import type { Owner } from './media-key.ts';

const OpenCheckSchema = v.object({ key: v.string(), room: v.optional(v.string()) });

/** An upload that is being checked, and the room that it is for, if it is for one. */
export interface OpenCheck {
  readonly key: string;
  readonly room?: Owner['room'];
}

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

/** The check `traceId` is over. */
export async function endCheck(bucket: R2Bucket, traceId: string): Promise<void> {
  await bucket.delete(nameOf(traceId));
}
