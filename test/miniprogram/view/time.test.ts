import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { momentOf, shortMomentOf } from '../../../miniprogram/src/view/time.ts';

const zone = (name: string) => beforeEach(() => void vi.stubEnv('TZ', name));
afterEach(() => void vi.unstubAllEnvs());

const at = (year: number, month: number, day: number, hour = 12, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime();

describe('in Shanghai', () => {
  zone('Asia/Shanghai');
  // A Wednesday.
  const now = () => at(2026, 5, 20, 15, 30);

  it.each([
    ['just now', () => at(2026, 5, 20, 15, 29), '15:29', '15:29'],
    ['early today', () => at(2026, 5, 20, 0, 0), '00:00', '00:00'],
    ['late yesterday', () => at(2026, 5, 19, 23, 59), '昨天 23:59', '昨天'],
    ['early yesterday', () => at(2026, 5, 19, 0, 5), '昨天 00:05', '昨天'],
    ['two days ago', () => at(2026, 5, 18, 9, 5), '星期一 09:05', '星期一'],
    ['on Sunday', () => at(2026, 5, 17), '星期日 12:00', '星期日'],
    ['six days ago', () => at(2026, 5, 14), '星期四 12:00', '星期四'],
    ['a week ago', () => at(2026, 5, 13), '5月13日 12:00', '5月13日'],
    ['on New Year', () => at(2026, 1, 1, 0, 0), '1月1日 00:00', '1月1日'],
    ['last year', () => at(2025, 12, 31, 23, 59), '2025年12月31日 23:59', '2025年12月31日'],
    ['tomorrow, by another clock', () => at(2026, 5, 21, 0, 1), '5月21日 00:01', '5月21日'],
  ])('%s', (_, time, long, short) => {
    expect(momentOf(time(), now())).toBe(long);
    expect(shortMomentOf(time(), now())).toBe(short);
  });

  it('is yesterday and a day of the week across the turn of the year', () => {
    const newYear = at(2026, 1, 1, 0, 10);
    expect(momentOf(at(2025, 12, 31, 23, 50), newYear)).toBe('昨天 23:50');
    expect(momentOf(at(2025, 12, 30), newYear)).toBe('星期二 12:00');
  });
});

describe('where clocks change', () => {
  zone('America/New_York');

  it('is the zone of the test', () => {
    expect(new Date(2026, 6, 1).getTimezoneOffset()).toBe(240);
  });

  it('counts a day of 23 hours as one', () => {
    // Clocks went forward on 8 March 2026.
    expect(momentOf(at(2026, 3, 8, 0, 30), at(2026, 3, 9, 0, 0))).toBe('昨天 00:30');
    expect(momentOf(at(2026, 3, 7, 23, 0), at(2026, 3, 9, 0, 0))).toBe('星期六 23:00');
    expect(momentOf(at(2026, 3, 2, 0, 0), at(2026, 3, 9, 0, 0))).toBe('3月2日 00:00');
  });

  it('counts a day of 25 hours as one', () => {
    // Clocks went back on 1 November 2026.
    expect(momentOf(at(2026, 11, 1, 0, 30), at(2026, 11, 2, 0, 0))).toBe('昨天 00:30');
    expect(momentOf(at(2026, 11, 1, 0, 30), at(2026, 11, 1, 23, 30))).toBe('00:30');
    expect(momentOf(at(2026, 10, 26, 0, 0), at(2026, 11, 2, 0, 0))).toBe('10月26日 00:00');
  });
});
