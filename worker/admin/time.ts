/** Times as operators read them. No script asks their clock: all see the time of Beijing. */
import { FOR_GOOD } from '../room/sanctions.ts';
import { WORDS } from './words.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const DAY = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  month: 'numeric',
  day: 'numeric',
});
const CLOCK = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** The time of day at `at` (milliseconds since 1970), with the date unless it is that of `now`. */
export function clockTime(at: number, now: number): string {
  const [day, today] = [DAY.format(at), DAY.format(now)];
  return day === today ? CLOCK.format(at) : `${day} ${CLOCK.format(at)}`;
}

/** Until when something lasts, in milliseconds since 1970. */
export function endOf(until: number | undefined, now: number): string {
  const isForGood = until === undefined || until === FOR_GOOD || !isDate(until);
  return isForGood ? WORDS.forGood : WORDS.until(clockTime(until, now));
}

/** As a machine reads it. */
export function machineTime(at: number): string {
  return isDate(at) ? new Date(at).toISOString() : '';
}

/** How long ago `at` was, both in milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const passed = Math.max(0, now - at);
  if (passed < 5_000) return WORDS.justNow;
  if (passed < MINUTE_MS) return WORDS.secondsAgo(Math.floor(passed / 1_000));
  if (passed < HOUR_MS) return WORDS.minutesAgo(Math.floor(passed / MINUTE_MS));
  return WORDS.hoursAgo(Math.floor(passed / HOUR_MS));
}

/** Past the end of the calendar a number is no date, and formatting it throws. */
function isDate(at: number): boolean {
  return !Number.isNaN(new Date(at).getTime());
}
