/** Uploads in the bucket. */
import type { ImageFormat, VoiceFormat } from './formats/read-media.ts';
import { isForOneRoom, type Owner, type Upload } from './media-key.ts';

const CONTENT_TYPES: Record<ImageFormat | VoiceFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  aac: 'audio/aac',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
};

/** What is under an address never changes: a year, which is as good as for ever. */
export const MEDIA_CACHE_CONTROL = 'public, max-age=31536000, immutable';

/**
 * What is for a room goes when its messages have gone, by a rule of the bucket; faces stay. Both are apart
 * from all else in the bucket: who reads addresses finds nothing but uploads.
 */
const nameOf = (key: string) => `${isForOneRoom(key) ? 'rooms' : 'faces'}/${key}`;

/** The content type of an upload, by what it is. */
export function contentTypeOf({ facts }: Upload): string {
  return CONTENT_TYPES[facts.format];
}

/** An upload in the bucket; without its bytes where they were not asked for. */
export type FoundUpload = R2Object & { readonly body?: ReadableStream };

/** Stores an upload, with whose it is for whoever looks into the bucket. */
export async function storeUpload(
  bucket: R2Bucket,
  key: string,
  upload: Upload,
  { user, room }: Owner,
  bytes: Uint8Array,
): Promise<void> {
  await bucket.put(nameOf(key), bytes, {
    httpMetadata: { contentType: contentTypeOf(upload), cacheControl: MEDIA_CACHE_CONTROL },
    // Headers hold no Chinese.
    customMetadata: {
      user: encodeURIComponent(user),
      ...(room !== undefined && { room: encodeURIComponent(room) }),
    },
  });
}

/** What is there, without its bytes; `null` when nothing is. */
export function findUpload(bucket: R2Bucket, key: string): Promise<R2Object | null> {
  return bucket.head(nameOf(key));
}

/** An upload, or a part of it; `null` when it is gone, without bytes when `etags` names it. */
export function readUpload(
  bucket: R2Bucket,
  key: string,
  options: { range?: R2Range | undefined; etags?: string | undefined },
): Promise<FoundUpload | null> {
  const { range, etags } = options;
  return bucket.get(nameOf(key), {
    ...(range && { range }),
    ...(etags !== undefined && { onlyIf: new Headers({ 'If-None-Match': etags }) }),
  });
}

/** Deletes uploads; nothing happens to those that are gone. */
export async function deleteUploads(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  await bucket.delete(keys.map(nameOf));
}
