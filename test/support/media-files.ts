/** Small pictures and sounds: every byte that says what they are is there, what they show is noise. */
import { ascii, be16, be32, concat, le16, le24, le32, noise } from './bytes.ts';

interface Sides {
  readonly width?: number;
  readonly height?: number;
}

const SIDES = { width: 640, height: 480 };

/** A JPEG with tables, a restart and padding in its data; turned as its EXIF says. */
export function jpeg(options: Sides & { orientation?: number; little?: boolean } = {}): Uint8Array {
  const { width, height, orientation, little = false } = { ...SIDES, ...options };
  return concat(
    [0xff, 0xd8],
    segment(0xe0, concat(ascii('JFIF\0'), [1, 1, 0, 0, 1, 0, 1, 0, 0])),
    orientation === undefined ? [] : segment(0xe1, exif(orientation, little)),
    segment(0xdb, noise(65)),
    segment(0xc0, concat([8], be16(height), be16(width), [1, 1, 0x11, 0])),
    segment(0xc4, noise(20)),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    concat([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xff]),
    [0xd9],
  );
}

function segment(marker: number, data: ArrayLike<number>): Uint8Array {
  return concat([0xff, marker], be16(data.length + 2), data);
}

function exif(orientation: number, little: boolean): Uint8Array {
  const [u16, u32] = little ? [le16, le32] : [be16, be32];
  return concat(
    ascii('Exif\0\0'),
    ascii(little ? 'II' : 'MM'),
    u16(42),
    u32(8),
    u16(2),
    [u16(0x010f), u16(2), u32(4), ascii('abc\0')],
    [u16(0x0112), u16(3), u32(1), u16(orientation), u16(0)],
    u32(0),
  );
}

export function png({ width = SIDES.width, height = SIDES.height }: Sides = {}): Uint8Array {
  return concat(
    ascii('\x89PNG\r\n\x1a\n'),
    pngChunk('IHDR', concat(be32(width), be32(height), [8, 2, 0, 0, 0])),
    pngChunk('IDAT', noise(40)),
    pngChunk('IEND', []),
  );
}

/** Its checksum is not looked at. */
export function pngChunk(type: string, data: ArrayLike<number>): Uint8Array {
  return concat(be32(data.length), ascii(type), data, [1, 2, 3, 4]);
}

/** A GIF of two frames, one with colors of its own. */
export function gif({ width = SIDES.width, height = SIDES.height }: Sides = {}): Uint8Array {
  const sides = [le16(width), le16(height)];
  const blocks = [2, 3, 0x11, 0x22, 0x33, 2, 0x44, 0x55, 0];
  return concat(
    ascii('GIF89a'),
    sides,
    [0x81, 0, 0],
    noise(12),
    [0x21, 0xf9, 4, 0, 10, 0, 0, 0],
    [[0x2c, 0, 0, 0, 0], sides, [0], blocks],
    [[0x2c, 0, 0, 0, 0], sides, [0x80], noise(6), blocks],
    [0x3b],
  );
}

function riff(form: string, ...chunks: Uint8Array[]): Uint8Array {
  const body = concat(ascii(form), chunks);
  return concat(ascii('RIFF'), le32(body.length), body);
}

export function riffChunk(id: string, data: ArrayLike<number>): Uint8Array {
  return concat(ascii(id), le32(data.length), data, data.length % 2 ? [0] : []);
}

function vp8({ width = SIDES.width, height = SIDES.height }: Sides): Uint8Array {
  const header = [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a];
  return riffChunk('VP8 ', concat(header, le16(width), le16(height), noise(9)));
}

function vp8l({ width = SIDES.width, height = SIDES.height }: Sides): Uint8Array {
  const bits = width - 1 + (height - 1) * 2 ** 14;
  return riffChunk('VP8L', concat([0x2f], le32(bits), noise(7)));
}

/** A WebP: lossy, lossless, with more about it, or moving. */
export function webp(
  options: Sides & { kind?: 'VP8' | 'VP8L' | 'VP8X' | 'ANIM'; inner?: Sides } = {},
): Uint8Array {
  const { kind = 'VP8', inner, ...given } = options;
  const sides = { ...SIDES, ...given };
  if (kind === 'VP8') return riff('WEBP', vp8(sides));
  if (kind === 'VP8L') return riff('WEBP', vp8l(sides));
  const canvas = [le24(sides.width - 1), le24(sides.height - 1)];
  const header = riffChunk('VP8X', concat([kind === 'ANIM' ? 2 : 8, 0, 0, 0], canvas));
  if (kind === 'VP8X') {
    return riff('WEBP', header, vp8(inner ?? sides), riffChunk('EXIF', noise(11)));
  }
  const frame = riffChunk(
    'ANMF',
    concat(le24(0), le24(0), canvas, le24(40), [0], vp8l(inner ?? sides)),
  );
  return riff('WEBP', header, riffChunk('ANIM', noise(6)), frame, frame);
}

/** MP3 at 44,100 Hz and 128 kbit/s: 417 bytes, and 26.12 ms, a frame. */
export function mp3(frames = 100, options: { note?: boolean } = {}): Uint8Array {
  const frame = concat([0xff, 0xfb, 0x90, 0x00], noise(413, 0x7f));
  const note = concat(
    [0xff, 0xfb, 0x90, 0x00],
    new Uint8Array(32),
    ascii('Info'),
    new Uint8Array(377),
  );
  return concat(options.note ? note : [], ...Array.from({ length: frames }, () => frame));
}

/** MP3 of version 2 at 16,000 Hz and 48 kbit/s, mono, as WeChat records: 216 bytes, 36 ms, a frame. */
export function phoneMp3(frames = 100): Uint8Array {
  const frame = concat([0xff, 0xf3, 0x68, 0xc0], noise(212, 0x7f));
  return concat(...Array.from({ length: frames }, () => frame));
}

/** A tag with a title, as some recorders put in front. */
export function id3(length = 300): Uint8Array {
  return concat(ascii('ID3'), [4, 0, 0, 0, 0, length >> 7, length & 0x7f], noise(length, 0x7f));
}

/** AAC as ADTS frames at 16,000 Hz: 64 ms a frame. */
export function aac(frames = 50): Uint8Array {
  const length = 107;
  const header = [0xff, 0xf1, 0x60, 0x40, length >> 3, ((length & 7) << 5) | 0x1f, 0xfc];
  const frame = concat(header, noise(length - header.length, 0x7f));
  return concat(...Array.from({ length: frames }, () => frame));
}

export function box(type: string, ...data: (ArrayLike<number> | Uint8Array)[]): Uint8Array {
  const body = concat(...data);
  return concat(be32(body.length + 8), ascii(type), body);
}

/** M4A that lasts `ms` milliseconds; `handler` is `soun`, or `vide` for a film. */
export function m4a(ms = 2_500, { handler = 'soun', long = false } = {}): Uint8Array {
  const header = long
    ? box('mvhd', [1, 0, 0, 0], new Uint8Array(16), be32(1_000), be32(0), be32(ms), noise(80))
    : box('mvhd', [0, 0, 0, 0], new Uint8Array(8), be32(1_000), be32(ms), noise(80));
  const media = box('mdia', box('hdlr', new Uint8Array(8), ascii(handler), new Uint8Array(13)));
  return concat(
    box('ftyp', ascii('M4A '), be32(0), ascii('isom')),
    box('free'),
    box('mdat', noise(64, 0x7f)),
    box('moov', header, box('trak', box('tkhd', noise(84)), media)),
  );
}

/** WAV at 16,000 Hz, 16 bits, mono. */
export function wav(ms = 1_500): Uint8Array {
  const format = concat(le16(1), le16(1), le32(16_000), le32(32_000), le16(2), le16(16));
  return riff('WAVE', riffChunk('fmt ', format), riffChunk('data', noise(ms * 32)));
}

/** One of each, by the name of its format. */
export const MEDIA_FILES = {
  jpeg: () => jpeg(),
  png: () => png(),
  gif: () => gif(),
  webp: () => webp(),
  mp3: () => mp3(),
  aac: () => aac(),
  m4a: () => m4a(),
  wav: () => wav(),
};
