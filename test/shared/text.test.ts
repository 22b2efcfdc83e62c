import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from '../../shared/cursor.ts';
import { AvatarSchema, NameSchema, RoomNameSchema } from '../../shared/protocol.ts';
import { codePoints, exceedsUtf8Bytes, isBlank } from '../../shared/text.ts';

describe('text', () => {
  it('is counted in UTF-8 bytes as a TextEncoder counts it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(80), (text, limit) => {
        expect(exceedsUtf8Bytes(text, limit)).toBe(Buffer.byteLength(text) > limit);
      }),
    );
  });

  it('is counted in characters as people mean them', () => {
    expect(codePoints('好😀a')).toBe(3);
  });

  it('an emoji alone is not blank, an invisible joiner is', () => {
    expect(['😀', '👍🏽', '❤️', '.', 'ـ'].map(isBlank)).toEqual(Array(5).fill(false));
    const nothing = ['', ' ', '\u200b', '\u200d', '\u3000', '\u00ad', '\ufe0f', '\u034f\u17b4'];
    expect(nothing.filter((text) => !isBlank(text))).toEqual([]);
  });
});

describe('names', () => {
  const room = (name: unknown) => v.safeParse(RoomNameSchema, name);

  it.each(['lobby', '直播间-1', 'зал_2', 'हिन्दी', 'a'.repeat(64), '𠮷野家'])(
    '[C2] a room may be called %s',
    (name) => {
      expect(room(name).success).toBe(true);
    },
  );

  it.each([
    '',
    'a b',
    'a/b',
    '../x',
    'a'.repeat(65),
    '房间!',
    '😀',
    'a\u0000',
    '\u202eabc',
    1,
    null,
  ])('[C2] a room may not be called %j', (name) => {
    expect(room(name).success).toBe(false);
  });

  it('one room is one room, however its name was typed', () => {
    expect(room('cafe\u0301').output).toBe('café');
  });

  it('a nickname is cleaned of what would break the line it stands in', () => {
    const name = (text: string) => v.safeParse(NameSchema, text).output;
    expect(name('  小  明\n')).toBe('小 明');
    expect(name('abc\u202edef\u2066')).toBe('abcdef');
    expect(name('e\u200e\u0301')).toBe('\u00e9');
    expect(v.safeParse(NameSchema, '\u202e ').success).toBe(false);
    expect(v.safeParse(NameSchema, '名'.repeat(33)).success).toBe(false);
    expect(v.safeParse(NameSchema, '😀'.repeat(32)).success).toBe(true);
  });

  it('an avatar is an address on the web and nothing else', () => {
    const good = ['https://a.example/b.png', 'http://localhost:8787/x?y=1'];
    const bad = [
      'javascript:alert(1)',
      'data:image/svg+xml,x',
      'https://a"b',
      'https://a b',
      `https://${'a'.repeat(600)}`,
    ];
    for (const url of good) expect(v.safeParse(AvatarSchema, url).success, url).toBe(true);
    for (const url of bad) expect(v.safeParse(AvatarSchema, url).success, url).toBe(false);
  });
});

describe('cursors', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-z]{1,32}$/), fc.nat(), (epoch, seq) => {
        expect(parseCursor(formatCursor({ epoch, seq }))).toEqual({ epoch, seq });
      }),
    );
  });

  it.each([
    '',
    '5',
    '.5',
    'e.',
    'e.-1',
    'e.1.5',
    'e.01',
    'e.1e9',
    'E.1',
    `e.${'9'.repeat(16)}`,
    'e.1 ',
  ])('%j is none', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
