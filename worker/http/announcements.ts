import { Hono } from 'hono';
import { AnnouncementRequestSchema, type AnnouncementsResponse } from '../../shared/http.ts';
import { FrameIdSchema } from '../../shared/protocol.ts';
import { unwrap } from '../refusal.ts';
import type { AppEnv } from './app-types.ts';
import { limitBody, requireAsker } from './guards.ts';
import { parseInput, readBody, roomOf } from './input.ts';
import { askRoom } from './rooms-client.ts';

/** What a room announces by itself, under `/api/rooms`: for its hosts and for operators. */
export const announcementRoutes = new Hono<AppEnv>()
  .post('/:room/announcements', requireAsker(), limitBody(), async (c) => {
    const request = await readBody(c, AnnouncementRequestSchema);
    const wish = { ...request, id: request.id ?? crypto.randomUUID() };
    const asker = c.get('asker');
    return c.json(
      unwrap(await askRoom(c.env, roomOf(c), (room) => room.announce(asker, wish))),
      201,
    );
  })
  .get('/:room/announcements', requireAsker(), async (c) => {
    const asker = c.get('asker');
    const answer = await askRoom(c.env, roomOf(c), (room) => room.announcements(asker));
    return c.json(unwrap(answer) satisfies AnnouncementsResponse);
  })
  .delete('/:room/announcements/:id', requireAsker(), async (c) => {
    const id = parseInput(FrameIdSchema, c.req.param('id'));
    const asker = c.get('asker');
    unwrap(await askRoom(c.env, roomOf(c), (room) => room.cancelAnnouncement(asker, id)));
    return c.body(null, 204);
  });
