/** What a room says of itself to the directory of rooms, and when. */
import type { EventLog } from './ports.ts';

/** How a room was at `at` (milliseconds since 1970). */
export interface RoomReport {
  readonly title?: string;
  /** Users, not connections. */
  readonly online: number;
  readonly head: number;
  /** Events of the minute before `at`. */
  readonly perMinute: number;
  readonly at: number;
}

/** A report costs a request and a row: a busy room makes one this often, in milliseconds. */
export const REPORT_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;

/**
 * Decides when a room reports: at once when the first has come or the last has left, else now and
 * then while something happens. No timer reminds it, so that an idle room sleeps [R8]; one that has
 * just woken does not remember, and reports.
 */
export class ReportSchedule {
  #last: { readonly at: number; readonly isEmpty: boolean } | undefined;

  /** Whether a room that is empty, or is not, is to report now; a yes counts as done. */
  take(isEmpty: boolean, now: number): boolean {
    const last = this.#last;
    // A clock that was set back must not silence the room.
    const isRecent = last !== undefined && Math.abs(now - last.at) < REPORT_INTERVAL_MS;
    if (isRecent && last.isEmpty === isEmpty) return false;
    this.#last = { at: now, isEmpty };
    return true;
  }
}

/** How many events were made in the minute before `now` (milliseconds since 1970). */
export function eventsPerMinute(
  log: Pick<EventLog, 'head' | 'oldest' | 'read'>,
  now: number,
): number {
  const from = now - MINUTE_MS;
  // Times never fall with seq: the first event of that minute is found by halves.
  let [low, high] = [log.oldest, log.head + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = log.read(middle - 1, middle)[0]?.event.at ?? 0;
    if (at > from) high = middle;
    else low = middle + 1;
  }
  return log.head + 1 - low;
}
