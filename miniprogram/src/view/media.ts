/** How pictures and sounds are shown: how much place they take before they are there. */
import type { MediaContent } from '../../../shared/protocol.ts';

/** A picture is at most this much higher than it may be wide. */
const TALLEST = 1.35;
/** No side is shorter, in px: it is to be seen, and to be tapped. */
const SHORTEST = 72;
/** So much of a row, in px, is its face, its margins, and the mark of a message on its way. */
const BESIDE_PX = 158;
const LARGEST_SHARE = 0.6;
/** The bubble of a sound, in px, for a second and for a minute. */
const VOICE_PX = { least: 76, most: 210 };
const MINUTE_S = 60;

/** A picture in its place: sides in px. */
export interface RowPicture {
  readonly src: string;
  readonly width: number;
  readonly height: number;
  /** How `<image>` fits it in: what is much longer than wide is cut, what is tiny stays so. */
  readonly mode: 'aspectFill' | 'aspectFit';
}

export interface RowVoice {
  readonly src: string;
  readonly seconds: number;
  /** How wide its bubble is, in px. */
  readonly width: number;
}

/** How wide a picture may be on a screen, both in px. */
export function pictureWidthOn(screenWidth: number): number {
  return Math.round(Math.min(screenWidth * LARGEST_SHARE, screenWidth - BESIDE_PX, 300));
}

/** The place of a picture whose sides are known, `limit` px wide at most. */
export function pictureOf({ width, height }: Sides, src: string, limit: number): RowPicture {
  const scale = Math.min(limit / width, (limit * TALLEST) / height, 1);
  const shown = { width: width * scale, height: height * scale };
  const isTiny = Math.max(shown.width, shown.height) < SHORTEST;
  return {
    src,
    width: Math.round(Math.max(shown.width, SHORTEST)),
    height: Math.round(Math.max(shown.height, SHORTEST)),
    mode: isTiny ? 'aspectFit' : 'aspectFill',
  };
}

/** A sound of `duration` milliseconds. */
export function voiceOf(duration: number, src: string): RowVoice {
  const seconds = Math.min(MINUTE_S, Math.max(1, Math.round(duration / 1_000)));
  // Among short ones a second more is to be seen; a long one is long.
  const share = Math.sqrt((seconds - 1) / (MINUTE_S - 1));
  const width = Math.round(VOICE_PX.least + (VOICE_PX.most - VOICE_PX.least) * share);
  return { src, seconds, width };
}

/** What a message shows of a file that is at `src`. */
export function mediaOf(
  content: { readonly type: string } | MediaContent,
  src: (url: string) => string,
  pictureWidth: number,
): { readonly picture: RowPicture | null; readonly voice: RowVoice | null } {
  const media = 'url' in content ? content : undefined;
  return {
    picture: media?.type === 'image' ? pictureOf(media, src(media.url), pictureWidth) : null,
    voice: media?.type === 'voice' ? voiceOf(media.duration, src(media.url)) : null,
  };
}

interface Sides {
  readonly width: number;
  readonly height: number;
}
