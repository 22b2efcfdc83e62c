import { RATE_BURST, RATE_PER_SECOND } from '../shared/limits.ts';
import type { ChatRoom } from './chat-room.ts';
import type { RoomDirectory } from './directory.ts';
import { LOG_LEVELS, type LogLevel } from './logbook.ts';
import { notConfigured } from './refusal.ts';
import type { SafetyPolicy } from './room/content-check.ts';
import type { RetentionPolicy } from './room/retention.ts';
import type { RoomPolicy } from './room/room.ts';

/** What wrangler.toml, `.dev.vars` and `wrangler secret put` give the Worker. */
export interface Env {
  readonly CHAT_ROOM: DurableObjectNamespace<ChatRoom>;
  readonly ROOM_DIRECTORY: DurableObjectNamespace<RoomDirectory>;
  /** Where uploaded pictures and sounds are; without it there are none. */
  readonly MEDIA?: R2Bucket;
  /** How often one user may upload; without it there is no limit. */
  readonly UPLOAD_RATE?: RateLimit;
  /** How many sessions one address may ask for without the admin key; without it there is no limit. */
  readonly SESSION_RATE?: RateLimit;
  /** How often one user may connect to one room; without it there is no limit but the room's. */
  readonly CONNECT_RATE?: RateLimit;
  /** How many wrong admin keys one address may show; without it there is no limit. */
  readonly ADMIN_RATE?: RateLimit;
  /** Signs session tokens and uploads, and seals openids; a secret of at least 32 characters. */
  readonly SESSION_SECRET?: string;
  /** What it was before, separated by commas: what these have made is still taken. */
  readonly SESSION_SECRET_OLD?: string;
  /** Makes the ids of WeChat users, for good; without it `SESSION_SECRET` does. */
  readonly USER_ID_SECRET?: string;
  /** What back ends and operators show; a secret of at least 32 characters. */
  readonly ADMIN_KEY?: string;
  /** What it was before, separated by commas, and is still taken. */
  readonly ADMIN_KEY_OLD?: string;
  readonly WECHAT_APPID?: string;
  readonly WECHAT_SECRET?: string;
  /** Signs what WeChat pushes to `/api/wechat/push`: the Token of the console. */
  readonly WECHAT_PUSH_TOKEN?: string;
  /** Encrypts it in safe mode: the EncodingAESKey of the console. */
  readonly WECHAT_PUSH_AES_KEY?: string;
  /** Where WeChat's server API is; another only for tests. */
  readonly WECHAT_API_BASE?: string;
  /** "true" lets anybody in under any name: for development only. */
  readonly ALLOW_GUESTS?: string;
  /** Browser origins besides the Worker's own, separated by commas; `http://localhost:*` is any port. */
  readonly ALLOWED_ORIGINS?: string;
  /** Where a room is made when it is entered for the first time. */
  readonly LOCATION_HINT?: string;
  readonly RETENTION_DAYS?: string;
  readonly RETENTION_EVENTS?: string;
  readonly ROOM_CAPACITY?: string;
  readonly RATE_BURST?: string;
  readonly RATE_PER_SECOND?: string;
  readonly JOIN_BURST?: string;
  readonly JOIN_PER_SECOND?: string;
  /** How much is logged: `info` (also without it), `warn` or `error`. */
  readonly LOG_LEVEL?: string;
  /** What messages are checked with: `words` (also without it), `wechat` besides them, or `off`. */
  readonly CONTENT_CHECK?: string;
  /** `before` (also without it) or `after` a message is published, where a room has not set it. */
  readonly CONTENT_CHECK_WHEN?: string;
  /** `allow` (also without it) or `hold` what could not be checked, where a room has not set it. */
  readonly CONTENT_CHECK_FAILURE?: string;
}

declare global {
  namespace Cloudflare {
    // What `cloudflare:workers` and the tests take the environment to be.
    interface Env extends RoomEnv {}
  }
}
type RoomEnv = Env;

/** Whether anybody may come in under any name. */
export function guestsAllowed(env: Env): boolean {
  return env.ALLOW_GUESTS === 'true';
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Hibernatable sockets of one Durable Object, by the platform's limits. */
const MAX_CAPACITY = 32_768;

/** What the room may be told to do differently. Throws when a value makes no sense. */
export function roomPolicy(env: Env): RoomPolicy {
  return {
    rate: {
      burst: setting(env, 'RATE_BURST', RATE_BURST, { min: 1 }),
      perSecond: setting(env, 'RATE_PER_SECOND', RATE_PER_SECOND, { min: 0.001 }),
    },
    joins: {
      burst: setting(env, 'JOIN_BURST', 1_000, { min: 1 }),
      perSecond: setting(env, 'JOIN_PER_SECOND', 200, { min: 0.001 }),
    },
    capacity: setting(env, 'ROOM_CAPACITY', 5_000, { min: 1, max: MAX_CAPACITY }),
  };
}

/** How long events are kept. Throws when a value makes no sense. */
export function retentionPolicy(env: Env): RetentionPolicy {
  return {
    maxAge: setting(env, 'RETENTION_DAYS', 30, { min: 0.001 }) * DAY_MS,
    maxEvents: Math.floor(setting(env, 'RETENTION_EVENTS', 10_000, { min: 1 })),
  };
}

/** How a deployment checks content. */
export interface ContentPolicy extends SafetyPolicy {
  readonly check: 'words' | 'wechat' | 'off';
}

/** How content is checked. Throws a refusal that says what an operator has to set. */
export function contentPolicy(env: Env): ContentPolicy {
  const check = choice(env, 'CONTENT_CHECK', ['words', 'wechat', 'off']);
  if (check === 'wechat' && !(env.WECHAT_APPID && env.WECHAT_SECRET)) {
    throw notConfigured(
      'CONTENT_CHECK = "wechat" needs the secrets WECHAT_APPID and WECHAT_SECRET',
    );
  }
  return {
    check,
    when: choice(env, 'CONTENT_CHECK_WHEN', ['before', 'after']),
    onFailure: choice(env, 'CONTENT_CHECK_FAILURE', ['allow', 'hold']),
  };
}

/** How much is logged; a level that there isn't is taken for the first. */
export function logLevel(env: Env): LogLevel {
  return LOG_LEVELS.find((level) => level === env.LOG_LEVEL) ?? 'info';
}

/** One of `choices`, the first when nothing is set. */
function choice<Choice extends string>(
  env: Env,
  name: 'CONTENT_CHECK' | 'CONTENT_CHECK_WHEN' | 'CONTENT_CHECK_FAILURE',
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = env[name] || choices[0];
  const chosen = choices.find((each) => each === text);
  if (chosen !== undefined) return chosen;
  throw notConfigured(`${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(text)}`);
}

function setting(
  env: Env,
  name:
    | 'RATE_BURST'
    | 'RATE_PER_SECOND'
    | 'JOIN_BURST'
    | 'JOIN_PER_SECOND'
    | 'ROOM_CAPACITY'
    | 'RETENTION_DAYS'
    | 'RETENTION_EVENTS',
  otherwise: number,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`${name} must be a number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
