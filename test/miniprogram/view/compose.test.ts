import fc from 'fast-check';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  mentionsIn,
  nameProblem,
  roomNameProblem,
  sendable,
  textProblem,
} from '../../../miniprogram/src/view/compose.ts';
import { EMPTY_TEXT, TOO_LONG_TEXT } from '../../../miniprogram/src/view/words.ts';
import { TextSchema } from '../../../shared/protocol.ts';
import { isWellFormed } from '../../../shared/text.ts';
import { typed } from './typed.ts';

describe('a text', () => {
  it.each([
    '',
    ' ',
    '\n\t',
    '\u3000',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\u2800',
    '\u3164',
    '\ufe0f',
    '\u0000',
    '\u200d \u200e',
  ])('that shows nothing is not sent: %j', (text) => {
    expect(textProblem(sendable(text))).toBe(EMPTY_TEXT);
  });

  it('of 2,000 characters is sent, one more is not, whatever their size', () => {
    for (const character of ['字', 'a', '😀', '𠮷']) {
      expect(textProblem(character.repeat(2_000))).toBeUndefined();
      expect(textProblem(character.repeat(2_001))).toBe(TOO_LONG_TEXT);
    }
    expect(TOO_LONG_TEXT).toContain('2000');
  });

  it('loses half characters and the blanks around it, and nothing else', () => {
    expect(sendable(' 你好\ud83d ')).toBe('你好');
    expect(sendable('\udc00a\ud83d\ude00b\ud83d')).toBe('a😀b');
    expect(sendable('\n  一\n  二  \n')).toBe('一\n  二');
    expect(textProblem(sendable('\ud83d'))).toBe(EMPTY_TEXT);
  });

  it('is one that the server takes exactly when nothing is wrong with it', () => {
    fc.assert(
      fc.property(typed, (written) => {
        const text = sendable(written);
        expect(isWellFormed(text)).toBe(true);
        expect(textProblem(text) === undefined).toBe(safeParse(TextSchema, text).success);
      }),
    );
  });
});

describe('mentions', () => {
  const picked = new Map([
    ['u1', '小明'],
    ['u2', '小明明'],
    ['u3', 'Li Lei'],
  ]);

  it('are of those that are still in the text', () => {
    expect(mentionsIn('@小明 @Li Lei 来', picked)).toEqual(['u1', 'u3']);
    expect(mentionsIn('小明 来', picked)).toEqual([]);
    expect(mentionsIn('@小 来', picked)).toEqual([]);
    expect(mentionsIn('', picked)).toEqual([]);
  });

  it('are not of those whose name only begins another one', () => {
    expect(mentionsIn('@小明明 来', picked)).toEqual(['u2']);
    expect(mentionsIn('@小明明 @小明 来', picked)).toEqual(['u1', 'u2']);
    expect(mentionsIn('@小明来', picked)).toEqual(['u1']);
  });

  it('are of both when two that were picked share a name', () => {
    const same = new Map([
      ['u1', '小明'],
      ['u2', '小明'],
    ]);
    expect(mentionsIn('@小明 来', same)).toEqual(['u1', 'u2']);
  });

  it('are as many as the server takes', () => {
    const many = new Map(Array.from({ length: 30 }, (_, index) => [`u${index}`, `甲${index}乙`]));
    const text = [...many.values()].map((name) => `@${name}`).join(' ');
    expect(mentionsIn(text, many)).toHaveLength(20);
  });
});

describe('the name of a room', () => {
  it.each(['大厅', 'room-1', '房间_2', 'été', 'a'.repeat(64), '𠮷'.repeat(64)])(
    'can be %s',
    (name) => {
      expect(roomNameProblem(name)).toBeUndefined();
    },
  );

  it.each(['', ' ', 'a b', 'a/b', '大厅！', '😀', 'a\u200b', 'a'.repeat(65), '?room=x'])(
    'can not be %j',
    (name) => {
      expect(roomNameProblem(name)).toMatch(/房间号/);
    },
  );
});

describe('a nickname', () => {
  it('has something to see and at most 32 characters', () => {
    expect(nameProblem('明')).toBeUndefined();
    expect(nameProblem('😀'.repeat(32))).toBeUndefined();
    expect(nameProblem('😀'.repeat(33))).toBe('昵称最多 32 个字');
    for (const blank of ['', '  ', '\u3000', '\u200b', '\u3164']) {
      expect(nameProblem(blank)).toBe('昵称不能为空');
    }
  });
});
