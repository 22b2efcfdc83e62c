/** WeChat's check of pictures and sounds, `mediaCheckAsync` version 2: its verdict comes later, as a push. */
import * as v from 'valibot';
import type { MediaContent } from '../../shared/protocol.ts';
import { CHECK_OF_COMMENTS, withToken } from '../safety/wechat-api.ts';
import { TraceIdSchema } from './open-checks.ts';

/** What asking for a check takes. */
export interface MediaCheckApi {
  /** Where WeChat's server API is, without a slash at the end. */
  readonly base: string;
  /** A token for it; another one than `refused`, which WeChat has said is not valid. */
  accessToken(refused?: string): Promise<string>;
}

/** What is to be checked. */
export interface MediaToCheck {
  /** The full address, where WeChat can read it. */
  readonly url: string;
  readonly type: MediaContent['type'];
  /** Of who uploaded it; they must have been active in the last two hours. */
  readonly openid: string;
}

const MEDIA_TYPES = { voice: 1, image: 2 } as const satisfies Record<MediaContent['type'], number>;
/** How long to wait for an answer, in milliseconds: nobody waits for it on a screen. */
const TIMEOUT_MS = 10_000;

const AnswerSchema = v.object({
  errcode: v.optional(v.number(), 0),
  trace_id: v.optional(TraceIdSchema),
});
type Answer = v.InferOutput<typeof AnswerSchema>;

/**
 * Asks WeChat to check something. Returns the id under which the verdict will come, up to 30 minutes
 * later. Throws when it was not taken; what is thrown quotes neither the token nor the openid.
 */
export async function requestMediaCheck(
  api: MediaCheckApi,
  { url, type, openid }: MediaToCheck,
): Promise<string> {
  const body = {
    media_url: url,
    media_type: MEDIA_TYPES[type],
    ...CHECK_OF_COMMENTS,
    openid,
  };
  const answer = await withToken(
    (refused) => api.accessToken(refused),
    (token) => post(api.base, token, body),
  );
  if (answer.errcode === 0 && answer.trace_id !== undefined) return answer.trace_id;
  throw new Error(`mediaCheckAsync failed: errcode ${answer.errcode}`);
}

async function post(base: string, token: string, body: object): Promise<Answer> {
  let text: string;
  try {
    const response = await fetch(
      `${base}/wxa/media_check_async?access_token=${encodeURIComponent(token)}`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    text = response.ok ? await response.text() : '';
  } catch (cause) {
    // The message of the cause could quote the address, which holds the token.
    throw new Error(`mediaCheckAsync failed: ${cause instanceof Error ? cause.name : 'no answer'}`);
  }
  try {
    return v.parse(AnswerSchema, JSON.parse(text));
  } catch {
    throw new Error('mediaCheckAsync failed: not an answer of WeChat');
  }
}
