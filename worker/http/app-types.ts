import type { Context } from 'hono';
import type { SecureHeadersVariables } from 'hono/secure-headers';
import type { Env } from '../env.ts';
import type { Asker } from '../room/announcements.ts';
import type { Session } from '../room/ports.ts';

/**
 * What the routes have: the Worker's environment, and after `requireSession` or `requireAsker` who is
 * asking.
 */
export interface AppEnv {
  Bindings: Env;
  Variables: { session: Session; asker: Asker } & SecureHeadersVariables;
}

export type AppContext = Context<AppEnv>;
