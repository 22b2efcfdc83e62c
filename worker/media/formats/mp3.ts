import type { Bytes } from './bytes.ts';
import { type Frame, readFrames, startOfFrames } from './frames.ts';

/** In kbit/s, by the four bits of the header: of version 1, and of 2 and 2.5. */
const BIT_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const LOW_BIT_RATES = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** In Hz, of version 1; half of it in version 2, a quarter in 2.5. */
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const VERSION_1 = 3;
const VERSION_2 = 2;
const RESERVED_VERSION = 1;
const LAYER_3 = 1;
const MONO = 3;

export function isMp3(file: Bytes): boolean {
  return readFrame(file, startOfFrames(file)) !== undefined;
}

/** How long an MP3 sounds, in milliseconds. */
export function readMp3(file: Bytes): number {
  return readFrames(file, readFrame);
}

function readFrame(file: Bytes, at: number): Frame | undefined {
  if (at + 4 > file.length) return undefined;
  const header = file.u32(at);
  const version = (header >>> 19) & 3;
  const layer = (header >>> 17) & 3;
  if (header >>> 21 !== 0x7ff || version === RESERVED_VERSION || layer !== LAYER_3) {
    return undefined;
  }
  const isFull = version === VERSION_1;
  const bitRate = (isFull ? BIT_RATES : LOW_BIT_RATES)[(header >>> 12) & 15];
  const base = SAMPLE_RATES[(header >>> 10) & 3];
  if (!bitRate || !base) return undefined;
  const sampleRate = base / (isFull ? 1 : version === VERSION_2 ? 2 : 4);
  const samples = isFull ? 1_152 : 576;
  const padding = (header >>> 9) & 1;
  const length = Math.floor(((samples / 8) * bitRate * 1_000) / sampleRate) + padding;
  const isMono = ((header >>> 6) & 3) === MONO;
  // Some encoders put a frame in front that holds no sound, but how many follow.
  const note = at + 4 + (isFull ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  const isNote = file.has('Xing', note) || file.has('Info', note);
  return {
    length,
    duration: isNote ? 0 : (samples / sampleRate) * 1_000,
    stream: `${version} ${sampleRate}`,
  };
}
