/** What an uploaded file is: by what is in it, never by its name or by what somebody says it is. */
import { MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE, MAX_VOICE_MS } from '../../../shared/limits.ts';
import { isAac, readAac } from './aac.ts';
import { Bytes, MalformedError } from './bytes.ts';
import { isDisguise } from './disguise.ts';
import { isGif, readGif } from './gif.ts';
import { isJpeg, readJpeg } from './jpeg.ts';
import { isM4a, readM4a } from './m4a.ts';
import { isMp3, readMp3 } from './mp3.ts';
import { isPng, readPng } from './png.ts';
import type { Sides } from './sides.ts';
import { isWav, readWav } from './wav.ts';
import { isWebp, readWebp } from './webp.ts';

interface Format<Facts> {
  readonly is: (file: Bytes) => boolean;
  readonly read: (file: Bytes) => Facts;
}

const IMAGES = {
  jpeg: { is: isJpeg, read: readJpeg },
  png: { is: isPng, read: readPng },
  gif: { is: isGif, read: readGif },
  webp: { is: isWebp, read: readWebp },
} satisfies Record<string, Format<Sides>>;

const VOICES = {
  wav: { is: isWav, read: readWav },
  m4a: { is: isM4a, read: readM4a },
  mp3: { is: isMp3, read: readMp3 },
  aac: { is: isAac, read: readAac },
} satisfies Record<string, Format<number>>;

export type ImageFormat = keyof typeof IMAGES;
export type VoiceFormat = keyof typeof VOICES;

/** What was read from a file: the sides of the picture held upright, or milliseconds. */
export type MediaFacts =
  | ({ readonly type: 'image'; readonly format: ImageFormat } & Sides)
  | { readonly type: 'voice'; readonly format: VoiceFormat; readonly duration: number };

/** The facts, or why there are none, as a sentence for the developer. */
export type MediaReading =
  | { readonly ok: true; readonly facts: MediaFacts }
  | { readonly ok: false; readonly reason: string };

/**
 * A recorder that is told to stop after a minute stops a little later, and encoders fill up their last
 * frame: so much more, in milliseconds, still counts as the longest sound.
 */
const VOICE_TOLERANCE_MS = 1_000;

/** Reads a file from its first byte to its last. Never throws: what it can't read is refused. */
export function readMedia(bytes: Uint8Array): MediaReading {
  try {
    const facts = readFacts(new Bytes(bytes));
    if (typeof facts === 'string') return { ok: false, reason: facts };
    if (isDisguise(bytes)) {
      return { ok: false, reason: `this ${facts.format} holds parts of a page or a document` };
    }
    return { ok: true, facts };
  } catch (fault) {
    if (!(fault instanceof MalformedError)) throw fault;
    return { ok: false, reason: `this file can't be taken: ${fault.message}` };
  }
}

function readFacts(file: Bytes): MediaFacts | string {
  for (const [format, { is, read }] of entriesOf(IMAGES)) {
    if (is(file)) return imageFacts(format, read(file));
  }
  for (const [format, { is, read }] of entriesOf(VOICES)) {
    if (is(file)) return voiceFacts(format, read(file));
  }
  return 'the file must be a JPEG, PNG, GIF or WebP, or an MP3, AAC, M4A or WAV';
}

function imageFacts(format: ImageFormat, { width, height }: Sides): MediaFacts | string {
  if (width === 0 || height === 0) return 'a picture must have a width and a height';
  if (width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE) {
    return `a picture may have sides of at most ${MAX_IMAGE_SIDE} pixels, not ${width} x ${height}`;
  }
  if (width * height > MAX_IMAGE_PIXELS) {
    return `a picture may have at most ${MAX_IMAGE_PIXELS} pixels, not ${width} x ${height}`;
  }
  return { type: 'image', format, width, height };
}

function voiceFacts(format: VoiceFormat, milliseconds: number): MediaFacts | string {
  if (milliseconds > MAX_VOICE_MS + VOICE_TOLERANCE_MS) {
    return `a sound may last at most ${MAX_VOICE_MS / 1_000} seconds`;
  }
  const duration = Math.min(Math.round(milliseconds), MAX_VOICE_MS);
  return duration > 0 ? { type: 'voice', format, duration } : 'a sound must not be empty';
}

function entriesOf<Key extends string, Value>(table: Record<Key, Value>): [Key, Value][] {
  return Object.entries(table) as [Key, Value][];
}
