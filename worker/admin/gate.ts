/** Who may see the operator's pages, and how they log in and out. */
import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { CookieOptions } from 'hono/utils/cookie';
import { checkAdminKey } from '../http/admin-access.ts';
import type { AppContext, AppEnv } from '../http/app-types.ts';
import { limitBody } from '../http/guards.ts';
import { bearerOf } from '../identity/bearer.ts';
import {
  checkOperatorToken,
  issueOperatorToken,
  OPERATOR_SESSION_MS,
} from '../identity/operator.ts';
import { refuse } from '../refusal.ts';
import { readForm } from './forms.ts';
import { HOME } from './paths.ts';

const COOKIE = 'edge-chat-operator';

/** Lets in who is logged in, or shows the admin key as `Authorization: Bearer`. */
export const requireOperator = () =>
  createMiddleware<AppEnv>(async (c, next) => {
    const key = bearerOf(c.req.raw.headers);
    if (key !== undefined) {
      await checkAdminKey(c, key);
    } else {
      await checkOperatorToken(getCookie(c, COOKIE, prefixOf(c)), c.env.ADMIN_KEY);
      if (c.req.method === 'POST') checkSameOrigin(c);
    }
    await next();
  });

/** `POST /login` and `POST /logout`. */
export const loginRoutes = new Hono<AppEnv>()
  .post('/login', limitBody(), async (c) => {
    checkSameOrigin(c);
    const form = await readForm(c);
    await checkAdminKey(c, form.key ?? '');
    const token = await issueOperatorToken(c.env.ADMIN_KEY, Date.now());
    setCookie(c, COOKIE, token, {
      ...scopeOf(c),
      httpOnly: true,
      sameSite: 'Strict',
      maxAge: OPERATOR_SESSION_MS / 1_000,
    });
    return c.redirect(pageToReturnTo(c, form.next), 303);
  })
  .post('/logout', (c) => {
    checkSameOrigin(c);
    deleteCookie(c, COOKIE, scopeOf(c));
    return c.redirect(HOME, 303);
  });

/** Over https a browser takes such a cookie from https only; `__Host-` would need the path `/`. */
function prefixOf(c: AppContext): 'secure' | undefined {
  return new URL(c.req.url).protocol === 'https:' ? 'secure' : undefined;
}

function scopeOf(c: AppContext): CookieOptions {
  const prefix = prefixOf(c);
  return { path: HOME, ...(prefix && { prefix, secure: true }) };
}

/**
 * A form of another site must not act for an operator, nor log one in. `SameSite` keeps the cookie
 * from it, but takes other names of the same domain for the same site.
 */
function checkSameOrigin(c: AppContext): void {
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  const isOurs =
    (site !== undefined || origin !== undefined) &&
    (site === undefined || site === 'same-origin') &&
    (origin === undefined || origin === new URL(c.req.url).origin);
  if (!isOurs) throw refuse('forbidden', 'this form was not sent by the operator’s page');
}

/** Where somebody wanted to go when they were asked for the key: only ever one of these pages. */
function pageToReturnTo(c: AppContext, next: string | undefined): string {
  const { origin } = new URL(c.req.url);
  const url = URL.parse(next ?? HOME, origin);
  const isOurs = url?.origin === origin && `${url.pathname}/`.startsWith(`${HOME}/`);
  return isOurs ? `${url.pathname}${url.search}` : HOME;
}
