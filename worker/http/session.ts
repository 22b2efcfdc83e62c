import { Hono } from 'hono';
import {
  type SessionRequest,
  SessionRequestSchema,
  type SessionResponse,
} from '../../shared/http.ts';
import { type Env, guestsAllowed } from '../env.ts';
import { bearerOf } from '../identity/bearer.ts';
import { sealOpenId } from '../identity/openid.ts';
import { sessionKeys, userIdSecret } from '../identity/secrets.ts';
import { issueToken } from '../identity/token.ts';
import { backEndUserId, guestUserId, wechatUserId } from '../identity/user-id.ts';
import { codeToOpenId } from '../identity/wechat.ts';
import { refuse } from '../refusal.ts';
import type { Session } from '../room/ports.ts';
import { checkName } from '../safety/names.ts';
import { checkAdminKey } from './admin-access.ts';
import type { AppContext, AppEnv } from './app-types.ts';
import { clientAddress } from './client-address.ts';
import { limitBody } from './guards.ts';
import { readBody } from './input.ts';
import { limitRate } from './rate.ts';

/** WeChat does not tell a server the nickname: who gives none is called this. */
const DEFAULT_NAME = '微信用户';

/** `POST /api/session`: who somebody is, as a token to show from now on. */
export const sessionRoutes = new Hono<AppEnv>().post('/', limitBody(), async (c) => {
  const request = await readBody(c, SessionRequestSchema);
  const { name = DEFAULT_NAME, avatar, group } = request;
  const identity = await identify(request, name, c);
  const user = { id: identity.id, name, ...(avatar && { avatar }), ...(group && { group }) };
  const issued = await issueToken({ ...user, ...identity }, sessionKeys(c.env), Date.now());
  return c.json({ ...issued, user } satisfies SessionResponse);
});

type Identity = Pick<Session, 'id' | 'sealedOpenId'>;

/** Who it is, once whoever vouches for it has done so. */
async function identify(request: SessionRequest, name: string, c: AppContext): Promise<Identity> {
  const { code, user, group } = request;
  const { env } = c;
  const isGuest = code === undefined && user === undefined;
  // Who is in a group reads what is said to it: only a back end may put a real user into one. The
  // header is not looked at otherwise: many clients send an old session's token with everything.
  if (user !== undefined || (group !== undefined && !isGuest)) {
    await checkAdminKey(c, bearerOf(c.req.raw.headers));
  } else {
    await limitRate(env.SESSION_RATE, clientAddress(c), 'too many logins: wait a minute');
  }
  if (user === undefined) checkName(name, env);
  if (user !== undefined) return { id: backEndUserId(user) };
  if (code !== undefined) return await wechatLogin(code, env);
  if (!guestsAllowed(env)) throw refuse('forbidden', 'guests are not allowed here');
  return { id: guestUserId(name) };
}

async function wechatLogin(code: string, env: Env): Promise<Identity> {
  // Before the code is used up, which works only once.
  const [keys, idSecret] = [sessionKeys(env), userIdSecret(env)];
  const openid = await codeToOpenId(code, {
    appId: env.WECHAT_APPID,
    secret: env.WECHAT_SECRET,
    apiBase: env.WECHAT_API_BASE || undefined,
  });
  const id = await wechatUserId(openid, idSecret);
  return { id, sealedOpenId: await sealOpenId(openid, id, keys) };
}
