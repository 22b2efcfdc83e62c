import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBigEmoji, textParts } from '../../../miniprogram/src/view/text-parts.ts';
import { typed } from './typed.ts';

const links = (text: string) =>
  textParts(text, false).flatMap((part) => (part.kind === 'link' ? part.text : []));
const mentions = (text: string) =>
  textParts(text, true).flatMap((part) => (part.kind === 'mention' ? part.text : []));

describe('links', () => {
  it('end where Chinese goes on', () => {
    const link = 'https://example.com/a?b=1&c=2#d';
    for (const after of [
      '。',
      '，看看',
      '）',
      '」',
      '看看',
      ' 看看',
      '\n',
      '！',
      '？',
      '、',
      '：',
      '；',
    ]) {
      expect(links(`请看${link}${after}`), after).toEqual([link]);
    }
  });

  it('end before what ends a sentence', () => {
    for (const after of ['.', ',', '!', '?', ';', ':', '...', ').', "'", ']']) {
      expect(links(`see https://example.com/a${after}`), after).toEqual(['https://example.com/a']);
    }
  });

  it('keep their own brackets, not those around them', () => {
    expect(links('(https://example.com/a)')).toEqual(['https://example.com/a']);
    expect(links('（https://example.com/a）')).toEqual(['https://example.com/a']);
    expect(links('[链接](https://example.com/a)')).toEqual(['https://example.com/a']);
    const wiki = 'https://zh.wikipedia.org/wiki/Go_(game)';
    expect(links(wiki)).toEqual([wiki]);
    expect(links(`(${wiki})。`)).toEqual([wiki]);
  });

  it('can be several, of any case, at any place', () => {
    expect(links('http://a.cn/和https://b.cn/c，HTTPS://D.CN')).toEqual([
      'http://a.cn/',
      'https://b.cn/c',
      'HTTPS://D.CN',
    ]);
  });

  it('are addresses of pages only', () => {
    for (const text of [
      'javascript:alert(1)',
      'data:text/html,x',
      'www.a.cn',
      'https://',
      '://a',
    ]) {
      expect(links(text), text).toEqual([]);
    }
  });

  it('are found in time, whatever is typed', () => {
    const bad = `https://${'('.repeat(2_000)}`;
    expect(links(bad)).toEqual([]);
    expect(links(`https://a${'(b'.repeat(900)}`)).toEqual(['https://a']);
  });
});

describe('mentions', () => {
  it('end at a blank, and are only there when somebody was mentioned', () => {
    expect(mentions('@小明 看，@Li')).toEqual(['@小明', '@Li']);
    expect(mentions('@ 看')).toEqual([]);
    expect(textParts('@小明 看', false).map(({ kind }) => kind)).toEqual(['text']);
  });

  it('are not found within links', () => {
    expect(mentions('https://example.com/@li 看')).toEqual([]);
  });
});

it('leaves out nothing and adds nothing, whatever is typed', () => {
  fc.assert(
    fc.property(typed, fc.boolean(), (text, hasMentions) => {
      const parts = textParts(text, hasMentions);
      expect(parts.map((part) => part.text).join('')).toBe(text);
      for (const part of parts) expect(text.startsWith(part.text, part.at)).toBe(true);
      expect(parts.every((part) => part.text !== '')).toBe(true);
      expect(new Set(parts.map(({ at }) => at)).size).toBe(parts.length);
    }),
    { numRuns: 1_000 },
  );
});

describe('a few emoji', () => {
  it.each([
    '😀',
    '👍🏽',
    '❤️',
    '👨‍👩‍👧‍👦',
    '👩‍❤️‍💋‍👨',
    '🕵🏽‍♂️',
    '❤️‍🔥',
    '👁️‍🗨️',
    '🇨🇳',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '🏳️‍🌈',
    '1️⃣',
    '#️⃣',
    '☝🏿',
    '😀😀',
    '🇨🇳🇫🇷🇩🇪',
    ' 😀 👍🏽 👨‍👩‍👧 ',
    '👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦',
  ])('are large: %s', (text) => {
    expect(isBigEmoji(text)).toBe(true);
  });

  it.each([
    '',
    '   ',
    '1',
    '123',
    '#',
    '*',
    '好',
    '😀好',
    '好😀',
    'a😀',
    '😀1',
    '😀😀😀😀',
    '🇨🇳🇫🇷🇩🇪🇨🇳',
    '🇨',
    '\ufe0f',
    '\u200d',
    '\ud83d',
    '😀'.repeat(1_000),
  ])('are not large: %s', (text) => {
    expect(isBigEmoji(text)).toBe(false);
  });
});
