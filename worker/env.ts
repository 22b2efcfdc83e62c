import { RATE_BURST, RATE_PER_SECOND } from '../shared/limits.ts';
import type { ChatRoom } from './chat-room.ts';
import type { RetentionPolicy } from './room/retention.ts';
import type { RoomPolicy } from './room/room.ts';

/** What wrangler.toml, `.dev.vars` and `wrangler secret put` give the Worker. */
export interface Env {
  readonly CHAT_ROOM: DurableObjectNamespace<ChatRoom>;
  /** Where uploaded pictures and sounds are; without it there are none. */
  readonly MEDIA?: R2Bucket;
  /** How often one user may upload; without it there is no limit. */
  readonly UPLOAD_RATE?: RateLimit;
  /** Signs session tokens and keys user ids; a secret of at least 32 characters. */
  readonly SESSION_SECRET?: string;
  /** What back ends and operators show; a secret of at least 32 characters. */
  readonly ADMIN_KEY?: string;
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

function setting(
  env: Env,
  name: 'RATE_BURST' | 'RATE_PER_SECOND' | 'ROOM_CAPACITY' | 'RETENTION_DAYS' | 'RETENTION_EVENTS',
  otherwise: number,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (value >= min && value <= max) return value;
  throw new Error(`${name} must be a number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}
