import { timingSafeEqual } from 'hono/utils/buffer';
import { refuse } from '../refusal.ts';
import { MIN_SECRET_LENGTH, requireSecret } from './token.ts';

/** Throws `unauthorized` unless `key` is the admin key; how long it takes says nothing of the key. */
export async function checkAdminKey(
  key: string | undefined,
  adminKey: string | undefined,
): Promise<void> {
  const expected = requireSecret('ADMIN_KEY', adminKey);
  if (key === undefined)
    throw refuse('unauthorized', 'this needs Authorization: Bearer <ADMIN_KEY>');
  if (!(await timingSafeEqual(key, expected))) throw refuse('unauthorized', 'wrong admin key');
}

/** Whether `key` is the admin key, where there is one; how long it takes says nothing of the key. */
export async function isAdminKey(key: string, adminKey: string | undefined): Promise<boolean> {
  const isSet = adminKey !== undefined && adminKey.length >= MIN_SECRET_LENGTH;
  return isSet && (await timingSafeEqual(key, adminKey));
}
