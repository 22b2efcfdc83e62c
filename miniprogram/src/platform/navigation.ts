/** Addresses of pages. */

export type PageQuery = Readonly<Record<string, string | undefined>>;

/** A value of a page's query. WeChat gives it as it stands in the address, still encoded. */
export function queryValue(query: PageQuery, key: string): string {
  const value = query[key] ?? '';
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The page of a room; also what a share card leads to. */
export function roomUrl(room: string): string {
  return `/pages/room/index?room=${encodeURIComponent(room)}`;
}

/** The lobby, on the way to a room once the phone knows who it is. */
export function lobbyUrl(room?: string): string {
  const query = room === undefined ? '' : `?room=${encodeURIComponent(room)}`;
  return `/pages/lobby/index${query}`;
}
