import { expandIPv6 } from 'hono/utils/ipaddr';
import type { AppContext } from './app-types.ts';

/** Of an IPv6 address the part that says whose network it is: who has one has 2^64 addresses. */
const NETWORK_GROUPS = 4;

/**
 * Where a request comes from, to be counted by: an IPv4 address, or the /64 of an IPv6 address.
 * `undefined` where Cloudflare does not say, as on a developer's machine.
 */
export function clientAddress(c: AppContext): string | undefined {
  const address = c.req.header('CF-Connecting-IP');
  if (!address?.includes(':')) return address || undefined;
  return expandIPv6(address).split(':').slice(0, NETWORK_GROUPS).join(':');
}
