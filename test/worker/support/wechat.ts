/** What the stand-in for WeChat was asked, and how it is told to behave. */
import { env } from 'cloudflare:workers';
import type { MediaCheckCall } from '../../support/media-check-stand-in.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import type { CheckCall } from '../../support/wechat-stand-in.ts';

/** The checks of texts with this part in them. */
export async function callsWith(part: string): Promise<CheckCall[]> {
  const query = new URLSearchParams({ text: part });
  return await (await fetch(`${env.WECHAT_API_BASE}/stand-in/calls?${query}`)).json();
}

/** The checks of uploads in the name of this openid. */
export async function mediaChecksOf(openid: string): Promise<MediaCheckCall[]> {
  const query = new URLSearchParams({ openid });
  return await (await fetch(`${env.WECHAT_API_BASE}/stand-in/media-checks?${query}`)).json();
}

/** How often a token was asked for. */
export async function tokenRequests(): Promise<number> {
  const response = await fetch(`${env.WECHAT_API_BASE}/stand-in/tokens`);
  return (await response.json<{ requests: number }>()).requests;
}

async function sha1(parts: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode([...parts].sort().join(''));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-1', text));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The query of a push as WeChat signs it, `age` milliseconds ago. */
export async function signedPush({
  token = TEST_SECRETS.WECHAT_PUSH_TOKEN,
  age = 0,
  encrypted = undefined as string | undefined,
} = {}): Promise<URLSearchParams> {
  const timestamp = String(Math.floor((Date.now() - age) / 1_000));
  const nonce = 'n 1+';
  const query = new URLSearchParams({ timestamp, nonce, openid: 'o1' });
  query.set('signature', await sha1([token, timestamp, nonce]));
  if (encrypted !== undefined) {
    query.set('encrypt_type', 'aes');
    query.set('msg_signature', await sha1([token, timestamp, nonce, encrypted]));
  }
  return query;
}
