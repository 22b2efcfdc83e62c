import { Hono } from 'hono';
import {
  PageQuerySchema,
  type UnreadRequest,
  UnreadRequestSchema,
  type UnreadResponse,
} from '../../shared/http.ts';
import type { Env } from '../env.ts';
import { toRefusalError, unwrap } from '../refusal.ts';
import type { Session } from '../room/ports.ts';
import type { AppEnv } from './app-types.ts';
import { limitBody, requireAsker, requireSession } from './guards.ts';
import { parseInput, readBody, roomOf } from './input.ts';
import { askRoom } from './rooms-client.ts';

/** What people read of rooms, under `/api/rooms`. */
export const roomRoutes = new Hono<AppEnv>()
  .post('/unread', requireSession(), limitBody(), async (c) => {
    const { rooms } = await readBody(c, UnreadRequestSchema);
    const session = c.get('session');
    const answers = await Promise.all(rooms.map((room) => askUnread(c.env, session, room)));
    return c.json({ rooms: answers } satisfies UnreadResponse);
  })
  .get('/:room', requireAsker(), async (c) =>
    c.json(await askRoom(c.env, roomOf(c), (room) => room.info())),
  )
  .get('/:room/members', requireAsker(), async (c) => {
    const asker = c.get('asker');
    return c.json(unwrap(await askRoom(c.env, roomOf(c), (room) => room.members(asker))));
  })
  .get('/:room/messages', requireSession(), async (c) => {
    const { before, limit } = parseInput(PageQuerySchema, c.req.query());
    const session = c.get('session');
    const page = await askRoom(c.env, roomOf(c), (room) => room.page(session, before, limit));
    return c.json(unwrap(page));
  })
  .get('/:room/questions', requireSession(), async (c) => {
    const session = c.get('session');
    return c.json(unwrap(await askRoom(c.env, roomOf(c), (room) => room.questions(session))));
  });

/** One room that does not answer must not take the lobby with it. */
async function askUnread(
  env: Env,
  session: Session,
  { room, since }: UnreadRequest['rooms'][number],
): Promise<UnreadResponse['rooms'][number]> {
  try {
    return unwrap(await askRoom(env, room, (stub) => stub.unread(session, since)));
  } catch (thrown) {
    return { room, error: toRefusalError(thrown).refusal };
  }
}
