/** Who uses this phone: a name, and the session that the server gave for it. */
import * as v from 'valibot';
import type { SessionRequest } from '../../../shared/http.ts';
import { type Http, login, SessionSchema } from './http.ts';
import type { Clock, Session, SessionAnswer, Sessions, Store } from './ports.ts';

const KEY = 'account';
/** A session that ends within this time is not begun with, in milliseconds. */
const MARGIN_MS = 60_000;

/** How people call themselves. */
export interface Profile {
  readonly name: string;
  /** An address that others can load, or a picture on this phone. */
  readonly avatar?: string;
  /** Where others load the picture of this phone, once it is uploaded. */
  readonly avatarUrl?: string;
}

const SavedSchema = v.object({
  profile: v.object({
    name: v.string(),
    avatar: v.optional(v.string()),
    avatarUrl: v.optional(v.string()),
  }),
  session: v.optional(SessionSchema),
});

interface Saved {
  readonly profile: Profile;
  readonly session?: Session;
}

export interface AccountOptions {
  readonly http: Http;
  readonly store: Store;
  readonly clock: Clock;
  /** A code of `wx.login`, or `undefined` where people come in as guests, by name alone. */
  readonly loginCode: () => Promise<string | undefined>;
}

export class Account implements Sessions {
  private readonly options: AccountOptions;
  private saved: Saved | undefined;
  private asking:
    | { readonly profile: Profile; readonly answer: Promise<SessionAnswer> }
    | undefined;

  private sharing: Promise<boolean> | undefined;

  constructor(options: AccountOptions) {
    this.options = options;
    this.saved = read(options.store);
  }

  /** `undefined` until somebody has said how to call them. */
  get profile(): Profile | undefined {
    return this.saved?.profile;
  }

  /** The user of the last session, also when that has ended. */
  get user(): Session['user'] | undefined {
    return this.saved?.session?.user;
  }

  /** Takes another name or picture: from the next session on, which is asked for at once. */
  async rename(profile: Profile): Promise<SessionAnswer> {
    const before = this.saved;
    this.write({ profile });
    const answer = await this.obtain();
    // Whoever can't be called so, for whatever reason, stays who they were.
    const isLast = this.saved?.profile === profile;
    if (!answer.ok && before && isLast) this.write(before);
    return answer;
  }

  /**
   * Shows the others the picture that is on this phone only, as far as they don't see it yet: `upload`
   * gives its address there, or nothing when it did not get through. Whether all is done; where it is
   * not, asking again later goes on from there.
   */
  async shareAvatar(upload: (file: string) => Promise<string | undefined>): Promise<boolean> {
    this.sharing ??= this.share(upload).finally(() => {
      this.sharing = undefined;
    });
    return this.sharing;
  }

  private async share(upload: (file: string) => Promise<string | undefined>): Promise<boolean> {
    const before = this.saved?.profile;
    if (!before || before.avatar === undefined || before.avatar.startsWith('https://')) return true;
    const avatarUrl = before.avatarUrl ?? (await upload(before.avatar));
    if (avatarUrl === undefined) return false;
    // They may have chosen another one meanwhile.
    if (!this.saved || this.saved.profile !== before) return this.share(upload);
    if (this.saved.session?.user.avatar === avatarUrl) return true;
    const profile = { ...before, avatarUrl };
    this.write({ ...this.saved, profile });
    // Until the new session is there the one in use stays: a room may be entered meanwhile.
    return (await this.ask(profile)).ok;
  }

  obtain(rejected?: string): Promise<SessionAnswer> {
    const session = this.saved?.session;
    const isGood =
      session &&
      session.token !== rejected &&
      session.expiresAt > this.options.clock.now() + MARGIN_MS;
    if (isGood) return Promise.resolve({ ok: true, session });
    const profile = this.saved?.profile;
    if (!profile) {
      const refusal = { code: 'unauthorized', message: 'no name yet' } as const;
      return Promise.resolve({ ok: false, refusal });
    }
    // Several rooms may find out at once; under another name it is another question.
    if (this.asking?.profile !== profile) {
      const asking = { profile, answer: this.ask(profile) };
      this.asking = asking;
      void asking.answer.then(() => {
        if (this.asking === asking) this.asking = undefined;
      });
    }
    return this.asking.answer;
  }

  private async ask(profile: Profile): Promise<SessionAnswer> {
    const code = await this.options.loginCode().catch(() => null);
    if (code === null) return { ok: false };
    const answer = await login(this.options.http, requestOf(profile, code));
    if (!answer.ok) return answer;
    if (this.saved?.profile === profile) this.write({ profile, session: answer.value });
    return { ok: true, session: answer.value };
  }

  private write(saved: Saved): void {
    this.saved = saved;
    try {
      this.options.store.set(KEY, JSON.stringify(saved));
    } catch {
      // Known until the app ends; then they are asked again.
    }
  }
}

/** The picture as others can load it, if they can: a path on the phone begins otherwise. */
function sharedAvatar({ avatar, avatarUrl }: Profile): string | undefined {
  return avatar?.startsWith('https://') ? avatar : avatarUrl;
}

function requestOf(profile: Profile, code: string | undefined): SessionRequest {
  const avatar = sharedAvatar(profile);
  return {
    name: profile.name,
    ...(avatar !== undefined && { avatar }),
    ...(code !== undefined && { code }),
  };
}

function read(store: Store): Saved | undefined {
  try {
    const text = store.get(KEY);
    if (text === undefined) return undefined;
    const { profile, session } = v.parse(SavedSchema, JSON.parse(text));
    return { profile: profile as Profile, ...(session && { session: session as Session }) };
  } catch {
    return undefined;
  }
}
