import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldToString } from '../../../worker/safety/fold.ts';
import { WordList } from '../../../worker/safety/word-list.ts';
import { DEFAULT_WORDS } from '../../../worker/safety/words.ts';

describe('a word list', () => {
  const list = new WordList(['六合彩', 'shit', '加V信', 'café']);

  it.each([
    '今晚六合彩开奖',
    '六 合 彩',
    '六\n合\r\n彩',
    '六\u200b合\u2060彩',
    '六🎉合❤️彩',
    '六。合，彩！',
    '六\u0301合\ufe0f彩',
    '<b>六合彩</b>',
    '<script>alert("六合彩")</script>',
    'shit',
    'Oh SHIT!',
    's h i t',
    's.h-i_t',
    'ＳＨＩＴ',
    'ｓ　ｈ　ｉ　ｔ',
    'ⓢⓗⓘⓣ',
    '𝐬𝐡𝐢𝐭',
    's\u0336h\u0336i\u0336t\u0336',
    'šhít',
    '你shit啊',
    's\u200bhit',
    's\nh\ni\nt',
    '加v信',
    '加Ｖ 信',
    'CAFE\u0301',
    'un cafe, merci',
  ])('finds its words in %j', (text) => {
    expect(list.matches(text)).toBe(true);
  });

  it.each([
    '',
    '👍🏽👨‍👩‍👧',
    'class hit',
    'Scunthorpe shitake',
    'bullshit',
    'shit2',
    'cla\u0301ss hit',
    '六合',
    '合彩六',
    '六<b>合</b>彩',
    'cafeteria',
  ])('finds none in %j', (text) => {
    expect(list.matches(text)).toBe(false);
  });

  it('finds a word that begins with any character that there is, by itself and folded', () => {
    // All of the letters that are near to Latin and of full width, and of the others one in forty-one.
    for (let unit = 0x20; unit < 0xfff0; unit += unit < 0x500 || unit >= 0xff00 ? 1 : 41) {
      if (unit >= 0xd800 && unit < 0xff00) unit = 0xff00;
      const letter = String.fromCharCode(unit);
      if (foldToString(letter) === '') continue;
      expect(new WordList([`${letter}彩`]).matches(`今晚：${letter}彩`)).toBe(true);
      expect(new WordList([`${foldToString(letter)}彩`]).matches(`今晚：${letter}彩`)).toBe(true);
    }
  });

  it('leaves out words of which nothing would be left', () => {
    expect(new WordList(['', '   ', '!!!', '👍', '\u200b']).matches('anything 👍 !!!')).toBe(false);
  });

  it('finds a word inside and at the end of longer ones that are not there', () => {
    const nested = new WordList(['一二三四', '二三', '三五', 'abcd', 'bc']);
    expect(nested.matches('一二三五')).toBe(true);
    expect(nested.matches('一二二三')).toBe(true);
    expect(nested.matches('三三五')).toBe(true);
    expect(nested.matches('一二五三')).toBe(false);
    expect(nested.matches('a bc d')).toBe(true);
    expect(nested.matches('abcx')).toBe(false);
  });

  it('agrees with searching for each word by itself', () => {
    const chinese = fc.stringMatching(/^[一二三]{1,4}$/);
    const noise = fc.constantFrom('', ' ', '\n', '。', '\u200b', '🎉');
    fc.assert(
      fc.property(
        fc.array(chinese, { maxLength: 8 }),
        fc.array(fc.tuple(fc.constantFrom('一', '二', '三', '四'), noise), { maxLength: 30 }),
        (words, pieces) => {
          const plain = pieces.map(([character]) => character).join('');
          const text = pieces.flat().join('');
          expect(new WordList(words).matches(text)).toBe(words.some((w) => plain.includes(w)));
        },
      ),
    );
  });

  it('looks at each letter of the longest message once, whatever the words', () => {
    // Words that all begin alike, and a text that nearly is one of them, again and again.
    const words = Array.from({ length: 3_000 }, (_, i) => `${'一'.repeat(30)}${i}`);
    const big = new WordList(words);
    expect(big.matches('一'.repeat(2_000))).toBe(false);
    expect(big.matches(`${'一'.repeat(1_996)}2999`)).toBe(true);
    expect(big.matches('🎉'.repeat(2_000))).toBe(false);
  });
});

describe('the words that come with it', () => {
  const list = new WordList(DEFAULT_WORDS);

  it('are all in it, each once, and each long enough to mean something', () => {
    const folded = DEFAULT_WORDS.map(foldToString);
    expect(new Set(folded).size).toBe(folded.length);
    for (const word of DEFAULT_WORDS) expect(list.matches(`大家好${word}谢谢`), word).toBe(true);
    for (const word of folded) expect(word.length, word).toBeGreaterThanOrEqual(2);
  });

  it.each([
    '你好 👋 今天天气不错',
    '请问这个兼职怎么报名？',
    '博士说赌气没用',
    '开发票找前台',
    '视频看不了，加微信群问问',
    'class hit the ground',
  ])('leave alone: %s', (text) => {
    expect(list.matches(text)).toBe(false);
  });
});
