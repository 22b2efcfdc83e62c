import { Hono } from 'hono';
import {
  type SessionRequest,
  SessionRequestSchema,
  type SessionResponse,
} from '../../shared/http.ts';
import type { Env } from '../env.ts';
import { checkAdminKey } from '../identity/admin.ts';
import { bearerOf } from '../identity/bearer.ts';
import { issueToken, requireSecret } from '../identity/token.ts';
import { backEndUserId, guestUserId, wechatUserId } from '../identity/user-id.ts';
import { codeToOpenId } from '../identity/wechat.ts';
import { refuse } from '../refusal.ts';
import type { AppEnv } from './app-types.ts';
import { limitBody } from './guards.ts';
import { readBody } from './input.ts';

/** WeChat does not tell a server the nickname: who gives none is called this. */
const DEFAULT_NAME = '微信用户';

/** `POST /api/session`: who somebody is, as a token to show from now on. */
export const sessionRoutes = new Hono<AppEnv>().post('/', limitBody(), async (c) => {
  const request = await readBody(c, SessionRequestSchema);
  const adminKey = bearerOf(c.req.raw.headers);
  if (adminKey !== undefined) await checkAdminKey(adminKey, c.env.ADMIN_KEY);
  const id = await identify(request, adminKey !== undefined, c.env);
  const { name = DEFAULT_NAME, avatar, group } = request;
  const user = { id, name, ...(avatar && { avatar }), ...(group && { group }) };
  const issued = await issueToken(user, c.env.SESSION_SECRET, Date.now());
  return c.json({ ...issued, user } satisfies SessionResponse);
});

/** The user id, once whoever vouches for it has done so. */
async function identify(request: SessionRequest, isBackEnd: boolean, env: Env): Promise<string> {
  const { code, user, name, group } = request;
  const isGuest = code === undefined && user === undefined;
  // Whoever is in a group reads what is said to it: only a back end may put a real user into one.
  if (group !== undefined && !isBackEnd && !isGuest) {
    throw refuse('forbidden', 'only a back end with the admin key can give a group');
  }
  if (code !== undefined) {
    const secret = requireSecret('SESSION_SECRET', env.SESSION_SECRET);
    const config = {
      appId: env.WECHAT_APPID,
      secret: env.WECHAT_SECRET,
      apiBase: env.WECHAT_API_BASE || undefined,
    };
    return wechatUserId(await codeToOpenId(code, config), secret);
  }
  if (user !== undefined) {
    if (!isBackEnd) throw refuse('unauthorized', 'a session for a user needs the admin key');
    return backEndUserId(user);
  }
  if (name === undefined) throw refuse('bad_frame', 'give a code, a user or a name');
  if (env.ALLOW_GUESTS !== 'true') throw refuse('forbidden', 'guests are not allowed here');
  return guestUserId(name);
}
