import { type Bytes, MalformedError } from './bytes.ts';
import { type Chunk, isRiff, readChunks, readRiff } from './riff.ts';
import type { Sides } from './sides.ts';

const FRAME_HEADER_LENGTH = 16;

export function isWebp(file: Bytes): boolean {
  return isRiff(file, 'WEBP');
}

/** The sides of a WebP. */
export function readWebp(file: Bytes): Sides {
  const [first, ...others] = readRiff(file);
  if (first?.id === 'VP8X') return readExtended(file, first, others);
  const sides = first && bitmapSides(file, first);
  if (!sides) throw new MalformedError('it holds no picture');
  if (others.length > 0) throw new MalformedError('something follows its end');
  return sides;
}

/** What it says of its canvas must hold for what is on it: it is that which has to be unpacked. */
function readExtended(file: Bytes, header: Chunk, chunks: readonly Chunk[]): Sides {
  const canvas = sidesAt(file, header.start + 4);
  let pictures = 0;
  for (const chunk of chunks) {
    if (chunk.id === 'ANMF') {
      checkFrame(file, chunk, canvas);
      pictures += 1;
      continue;
    }
    const sides = bitmapSides(file, chunk);
    if (!sides) continue;
    if (!isSame(sides, canvas)) throw new MalformedError('a picture does not fit its canvas');
    pictures += 1;
  }
  if (pictures === 0) throw new MalformedError('it holds no picture');
  return canvas;
}

function checkFrame(file: Bytes, frame: Chunk, canvas: Sides): void {
  const { start, end } = frame;
  const sides = sidesAt(file, start + 6);
  const fits =
    2 * file.u24(start, true) + sides.width <= canvas.width &&
    2 * file.u24(start + 3, true) + sides.height <= canvas.height;
  const bitmaps = readChunks(file, start + FRAME_HEADER_LENGTH, end)
    .map((chunk) => bitmapSides(file, chunk))
    .filter((bitmap) => bitmap !== undefined);
  if (bitmaps.length === 0) throw new MalformedError('a frame holds no picture');
  if (!fits || !bitmaps.every((bitmap) => isSame(bitmap, sides))) {
    throw new MalformedError('a picture does not fit its canvas');
  }
}

/** The sides of a bitmap; `undefined` for a chunk that is none. */
function bitmapSides(file: Bytes, { id, start }: Chunk): Sides | undefined {
  if (id === 'VP8 ') {
    const isKeyFrame = (file.u8(start) & 1) === 0;
    if (!isKeyFrame || !file.has('\x9d\x01\x2a', start + 3)) {
      throw new MalformedError('a picture has no header');
    }
    // Two bits of each are for scaling.
    const [width, height] = [file.u16(start + 6, true), file.u16(start + 8, true)];
    return { width: width & 0x3fff, height: height & 0x3fff };
  }
  if (id === 'VP8L') {
    if (file.u8(start) !== 0x2f) throw new MalformedError('a picture has no header');
    const bits = file.u32(start + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return undefined;
}

/** Sides as they stand in headers: three bytes each, less one. */
function sidesAt(file: Bytes, at: number): Sides {
  return { width: file.u24(at, true) + 1, height: file.u24(at + 3, true) + 1 };
}

function isSame(one: Sides, other: Sides): boolean {
  return one.width === other.width && one.height === other.height;
}
