/** Rates of addresses: new sessions, and wrong admin keys. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ErrorBody } from '../../../shared/http.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { ADMIN, bearer, guestToken } from '../support/client.ts';

const MINUTE = 60_000;

/** A rate that lets `limit` pass for each key, for good. */
function rateOf(limit: number): RateLimit & { readonly keys: string[] } {
  const keys: string[] = [];
  return {
    keys,
    limit: async ({ key }) => {
      keys.push(key);
      return { success: keys.filter((each) => each === key).length <= limit };
    },
  };
}

interface Call {
  readonly path: string;
  readonly from?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

async function call(changes: Partial<Env>, { path, from, headers, body }: Call) {
  const response = await app.request(
    `https://edge-chat.test${path}`,
    {
      headers: { ...(from !== undefined && { 'CF-Connecting-IP': from }), ...headers },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    },
    { ...env, ...changes },
    createExecutionContext(),
  );
  const { error } = await response.json<{ error?: ErrorBody }>();
  return { status: response.status, code: error?.code, wait: response.headers.get('Retry-After') };
}

describe('who asks for too many sessions', () => {
  const login = (rate: RateLimit, from?: string, more: object = {}) =>
    call(
      { SESSION_RATE: rate },
      {
        path: '/api/session',
        body: { name: 'alice' },
        ...(from !== undefined && { from }),
        ...more,
      },
    );

  it('is told to wait, by address; nobody elsewhere is', async () => {
    const rate = rateOf(1);
    expect(await login(rate, '192.0.2.1')).toMatchObject({ status: 200 });
    const refused = await login(rate, '192.0.2.1');
    expect(refused).toEqual({ status: 429, code: 'rate_limited', wait: '60' });
    expect(await login(rate, '192.0.2.2')).toMatchObject({ status: 200 });
  });

  it('has one address, however many of an IPv6 network there are', async () => {
    const rate = rateOf(1);
    expect(await login(rate, '2001:db8:0:1::1')).toMatchObject({ status: 200 });
    expect(await login(rate, '2001:db8::1:ffff:0:0:2')).toMatchObject({ status: 429 });
    expect(await login(rate, '2001:db8:0:2::1')).toMatchObject({ status: 200 });
    expect(new Set(rate.keys)).toEqual(new Set(['2001:0db8:0000:0001', '2001:0db8:0000:0002']));
  });

  it('is not a back end, which asks for all its users', async () => {
    const rate = rateOf(0);
    const more = { headers: ADMIN, body: { user: '42' } };
    expect(await login(rate, '192.0.2.3', more)).toMatchObject({ status: 200 });
  });

  it('is nobody where no address is known, as on a developer’s machine', async () => {
    expect(await login(rateOf(0))).toMatchObject({ status: 200 });
  });

  it('is found out by the platform, as it is set up here', async () => {
    expect(await env.SESSION_RATE?.limit({ key: 'anybody' })).toEqual({ success: true });
    expect(await env.CONNECT_RATE?.limit({ key: 'anybody' })).toEqual({ success: true });
    expect(await env.ADMIN_RATE?.limit({ key: 'anybody' })).toEqual({ success: true });
  });
});

describe('who connects to a room too often', () => {
  const connect = async (rate: RateLimit, name: string, room = 'lobby') => {
    const { webSocket } = await app.request(
      `https://edge-chat.test/ws?room=${room}&name=${name}`,
      { headers: { Upgrade: 'websocket' } },
      { ...env, CONNECT_RATE: rate },
      createExecutionContext(),
    );
    if (!webSocket) throw new Error('no socket');
    const frames: { type: string; code?: string; retryAfter?: number }[] = [];
    let code: number | undefined;
    webSocket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
    webSocket.addEventListener('close', (event) => {
      code = event.code;
    });
    webSocket.accept();
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0));
    return { first: frames[0], closed: () => code };
  };

  it('is told to wait, and does not get as far as the room; elsewhere they may go', async () => {
    const rate = rateOf(1);
    expect((await connect(rate, 'often')).first?.type).toBe('welcome');
    const { first, closed } = await connect(rate, 'often');
    expect(first).toMatchObject({ type: 'reject', code: 'rate_limited', retryAfter: MINUTE });
    await vi.waitFor(() => expect(closed()).toBe(4429));
    expect((await connect(rate, 'often', 'another')).first?.type).toBe('welcome');
    expect((await connect(rate, 'somebody-else')).first?.type).toBe('welcome');
    expect(rate.keys[0]).toBe('guest:often lobby');
  });
});

describe('who guesses admin keys', () => {
  const wrong = (number: number) => bearer(`${number}`.padStart(40, 'x'));
  const ask = (rate: RateLimit, from: string, headers: Record<string, string>, path?: string) =>
    call({ ADMIN_RATE: rate }, { path: path ?? '/api/rooms', from, headers });

  it.each(['/api/rooms', '/api/rooms/lobby/members', '/admin/live'])(
    'is not listened to for a minute, not even with the right one: %s',
    async (path) => {
      const from = `192.0.2.1 ${path}`;
      const rate = rateOf(2);
      for (const guess of [1, 2]) {
        expect(await ask(rate, from, wrong(guess), path)).toMatchObject({ status: 401 });
      }
      const refused = await ask(rate, from, wrong(3), path);
      expect(refused).toEqual({ status: 429, code: 'rate_limited', wait: '60' });
      expect(await ask(rate, from, ADMIN)).toMatchObject({ status: 429 });
      expect(await ask(rate, '192.0.2.99', ADMIN)).toMatchObject({ status: 200 });
      const later = Date.now() + MINUTE;
      const clock = vi.spyOn(Date, 'now').mockReturnValue(later);
      expect(await ask(rate, from, ADMIN)).toMatchObject({ status: 200 });
      clock.mockRestore();
    },
  );

  it('is not who shows a session token: users and operators can share an address', async () => {
    const rate = rateOf(0);
    const from = '192.0.2.20';
    const token = bearer(await guestToken('alice'));
    expect(await ask(rate, from, token)).toMatchObject({ status: 401 });
    expect(await ask(rate, from, token, '/api/rooms/lobby/members')).toMatchObject({ status: 200 });
    expect(await ask(rate, from, ADMIN)).toMatchObject({ status: 200 });
    expect(rate.keys).toEqual([]);
    // Nor are users shut out by who guesses beside them.
    expect(await ask(rate, from, wrong(1))).toMatchObject({ status: 429 });
    expect(await ask(rate, from, token, '/api/rooms/lobby/members')).toMatchObject({ status: 200 });
  });
});
