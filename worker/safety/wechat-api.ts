/** Calls of WeChat's server API. */

/** What these calls need to know. */
export interface WeChatApi {
  readonly appId: string;
  readonly secret: string;
  /** Where it is, without a slash at the end. */
  readonly base: string;
}

/** What people say to each other, as the second version of WeChat's checks calls it. */
export const CHECK_OF_COMMENTS = { version: 2, scene: 2 } as const;

/** What WeChat answers to a token that it does not take (any more). */
const TOKEN_ERRORS: readonly number[] = [40001, 40014, 42001];

/**
 * What `call` answers with a token; asked once more, with another, where WeChat does not take the first.
 * `tokenOf` gives a token that is not `refused`.
 */
export async function withToken<Answer extends { readonly errcode: number }>(
  tokenOf: (refused?: string) => Promise<string>,
  call: (token: string) => Promise<Answer>,
): Promise<Answer> {
  const token = await tokenOf();
  const answer = await call(token);
  return TOKEN_ERRORS.includes(answer.errcode) ? await call(await tokenOf(token)) : answer;
}

/** Where WeChat's server API is, unless it is set otherwise. */
export const WECHAT_API_BASE = 'https://api.weixin.qq.com';

/**
 * Posts JSON and reads the JSON that comes back, which WeChat labels as text. Throws when there is no
 * answer, when `signal` says stop, or when the answer is no JSON or no success; what is thrown does not
 * quote the address, which can hold a token.
 */
export async function postToWeChat(
  { base }: WeChatApi,
  pathAndQuery: string,
  body: object,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(`${base}${pathAndQuery}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    throw new Error(`no answer (${cause instanceof Error ? cause.name : 'unknown'})`);
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('an answer that is not JSON');
  }
}
