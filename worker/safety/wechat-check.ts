/** WeChat's check of texts, `msgSecCheck` version 2. */
import * as v from 'valibot';
import type { CheckResult, ContentCheck, Said } from '../room/content-check.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { StableToken } from './stable-token.ts';
import { CHECK_OF_COMMENTS, postToWeChat, type WeChatApi, withToken } from './wechat-api.ts';

/** How long a check may take, with the token that it needs, in milliseconds. */
const TIMEOUT_MS = 2_000;
/** How long to leave WeChat alone when a quota is used up, in milliseconds. */
const QUOTA_PAUSE_MS = 60_000;

const AnswerSchema = v.object({
  errcode: v.optional(v.number(), 0),
  result: v.optional(v.object({ suggest: v.string() })),
});
type Answer = v.InferOutput<typeof AnswerSchema>;

/** What this check is made of. */
export interface WeChatCheckOptions {
  readonly api: WeChatApi;
  readonly token: StableToken;
  readonly breaker: CircuitBreaker;
  /** Opens the author's openid; throws when it can't be opened. */
  readonly openOpenId: (author: Said['author']) => Promise<string>;
  /** For tests; 2 seconds without it. */
  readonly timeoutMs?: number;
}

/**
 * Asks WeChat about a text. `risky` and `review` are both rejected: nobody here would review it. It
 * takes two seconds at most, and no time at all while WeChat is known not to answer.
 * Source of the error numbers: WeChat's documentation of `security.msgSecCheck`.
 */
export class WeChatCheck implements ContentCheck<Promise<CheckResult>> {
  readonly #options: WeChatCheckOptions;

  constructor(options: WeChatCheckOptions) {
    this.#options = options;
  }

  async check(said: Said): Promise<CheckResult> {
    const { breaker, timeoutMs = TIMEOUT_MS } = this.#options;
    if (said.author.sealedOpenId === undefined) return 'unable';
    if (!breaker.allows()) return 'unavailable';
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer in ${timeoutMs} ms`));
        abort.abort();
      }, timeoutMs);
    });
    try {
      return this.#conclude(await Promise.race([this.#ask(said, abort.signal), timeout]));
    } catch (cause) {
      console.error(`msgSecCheck failed: ${cause instanceof Error ? cause.message : 'no answer'}`);
      breaker.failed();
      return 'unavailable';
    } finally {
      if (timer !== undefined) clearTimeout(timer);
    }
  }

  async #ask({ text, author }: Said, signal: AbortSignal): Promise<Answer> {
    const { token, openOpenId } = this.#options;
    const openid = await openOpenId(author);
    const body = { content: text, ...CHECK_OF_COMMENTS, openid };
    return await withToken(
      (refused) => token.get(refused),
      (each) => this.#post(each, body, signal),
    );
  }

  async #post(token: string, body: object, signal: AbortSignal): Promise<Answer> {
    const path = `/wxa/msg_sec_check?access_token=${encodeURIComponent(token)}`;
    return v.parse(AnswerSchema, await postToWeChat(this.#options.api, path, body, signal));
  }

  #conclude({ errcode, result }: Answer): CheckResult {
    const { breaker } = this.#options;
    switch (errcode) {
      case 0:
        if (!result) throw new Error('an answer without a result');
        breaker.succeeded();
        return result.suggest === 'pass' ? 'pass' : 'reject';
      case 87014: // risky content, as the first version says it
        breaker.succeeded();
        return 'reject';
      case 40003: // not an openid of this app
      case 61010: // the user was not active in the last two hours
        console.warn(`msgSecCheck can't check this user: errcode ${errcode}`);
        breaker.succeeded();
        return 'unable';
      case 45009: // the quota of the day, or of the minute, is used up
      case 45011:
        console.error(`msgSecCheck failed: errcode ${errcode}`);
        breaker.failed(QUOTA_PAUSE_MS);
        return 'unavailable';
      default:
        throw new Error(`errcode ${errcode}`);
    }
  }
}
