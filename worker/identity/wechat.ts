/** WeChat's login, the part that is for servers. */
import * as v from 'valibot';
import { notConfigured, RefusalError, refuse } from '../refusal.ts';

/** What `code2Session` needs. */
export interface WeChatConfig {
  readonly appId: string | undefined;
  readonly secret: string | undefined;
  /** Where WeChat's server API is. */
  readonly apiBase: string | undefined;
  /** How long to wait for an answer, in milliseconds; 5 seconds without it. */
  readonly timeoutMs?: number;
}

const DEFAULT_API_BASE = 'https://api.weixin.qq.com';
/** The person waits for it with the mini-program's start page before them. */
const DEFAULT_TIMEOUT_MS = 5_000;
const BUSY_RETRY_MS = 2_000;
const QUOTA_RETRY_MS = 60_000;

const AnswerSchema = v.object({
  openid: v.optional(v.pipe(v.string(), v.nonEmpty())),
  errcode: v.optional(v.number(), 0),
});

/**
 * Changes the code of `wx.login` for the user's openid. Throws a refusal that says what to do: log in
 * again (`unauthorized`), wait (`rate_limited`, `server_error`), or nothing (`banned` by WeChat).
 * Source of the error numbers: WeChat's documentation of `auth.code2Session`.
 */
export async function codeToOpenId(code: string, config: WeChatConfig): Promise<string> {
  const { appId, secret, apiBase = DEFAULT_API_BASE, timeoutMs = DEFAULT_TIMEOUT_MS } = config;
  if (!appId || !secret) {
    throw notConfigured('WeChat login needs the secrets WECHAT_APPID and WECHAT_SECRET');
  }
  const query = new URLSearchParams({
    appid: appId,
    secret,
    js_code: code,
    grant_type: 'authorization_code',
  });
  const { openid, errcode } = await askWeChat(`${apiBase}/sns/jscode2session?${query}`, timeoutMs);
  if (errcode !== 0) throw refusalOf(errcode);
  if (openid === undefined) throw unavailable('an answer without an openid');
  return openid;
}

async function askWeChat(
  url: string,
  timeoutMs: number,
): Promise<v.InferOutput<typeof AnswerSchema>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`WeChat answered with status ${response.status}`);
    return v.parse(AnswerSchema, await response.json());
  } catch (cause) {
    // The message of the cause could quote the address, which holds the secret.
    throw unavailable(cause instanceof Error ? cause.name : 'no answer');
  }
}

function refusalOf(errcode: number): RefusalError {
  switch (errcode) {
    case 40029: // invalid code
    case 40163: // code used before
      return refuse('unauthorized', 'the login code is not valid any more: call wx.login again');
    case 40226: // user blocked for high risk
      return refuse('banned', 'WeChat has blocked this user');
    case 45011: // more than 100 logins a minute of one user
      return new RefusalError({
        code: 'rate_limited',
        message: 'too many logins: wait a minute',
        retryAfter: QUOTA_RETRY_MS,
      });
    default:
      return unavailable(`errcode ${errcode}`);
  }
}

function unavailable(why: string): RefusalError {
  console.error(`code2Session failed: ${why}`);
  const message = 'WeChat did not confirm the login: try again';
  return new RefusalError(
    { code: 'server_error', message, retryAfter: BUSY_RETRY_MS },
    { status: 503 },
  );
}
