import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '../../../miniprogram/src/chat/connection.ts';
import {
  actionRefusalText,
  announcementRefusalText,
  bannerOf,
  closedText,
  nameRefusalText,
  RECOVERED,
  refusalText,
  roleText,
  waitingText,
} from '../../../miniprogram/src/view/words.ts';
import { ERROR_CODES, ERRORS } from '../../../shared/errors.ts';
import { MAX_ANNOUNCEMENTS } from '../../../shared/limits.ts';

/** What people can read: Chinese, one sentence, no code and nothing of the machine. */
const SENTENCE = /^[\p{Script=Han}，“”0-9 …]+$/u;

describe('a refusal', () => {
  it.each(ERROR_CODES)('%s is told in Chinese, never in the words of the server', (code) => {
    const refusal = { code, message: 'internal: socket 7 is gone' };
    for (const words of [
      refusalText(refusal),
      closedText(refusal),
      nameRefusalText(refusal),
      actionRefusalText('vote', refusal),
      actionRefusalText('recall', refusal),
      announcementRefusalText(refusal, 0),
      announcementRefusalText(refusal, MAX_ANNOUNCEMENTS),
    ]) {
      expect(words).toMatch(SENTENCE);
      expect(words.length).toBeLessThanOrEqual(24);
    }
  });

  it('that never came is the network’s fault', () => {
    expect(refusalText(undefined)).toBe('网络不给力，请稍后再试');
    expect(actionRefusalText('vote', undefined)).toBe(refusalText(undefined));
  });

  it('tells apart who may announce nothing and who may announce nothing more', () => {
    const forbidden = { code: 'forbidden', message: '' } as const;
    expect(announcementRefusalText(forbidden, 19)).toBe(refusalText(forbidden));
    expect(announcementRefusalText(forbidden, 20)).toBe('最多安排 20 条公告，请先删除一条');
  });

  it('tells apart what is too late to recall and what is too late to vote for', () => {
    const tooLate = { code: 'too_late', message: '' } as const;
    expect(actionRefusalText('recall', tooLate)).toContain('撤回');
    expect(actionRefusalText('vote', tooLate)).not.toContain('撤回');
  });

  it('ends in trying again exactly where that helps', () => {
    for (const code of ERROR_CODES) {
      const words = refusalText({ code, message: '' });
      if (ERRORS[code].retryable) expect(words, code).toMatch(/稍后再[试发]/);
      else expect(words, code).not.toContain('稍后');
    }
  });

  it('of a name speaks of the name, at the door too', () => {
    const rejected = { code: 'content_rejected', message: '' } as const;
    expect(nameRefusalText(rejected)).toContain('昵称');
    expect(closedText(rejected)).toContain('昵称');
    expect(refusalText(rejected)).not.toContain('昵称');
    expect(nameRefusalText(undefined)).toBe(refusalText(undefined));
  });

  it('at the door speaks of the room', () => {
    expect(closedText({ code: 'bad_frame', message: '' })).toContain('房间');
    expect(closedText({ code: 'forbidden', message: '' })).toContain('房间');
    expect(closedText({ code: 'banned', message: '' })).toBe(
      refusalText({ code: 'banned', message: '' }),
    );
  });
});

describe('a message that waits', () => {
  it('says why, where it is not by itself that it waits', () => {
    const held = waitingText({ code: 'server_error', message: 'internal', retryAfter: 5_000 });
    expect(held).toMatch(SENTENCE);
    expect(held).toContain('审核');
    expect(waitingText({ code: 'server_error', message: '' })).toBe('');
    expect(waitingText({ code: 'rate_limited', message: '', retryAfter: 5_000 })).toBe('');
  });

  it('that was refused for what is in it says what to do', () => {
    const rejected = refusalText({ code: 'content_rejected', message: '' });
    expect(rejected).toBe('内容不符合规范，请修改后再发');
  });
});

describe('the line above the messages', () => {
  const states: readonly (readonly [ConnectionState, string | undefined])[] = [
    [{ name: 'online' }, undefined],
    [{ name: 'connecting' }, 'waiting'],
    [{ name: 'offline', because: 'background' }, 'waiting'],
    [{ name: 'offline', because: 'trouble' }, 'waiting'],
    [{ name: 'offline', because: 'network' }, 'warning'],
    [{ name: 'closed' }, undefined],
    [{ name: 'closed', refusal: { code: 'banned', message: '' } }, 'warning'],
  ];

  it.each(states)('%j', (state, tone) => {
    const banner = bannerOf(state);
    expect(banner?.tone).toBe(tone);
    if (banner) expect(banner.text).toMatch(SENTENCE);
  });

  it('says when all is well again', () => {
    expect(RECOVERED).toEqual({ tone: 'good', text: '已恢复连接' });
  });
});

it('names roles that stand out', () => {
  expect([roleText('owner'), roleText('host'), roleText('member')]).toEqual(['房主', '主持人', '']);
});
