/** Changing secrets: what people have stays theirs as long as the old ones are listed. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { ErrorBody, MediaResponse, SessionResponse } from '../../../shared/http.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { openOpenId } from '../../../worker/identity/openid.ts';
import { readToken } from '../../../worker/identity/token.ts';
import { keyOfUrl, MediaKeys } from '../../../worker/media/media-key.ts';
import { png } from '../../support/media-files.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { ADMIN, bearer } from '../support/client.ts';

const OLD = TEST_SECRETS.SESSION_SECRET;
const NEW = 'the-new-session-secret-of-more-than-32-characters';

/** As the deployment is with another secret, and whatever else. */
const rotated = (more: Partial<Env> = {}): Partial<Env> => ({
  SESSION_SECRET: NEW,
  SESSION_SECRET_OLD: `an-older-session-secret-of-32-characters, ${OLD}`,
  USER_ID_SECRET: OLD,
  ...more,
});

const call = async (changes: Partial<Env>, path: string, init: RequestInit = {}) =>
  await app.request(
    `https://edge-chat.test${path}`,
    init,
    { ...env, ...changes },
    createExecutionContext(),
  );

const loginTo = (changes: Partial<Env>) =>
  call(changes, '/api/session', { method: 'POST', body: '{"code":"openid-o-rotate"}' });

async function login(changes: Partial<Env> = {}): Promise<SessionResponse> {
  const response = await loginTo(changes);
  expect(response.status).toBe(200);
  return await response.json<SessionResponse>();
}

const members = async (changes: Partial<Env>, credential: string) =>
  (await call(changes, '/api/rooms/lobby/members', { headers: bearer(credential) })).status;

describe('a new SESSION_SECRET', () => {
  it('logs nobody out while the old one is listed, and everybody once it is not', async () => {
    const { token } = await login();
    expect(await members(rotated(), token)).toBe(200);
    expect(await members(rotated({ SESSION_SECRET_OLD: '' }), token)).toBe(401);
  });

  it('signs what is new: the old one is not needed for it', async () => {
    const { token } = await login(rotated());
    expect(await members(rotated({ SESSION_SECRET_OLD: '' }), token)).toBe(200);
    expect(await members({}, token)).toBe(401);
  });

  it('leaves WeChat users who they are', async () => {
    const [before, after] = [await login(), await login(rotated())];
    expect(after.user.id).toBe(before.user.id);
    const later = await login(rotated({ SESSION_SECRET_OLD: '' }));
    expect(later.user.id).toBe(before.user.id);
  });

  it('is refused where it would make strangers of them', async () => {
    const response = await loginTo(rotated({ USER_ID_SECRET: '' }));
    expect(response.status).toBe(503);
    const { error } = await response.json<{ error: ErrorBody }>();
    expect(error.message).toContain('USER_ID_SECRET');
  });

  it('opens the openids that the old one sealed', async () => {
    const { token, user } = await login();
    const { sealedOpenId = '' } = await readToken(token, [NEW, OLD]);
    expect(await openOpenId(sealedOpenId, user.id, [NEW, OLD])).toBe('o-rotate');
    await expect(openOpenId(sealedOpenId, user.id, [NEW])).rejects.toThrow();
  });

  it('lets a picture be sent that was uploaded before it', async () => {
    const { token, user } = await login();
    const body = new FormData();
    body.set('file', new File([png()], 'a.png', { type: 'image/png' }));
    body.set('room', 'lobby');
    const uploaded = await call({}, '/api/media', { method: 'POST', headers: bearer(token), body });
    const { url } = await uploaded.json<MediaResponse>();
    const owner = { user: user.id, room: 'lobby' };
    expect(new MediaKeys([NEW, OLD]).open(keyOfUrl(url), owner)).toBeDefined();
    expect(new MediaKeys([NEW]).open(keyOfUrl(url), owner)).toBeUndefined();
    expect(new MediaKeys([NEW, OLD]).open(keyOfUrl(url), { ...owner, user: 'x' })).toBeUndefined();
  });

  it('is no way to let a weak one in', async () => {
    const { token } = await login();
    const response = await call(
      rotated({ SESSION_SECRET_OLD: `${OLD},short` }),
      '/api/rooms/lobby/members',
      { headers: bearer(token) },
    );
    expect(response.status).toBe(503);
    const { error } = await response.json<{ error: ErrorBody }>();
    expect(error.message).toContain('SESSION_SECRET_OLD');
    expect(error.message).not.toContain(OLD);
  });
});

describe('a new ADMIN_KEY', () => {
  const NEW_KEY = 'the-new-admin-key-of-more-than-32-characters';
  const rooms = async (changes: Partial<Env>, headers: HeadersInit) =>
    (await call(changes, '/api/rooms', { headers })).status;

  it('leaves back ends time to change theirs', async () => {
    const both = { ADMIN_KEY: NEW_KEY, ADMIN_KEY_OLD: TEST_SECRETS.ADMIN_KEY };
    expect(await rooms(both, ADMIN)).toBe(200);
    expect(await rooms(both, bearer(NEW_KEY))).toBe(200);
    expect(await rooms({ ADMIN_KEY: NEW_KEY }, ADMIN)).toBe(401);
  });

  it('is set up wrong: operators are told, and users go on', async () => {
    const weak = { ADMIN_KEY_OLD: 'short' };
    expect(await rooms(weak, ADMIN)).toBe(503);
    expect(await members(weak, (await login()).token)).toBe(200);
  });
});
