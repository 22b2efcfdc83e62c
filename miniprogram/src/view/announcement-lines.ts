/** What a host sees of the announcements that are planned. */
import type { Announcement } from '../../../shared/http.ts';
import { momentOf } from './time.ts';

/** So many minutes from now, or from one time to the next, can be chosen. */
export const MINUTES: readonly number[] = [5, 10, 30, 60];

export interface AnnouncementLine {
  readonly id: string;
  readonly text: string;
  /** When it comes next, and how often. */
  readonly when: string;
  /** Who planned it. */
  readonly by: string;
  readonly repeats: boolean;
}

/**
 * The line of an announcement; `lag` is by how much the server's clock is ahead of this phone's, in
 * milliseconds, whose time people read on it.
 */
export function announcementLine(
  { id, text, at, every, by }: Announcement,
  now: number,
  lag: number,
): AnnouncementLine {
  const next = momentOf(at - lag, now);
  const when = every === undefined ? `${next} 发布` : `${intervalOf(every)} · 下次 ${next}`;
  return {
    id,
    text,
    when,
    by: by.id === 'system' ? '管理员' : by.name,
    repeats: every !== undefined,
  };
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [24 * 60 * 60, '天'],
  [60 * 60, '小时'],
  [60, '分钟'],
];

/** How often something comes that comes every so many seconds: `每 5 分钟`. */
export function intervalOf(seconds: number): string {
  const unit = UNITS.find(([length]) => seconds % length === 0);
  return unit ? `每 ${seconds / unit[0]} ${unit[1]}` : `每 ${seconds} 秒`;
}
