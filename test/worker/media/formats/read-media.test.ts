import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_IMAGE_SIDE, MAX_VOICE_MS } from '../../../../shared/limits.ts';
import { readMedia } from '../../../../worker/media/formats/read-media.ts';
import { ascii, be16, be32, concat, noise } from '../../../support/bytes.ts';
import * as files from '../../../support/media-files.ts';
import { MEDIA_FILES } from '../../../support/media-files.ts';

const image = (format: string, width = 640, height = 480) => ({
  ok: true,
  facts: { type: 'image', format, width, height },
});
const voice = (format: string, duration: number) => ({
  ok: true,
  facts: { type: 'voice', format, duration },
});
const refused = (reason: RegExp) => ({ ok: false, reason: expect.stringMatching(reason) });

/** The place of `needle` in a file. */
const indexOf = (file: Uint8Array, needle: string) => String.fromCharCode(...file).indexOf(needle);

describe('what a file is, is read from its content', () => {
  it.each<[string, Uint8Array, object]>([
    ['JPEG', files.jpeg(), image('jpeg')],
    ['JPEG, upright', files.jpeg({ orientation: 1 }), image('jpeg')],
    ['JPEG, upside down', files.jpeg({ orientation: 3 }), image('jpeg')],
    ['JPEG, on its side', files.jpeg({ orientation: 6 }), image('jpeg', 480, 640)],
    ['JPEG, mirrored', files.jpeg({ orientation: 5, little: true }), image('jpeg', 480, 640)],
    ['JPEG, of no known turn', files.jpeg({ orientation: 9 }), image('jpeg')],
    ['PNG', files.png({ width: 3, height: 9 }), image('png', 3, 9)],
    ['GIF', files.gif({ width: 300, height: 2 }), image('gif', 300, 2)],
    ['WebP, lossy', files.webp(), image('webp')],
    ['WebP, lossless', files.webp({ kind: 'VP8L', width: 16_384 / 2 }), image('webp', 8_192)],
    ['WebP, extended', files.webp({ kind: 'VP8X' }), image('webp')],
    ['WebP, moving', files.webp({ kind: 'ANIM' }), image('webp')],
    ['MP3', files.mp3(100), voice('mp3', 2_612)],
    ['MP3, with a note in front', files.mp3(100, { note: true }), voice('mp3', 2_612)],
    ['MP3, as phones record', files.phoneMp3(100), voice('mp3', 3_600)],
    [
      'MP3, with tags',
      concat(files.id3(), files.mp3(), ascii('TAG'), noise(125)),
      voice('mp3', 2_612),
    ],
    ['MP3, stopped in a frame', files.mp3(100).subarray(0, -100), voice('mp3', 2_586)],
    ['AAC', files.aac(50), voice('aac', 3_200)],
    ['AAC, with a tag', concat(files.id3(), files.aac(50)), voice('aac', 3_200)],
    ['M4A', files.m4a(2_500), voice('m4a', 2_500)],
    ['M4A, with long times', files.m4a(2_500, { long: true }), voice('m4a', 2_500)],
    ['WAV', files.wav(1_500), voice('wav', 1_500)],
    ['a sound that stops a little late', files.m4a(60_400), voice('m4a', MAX_VOICE_MS)],
  ])('%s', (_, file, expected) => {
    expect(readMedia(file)).toEqual(expected);
  });
});

describe('what is not wholly a picture or a sound is refused', () => {
  const jpeg = files.jpeg();
  const png = files.png();
  const exploding = files.png();
  exploding.set(be32(0x7fffffff), 33);
  const endlessGif = files.gif().subarray(0, -1);
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /must be a JPEG/],
    ['one byte', Uint8Array.of(0xff), /must be a JPEG/],
    ['text', ascii('hello'), /must be a JPEG/],
    ['a page', ascii('<!doctype html><script>alert(1)</script>'), /must be a JPEG/],
    ['a drawing', ascii('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), /must be a JPEG/],
    ['a document', ascii('%PDF-1.7'), /must be a JPEG/],
    ['a program', ascii('MZ\x90\0'), /must be a JPEG/],
    ['an archive', ascii('PK\x03\x04'), /must be a JPEG/],
    ['a bitmap', ascii('BM'), /must be a JPEG/],
    ['a JPEG without an end', jpeg.subarray(0, -2), /cut off/],
    ['a JPEG of its beginning only', jpeg.subarray(0, 3), /cut off/],
    ['a JPEG without a picture', concat([0xff, 0xd8, 0xff, 0xd9]), /no picture/],
    ['a JPEG of two', concat(jpeg, jpeg), /follows its end/],
    ['a JPEG with an archive behind', concat(jpeg, ascii('PK\x03\x04')), /follows its end/],
    ['a JPEG in a JPEG', concat(jpeg.subarray(0, -2), jpeg), /out of place/],
    ['a JPEG of two frames', secondFrame(jpeg), /more than one frame/],
    ['a PNG without an end', png.subarray(0, -12), /cut off/],
    ['a PNG with something behind', concat(png, [0]), /follows its end/],
    [
      'a PNG with an end that goes on',
      concat(png.subarray(0, -12), files.pngChunk('IEND', [1])),
      /end/,
    ],
    [
      'a PNG without a picture',
      concat(png.subarray(0, 33), files.pngChunk('IEND', [])),
      /no picture/,
    ],
    ['a PNG with a second header', concat(png.subarray(0, 33), png.subarray(8)), /more than one/],
    ['a PNG that begins with its data', concat(png.subarray(0, 8), png.subarray(33)), /no header/],
    ['a PNG with a huge chunk', exploding, /cut off/],
    ['a GIF without an end', endlessGif, /cut off/],
    ['a GIF with a page behind', concat(files.gif(), ascii('<html>')), /follows its end/],
    ['a GIF without a picture', concat(files.gif().subarray(0, 25), [0x3b]), /no picture/],
    ['a GIF of unknown blocks', concat(endlessGif, [0x99]), /no known kind/],
    ['a WebP that is longer than it says', concat(files.webp(), [0, 0]), /follows its end/],
    ['a WebP that is shorter than it says', files.webp().subarray(0, -2), /cut off/],
    ['a WebP without a picture', withoutPicture(), /no picture/],
    [
      'a WebP with a larger picture in it',
      files.webp({ kind: 'VP8X', inner: { width: 9_999 } }),
      /fit/,
    ],
    [
      'a WebP with a larger frame in it',
      files.webp({ kind: 'ANIM', inner: { width: 9_999 } }),
      /fit/,
    ],
    ['an MP3 of its first bytes', files.mp3(1).subarray(0, 100), /cut off/],
    ['an MP3 with a page behind', concat(files.mp3(), ascii('<html></html>')), /no header/],
    ['an MP3 that becomes another', concat(files.mp3(), files.phoneMp3()), /different kinds/],
    ['an MP3 that becomes an AAC', concat(files.mp3(), files.aac()), /no header/],
    ['a tag alone', files.id3(), /must be a JPEG/],
    ['an AAC with a page behind', concat(files.aac(), ascii('<html></html>')), /no header/],
    ['an M4A without an end', files.m4a().subarray(0, -1), /cut off/],
    ['an M4A with something behind', concat(files.m4a(), files.box('pdf ', [1])), /something else/],
    ['an M4A without a sound', concat(files.box('ftyp'), files.box('moov')), /no sound/],
    ['a film', files.m4a(2_500, { handler: 'vide' }), /something else than a sound/],
    ['an M4A of no length', files.m4a(0), /empty/],
    [
      'a HEIC',
      concat(files.box('ftyp', ascii('heic')), files.box('mdat', [1])),
      /it has not one moov/,
    ],
    ['a WAV that is longer than it says', concat(files.wav(), [0, 0]), /follows its end/],
    ['a WAV of no length', files.wav(0), /empty/],
    ['a sound of two minutes', files.m4a(120_000), /at most 60 seconds/],
    ['a picture without a width', files.jpeg({ width: 0 }), /a width and a height/],
    ['a picture that is too wide', files.png({ width: MAX_IMAGE_SIDE + 1 }), /at most 12000/],
    ['a picture that is too high', files.gif({ height: MAX_IMAGE_SIDE + 1 }), /at most 12000/],
    ['a picture that explodes', files.png({ width: 11_000, height: 11_000 }), /50000000 pixels/],
  ])('%s', (_, file, reason) => {
    expect(readMedia(file)).toEqual(refused(reason));
  });

  it.each([
    '<script>alert(1)</script>',
    '<SCRIPT src=x>',
    '<html lang=en>',
    '<!DOCTYPE html>',
    '<?php system(1);',
    '<svg onload=x>',
    '%PDF-1.7',
  ])('a picture or a sound with %s in it', (text) => {
    const comment = concat([0xff, 0xfe], be16(text.length + 2), ascii(text));
    const jpeg = files.jpeg();
    const withComment = concat(jpeg.subarray(0, 2), comment, jpeg.subarray(2));
    expect(readMedia(withComment)).toEqual(refused(/parts of a page/));
    const wav = files.wav();
    wav.set(ascii(text), 100);
    expect(readMedia(wav)).toEqual(refused(/parts of a page/));
  });

  it('words that look like a part of a page are none', () => {
    const words = ascii(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"> <scripture <htmlx <svgx 100%PDF <?xpacket',
    );
    const comment = concat([0xff, 0xe1], be16(words.length + 2), words);
    const jpeg = files.jpeg();
    expect(readMedia(concat(jpeg.subarray(0, 2), comment, jpeg.subarray(2)))).toEqual(
      image('jpeg'),
    );
  });
});

const formats = Object.keys(MEDIA_FILES) as (keyof typeof MEDIA_FILES)[];

describe('whatever comes', () => {
  it('random bytes are refused, also behind the beginning of every format', () => {
    const beginnings = [
      new Uint8Array(),
      ...formats.map((format) => MEDIA_FILES[format]().subarray(0, 12)),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...beginnings),
        fc.uint8Array({ maxLength: 400 }),
        (beginning, bytes) => {
          expect(readMedia(concat(beginning, bytes)).ok).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('a file that was damaged is refused, or taken for what it was: never for another kind', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...formats), damage, fc.nat(), (format, changes, cut) => {
        const file = MEDIA_FILES[format]();
        for (const [at, value] of changes) file[at % file.length] = value;
        for (const bytes of [file, file.subarray(0, cut % file.length)]) {
          const reading = readMedia(bytes);
          if (reading.ok) expect(reading.facts.format).toBe(format);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('a picture that is cut off anywhere is refused', () => {
    for (const format of ['jpeg', 'png', 'gif', 'webp', 'm4a', 'wav'] as const) {
      const file = format === 'wav' ? files.wav(10) : MEDIA_FILES[format]();
      for (let length = 0; length < file.length; length++) {
        expect(readMedia(file.subarray(0, length)).ok, `${format} of ${length}`).toBe(false);
      }
    }
  });

  it('10 MB of noise in a picture is no page', () => {
    const data = new Uint8Array(10 * 1024 * 1024 - 57);
    for (let at = 0; at < data.length; at += 65_536)
      data.set(noise(65_536).subarray(0, data.length - at), at);
    const header = files.png().subarray(0, 33);
    const file = new Uint8Array(header.length + 12 + data.length + 12);
    file.set(header);
    file.set(concat(be32(data.length), ascii('IDAT')), header.length);
    file.set(data, header.length + 8);
    file.set(files.pngChunk('IEND', []), file.length - 12);
    expect(readMedia(file)).toEqual(image('png'));
  });
});

/** The same frame header twice. */
function secondFrame(jpeg: Uint8Array): Uint8Array {
  const at = indexOf(jpeg, '\xff\xc0');
  const frame = jpeg.subarray(at, at + 13);
  return concat(jpeg.subarray(0, at), frame, jpeg.subarray(at));
}

function withoutPicture(): Uint8Array {
  const chunk = files.riffChunk('ICCP', [1, 2]);
  const size = chunk.length + 4;
  return concat(ascii('RIFF'), [size, 0, 0, 0], ascii('WEBP'), chunk);
}
