import type { Bytes } from './bytes.ts';
import { type Frame, readFrames, startOfFrames } from './frames.ts';

/** In Hz, by the four bits of the header. */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];
const BLOCK_SAMPLES = 1_024;
const HEADER_LENGTH = 7;
const CHECKSUM_LENGTH = 2;

/** AAC as a row of ADTS frames, which is what recorders write to `.aac`. */
export function isAac(file: Bytes): boolean {
  return readFrame(file, startOfFrames(file)) !== undefined;
}

/** How long it sounds, in milliseconds. */
export function readAac(file: Bytes): number {
  return readFrames(file, readFrame);
}

function readFrame(file: Bytes, at: number): Frame | undefined {
  if (at + HEADER_LENGTH > file.length) return undefined;
  const header = file.u32(at);
  const layer = (header >>> 17) & 3;
  const sampleRate = SAMPLE_RATES[(header >>> 10) & 15];
  if (header >>> 20 !== 0xfff || layer !== 0 || !sampleRate) return undefined;
  const hasChecksum = ((header >>> 16) & 1) === 0;
  const length = (file.u32(at + 3) >>> 13) & 0x1fff;
  if (length <= HEADER_LENGTH + (hasChecksum ? CHECKSUM_LENGTH : 0)) return undefined;
  const blocks = (file.u8(at + 6) & 3) + 1;
  return {
    length,
    duration: ((blocks * BLOCK_SAMPLES) / sampleRate) * 1_000,
    stream: `${(header >>> 19) & 1} ${sampleRate}`,
  };
}
