/** What a million messages would cost on Cloudflare, by what was counted while people talked. */
import type { Measurement } from './cases.ts';

/**
 * In USD, of the paid plan beyond what is included, in November 2026:
 * https://developers.cloudflare.com/durable-objects/platform/pricing/
 */
const PRICE = {
  request: 0.15 / 1e6,
  gigabyteSecond: 12.5 / 1e6,
  rowWritten: 1 / 1e6,
};
/** Messages from a client that count as a request. What the server sends is free. */
const MESSAGES_PER_REQUEST = 20;
/** What an object is charged as having, whatever it takes. */
const GIGABYTES = 0.128;
const MILLION = 1e6;

/** What a contender does with a row in the end. */
export interface RowHabits {
  /** Rows that are deleted again for each that is written: a delete is a row written, too. */
  readonly deletes: number;
}

/** USD for a million messages, by item. */
export interface Bill {
  readonly requests: number;
  readonly duration: number;
  readonly rows: number;
}

/**
 * Of a room of `members`. Duration is the processor time that was measured: while it waits, an object
 * that hibernates is not charged, so that is the least it can be.
 */
export function billOf(measured: Measurement, members: number, { deletes }: RowHabits): Bill {
  const seconds = ((measured['server CPU per delivery, µs'] ?? Number.NaN) * members) / 1e6;
  const rows = (measured['rows written per message'] ?? Number.NaN) * (1 + deletes);
  return {
    requests: (MILLION / MESSAGES_PER_REQUEST) * PRICE.request,
    duration: MILLION * seconds * GIGABYTES * PRICE.gigabyteSecond,
    rows: MILLION * rows * PRICE.rowWritten,
  };
}
