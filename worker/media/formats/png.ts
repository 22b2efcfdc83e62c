import { type Bytes, MalformedError } from './bytes.ts';
import type { Sides } from './sides.ts';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
const HEADER_LENGTH = 13;

export function isPng(file: Bytes): boolean {
  return file.has(SIGNATURE);
}

/** The sides of a PNG. */
export function readPng(file: Bytes): Sides {
  let sides: Sides | undefined;
  let hasData = false;
  for (let at = SIGNATURE.length; ; ) {
    const length = file.u32(at);
    const type = file.text(at + 4, 4);
    const data = at + 8;
    // Four bytes of checksum follow.
    at = data + length + 4;
    file.need(data, length + 4);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new MalformedError('a chunk has no name');
    if (!sides) {
      if (type !== 'IHDR' || length !== HEADER_LENGTH) throw new MalformedError('it has no header');
      sides = { width: file.u32(data), height: file.u32(data + 4) };
    } else if (type === 'IHDR') {
      throw new MalformedError('it has more than one header');
    } else if (type === 'IDAT') {
      hasData = true;
    } else if (type === 'IEND') {
      if (!hasData) throw new MalformedError('it holds no picture');
      if (length > 0) throw new MalformedError('something follows its end');
      file.mustEnd(at);
      return sides;
    }
  }
}
