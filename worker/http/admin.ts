import { Hono } from 'hono';
import {
  type EventResponse,
  EXPORT_LAST_HEADER,
  ModerationRequestSchema,
  NoticeRequestSchema,
  type NoticeResponse,
  SeqParamSchema,
  SettingsRequestSchema,
} from '../../shared/http.ts';
import type { AckFrame } from '../../shared/protocol.ts';
import { RefusalError } from '../refusal.ts';
import type { Verdict } from '../room/authority.ts';
import { EXPORT_PATH } from '../room-export.ts';
import type { AppEnv } from './app-types.ts';
import { limitBody, requireAdmin } from './guards.ts';
import { parseInput, readBody, roomOf } from './input.ts';
import { withRetry } from './retry.ts';
import { askRoom, roomStub } from './rooms-client.ts';

/** The id of a request that has none: it makes asking the room twice safe. */
const newId = () => crypto.randomUUID();

/** What back ends and operators do with rooms, under `/api/rooms`, with the admin key. */
export const adminRoutes = new Hono<AppEnv>()
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
  .get('/:room/export', requireAdmin(), async (c) => {
    const room = roomOf(c);
    const { body, headers } = await withRetry(() =>
      roomStub(c.env, room).fetch(`https://room${EXPORT_PATH}`),
    );
    return new Response(body, {
      headers: {
        'Content-Type': 'application/x-ndjson',
        'Content-Disposition': attachment(`${room}.ndjson`),
        'Cache-Control': 'no-store',
        [EXPORT_LAST_HEADER]: headers.get(EXPORT_LAST_HEADER) ?? '',
      },
    });
  })
  .put('/:room/settings', requireAdmin(), limitBody(), async (c) => {
    const change = await readBody(c, SettingsRequestSchema);
    const id = newId();
    return c.json(await askRoom(c.env, roomOf(c), (room) => room.configure(change, id)));
  });

/** Makes a browser save the answer as a file: with a name in ASCII for what does not know RFC 6266. */
function attachment(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\]/gu, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}

/** The ack of what was accepted; throws the refusal of what was not. */
function ackOf(verdict: Verdict): AckFrame {
  if (verdict.ok) return verdict.ack;
  throw new RefusalError(verdict.refusal);
}
