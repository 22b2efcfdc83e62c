/**
 * Openids, sealed: WeChat wants to be told whose words it checks, and nobody else may learn it. Outside
 * this file an openid is a text that only this Worker opens (AES-GCM).
 */
import { type Keyring, withAnyKey } from './secrets.ts';

const IV_BYTES = 12;

/** Seals the openid of user `userId`; opens for that user only. */
export async function sealOpenId(
  openid: string,
  userId: string,
  [secret]: Keyring,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const data = new TextEncoder().encode(openid);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(algorithm(iv, userId), await keyOf(secret), data),
  );
  return btoa(String.fromCharCode(...iv, ...sealed));
}

/** Opens what {@link sealOpenId} made; throws when it was made for another user or with another secret. */
export function openOpenId(sealed: string, userId: string, keys: Keyring): Promise<string> {
  return withAnyKey(keys, (secret) => openWith(secret, sealed, userId));
}

async function openWith(secret: string, sealed: string, userId: string): Promise<string> {
  const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
  const iv = bytes.subarray(0, IV_BYTES);
  const key = await keyOf(secret);
  const data = await crypto.subtle.decrypt(algorithm(iv, userId), key, bytes.subarray(IV_BYTES));
  return new TextDecoder().decode(data);
}

function algorithm(iv: Uint8Array, userId: string): SubtleCryptoEncryptAlgorithm {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(userId) };
}

/** A key of its own (HKDF): that of the tokens signs, this one seals. */
async function keyOf(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const root = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
    'deriveKey',
  ]);
  const info = encoder.encode('edge-chat/openid');
  return await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
    root,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}
