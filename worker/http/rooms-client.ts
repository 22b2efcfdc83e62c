/** How the Worker talks to rooms. */
import type { ChatRoom } from '../chat-room.ts';
import type { Env } from '../env.ts';
import { withRetry } from './retry.ts';

/** The Durable Object of a room. The name is NFC already: one room, one object. */
export function roomStub(env: Env, room: string): DurableObjectStub<ChatRoom> {
  const locationHint = env.LOCATION_HINT as DurableObjectLocationHint | undefined;
  return env.CHAT_ROOM.getByName(room, locationHint ? { locationHint } : {});
}

type RoomMethod =
  | 'info'
  | 'status'
  | 'overview'
  | 'journal'
  | 'banOf'
  | 'members'
  | 'page'
  | 'questions'
  | 'unread'
  | 'notify'
  | 'moderate'
  | 'recall'
  | 'configure'
  | 'announce'
  | 'announcements'
  | 'cancelAnnouncement'
  | 'withdraw';

/** What a room answers by RPC; spelled out because the platform's types take unions apart. */
type RoomApi = {
  [Method in RoomMethod]: (
    ...args: Parameters<ChatRoom[Method]>
  ) => Promise<Awaited<ReturnType<ChatRoom[Method]>>>;
};

/** Asks a room something that may be asked twice. */
export function askRoom<Answer>(
  env: Env,
  room: string,
  ask: (room: RoomApi) => Promise<Answer>,
): Promise<Answer> {
  return withRetry(() => ask(roomStub(env, room) as unknown as RoomApi));
}
