const DAY_MS = 24 * 60 * 60_000;
const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六'];

const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
const two = (value: number) => String(value).padStart(2, '0');

function day(at: number, now: number): string {
  const date = new Date(at);
  // Rounded, because a day can have 23 or 25 hours.
  const daysAgo = Math.round((midnight(now) - midnight(at)) / DAY_MS);
  if (daysAgo === 0) return '';
  if (daysAgo === 1) return '昨天';
  if (daysAgo > 1 && daysAgo < 7) return `星期${WEEKDAYS[date.getDay()]}`;
  const monthAndDay = `${date.getMonth() + 1}月${date.getDate()}日`;
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return isThisYear ? monthAndDay : `${date.getFullYear()}年${monthAndDay}`;
}

/** A time between messages, the way WeChat writes it: `14:05`, `昨天 14:05`, `3月5日 14:05`. */
export function momentOf(at: number, now: number): string {
  const date = new Date(at);
  return `${day(at, now)} ${two(date.getHours())}:${two(date.getMinutes())}`.trim();
}

/** The same for a line of a list: the time alone today, the day alone before. */
export function shortMomentOf(at: number, now: number): string {
  return day(at, now) || momentOf(at, now);
}
