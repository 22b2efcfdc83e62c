/** The session of an operator in a browser: a JWT that stands for having shown the admin key. */
import { sign, verify } from 'hono/jwt';
import { refuse } from '../refusal.ts';
import { requireSecret } from './secrets.ts';

/** How long it lasts, in milliseconds: a working day. It is not prolonged. */
export const OPERATOR_SESSION_MS = 12 * 60 * 60 * 1_000;

const ALGORITHM = 'HS256';
const AUDIENCE = 'edge-chat-operator';

/** A token for who has shown the admin key at `now` (milliseconds since 1970). */
export async function issueOperatorToken(
  adminKey: string | undefined,
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1_000);
  const claims = { aud: AUDIENCE, iat, exp: iat + OPERATOR_SESSION_MS / 1_000 };
  return await sign(claims, await signingKey(adminKey), ALGORITHM);
}

/** Throws `unauthorized` unless `token` was issued under this admin key and has not expired. */
export async function checkOperatorToken(
  token: string | undefined,
  adminKey: string | undefined,
): Promise<void> {
  const key = await signingKey(adminKey);
  if (token === undefined) throw refuse('unauthorized', 'log in with the admin key');
  try {
    await verify(token, key, { alg: ALGORITHM, aud: AUDIENCE, iat: false });
  } catch (cause) {
    throw refuse('unauthorized', 'the login is not valid any more: log in again', cause);
  }
}

/**
 * Derived from the admin key: another key ends every login, and the key itself signs nothing that
 * leaves the Worker.
 */
async function signingKey(adminKey: string | undefined): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = encoder.encode(requireSecret('ADMIN_KEY', adminKey));
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
  const label = encoder.encode('edge-chat/operator-session');
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, label));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
