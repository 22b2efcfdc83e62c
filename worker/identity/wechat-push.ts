/** Pushes of WeChat's servers: whether they are, and what they say in safe mode. */
import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { decodeBase64 } from 'hono/utils/encode';
import { notConfigured, type RefusalError, refuse } from '../refusal.ts';

/** What came with the address of a push. */
export interface PushQuery {
  readonly signature?: string | undefined;
  readonly msg_signature?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly nonce?: string | undefined;
}

/** A push that is older or newer than this, in milliseconds, is somebody's copy. */
const MAX_AGE_MS = 5 * 60_000;

/** The keys of safe mode are 43 characters: 32 bytes without the padding. */
const AES_KEY = /^[A-Za-z0-9]{43}$/;
const IV_BYTES = 16;
/** Before the text stand 16 random bytes and its length; behind it the appid. */
const LENGTH_AT = 16;
const TEXT_AT = 20;
const MAX_PADDING = 32;

/**
 * Throws `forbidden` unless a push at `now` (milliseconds since 1970) is signed with `token`: by its
 * `signature`, or for what came encrypted by its `msg_signature`.
 */
export function checkPush(
  query: PushQuery,
  token: string | undefined,
  now: number,
  encrypted?: string,
): void {
  if (!token) {
    throw notConfigured('pushes of WeChat need the secret WECHAT_PUSH_TOKEN');
  }
  const { timestamp = '', nonce = '' } = query;
  const signature = encrypted === undefined ? query.signature : query.msg_signature;
  const signed = [token, timestamp, nonce, ...(encrypted === undefined ? [] : [encrypted])];
  if (!isSame(signature ?? '', createHash('sha1').update(signed.sort().join('')).digest('hex'))) {
    throw refuse('forbidden', 'this push is not signed by WeChat');
  }
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1_000) > MAX_AGE_MS) {
    throw refuse('forbidden', 'this push is not of now');
  }
}

/**
 * The text of a push in safe mode, with the key of the console (EncodingAESKey). Throws `forbidden` when
 * it is not for this app or was not encrypted with this key.
 */
export function decryptPush(encrypted: string, aesKey: string, appId: string | undefined): string {
  if (!AES_KEY.test(aesKey)) throw notConfigured('WECHAT_PUSH_AES_KEY must have 43 characters');
  const key = decodeBase64(`${aesKey}=`);
  const plain = decipher(encrypted, key);
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > MAX_PADDING || plain.length < TEXT_AT + padding)
    throw undecipherable();
  const end = plain.length - padding;
  const length = new DataView(plain.buffer, plain.byteOffset).getUint32(LENGTH_AT);
  if (TEXT_AT + length > end) throw undecipherable();
  const decoder = new TextDecoder();
  if (decoder.decode(plain.subarray(TEXT_AT + length, end)) !== appId) throw undecipherable();
  return decoder.decode(plain.subarray(TEXT_AT, TEXT_AT + length));
}

/** WeChat pads to 32 bytes, which is more than ciphers take for padding. */
function decipher(encrypted: string, key: Uint8Array): Uint8Array {
  try {
    const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, IV_BYTES));
    cipher.setAutoPadding(false);
    const [first, last] = [cipher.update(decodeBase64(encrypted)), cipher.final()];
    const plain = new Uint8Array(first.length + last.length);
    plain.set(first);
    plain.set(last, first.length);
    return plain;
  } catch (cause) {
    throw undecipherable(cause);
  }
}

function undecipherable(cause?: unknown): RefusalError {
  return refuse('forbidden', 'this push was not encrypted for this app', cause);
}

/** How long it takes says nothing of where they differ. */
function isSame(one: string, other: string): boolean {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
