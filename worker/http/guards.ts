import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { EXPORT_LAST_HEADER } from '../../shared/http.ts';
import { MAX_BODY_BYTES } from '../../shared/limits.ts';
import { bearerOf } from '../identity/bearer.ts';
import { sessionKeys } from '../identity/secrets.ts';
import { readToken } from '../identity/token.ts';
import { refuse } from '../refusal.ts';
import { checkAdminKey, isOperator } from './admin-access.ts';
import type { AppEnv } from './app-types.ts';
import { isAllowedOrigin } from './origin.ts';

/** Lets in who shows a session token, and keeps who that is in `session`. */
export const requireSession = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    const token = bearerOf(c.req.raw.headers);
    if (token === undefined)
      throw refuse('unauthorized', 'this needs Authorization: Bearer <token>');
    c.set('session', await readToken(token, sessionKeys(c.env)));
    await next();
  });

/** Lets in who shows the admin key. */
export const requireAdmin = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    await checkAdminKey(c, bearerOf(c.req.raw.headers));
    await next();
  });

/** Lets in who shows a session token or the admin key, and keeps who that is in `asker`. */
export const requireAsker = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    const credential = bearerOf(c.req.raw.headers);
    if (credential === undefined) {
      throw refuse('unauthorized', 'this needs Authorization: Bearer <token or ADMIN_KEY>');
    }
    const isUser = !(await isOperator(c, credential));
    c.set('asker', isUser ? await readToken(credential, sessionKeys(c.env)) : undefined);
    await next();
  });

/** Refuses a body that is larger than any that means something. */
export const limitBody = (maxSize = MAX_BODY_BYTES) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw refuse('too_large', `a body must have at most ${maxSize} bytes`);
    },
  });

/** Lets pages of the listed origins read the answers. */
export const allowOrigins = () =>
  cors({
    origin: (origin, c) =>
      isAllowedOrigin(origin, c.req.url, c.env.ALLOWED_ORIGINS) ? origin : null,
    allowMethods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type'],
    exposeHeaders: [EXPORT_LAST_HEADER],
    maxAge: 86_400,
  });
