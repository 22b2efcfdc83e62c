import { Hono } from 'hono';
import {
  type EventResponse,
  ModerationRequestSchema,
  NoticeRequestSchema,
  type NoticeResponse,
  SeqParamSchema,
  SettingsRequestSchema,
} from '../../shared/http.ts';
import { MAX_SETTINGS_BODY_BYTES } from '../../shared/limits.ts';
import { ackOf } from '../refusal.ts';
import type { AppEnv } from './app-types.ts';
import { exportFile } from './export.ts';
import { limitBody, requireAdmin } from './guards.ts';
import { parseInput, readBody, roomOf } from './input.ts';
import { listRooms } from './live-rooms.ts';
import { askRoom } from './rooms-client.ts';

/** The id of a request that has none: it makes asking the room twice safe. */
const newId = () => crypto.randomUUID();

/** What back ends and operators do with rooms, under `/api/rooms`, with the admin key. */
export const adminRoutes = new Hono<AppEnv>()
  .get('/', requireAdmin(), async (c) => c.json(await listRooms(c.env, Date.now())))
  .post('/:room/notices', requireAdmin(), limitBody(), async (c) => {
    const notice = await readBody(c, NoticeRequestSchema);
    const id = notice.id ?? newId();
    const verdict = await askRoom(c.env, roomOf(c), (room) => room.notify({ ...notice, id }));
    const { seq, at, offline } = ackOf(verdict);
    return c.json({ id, seq, at, ...(offline && { offline }) } satisfies NoticeResponse, 201);
  })
  .post('/:room/moderation', requireAdmin(), limitBody(), async (c) => {
    const request = await readBody(c, ModerationRequestSchema);
    const id = request.id ?? newId();
    const verdict = await askRoom(c.env, roomOf(c), (room) => room.moderate({ ...request, id }));
    const { seq, at } = ackOf(verdict);
    return c.json({ id, seq, at } satisfies EventResponse, 201);
  })
  .delete('/:room/messages/:seq', requireAdmin(), async (c) => {
    const target = parseInput(SeqParamSchema, c.req.param('seq'));
    const id = newId();
    const { seq, at } = ackOf(await askRoom(c.env, roomOf(c), (room) => room.recall(id, target)));
    return c.json({ id, seq, at } satisfies EventResponse);
  })
  .get('/:room/export', requireAdmin(), (c) => exportFile(c.env, roomOf(c)))
  .put('/:room/settings', requireAdmin(), limitBody(MAX_SETTINGS_BODY_BYTES), async (c) => {
    const change = await readBody(c, SettingsRequestSchema);
    const id = newId();
    return c.json(await askRoom(c.env, roomOf(c), (room) => room.configure(change, id)));
  });
