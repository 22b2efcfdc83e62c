import { type Bytes, MalformedError } from './bytes.ts';

/** A piece of the file; what is in it lies from `start` to `end`. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const HEADER_LENGTH = 8;
const LONG_HEADER_LENGTH = 16;
/** What may stand at the top of the file besides the sound: nothing that a player skips unseen. */
const TOP_LEVEL = ['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide'];

export function isM4a(file: Bytes): boolean {
  return file.has('ftyp', 4);
}

/** How long an MP4 that holds nothing but sound lasts, in milliseconds. */
export function readM4a(file: Bytes): number {
  const boxes = readBoxes(file, 0, file.length);
  const stranger = boxes.find(({ type }) => !TOP_LEVEL.includes(type));
  if (stranger) throw new MalformedError('it holds something else than a sound');
  if (!boxes.some(({ type }) => type === 'mdat')) throw new MalformedError('it holds no sound');
  const movie = inside(file, only(boxes, 'moov'));
  const tracks = movie.filter(({ type }) => type === 'trak');
  if (tracks.length === 0) throw new MalformedError('it holds no sound');
  for (const track of tracks) {
    const media = inside(file, only(inside(file, track), 'mdia'));
    if (!file.has('soun', only(media, 'hdlr').start + 8)) {
      throw new MalformedError('it holds something else than a sound');
    }
  }
  return readDuration(file, only(movie, 'mvhd'));
}

function readDuration(file: Bytes, { start }: Box): number {
  const isLong = file.u8(start) === 1;
  const timescale = file.u32(start + (isLong ? 20 : 12));
  const duration = isLong ? file.u64(start + 24) : file.u32(start + 16);
  if (timescale === 0) throw new MalformedError('it has no length');
  return (duration / timescale) * 1_000;
}

function inside(file: Bytes, { start, end }: Box): Box[] {
  return readBoxes(file, start, end);
}

function only(boxes: readonly Box[], type: string): Box {
  const [box, ...others] = boxes.filter((each) => each.type === type);
  if (box && others.length === 0) return box;
  throw new MalformedError(`it has not one ${type}`);
}

/** The boxes that fill the bytes from `start` to `end`. */
function readBoxes(file: Bytes, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at < end; ) {
    const size = file.u32(at);
    const isLong = size === 1;
    const header = isLong ? LONG_HEADER_LENGTH : HEADER_LENGTH;
    // 0 stands for all that is left.
    const next = size === 0 ? end : at + (isLong ? file.u64(at + HEADER_LENGTH) : size);
    if (next < at + header) throw new MalformedError('a box has no length');
    if (next > end) throw new MalformedError('it is cut off');
    boxes.push({ type: file.text(at + 4, 4), start: at + header, end: next });
    at = next;
  }
  return boxes;
}
