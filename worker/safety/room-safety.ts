/** What content is checked with, as the deployment is set up. */
import { type ContentPolicy, contentPolicy, type Env } from '../env.ts';
import { openOpenId } from '../identity/openid.ts';
import { sessionKeys } from '../identity/secrets.ts';
import type { UploadCheck } from '../media/upload-check.ts';
import type { ContentCheck, SafetyPorts } from '../room/content-check.ts';
import type { Session } from '../room/ports.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { StableToken } from './stable-token.ts';
import { WECHAT_API_BASE, type WeChatApi } from './wechat-api.ts';
import { WeChatCheck } from './wechat-check.ts';
import { WordCheck } from './word-check.ts';

/** Of a deployment that is set up wrong: the Worker lets nobody in, but what is there can be read. */
const FALLBACK: ContentPolicy = { check: 'words', when: 'before', onFailure: 'hold' };

/** The checks of a room; `undefined` where nothing is checked. */
export function roomSafety(env: Env): Pick<SafetyPorts, 'policy' | 'words' | 'remote'> | undefined {
  const { check, when, onFailure } = policyOf(env);
  if (check === 'off') return undefined;
  const remote = check === 'wechat' && { remote: wechatCheck(env) };
  return { policy: { when, onFailure }, words: new WordCheck(), ...remote };
}

/** The check of what a user uploads; `undefined` where there is none, or WeChat doesn't know them. */
export function uploadSafety(
  env: Env,
  { id, sealedOpenId }: Pick<Session, 'id' | 'sealedOpenId'>,
): UploadCheck | undefined {
  if (sealedOpenId === undefined || policyOf(env).check !== 'wechat') return undefined;
  const api = weChatApi(env);
  const token = new StableToken(api, Date.now);
  return {
    base: api.base,
    accessToken: (refused) => token.get(refused),
    openid: () => openOf(env, { id, sealedOpenId }),
  };
}

function policyOf(env: Env): ContentPolicy {
  try {
    return contentPolicy(env);
  } catch (problem) {
    console.error('content is checked by words only', problem);
    return FALLBACK;
  }
}

function wechatCheck(env: Env): ContentCheck {
  const api = weChatApi(env);
  return new WeChatCheck({
    api,
    token: new StableToken(api, Date.now),
    breaker: new CircuitBreaker(Date.now),
    openOpenId: (author) => openOf(env, author),
  });
}

function weChatApi(env: Env): WeChatApi {
  const { WECHAT_APPID: appId = '', WECHAT_SECRET: secret = '', WECHAT_API_BASE: base } = env;
  return { appId, secret, base: base || WECHAT_API_BASE };
}

function openOf(
  env: Env,
  { id, sealedOpenId = '' }: Pick<Session, 'id' | 'sealedOpenId'>,
): Promise<string> {
  return openOpenId(sealedOpenId, id, sessionKeys(env));
}
