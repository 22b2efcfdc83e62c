import type { MediaContent } from '../../shared/protocol.ts';
import { type MediaCheckApi, requestMediaCheck } from './media-check.ts';
import { keyOfUrl, type Owner } from './media-key.ts';
import { keepCheck } from './open-checks.ts';

/** Who is asked about an upload, and in whose name. */
export interface UploadCheck extends MediaCheckApi {
  /** The openid of who uploaded it. */
  openid(): Promise<string>;
}

/**
 * Has an upload checked; the verdict comes as a push. Never throws: what could not be checked stays, with
 * a line in the log. `origin` is where the server is reached from outside, without a slash at the end.
 */
export async function checkUpload(
  bucket: R2Bucket,
  { url, type }: Pick<MediaContent, 'url' | 'type'>,
  room: Owner['room'],
  origin: string,
  check: UploadCheck,
): Promise<void> {
  try {
    const media = { url: `${origin}${url}`, type, openid: await check.openid() };
    const traceId = await requestMediaCheck(check, media);
    await keepCheck(bucket, traceId, { key: keyOfUrl(url), room });
  } catch (fault) {
    console.error(`${url} was not checked: ${fault instanceof Error ? fault.message : 'a fault'}`);
  }
}
