/** Sounds that are a row of frames, each with a header of its own: MP3 and AAC. */
import { type Bytes, MalformedError } from './bytes.ts';

/** What the header of a frame says. */
export interface Frame {
  /** In bytes, with the header. */
  readonly length: number;
  /** In milliseconds. */
  readonly duration: number;
  /** What all frames of one sound have in common. */
  readonly stream: string;
}

const ID3V1_LENGTH = 128;
const ID3V2_HEADER_LENGTH = 10;
const ID3V2_FOOTER_FLAG = 0x10;

/** Where the sound begins: behind a tag with its title and the like, if there is one. */
export function startOfFrames(file: Bytes): number {
  if (!file.has('ID3')) return 0;
  let length = 0;
  // Seven bits each.
  for (let at = 6; at < ID3V2_HEADER_LENGTH; at++) length = length * 128 + (file.u8(at) & 0x7f);
  const footer = file.u8(5) & ID3V2_FOOTER_FLAG ? ID3V2_HEADER_LENGTH : 0;
  return ID3V2_HEADER_LENGTH + length + footer;
}

/**
 * How long a row of frames sounds, in milliseconds. The last frame may be cut off, as a recorder does
 * that is stopped; nothing else may follow but a tag of the old kind.
 */
export function readFrames(
  file: Bytes,
  readFrame: (file: Bytes, at: number) => Frame | undefined,
): number {
  let duration = 0;
  let stream: string | undefined;
  for (let at = startOfFrames(file); at < file.length; ) {
    if (stream !== undefined && file.length - at === ID3V1_LENGTH && file.has('TAG', at)) break;
    const frame = readFrame(file, at);
    if (!frame) throw new MalformedError('a frame has no header');
    if (frame.stream !== (stream ?? frame.stream)) {
      throw new MalformedError('its frames are of different kinds');
    }
    at += frame.length;
    if (at > file.length && stream !== undefined) break;
    file.need(0, at);
    stream = frame.stream;
    duration += frame.duration;
  }
  return duration;
}
