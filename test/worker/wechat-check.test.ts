import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CircuitBreaker } from '../../worker/safety/circuit-breaker.ts';
import { StableToken } from '../../worker/safety/stable-token.ts';
import type { WeChatApi } from '../../worker/safety/wechat-api.ts';
import { WeChatCheck } from '../../worker/safety/wechat-check.ts';
import { TEST_SECRETS } from '../support/secrets.ts';
import type { CheckCall } from '../support/wechat-stand-in.ts';
import { callsWith, tokenRequests } from './support/wechat.ts';

const API: WeChatApi = {
  appId: TEST_SECRETS.WECHAT_APPID,
  secret: TEST_SECRETS.WECHAT_SECRET,
  base: env.WECHAT_API_BASE ?? '',
};

/** An app of its own, so that no other test's token is known. */
let time = 0;

function newCheck({ api = API, timeoutMs = 10_000 } = {}) {
  const breaker = new CircuitBreaker(() => time);
  const token = new StableToken(api, () => time);
  const openOpenId = async () => 'o-someone';
  return { breaker, check: new WeChatCheck({ api, token, breaker, openOpenId, timeoutMs }) };
}

const said = (text: string) => ({
  text,
  author: { id: 'wx:1', sealedOpenId: 'sealed' },
  blockedWords: [],
});

let logged: ReturnType<typeof vi.spyOn>[];
beforeEach(() => {
  // Each test in another time: tokens that were known before have ended.
  time += 10 * 60 * 60 * 1_000;
  logged = [
    vi.spyOn(console, 'error').mockImplementation(() => {}),
    vi.spyOn(console, 'warn').mockImplementation(() => {}),
  ];
  return () => {
    const words = JSON.stringify(logged.flatMap(({ mock }) => mock.calls));
    for (const secret of [API.secret, 'o-someone', 'token-']) expect(words).not.toContain(secret);
    for (const spy of logged) spy.mockRestore();
  };
});

describe('msgSecCheck', () => {
  it('is asked as WeChat wants it: version 2, scene 2, with the openid', async () => {
    expect(await newCheck().check.check(said('你好 asked'))).toBe('pass');
    expect(await callsWith('你好 asked')).toEqual<CheckCall[]>([
      { content: '你好 asked', version: 2, scene: 2, openid: 'o-someone' },
    ]);
  });

  it.each([
    ['#pass', 'pass', true],
    ['#risky', 'reject', true],
    ['#review', 'reject', true],
    ['#errcode-87014', 'reject', true],
    ['#errcode-61010', 'unable', true],
    ['#errcode-40003', 'unable', true],
    ['#errcode-45009', 'unavailable', false],
    ['#errcode--1', 'unavailable', false],
    ['#status-500', 'unavailable', false],
    ['#html', 'unavailable', false],
  ])('%s is %s; WeChat may be asked again at once: %s', async (text, result, goesOn) => {
    const { breaker, check } = newCheck();
    expect(await check.check(said(`text ${text}`))).toBe(result);
    expect(breaker.allows()).toBe(goesOn);
  });

  it('that does not answer in time is given up, and is not asked again for a while', async () => {
    const { check } = newCheck({ timeoutMs: 1_500 });
    expect(await check.check(said('#silent one'))).toBe('unavailable');
    expect(await check.check(said('two, not asked'))).toBe('unavailable');
    expect(await callsWith('two, not asked')).toEqual([]);
    time += 5_000;
    expect(await check.check(said('three, asked'))).toBe('pass');
    expect(await check.check(said('four, asked'))).toBe('pass');
  });

  it('that answers late is waited for, if it is not too late', async () => {
    expect(await newCheck().check.check(said('#slow'))).toBe('pass');
  });

  it('leaves a used-up quota alone for a minute', async () => {
    const { check } = newCheck();
    await check.check(said('#errcode-45009'));
    time += 59_999;
    expect(await check.check(said('quota, not asked'))).toBe('unavailable');
    time += 1;
    expect(await check.check(said('quota, asked'))).toBe('pass');
    expect(await callsWith('quota, not asked')).toEqual([]);
  });

  it('that can’t be reached at all is no fault of the message', async () => {
    // Nothing listens on the discard port.
    const { breaker, check } = newCheck({ api: { ...API, base: 'http://127.0.0.1:9' } });
    expect(await check.check(said('hello'))).toBe('unavailable');
    expect(breaker.allows()).toBe(false);
  });

  it('with wrong secrets is not available', async () => {
    const { check } = newCheck({ api: { ...API, appId: 'wx-other' } });
    expect(await check.check(said('hello'))).toBe('unavailable');
  });

  it('takes the longest message that there can be', async () => {
    expect(await newCheck().check.check(said(`${'😀'.repeat(1_993)} #risky`))).toBe('reject');
  });
});

describe('the access token', () => {
  it('is asked for once, however many checks need it at once, and kept', async () => {
    const { check } = newCheck();
    const before = await tokenRequests();
    const texts = ['a', 'b', 'c', 'd'].map((text) => check.check(said(text)));
    expect(await Promise.all(texts)).toEqual(['pass', 'pass', 'pass', 'pass']);
    await check.check(said('e'));
    // Another room in the same memory.
    await newCheck().check.check(said('f'));
    expect(await tokenRequests()).toBe(before + 1);
  });

  it('is asked for again before it ends', async () => {
    const { check } = newCheck();
    await check.check(said('a'));
    const before = await tokenRequests();
    time += 2 * 60 * 60 * 1_000 - 5 * 60_000 - 1;
    await check.check(said('b'));
    expect(await tokenRequests()).toBe(before);
    time += 1;
    await check.check(said('c'));
    expect(await tokenRequests()).toBe(before + 1);
  });

  it('that is not valid any more is asked for again, and the message checked with the new one', async () => {
    const { check } = newCheck();
    await check.check(said('a'));
    const before = await tokenRequests();
    expect(await check.check(said('renewed #stale'))).toBe('pass');
    expect(await tokenRequests()).toBe(before + 1);
    expect(await callsWith('renewed #stale')).toHaveLength(2);
  });

  it('is asked for again only once', async () => {
    const { check } = newCheck();
    expect(await check.check(said('never good #errcode-40001'))).toBe('unavailable');
    expect(await callsWith('never good #errcode-40001')).toHaveLength(2);
  });
});
