/** How the Worker talks to rooms. */
import type { ChatRoom } from '../chat-room.ts';
import type { Env } from '../env.ts';

/** The Durable Object of a room. The name is NFC already: one room, one object. */
export function roomStub(env: Env, room: string): DurableObjectStub<ChatRoom> {
  const locationHint = env.LOCATION_HINT as DurableObjectLocationHint | undefined;
  return env.CHAT_ROOM.getByName(room, locationHint ? { locationHint } : {});
}

type RoomMethod = 'info' | 'members' | 'page' | 'unread' | 'notify' | 'configure';

/** What a room answers by RPC; spelled out because the platform's types take unions apart. */
export type RoomApi = {
  [Method in RoomMethod]: (
    ...args: Parameters<ChatRoom[Method]>
  ) => Promise<Awaited<ReturnType<ChatRoom[Method]>>>;
};

const MAX_ATTEMPTS = 3;
const FIRST_WAIT_MS = 50;

/**
 * Asks a room something that may be asked twice. Tries again, on a new stub, what the platform calls
 * retryable (a room that was just being moved, say), but never what it calls overloaded.
 */
export async function askRoom<Answer>(
  env: Env,
  room: string,
  ask: (room: RoomApi) => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(roomStub(env, room) as unknown as RoomApi);
    } catch (fault) {
      if (attempt === MAX_ATTEMPTS || !isRetryable(fault)) throw fault;
      await scheduler.wait(FIRST_WAIT_MS * 2 ** attempt * Math.random());
    }
  }
}

/** Whether the platform says of a failed call that a second one can succeed. */
export function isRetryable(fault: unknown): boolean {
  const { retryable, overloaded } = (fault ?? {}) as { retryable?: boolean; overloaded?: boolean };
  return retryable === true && overloaded !== true;
}
