/** WeChat's access token, which most of its server API asks for. */
import * as v from 'valibot';
import { postToWeChat, type WeChatApi } from './wechat-api.ts';

/** A token is not used in the last part of its time, in milliseconds: it could end on the way. */
const MARGIN_MS = 5 * 60_000;
/** How long to wait for a token, in milliseconds. */
const TIMEOUT_MS = 2_000;

const AnswerSchema = v.object({
  access_token: v.optional(v.pipe(v.string(), v.nonEmpty())),
  expires_in: v.optional(v.number(), 0),
  errcode: v.optional(v.number(), 0),
});

interface Token {
  readonly value: string;
  /** In milliseconds since 1970. */
  readonly goodUntil: number;
}

/** By app and address: all rooms that share this memory share the token. */
const known = new Map<string, Token>();

/**
 * The token of `getStableAccessToken`: asking again gives the same one until it ends, so that each
 * room may ask for itself. Kept until then; never asked for twice at the same time.
 */
export class StableToken {
  readonly #api: WeChatApi;
  readonly #clock: () => number;
  #asking: Promise<string> | undefined;

  constructor(api: WeChatApi, clock: () => number) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * A token; another one than `refused`, which WeChat has said is not valid. Throws when WeChat gives
   * none.
   */
  async get(refused?: string): Promise<string> {
    const token = known.get(this.#key);
    if (token && token.value !== refused && token.goodUntil > this.#clock()) return token.value;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return await this.#asking;
  }

  get #key(): string {
    return `${this.#api.appId} ${this.#api.base}`;
  }

  async #ask(): Promise<string> {
    const { appId: appid, secret } = this.#api;
    const body = { grant_type: 'client_credential', appid, secret, force_refresh: false };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await postToWeChat(this.#api, '/cgi-bin/stable_token', body, signal);
    const { access_token: value, expires_in: seconds, errcode } = v.parse(AnswerSchema, answer);
    if (value === undefined) throw new Error(`no access token (errcode ${errcode})`);
    known.set(this.#key, { value, goodUntil: this.#clock() + seconds * 1_000 - MARGIN_MS });
    return value;
  }
}
