import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { sign } from 'hono/jwt';
import { describe, expect, it, vi } from 'vitest';
import type { ErrorBody, SessionResponse } from '../../../shared/http.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { openOpenId } from '../../../worker/identity/openid.ts';
import { readToken } from '../../../worker/identity/token.ts';
import { codeToOpenId } from '../../../worker/identity/wechat.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { ADMIN, bearer, Client, guestToken, newRoom, post, request } from '../support/client.ts';

async function errorOf(response: Response): Promise<ErrorBody> {
  return (await response.json<{ error: ErrorBody }>()).error;
}

/** Calls the Worker with another environment than the tests' own. */
function requestWith(changes: Partial<Env>, path: string, body: unknown): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  const all = { ...env, ...changes };
  return Promise.resolve(
    app.request(`https://edge-chat.test${path}`, init, all, createExecutionContext()),
  );
}

describe('login with WeChat', () => {
  const login = (code: string, more: object = {}) => post('/api/session', { code, ...more });

  it('[H2] the same person gets the same id at every login, and it does not tell the openid', async () => {
    const [first, second, other] = await Promise.all(
      ['openid-o123', 'openid-o123', 'openid-o124'].map(async (code) => {
        const response = await login(code, { name: '小明', avatar: 'https://a.example/1.png' });
        expect(response.status).toBe(200);
        return await response.json<SessionResponse>();
      }),
    );
    expect(first?.user).toEqual(second?.user);
    expect(first?.user.id).toMatch(/^wx:[0-9a-f]{32}$/);
    expect(other?.user.id).not.toBe(first?.user.id);
    const claims = atob(
      (first?.token ?? '').split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? '',
    );
    expect(JSON.stringify(first) + claims).not.toContain('o123');
    const week = 7 * 86_400_000;
    expect(Math.abs((first?.expiresAt ?? 0) - Date.now() - week)).toBeLessThan(60_000);
  });

  it('keeps the openid sealed in the token, for this Worker and this user alone', async () => {
    const { token, user } = await (await login('openid-o-sealed')).json<SessionResponse>();
    const keys = [TEST_SECRETS.SESSION_SECRET] as const;
    const { sealedOpenId = '' } = await readToken(token, keys);
    expect(sealedOpenId).not.toBe('');
    expect(await openOpenId(sealedOpenId, user.id, keys)).toBe('o-sealed');
    await expect(openOpenId(sealedOpenId, 'wx:somebody-else', keys)).rejects.toThrow();
    await expect(openOpenId(sealedOpenId, user.id, ['x'.repeat(40)])).rejects.toThrow();
    expect(await readToken(await guestToken('alice'), keys)).not.toHaveProperty('sealedOpenId');
  });

  it('nobody in the room sees anything of the openid, not even the user', async () => {
    const { token } = await (await login('openid-o-hidden')).json<SessionResponse>();
    const { sealedOpenId = '' } = await readToken(token, [TEST_SECRETS.SESSION_SECRET]);
    const room = newRoom();
    const phone = await Client.open(`room=${room}`, bearer(token));
    const bob = await Client.join(room, 'bob');
    await bob.upTo((await phone.say('hello')).seq);
    const members = await request(`/api/rooms/${room}/members`, { headers: bearer(token) });
    const seen = JSON.stringify([phone.inbox.frames, bob.inbox.frames]) + (await members.text());
    expect(seen).toContain('hello');
    for (const part of ['sealedOpenId', sealedOpenId, 'o-hidden']) expect(seen).not.toContain(part);
  });

  it('[C1] opens the room, by header as a phone does', async () => {
    const { token, user } = await (
      await login('openid-phone', { name: '小红' })
    ).json<SessionResponse>();
    const phone = await Client.open(`room=${newRoom()}`, bearer(token));
    expect((await phone.next('welcome')).self).toEqual({ ...user, role: 'member' });
  });

  it('without a name there is one to show', async () => {
    const { user } = await (await login('openid-nameless')).json<SessionResponse>();
    expect(user.name).toBe('微信用户');
  });

  it.each([
    ['errcode-40029', 401, 'unauthorized'],
    ['errcode-40163', 401, 'unauthorized'],
    ['errcode-40226', 403, 'banned'],
    ['errcode-45011', 429, 'rate_limited'],
    ['errcode--1', 503, 'server_error'],
    ['errcode-40125', 503, 'server_error'],
    ['status-502', 503, 'server_error'],
    ['html', 503, 'server_error'],
    ['openid-', 503, 'server_error'],
    ['whatever', 401, 'unauthorized'],
  ])('WeChat answers %s: %i %s', async (code, status, expected) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const response = await login(code);
    expect(response.status).toBe(status);
    expect((await errorOf(response)).code).toBe(expected);
    expect(JSON.stringify(logged.mock.calls)).not.toContain(TEST_SECRETS.WECHAT_SECRET);
    logged.mockRestore();
  });

  it('WeChat does not answer at all: the person is told to try again, and when', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const config = {
      appId: TEST_SECRETS.WECHAT_APPID,
      secret: TEST_SECRETS.WECHAT_SECRET,
      apiBase: env.WECHAT_API_BASE,
      timeoutMs: 100,
    };
    await expect(codeToOpenId('silent', config)).rejects.toMatchObject({
      status: 503,
      refusal: { code: 'server_error', retryAfter: 2_000 },
    });
    logged.mockRestore();
  });

  it('a refusal that passes says so in the header that HTTP has for it', async () => {
    const response = await login('errcode-45011');
    expect(response.headers.get('Retry-After')).toBe('60');
  });

  it('an old session’s token on the request is nobody’s problem', async () => {
    const headers = bearer(await guestToken('alice'));
    expect((await post('/api/session', { code: 'openid-1' }, headers)).status).toBe(200);
  });

  it('without its secrets the route says which are missing', async () => {
    const response = await requestWith({ WECHAT_SECRET: '' }, '/api/session', { code: 'openid-1' });
    expect(response.status).toBe(503);
    expect((await errorOf(response)).message).toContain('WECHAT_SECRET');
    const weak = await requestWith({ SESSION_SECRET: 'short' }, '/api/session', {
      code: 'openid-1',
    });
    expect(weak.status).toBe(503);
    expect((await errorOf(weak)).message).toContain('SESSION_SECRET');
  });
});

describe('guests', () => {
  it('[C1][H2] are let in under their nickname where that is allowed', async () => {
    const response = await post('/api/session', { name: ' 小明\u202e ', group: 'red' });
    expect((await response.json<SessionResponse>()).user).toEqual({
      id: 'guest:小明',
      name: '小明',
      group: 'red',
    });
  });

  it('are not let in on a plain deploy', async () => {
    const response = await requestWith({ ALLOW_GUESTS: '' }, '/api/session', { name: 'alice' });
    expect(response.status).toBe(403);
    expect((await errorOf(response)).code).toBe('forbidden');
  });
});

describe('users of a back end', () => {
  it('[H2] get a session under the id that the back end gives, with a group', async () => {
    const body = { user: '42', name: 'Ann', group: '客服' };
    const response = await post('/api/session', body, ADMIN);
    const { token, user } = await response.json<SessionResponse>();
    expect(user).toEqual({ id: 'app:42', name: 'Ann', group: '客服' });
    const ann = await Client.open(`room=${newRoom()}`, {
      'Sec-WebSocket-Protocol': `edge-chat.v1, bearer.${token}`,
    });
    expect(ann.protocol).toBe('edge-chat.v1');
    expect((await ann.next('welcome')).self).toEqual({ ...user, role: 'member' });
  });

  it.each([
    ['no key', { user: '42' }, {}, 401, 'unauthorized'],
    ['a wrong key', { user: '42' }, bearer('x'.repeat(40)), 401, 'unauthorized'],
    ['a session token for a key', { user: '42' }, 'token', 401, 'unauthorized'],
    ['a group without the key', { code: 'openid-1', group: 'vip' }, {}, 401, 'unauthorized'],
  ])('%s is refused', async (_, body, headers, status, code) => {
    const credential = headers === 'token' ? bearer(await guestToken('alice')) : headers;
    const response = await post('/api/session', body, credential as Record<string, string>);
    expect(response.status).toBe(status);
    expect((await errorOf(response)).code).toBe(code);
  });
});

describe('[H1][R9] a request that makes no sense', () => {
  it.each([
    ['not JSON', '{', 400, 'bad_frame'],
    ['not an object', '[]', 400, 'bad_frame'],
    ['nothing in it', {}, 400, 'bad_frame'],
    ['a code and a user', { code: 'openid-1', user: '42' }, 400, 'bad_frame'],
    ['an empty user', { user: '' }, 400, 'bad_frame'],
    ['a name of the wrong type', { name: 5 }, 400, 'bad_frame'],
    ['a blank name', { name: '  ' }, 400, 'bad_frame'],
    ['a name too long', { name: 'x'.repeat(33) }, 400, 'bad_frame'],
    ['an avatar that runs code', { name: 'a', avatar: 'javascript:alert(1)' }, 400, 'bad_frame'],
    ['an oversized body', { name: 'a', padding: 'x'.repeat(20_000) }, 413, 'too_large'],
  ])('%s', async (_, body, status, code) => {
    const response = await post('/api/session', body);
    expect(response.status).toBe(status);
    const error = await errorOf(response);
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/\.ts|\bat \w+ \(/);
  });
});

describe('session tokens', () => {
  const members = (token: string) =>
    request('/api/rooms/lobby/members', { headers: bearer(token) });
  const now = Math.floor(Date.now() / 1_000);
  const claims = { aud: 'edge-chat', sub: 'guest:eve', name: 'eve', iat: now, exp: now + 60 };

  it('a good one is let in', async () => {
    expect((await members(await sign(claims, TEST_SECRETS.SESSION_SECRET, 'HS256'))).status).toBe(
      200,
    );
  });

  const forged: [string, () => Promise<string> | string][] = [
    [
      'expired',
      () => sign({ ...claims, iat: now - 99, exp: now - 9 }, TEST_SECRETS.SESSION_SECRET, 'HS256'),
    ],
    ['signed with another secret', () => sign(claims, 'x'.repeat(40), 'HS256')],
    ['of another algorithm', () => sign(claims, TEST_SECRETS.SESSION_SECRET, 'HS512')],
    [
      'not signed at all',
      () =>
        `${btoa('{"alg":"none","typ":"JWT"}')}.${btoa(JSON.stringify(claims))}.`.replaceAll(
          '=',
          '',
        ),
    ],
    [
      'for something else',
      () => sign({ ...claims, aud: 'other' }, TEST_SECRETS.SESSION_SECRET, 'HS256'),
    ],
    [
      'without an end',
      () => sign({ aud: claims.aud, sub: 'x', name: 'x' }, TEST_SECRETS.SESSION_SECRET, 'HS256'),
    ],
    [
      'without a user',
      () => sign({ aud: claims.aud, exp: claims.exp }, TEST_SECRETS.SESSION_SECRET, 'HS256'),
    ],
    [
      'tampered with',
      async () => {
        const [head, , signature] = (
          await sign(claims, TEST_SECRETS.SESSION_SECRET, 'HS256')
        ).split('.');
        return `${head}.${btoa(JSON.stringify({ ...claims, sub: 'guest:boss' })).replaceAll('=', '')}.${signature}`;
      },
    ],
    ['gibberish', () => 'abc'],
  ];
  it.each(forged)(
    '[E2] one that is %s is refused, over HTTP and over the socket',
    async (_, make) => {
      const token = await make();
      const response = await members(token);
      expect(response.status).toBe(401);
      expect((await errorOf(response)).code).toBe('unauthorized');
      for (const headers of [
        bearer(token),
        { 'Sec-WebSocket-Protocol': `edge-chat.v1, bearer.${token}` },
      ]) {
        const socket = await Client.open('room=lobby', headers);
        expect(await socket.next('reject')).toMatchObject({ code: 'unauthorized' });
        expect(await socket.whenClosed()).toEqual({ code: 4401, reason: 'unauthorized' });
      }
    },
  );

  it('none at all is refused', async () => {
    expect((await request('/api/rooms/lobby/members')).status).toBe(401);
    expect(
      (await request('/api/rooms/lobby', { headers: { Authorization: 'Basic eDp5' } })).status,
    ).toBe(401);
  });
});
