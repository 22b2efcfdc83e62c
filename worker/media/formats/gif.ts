import { type Bytes, MalformedError } from './bytes.ts';
import type { Sides } from './sides.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const IMAGE_HEADER_LENGTH = 9;

export function isGif(file: Bytes): boolean {
  return file.has('GIF87a') || file.has('GIF89a');
}

/** The sides of a GIF: those of its screen, in which all of its frames stand. */
export function readGif(file: Bytes): Sides {
  const sides = { width: file.u16(6, true), height: file.u16(8, true) };
  let frames = 0;
  for (let at = 13 + colorTableLength(file.u8(10)); ; ) {
    const block = file.u8(at);
    at += 1;
    if (block === TRAILER) {
      if (frames === 0) throw new MalformedError('it holds no picture');
      file.mustEnd(at);
      return sides;
    }
    if (block === EXTENSION) {
      at = endOfBlocks(file, at + 1);
    } else if (block === IMAGE) {
      const right = file.u16(at, true) + file.u16(at + 4, true);
      const bottom = file.u16(at + 2, true) + file.u16(at + 6, true);
      if (right > sides.width || bottom > sides.height) {
        throw new MalformedError('a frame is larger than the picture');
      }
      const flags = file.u8(at + IMAGE_HEADER_LENGTH - 1);
      // The byte after the colors is the size of its codes.
      at = endOfBlocks(file, at + IMAGE_HEADER_LENGTH + colorTableLength(flags) + 1);
      frames += 1;
    } else {
      throw new MalformedError('a block is of no known kind');
    }
  }
}

/** In bytes; three for each color. */
function colorTableLength(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

/** Where a chain of blocks ends, each of which begins with its length. */
function endOfBlocks(file: Bytes, start: number): number {
  let at = start;
  for (let length = file.u8(at); length > 0; length = file.u8(at)) at += 1 + length;
  return at + 1;
}
