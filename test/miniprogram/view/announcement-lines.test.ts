import { describe, expect, it } from 'vitest';
import { announcementLine, intervalOf } from '../../../miniprogram/src/view/announcement-lines.ts';

const NOW = new Date(2026, 4, 20, 12).getTime();
const planned = { id: 'a', text: '开会', at: NOW + 5 * 60_000, by: { id: 'host', name: '老师' } };

describe('the line of an announcement', () => {
  it('says when it comes, and who wants it said', () => {
    expect(announcementLine(planned, NOW, 0)).toEqual({
      id: 'a',
      text: '开会',
      when: '12:05 发布',
      by: '老师',
      repeats: false,
    });
  });

  it('says how often it comes, and when next', () => {
    const line = announcementLine({ ...planned, every: 600 }, NOW, 0);
    expect([line.when, line.repeats]).toEqual(['每 10 分钟 · 下次 12:05', true]);
  });

  it('goes by the clock that people see', () => {
    // The server's is a quarter of an hour ahead.
    const at = NOW + 20 * 60_000;
    expect(announcementLine({ ...planned, at }, NOW, 15 * 60_000).when).toBe('12:05 发布');
  });

  it('names no operator', () => {
    const by = { id: 'system', name: 'system' };
    expect(announcementLine({ ...planned, by }, NOW, 0).by).toBe('管理员');
  });

  it.each([
    [60, '每 1 分钟'],
    [90, '每 90 秒'],
    [3_600, '每 1 小时'],
    [5_400, '每 90 分钟'],
    [86_400, '每 1 天'],
  ])('calls %i s %s', (seconds, words) => {
    expect(intervalOf(seconds)).toBe(words);
  });
});
