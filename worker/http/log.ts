import { routePath } from 'hono/route';
import { logLevel } from '../env.ts';
import { Logbook } from '../logbook.ts';
import type { RefusalError } from '../refusal.ts';
import type { AppContext } from './app-types.ts';

/** Of this isolate of the Worker; there are many. */
const logbook = new Logbook();

/** Logs what was refused over HTTP, or before a room was reached. */
export function logRefusal(c: AppContext, { refusal, status }: RefusalError): void {
  const session = c.get('session') ?? c.get('asker');
  const line = {
    event: 'refusal',
    code: refusal.code,
    status,
    method: c.req.method,
    // The path itself can hold the key of a picture, which is all that it takes to see it.
    route: routePath(c, -1),
    ...(session && { user: session.id }),
  } as const;
  logbook.refusal(logLevel(c.env), line, Date.now());
}
