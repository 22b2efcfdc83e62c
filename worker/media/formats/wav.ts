import { type Bytes, MalformedError } from './bytes.ts';
import { isRiff, readRiff } from './riff.ts';

const FORMAT_LENGTH = 16;

export function isWav(file: Bytes): boolean {
  return isRiff(file, 'WAVE');
}

/** How long a WAV sounds, in milliseconds. */
export function readWav(file: Bytes): number {
  const chunks = readRiff(file);
  const format = chunks.find(({ id }) => id === 'fmt ');
  const data = chunks.filter(({ id }) => id === 'data');
  if (!format || format.end - format.start < FORMAT_LENGTH) {
    throw new MalformedError('it has no header');
  }
  const [sound] = data;
  if (!sound || data.length > 1) throw new MalformedError('it has not one sound');
  const bytesPerSecond = file.u32(format.start + 8, true);
  if (bytesPerSecond === 0) throw new MalformedError('it has no length');
  return ((sound.end - sound.start) / bytesPerSecond) * 1_000;
}
