/** How the Worker, which proves who somebody is, tells the room, which only the Worker reaches. */
import type { Session } from './room/ports.ts';

const SESSION_HEADER = 'X-Edge-Chat-Session';

/** The header that carries `session`: encoded, because headers hold no Chinese. */
export function sessionHeader(session: Session): Record<string, string> {
  return { [SESSION_HEADER]: encodeURIComponent(JSON.stringify(session)) };
}

/** Reads what {@link sessionHeader} wrote; throws when it is not there. */
export function readSessionHeader(headers: Headers): Session {
  const value = headers.get(SESSION_HEADER);
  if (value === null) throw new Error(`a room is entered with ${SESSION_HEADER}`);
  return JSON.parse(decodeURIComponent(value));
}
