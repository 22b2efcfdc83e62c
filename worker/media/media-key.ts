/**
 * The keys of uploads. A key can't be guessed, and holds what the server has read from the file, under
 * its signature: so a room knows what stands behind an address without asking the bucket.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodeBase64Url, encodeBase64Url } from 'hono/utils/encode';
import type { MediaContent } from '../../shared/protocol.ts';
import type { Keyring } from '../identity/secrets.ts';
import type { ImageFormat, MediaFacts, VoiceFormat } from './formats/read-media.ts';

/** An upload: what was read from it, and its size in bytes. */
export interface Upload {
  readonly facts: MediaFacts;
  readonly size: number;
}

/** Whose an upload is: of this user, to be sent in this room, or in any without one. */
export interface Owner {
  readonly user: string;
  readonly room?: string | undefined;
}

/**
 * A key is in bytes: its version, its format, 8 bytes of facts, 128 random bits, and 128 bits of
 * HMAC-SHA-256 over all before it and the owner. A multiple of three, so that each key can be written in
 * one way only.
 */
const VERSION = 1;
const FORMAT_AT = 1;
const FACTS_AT = 2;
const SIZE_AT = 6;
const RANDOM_AT = 10;
const SIGNATURE_AT = 26;
const LENGTH = 42;
/** Beside the format: the upload is for one room only. */
const ONE_ROOM = 0x80;

/** By their number in keys: only ever added to. */
const FORMATS = ['jpeg', 'png', 'gif', 'webp', 'mp3', 'aac', 'm4a', 'wav'] as const satisfies (
  | ImageFormat
  | VoiceFormat
)[];

const MEDIA_PATH = '/media/';

/** The address of an upload on this server. */
export function urlOfKey(key: string): string {
  return MEDIA_PATH + key;
}

/** The key in an address that {@link urlOfKey} made. */
export function keyOfUrl(url: string): string {
  return url.slice(MEDIA_PATH.length);
}

/** What to send, as it is, for an upload. */
export function contentOf({ facts, size }: Upload, key: string): MediaContent {
  const url = urlOfKey(key);
  if (facts.type === 'voice') return { type: 'voice', url, duration: facts.duration, size };
  return { type: 'image', url, width: facts.width, height: facts.height, size };
}

/** Makes keys with a secret of the server, and proves those made with it or with an old one. */
export class MediaKeys {
  readonly #signingKey: Uint8Array;
  readonly #oldKeys: readonly Uint8Array[];

  constructor([secret, ...old]: Keyring) {
    this.#signingKey = signingKeyOf(secret);
    this.#oldKeys = old.map(signingKeyOf);
  }

  /** A new key for an upload. */
  make({ facts, size }: Upload, owner: Owner): string {
    const bytes = new Uint8Array(LENGTH);
    const view = new DataView(bytes.buffer);
    bytes[0] = VERSION;
    bytes[FORMAT_AT] = FORMATS.indexOf(facts.format) | (owner.room === undefined ? 0 : ONE_ROOM);
    if (facts.type === 'image') {
      view.setUint16(FACTS_AT, facts.width);
      view.setUint16(FACTS_AT + 2, facts.height);
    } else {
      view.setUint32(FACTS_AT, facts.duration);
    }
    view.setUint32(SIZE_AT, size);
    crypto.getRandomValues(bytes.subarray(RANDOM_AT, SIGNATURE_AT));
    bytes.set(signatureOf(bytes, owner, this.#signingKey), SIGNATURE_AT);
    return encodeBase64Url(bytes.buffer);
  }

  /** What is behind a key, if it was made here for this user, and for this room or for any. */
  open(key: string, owner: Required<Owner>): Upload | undefined {
    const bytes = bytesOf(key);
    if (!bytes) return undefined;
    const signature = bytes.subarray(SIGNATURE_AT);
    const signer = hasRoom(bytes) ? owner : { user: owner.user };
    const isMadeWith = (key: Uint8Array) =>
      timingSafeEqual(signature, signatureOf(bytes, signer, key));
    return isMadeWith(this.#signingKey) || this.#oldKeys.some(isMadeWith) ? read(bytes) : undefined;
  }
}

/** The label keeps this use of the secret apart from the signing of tokens. */
function signingKeyOf(secret: string): Uint8Array {
  return createHmac('sha256', secret).update('edge-chat/media-key').digest();
}

/** User ids and rooms have no control characters: no two owners are written alike. */
function signatureOf(bytes: Uint8Array, { user, room }: Owner, key: Uint8Array): Uint8Array {
  return createHmac('sha256', key)
    .update(bytes.subarray(0, SIGNATURE_AT))
    .update(room === undefined ? user : `${user}\n${room}`)
    .digest()
    .subarray(0, LENGTH - SIGNATURE_AT);
}

/** What a key says of its upload, whether it was made here or not. */
export function readKey(key: string): Upload | undefined {
  const bytes = bytesOf(key);
  return bytes && read(bytes);
}

/** Whether a key, made here or not, is for one room only. */
export function isForOneRoom(key: string): boolean {
  const bytes = bytesOf(key);
  return bytes !== undefined && hasRoom(bytes);
}

function hasRoom(bytes: Uint8Array): boolean {
  return ((bytes[FORMAT_AT] ?? 0) & ONE_ROOM) !== 0;
}

function bytesOf(key: string): Uint8Array | undefined {
  if (key.length !== (LENGTH / 3) * 4 || !/^[A-Za-z0-9_-]+$/.test(key)) return undefined;
  const bytes = decodeBase64Url(key);
  return bytes[0] === VERSION ? bytes : undefined;
}

function read(bytes: Uint8Array): Upload | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = FORMATS[view.getUint8(FORMAT_AT) & ~ONE_ROOM];
  const size = view.getUint32(SIZE_AT);
  switch (format) {
    case undefined:
      return undefined;
    case 'jpeg':
    case 'png':
    case 'gif':
    case 'webp': {
      const [width, height] = [view.getUint16(FACTS_AT), view.getUint16(FACTS_AT + 2)];
      return { facts: { type: 'image', format, width, height }, size };
    }
    default:
      return { facts: { type: 'voice', format, duration: view.getUint32(FACTS_AT) }, size };
  }
}
