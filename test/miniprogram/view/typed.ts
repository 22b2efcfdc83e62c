import fc from 'fast-check';

/** What people and their keyboards can put into a field: any code units, and what means something here. */
export const typed: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'https://',
        'a.cn/',
        '(',
        ')',
        '@小明',
        ' ',
        '。',
        '😀',
        '<b>',
        '\n',
        '\ufe0f',
      ),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0x10000, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
    ),
  )
  .map((pieces) => pieces.join(''));
