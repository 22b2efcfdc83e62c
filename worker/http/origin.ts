/**
 * Whether a browser page of `origin` may use this server: its own pages, and those of the list.
 * The list is separated by commas; `http://localhost:*` stands for any port.
 */
export function isAllowedOrigin(
  origin: string,
  requestUrl: string,
  list: string | undefined,
): boolean {
  if (origin === new URL(requestUrl).origin) return true;
  return (list ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .some((entry) =>
      entry.endsWith(':*')
        ? /^:\d+$/.test(origin.slice(entry.length - 2)) && origin.startsWith(entry.slice(0, -2))
        : entry !== '' && entry === origin,
    );
}
