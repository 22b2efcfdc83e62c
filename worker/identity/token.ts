/** Session tokens: JWTs that only this Worker signs and reads. */
import { sign, verify } from 'hono/jwt';
import type { JWTPayload } from 'hono/utils/jwt/types';
import { JwtTokenExpired, JwtTokenSignatureMismatched } from 'hono/utils/jwt/types';
import * as v from 'valibot';
import { refuse } from '../refusal.ts';
import type { Session } from '../room/ports.ts';
import { type Keyring, withAnyKey } from './secrets.ts';

/** How long a session lasts, in milliseconds. */
const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1_000;

const ALGORITHM = 'HS256';
const AUDIENCE = 'edge-chat';

const ClaimsSchema = v.object({
  sub: v.string(),
  name: v.string(),
  avatar: v.optional(v.string()),
  group: v.optional(v.string()),
  sealedOpenId: v.optional(v.string()),
  exp: v.number(),
});

/** Signs a session that begins at `now` and lasts a week (milliseconds since 1970). */
export async function issueToken(
  user: Omit<Session, 'expiresAt'>,
  [secret]: Keyring,
  now: number,
): Promise<{ token: string; expiresAt: number }> {
  const { id, ...details } = user;
  const iat = Math.floor(now / 1_000);
  const exp = iat + SESSION_LIFETIME_MS / 1_000;
  const claims = { aud: AUDIENCE, sub: id, ...details, iat, exp };
  const token = await sign(claims, secret, ALGORITHM);
  return { token, expiresAt: exp * 1_000 };
}

/** Reads a token; throws `unauthorized` for one that is forged, damaged, expired or not ours. */
export async function readToken(token: string, keys: Keyring): Promise<Session> {
  try {
    const payload = await verifyWithAny(token, keys);
    const { sub, exp, name, avatar, group, sealedOpenId } = v.parse(ClaimsSchema, payload);
    return {
      id: sub,
      name,
      ...(avatar !== undefined && { avatar }),
      ...(group !== undefined && { group }),
      ...(sealedOpenId !== undefined && { sealedOpenId }),
      expiresAt: exp * 1_000,
    };
  } catch (cause) {
    const expired = cause instanceof JwtTokenExpired;
    const message = expired ? 'the session has expired: log in again' : 'the token is not valid';
    throw refuse('unauthorized', message, cause);
  }
}

function verifyWithAny(token: string, keys: Keyring): Promise<JWTPayload> {
  return withAnyKey(
    keys,
    // Clocks differ from machine to machine: a token that was issued "in the future" is a fresh one.
    (key) => verify(token, key, { alg: ALGORITHM, aud: AUDIENCE, iat: false }),
    (fault) => !(fault instanceof JwtTokenSignatureMismatched),
  );
}
