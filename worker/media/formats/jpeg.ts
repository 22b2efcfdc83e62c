import { type Bytes, MalformedError } from './bytes.ts';
import { isSideways } from './exif.ts';
import type { Sides } from './sides.ts';

const START = 0xd8;
const END = 0xd9;
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;
/** Of the markers C0 to CF these are tables and reserved ones, the others begin a frame. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

export function isJpeg(file: Bytes): boolean {
  return file.has('\xff\xd8\xff');
}

/** The sides of a JPEG, held upright as its EXIF says. */
export function readJpeg(file: Bytes): Sides {
  let sides: Sides | undefined;
  let sideways: boolean | undefined;
  let scanned = false;
  for (let at = 2; ; ) {
    let marker: number;
    [marker, at] = readMarker(file, at);
    if (marker === END) {
      if (!sides || !scanned) throw new MalformedError('it holds no picture');
      file.mustEnd(at);
      return sideways ? { width: sides.height, height: sides.width } : sides;
    }
    if (marker === START || marker < 0xc0 || isRestart(marker)) {
      throw new MalformedError('a marker is out of place');
    }
    const length = file.u16(at);
    if (length < 2) throw new MalformedError('a segment has no length');
    file.need(at, length);
    if (marker === APP1 && file.has('Exif\0\0', at + 2)) {
      sideways ??= isSideways(file, at + 8, at + length);
    } else if (marker === START_OF_SCAN) {
      if (!sides) throw new MalformedError('a scan comes before its frame');
      scanned = true;
      at = endOfScan(file, at + length);
      continue;
    } else if (isFrame(marker)) {
      if (sides) throw new MalformedError('it has more than one frame');
      sides = { width: file.u16(at + 5), height: file.u16(at + 3) };
    }
    at += length;
  }
}

/** The marker that stands there, after any padding, and where it ends. */
function readMarker(file: Bytes, start: number): [marker: number, end: number] {
  if (file.u8(start) !== 0xff) throw new MalformedError('a marker is missing');
  let at = start;
  while (file.u8(at) === 0xff) at++;
  return [file.u8(at), at + 1];
}

/** Compressed data goes on to the next marker: an FF in it is followed by 00, or is a restart. */
function endOfScan(file: Bytes, start: number): number {
  for (let at = start; ; ) {
    at = file.find(0xff, at);
    if (at < 0) throw new MalformedError('it is cut off');
    const next = file.u8(at + 1);
    if (next === 0xff) at += 1;
    else if (next === 0x00 || isRestart(next)) at += 2;
    else return at;
  }
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
}
