/** What is kept, and when the rest is dropped. */
import type { EventLog } from './ports.ts';

/** Whichever is hit first ends an event's stay. */
export interface RetentionPolicy {
  /** In milliseconds. */
  readonly maxAge: number;
  /** Events a room. */
  readonly maxEvents: number;
}

type Bounds = Pick<EventLog, 'head' | 'oldest' | 'oldestAt' | 'newestBefore'>;

/** Trimming in bulk: only once a tenth more events than allowed are kept ... */
const EVENT_SLACK = 1 / 10;
/** ... or the oldest is over its age by this part of it: a day of thirty. */
const AGE_SLACK = 1 / 30;

/** The seq up to which events have had their time at `now` (milliseconds since 1970). */
export function trimPoint(
  log: Bounds,
  { maxAge, maxEvents }: RetentionPolicy,
  now: number,
): number {
  return Math.max(log.newestBefore(now - maxAge), log.head - maxEvents);
}

/** When to trim next, in milliseconds since 1970; `undefined` when there is nothing to trim ever. */
export function nextTrim(
  log: Bounds,
  { maxAge, maxEvents }: RetentionPolicy,
  now: number,
): number | undefined {
  if (log.oldestAt === undefined) return undefined;
  const kept = log.head - log.oldest + 1;
  if (kept > maxEvents * (1 + EVENT_SLACK)) return now;
  return log.oldestAt + Math.round(maxAge * (1 + AGE_SLACK));
}
