import { timingSafeEqual } from 'hono/utils/buffer';
import type { Keyring } from './secrets.ts';

/** Whether `key` is one of the admin keys; how long it takes says nothing of them. */
export async function isAdminKey(key: string, keys: Keyring): Promise<boolean> {
  const same = await Promise.all(keys.map((each) => timingSafeEqual(key, each)));
  return same.includes(true);
}
