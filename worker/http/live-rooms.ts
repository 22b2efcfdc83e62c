/** Which rooms are live. */
import type { ListedRoom, RoomsResponse } from '../../shared/http.ts';
import { directoryStub, type KnownRoom } from '../directory.ts';
import type { Env } from '../env.ts';
import { REPORT_INTERVAL_MS } from '../room/report.ts';
import { withRetry } from './retry.ts';
import { askRoom } from './rooms-client.ts';

/** Most rooms that are asked for one list. */
const MAX_ASKED_ROOMS = 40;
const MINUTE_MS = 60_000;

/**
 * The rooms as they are. A room that has just reported keeps what happens next to itself for a
 * while: it is asked, until that while is over and its answer stands until it reports again. So a
 * list that is looked at is exact, and a room that went quiet is woken by it once at most [R8].
 */
export async function listRooms(env: Env, now: number): Promise<RoomsResponse> {
  const { rooms, total } = await withRetry(async () => await directoryStub(env).list());
  const unsettled = rooms.filter(({ settled }) => !settled).slice(0, MAX_ASKED_ROOMS);
  const asked = await Promise.all(unsettled.map((room) => ask(env, room, now)));
  const answers = new Map(asked.map((room) => [room.room, room]));
  const listed = rooms.map(
    ({ settled: _, ...room }) => answers.get(room.room) ?? withoutOldRate(room, now),
  );
  return { rooms: listed.sort((one, other) => other.online - one.online), total };
}

/** A room that does not answer is listed as it was. */
async function ask(
  env: Env,
  { settled: _, ...known }: KnownRoom,
  now: number,
): Promise<ListedRoom> {
  const { room, at } = known;
  try {
    const status = await askRoom(env, room, (stub) => stub.status());
    if (now - at >= REPORT_INTERVAL_MS) await directoryStub(env).report(room, status, true);
    return { room, ...status };
  } catch (fault) {
    console.error('a room did not say how it is', fault);
    return withoutOldRate(known, now);
  }
}

/** Who has not reported since has had nothing to report. */
function withoutOldRate(room: ListedRoom, now: number): ListedRoom {
  return now - room.at < MINUTE_MS ? room : { ...room, perMinute: 0 };
}
