import { RATE_BURST, RATE_PER_SECOND } from '../shared/limits.ts';
import type { ChatRoom } from './chat-room.ts';
import type { RetentionPolicy } from './room/retention.ts';
import type { RoomPolicy } from './room/room.ts';

/** What wrangler.toml, `.dev.vars` and `wrangler secret put` give the Worker. */
export interface Env {
  readonly CHAT_ROOM: DurableObjectNamespace<ChatRoom>;
  /** Signs session tokens and keys user ids; a secret of at least 32 characters. */
  readonly SESSION_SECRET?: string;
  /** What back ends and operators show; a secret of at least 32 characters. */
  readonly ADMIN_KEY?: string;
  readonly WECHAT_APPID?: string;
  readonly WECHAT_SECRET?: string;
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

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What the room may be told to do differently. Throws when a value is not a positive number. */
export function roomPolicy(env: Env): RoomPolicy {
  return {
    rate: {
      burst: positive('RATE_BURST', env.RATE_BURST, RATE_BURST),
      perSecond: positive('RATE_PER_SECOND', env.RATE_PER_SECOND, RATE_PER_SECOND),
    },
    capacity: positive('ROOM_CAPACITY', env.ROOM_CAPACITY, 5_000),
  };
}

/** How long events are kept. Throws when a value is not a positive number. */
export function retentionPolicy(env: Env): RetentionPolicy {
  return {
    maxAge: positive('RETENTION_DAYS', env.RETENTION_DAYS, 30) * DAY_MS,
    maxEvents: positive('RETENTION_EVENTS', env.RETENTION_EVENTS, 10_000),
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${name} must be a positive number, not ${JSON.stringify(text)}`);
}
