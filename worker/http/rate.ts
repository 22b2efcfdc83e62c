/** The rates of wrangler.toml: of how much there may be so many a minute, at each place of Cloudflare's. */
import { RefusalError } from '../refusal.ts';

/** In milliseconds: the `period` that all of them have in wrangler.toml. */
export const RATE_PERIOD_MS = 60_000;

/**
 * Counts one more of `key`. Throws `rate_limited` with `message` when that is one too many; there is no
 * limit where the rate is not set up, or where there is no key.
 */
export async function limitRate(
  rate: RateLimit | undefined,
  key: string | undefined,
  message: string,
): Promise<void> {
  if (!rate || key === undefined) return;
  const { success } = await rate.limit({ key });
  if (!success) throw tooMany(message, RATE_PERIOD_MS);
}

/** The refusal of who did too much; `retryAfter` in milliseconds. */
export function tooMany(message: string, retryAfter: number): RefusalError {
  return new RefusalError({ code: 'rate_limited', message, retryAfter });
}
