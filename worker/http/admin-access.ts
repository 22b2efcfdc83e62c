/** Who shows the admin key, and what becomes of those who guess. */
import { isAdminKey } from '../identity/admin.ts';
import { Lockout } from '../identity/lockout.ts';
import { adminKeys, findAdminKeys, type Keyring } from '../identity/secrets.ts';
import { refuse } from '../refusal.ts';
import type { AppContext } from './app-types.ts';
import { clientAddress } from './client-address.ts';
import { RATE_PERIOD_MS, tooMany } from './rate.ts';

/** What session tokens look like: an expired one, shown by mistake, is no guess at the admin key. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const TOO_MANY = 'too many wrong admin keys: wait a minute';

const lockout = new Lockout();

/**
 * Throws unless `key` is an admin key: `unauthorized`, or `rate_limited` for an address from which too
 * many wrong ones came, of which none is looked at for a minute, not even a right one.
 */
export async function checkAdminKey(c: AppContext, key: string | undefined): Promise<void> {
  const keys = adminKeys(c.env);
  if (key === undefined)
    throw refuse('unauthorized', 'this needs Authorization: Bearer <ADMIN_KEY>');
  if (!(await isTaken(c, key, keys))) throw refuse('unauthorized', 'wrong admin key');
}

/** Whether `credential` is an admin key, where there is one. Throws `rate_limited` as above. */
export async function isOperator(c: AppContext, credential: string): Promise<boolean> {
  const keys = findAdminKeys(c.env);
  return keys !== undefined && (await isTaken(c, credential, keys));
}

async function isTaken(c: AppContext, credential: string, keys: Keyring): Promise<boolean> {
  const address = clientAddress(c);
  const wait = address === undefined ? 0 : lockout.wait(address, Date.now());
  if (wait === 0 && (await isAdminKey(credential, keys))) return true;
  if (TOKEN.test(credential)) return false;
  if (wait > 0) throw tooMany(TOO_MANY, wait);
  await countWrong(c, address);
  return false;
}

async function countWrong(c: AppContext, address: string | undefined): Promise<void> {
  if (address === undefined || !c.env.ADMIN_RATE) return;
  const { success } = await c.env.ADMIN_RATE.limit({ key: address });
  if (success) return;
  lockout.lock(address, Date.now() + RATE_PERIOD_MS);
  throw tooMany(TOO_MANY, RATE_PERIOD_MS);
}
