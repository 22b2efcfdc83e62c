/** What the stand-in for WeChat was asked, and how it is told to behave. */
import { env } from 'cloudflare:workers';
import type { MediaCheckCall } from '../../support/media-check-stand-in.ts';
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
