import { type Bytes, MalformedError } from './bytes.ts';

const ORIENTATION = 0x0112;
/** Orientations 5 to 8 turn the picture by a quarter. */
const FIRST_SIDEWAYS = 5;
const LAST_SIDEWAYS = 8;

/**
 * Whether the TIFF block from `start` to `end` turns the picture on its side. A block that can't be
 * read turns nothing: whatever shows the picture passes over it, too.
 */
export function isSideways(file: Bytes, start: number, end: number): boolean {
  try {
    const orientation = readOrientation(file, start, end);
    return orientation >= FIRST_SIDEWAYS && orientation <= LAST_SIDEWAYS;
  } catch (fault) {
    if (fault instanceof MalformedError) return false;
    throw fault;
  }
}

function readOrientation(file: Bytes, start: number, end: number): number {
  const little = file.has('II', start);
  if (!little && !file.has('MM', start)) return 0;
  const directory = start + file.u32(start + 4, little);
  const entries = file.u16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > end) return 0;
    if (file.u16(entry, little) === ORIENTATION) return file.u16(entry + 8, little);
  }
  return 0;
}
