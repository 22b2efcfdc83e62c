/** The secrets of the deployment, and how they are changed without anybody noticing. */
import type { Env } from '../env.ts';
import { notConfigured } from '../refusal.ts';

/** As many characters as HS256 has bits of security to lose: RFC 7518 asks for 256 bits. */
export const MIN_SECRET_LENGTH = 32;

/** The secret that makes what is new, and behind it those that still prove what they have made. */
export type Keyring = readonly [current: string, ...old: string[]];

type SecretName = 'SESSION_SECRET' | 'ADMIN_KEY';
type Secrets = Pick<Env, SecretName | `${SecretName}_OLD` | 'USER_ID_SECRET'>;

/** What signs sessions and uploads, and seals openids. Throws a refusal that says what is missing. */
export function sessionKeys(env: Secrets): Keyring {
  return keyring(env, 'SESSION_SECRET');
}

/** As {@link sessionKeys}; `undefined` where that throws. */
export function findSessionKeys(env: Secrets): Keyring | undefined {
  return find(() => sessionKeys(env));
}

/** What back ends and operators may show. Throws a refusal that says what is missing. */
export function adminKeys(env: Secrets): Keyring {
  return keyring(env, 'ADMIN_KEY');
}

/** As {@link adminKeys}; `undefined` where that throws. */
export function findAdminKeys(env: Secrets): Keyring | undefined {
  return find(() => adminKeys(env));
}

/**
 * What user ids are made with, and for good: with another people would be strangers to what is theirs.
 * Throws a refusal rather than let that happen along with a new `SESSION_SECRET`.
 */
export function userIdSecret(env: Secrets): string {
  if (env.USER_ID_SECRET) return requireSecret('USER_ID_SECRET', env.USER_ID_SECRET);
  const [current, ...old] = sessionKeys(env);
  if (old.length === 0) return current;
  throw notConfigured(
    'set USER_ID_SECRET to what SESSION_SECRET was at first: with another people would get new ids',
  );
}

/** The secret, or a refusal that says which one an operator must set: never a weak one. */
export function requireSecret(name: string, secret: string | undefined): string {
  if (secret !== undefined && secret.length >= MIN_SECRET_LENGTH) return secret;
  const problem = secret ? `is shorter than ${MIN_SECRET_LENGTH} characters` : 'is not set';
  throw notConfigured(`${name} ${problem}: npx wrangler secret put ${name}`);
}

/**
 * What `use` makes of the first key that it takes. Throws what it throws with the last, or with any when
 * that `isFinal`: another key would not change it.
 */
export async function withAnyKey<Result>(
  [key, ...others]: Keyring,
  use: (key: string) => Promise<Result>,
  isFinal: (fault: unknown) => boolean = () => false,
): Promise<Result> {
  try {
    return await use(key);
  } catch (fault) {
    const [next, ...rest] = others;
    if (next === undefined || isFinal(fault)) throw fault;
    return await withAnyKey([next, ...rest], use, isFinal);
  }
}

function find(read: () => Keyring): Keyring | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function keyring(env: Secrets, name: SecretName): Keyring {
  const listed = (env[`${name}_OLD`] ?? '').split(',').map((each) => each.trim());
  const old = listed.filter((each) => each !== '');
  return [
    requireSecret(name, env[name]),
    ...old.map((each) => requireSecret(`an entry of ${name}_OLD`, each)),
  ];
}
