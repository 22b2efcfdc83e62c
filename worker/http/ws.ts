import { encodeFrame } from '../../shared/codec.ts';
import { formatCursor } from '../../shared/cursor.ts';
import { closeCodeOf, type Refusal } from '../../shared/errors.ts';
import {
  CursorSchema,
  GroupSchema,
  NameSchema,
  RoomNameSchema,
  SUBPROTOCOL,
} from '../../shared/protocol.ts';
import { contentPolicy, guestsAllowed } from '../env.ts';
import { bearerOf, offeredProtocols } from '../identity/bearer.ts';
import { sessionKeys } from '../identity/secrets.ts';
import { readToken } from '../identity/token.ts';
import { guestUserId } from '../identity/user-id.ts';
import { refuse, toRefusalError } from '../refusal.ts';
import type { Session } from '../room/ports.ts';
import { checkName } from '../safety/names.ts';
import { sessionHeader } from '../session-header.ts';
import type { AppContext } from './app-types.ts';
import { parseInput } from './input.ts';
import { logRefusal } from './log.ts';
import { isAllowedOrigin } from './origin.ts';
import { limitRate } from './rate.ts';
import { withRetry } from './retry.ts';
import { roomStub } from './rooms-client.ts';

const TOO_OFTEN = 'you come and go too often: wait a minute';

/** `GET /ws?room=`: proves who it is, and hands the socket to the room. */
export async function connect(c: AppContext): Promise<Response> {
  // A HEAD comes here too, but opens nothing: RFC 6455 asks for a GET.
  const isGet = c.req.method === 'GET';
  if (!isGet || c.req.header('Upgrade')?.toLowerCase() !== 'websocket') {
    const message = 'this is a WebSocket address: connect with wss:// or ws://';
    return c.json({ error: { code: 'bad_frame', message } }, 426, { Upgrade: 'websocket' });
  }
  const { edgeChat, token } = offeredProtocols(c.req.raw.headers);
  const protocol: Record<string, string> = edgeChat
    ? { 'Sec-WebSocket-Protocol': SUBPROTOCOL }
    : {};
  try {
    const room = parseInput(RoomNameSchema, c.req.query('room') ?? '');
    const since = c.req.query('since');
    const cursor = since === undefined ? undefined : parseInput(CursorSchema, since);
    checkOrigin(c);
    // A room that can't check what it has to check lets nobody in, and says why.
    contentPolicy(c.env);
    const session = await identify(c, token);
    // The room would refuse them, too; but there are many Workers, and one room.
    await limitRate(c.env.CONNECT_RATE, `${session.id} ${room}`, TOO_OFTEN);
    const query = cursor ? `?since=${formatCursor(cursor)}` : '';
    const headers = { Upgrade: 'websocket', ...sessionHeader(session), ...protocol };
    return await withRetry(() =>
      roomStub(c.env, room).fetch(`https://room/ws${query}`, { headers }),
    );
  } catch (thrown) {
    const refused = toRefusalError(thrown);
    logRefusal(c, refused);
    return refuseSocket(refused.refusal, protocol);
  }
}

/** A header can't come from a page on the web: where the token came in one, no page is behind it. */
function checkOrigin(c: AppContext): void {
  const origin = c.req.header('Origin');
  if (origin === undefined || bearerOf(c.req.raw.headers) !== undefined) return;
  if (isAllowedOrigin(origin, c.req.url, c.env.ALLOWED_ORIGINS)) return;
  throw refuse('forbidden', `pages of ${origin.slice(0, 100)} may not connect here`);
}

async function identify(c: AppContext, subprotocolToken: string | undefined): Promise<Session> {
  const token = bearerOf(c.req.raw.headers) ?? subprotocolToken;
  if (token !== undefined) return readToken(token, sessionKeys(c.env));
  const name = c.req.query('name');
  if (name === undefined) throw refuse('unauthorized', 'connect with a session token');
  if (!guestsAllowed(c.env)) {
    throw refuse('unauthorized', 'connect with a session token: guests are not allowed here');
  }
  const guest = parseInput(NameSchema, name);
  checkName(guest, c.env);
  const group = c.req.query('group');
  return {
    id: guestUserId(guest),
    name: guest,
    ...(group !== undefined && { group: parseInput(GroupSchema, group) }),
  };
}

/** A mini-program can't read the status of a failed upgrade: it is told over an accepted socket. */
function refuseSocket(refusal: Refusal, headers: Record<string, string>): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.send(encodeFrame({ type: 'reject', ...refusal }));
  server.close(closeCodeOf(refusal.code), refusal.code);
  return new Response(null, { status: 101, webSocket: client, headers });
}
