/** The addresses of the operator's pages. */

import type { InferOutput } from 'valibot';
import type { ModerationActionSchema } from '../../shared/protocol.ts';

export type ModerationAction = InferOutput<typeof ModerationActionSchema>;

export const HOME = '/admin';
/** The list of rooms by itself, which loads itself again. */
export const ROOMS_FRAME = `${HOME}/live`;
export const LOGIN = `${HOME}/login`;
export const LOGOUT = `${HOME}/logout`;
/** Leads on to the room that is asked for. */
export const FIND_ROOM = `${HOME}/rooms`;

/** What a room has pages for. */
type RoomPage = 'live' | 'announce' | 'announcements' | 'export' | 'settings' | 'person' | 'recall';

/** A room, or one of its pages; `query` without what is undefined. */
export function roomPath(
  room: string,
  page?: RoomPage,
  query: Record<string, string | number | undefined> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `${FIND_ROOM}/${encodeURIComponent(room)}${page ? `/${page}` : ''}${search}`;
}
