/** Pictures that people choose, made small enough to travel. */
import { MAX_MEDIA_BYTES } from '../../../shared/limits.ts';
import { keepFile } from './files.ts';

/** As many as WeChat lets people choose at once. */
const MAX_CHOSEN = 9;
/** Larger than this, in bytes, a picture is compressed once more ... */
const LARGE_BYTES = 1_000_000;
/** ... down to this many pixels at its longer side. */
const LONGEST_SIDE = 2_048;
const QUALITY = 80;
/** What a server takes, and `unknown`: that is for the server to say. */
const FORMATS: readonly string[] = ['jpeg', 'jpg', 'png', 'gif', 'webp', 'unknown'];

/** A picture on this phone; its sides as it is shown upright, in pixels. */
export interface Picture {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** In bytes, before it was compressed. */
  readonly size: number;
}

/** A face is shown small: its longer side has at most this many pixels. */
const FACE_SIDE = 480;

/** Why a picture can't be sent. */
export type PictureProblem = 'format' | 'unreadable' | 'too_large';

export type Prepared =
  | { readonly ok: true; readonly picture: Picture }
  | { readonly ok: false; readonly problem: PictureProblem };

type Info = WechatMiniprogram.GetImageInfoSuccessCallbackResult;

/**
 * Lets people choose pictures, or take one: none when they change their mind. Rejects when this phone
 * doesn't let the app.
 */
export async function choosePictures(
  source: 'album' | 'camera',
): Promise<readonly WechatMiniprogram.MediaFile[]> {
  try {
    const { tempFiles } = await wx.chooseMedia({
      count: MAX_CHOSEN,
      mediaType: ['image'],
      sourceType: [source],
      sizeType: ['compressed'],
    });
    return tempFiles;
  } catch (error) {
    if (/cancel/.test(saidBy(error))) return [];
    throw error;
  }
}

/** Makes a chosen picture ready to be sent: readable, not too large, and kept until it is. */
export async function preparePicture(
  chosen: Pick<WechatMiniprogram.MediaFile, 'tempFilePath' | 'size'>,
): Promise<Prepared> {
  try {
    const { tempFilePath, size } = chosen;
    const info = await wx.getImageInfo({ src: tempFilePath });
    if (!FORMATS.includes(info.type)) return { ok: false, problem: 'format' };
    const smaller = isLarge(info, size)
      ? await compress(tempFilePath, info, LONGEST_SIDE)
      : undefined;
    if (!smaller && size > MAX_MEDIA_BYTES) return { ok: false, problem: 'too_large' };
    const file = await keepFile(smaller ?? tempFilePath);
    return { ok: true, picture: { file, ...upright(info), size } };
  } catch {
    return { ok: false, problem: 'unreadable' };
  }
}

/** Makes a picture that was chosen as a face small, and keeps it; gives its path. */
export async function keepAvatar(path: string): Promise<string> {
  try {
    const info = await wx.getImageInfo({ src: path });
    const isLarge = Math.max(info.width, info.height) > FACE_SIDE;
    return await keepFile((isLarge && (await compress(path, info, FACE_SIDE))) || path);
  } catch {
    return keepFile(path);
  }
}

/** Compressed, an animation would stand still. */
function isLarge({ width, height, type }: Info, size: number): boolean {
  return type !== 'gif' && (size > LARGE_BYTES || Math.max(width, height) > 2 * LONGEST_SIDE);
}

/** A smaller copy, or nothing where the phone can't make one. */
async function compress(
  src: string,
  { width, height }: Info,
  longestSide: number,
): Promise<string | undefined> {
  const tooLong = Math.max(width, height) > longestSide;
  const side = width > height ? 'compressedWidth' : 'compressedHeight';
  try {
    const { tempFilePath } = await wx.compressImage({
      src,
      quality: QUALITY,
      ...(tooLong && { [side]: longestSide }),
    });
    return tempFilePath;
  } catch {
    return undefined;
  }
}

/** WeChat gives the sides as they are stored, and how the camera was held. */
function upright({ width, height, orientation }: Info): { width: number; height: number } {
  const isLying = /left|right/.test(orientation);
  return isLying ? { width: height, height: width } : { width, height };
}

function saidBy(error: unknown): string {
  const said: unknown = error && typeof error === 'object' && Reflect.get(error, 'errMsg');
  return typeof said === 'string' ? said : String(error);
}
