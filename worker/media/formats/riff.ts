import { type Bytes, MalformedError } from './bytes.ts';

/** A piece of a RIFF file; its data lies from `start` to `end`. */
export interface Chunk {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

const HEADER_LENGTH = 12;

export function isRiff(file: Bytes, form: string): boolean {
  return file.has('RIFF') && file.has(form, 8);
}

/** The chunks of a RIFF file that is as long as it says. */
export function readRiff(file: Bytes): Chunk[] {
  file.mustEnd(8 + file.u32(4, true));
  return readChunks(file, HEADER_LENGTH, file.length);
}

/** The chunks that fill the bytes from `start` to `end`. */
export function readChunks(file: Bytes, start: number, end: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = start; at < end; ) {
    const id = file.text(at, 4);
    const length = file.u32(at + 4, true);
    const data = at + 8;
    chunks.push({ id, start: data, end: data + length });
    // An odd chunk is followed by a byte that fills it up.
    at = data + length + (length % 2);
    if (at > end) throw new MalformedError('it is cut off');
  }
  return chunks;
}
