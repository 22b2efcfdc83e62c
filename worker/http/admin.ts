import { Hono } from 'hono';
import {
  NoticeRequestSchema,
  type NoticeResponse,
  SettingsRequestSchema,
} from '../../shared/http.ts';
import { RefusalError } from '../refusal.ts';
import type { AppEnv } from './app-types.ts';
import { limitBody, requireAdmin } from './guards.ts';
import { readBody, roomOf } from './input.ts';
import { askRoom } from './rooms-client.ts';

/** What back ends and operators do with rooms, under `/api/rooms`, with the admin key. */
export const adminRoutes = new Hono<AppEnv>()
  .post('/:room/notices', requireAdmin(), limitBody(), async (c) => {
    const notice = await readBody(c, NoticeRequestSchema);
    // The id makes asking twice safe, also for our own second attempt.
    const id = notice.id ?? crypto.randomUUID();
    const verdict = await askRoom(c.env, roomOf(c), (room) => room.notify({ ...notice, id }));
    if (!verdict.ok) throw new RefusalError(verdict.refusal);
    const { seq, at, offline } = verdict.ack;
    return c.json({ id, seq, at, ...(offline && { offline }) } satisfies NoticeResponse, 201);
  })
  .put('/:room/settings', requireAdmin(), limitBody(), async (c) => {
    const change = await readBody(c, SettingsRequestSchema);
    return c.json(await askRoom(c.env, roomOf(c), (room) => room.configure(change)));
  });
