/**
 * User ids. Each begins with who vouches for the user, so that nobody can take on an id of another
 * source or of the system.
 */

/** Of a guest, who is nobody's but the nickname's. */
export function guestUserId(name: string): string {
  return `guest:${name}`;
}

/** Of a user whom a back end knows under an id of its own. */
export function backEndUserId(id: string): string {
  return `app:${id}`;
}

/** Bytes of the hash that make the id: 128 bits are far beyond any chance of two being the same. */
const ID_BYTES = 16;

/**
 * Of a WeChat user: a keyed hash of the openid (HMAC-SHA-256), the same at every login, from which
 * nobody without `secret` learns the openid.
 */
export async function wechatUserId(openid: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  // The label keeps this use of the secret apart from the signing of tokens.
  const hash = await crypto.subtle.sign('HMAC', key, encoder.encode(`edge-chat/user-id/${openid}`));
  const bytes = new Uint8Array(hash, 0, ID_BYTES);
  return `wx:${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
