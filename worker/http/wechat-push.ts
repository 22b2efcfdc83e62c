import { Hono } from 'hono';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { checkPush, decryptPush } from '../identity/wechat-push.ts';
import { urlOfKey } from '../media/media-key.ts';
import { deleteUploads } from '../media/media-store.ts';
import { awaitCheck, endCheck, TraceIdSchema } from '../media/open-checks.ts';
import { refuse } from '../refusal.ts';
import type { AppContext, AppEnv } from './app-types.ts';
import { limitBody } from './guards.ts';
import { askRoom } from './rooms-client.ts';

/** What WeChat takes for "it has arrived": anything else, and it comes again. */
const SUCCESS = 'success';

const EncryptedSchema = v.object({ Encrypt: v.pipe(v.string(), v.nonEmpty()) });

/** The verdict on what `mediaCheckAsync` was asked about; all else that WeChat may push is not for us. */
const VerdictSchema = v.object({
  Event: v.literal('wxa_media_check'),
  trace_id: TraceIdSchema,
  errcode: v.optional(v.number(), 0),
  result: v.optional(v.object({ suggest: v.string() })),
});
type Verdict = v.InferOutput<typeof VerdictSchema>;

/** Verdicts by which something goes: nobody here would review what is to be reviewed. */
const AGAINST = ['risky', 'review'];

/** `/api/wechat/push`: the address for pushes that is entered in the console of the mini-program. */
export const wechatPushRoutes = new Hono<AppEnv>()
  .get('/', (c) => {
    checkPush(c.req.query(), c.env.WECHAT_PUSH_TOKEN, Date.now());
    // Never a page, whatever it is made to say.
    return c.text(c.req.query('echostr') ?? '', 200, { 'X-Content-Type-Options': 'nosniff' });
  })
  .post('/', limitBody(), async (c) => {
    const verdict = v.safeParse(VerdictSchema, await readPush(c));
    if (verdict.success) await takeVerdict(c.env, verdict.output);
    return c.text(SUCCESS);
  });

/** What a push says, once it is proved that WeChat says it. */
async function readPush(c: AppContext): Promise<unknown> {
  const { WECHAT_PUSH_TOKEN: token, WECHAT_PUSH_AES_KEY: aesKey, WECHAT_APPID: appId } = c.env;
  const query = c.req.query();
  checkPush(query, token, Date.now());
  const push = parse(await c.req.text());
  if (!aesKey) return push;
  // In safe mode the signature of the address is not enough: it does not sign what is said.
  const sealed = v.safeParse(EncryptedSchema, push);
  if (!sealed.success) throw refuse('forbidden', 'a push must be encrypted: choose the safe mode');
  const { Encrypt: encrypted } = sealed.output;
  checkPush(query, token, Date.now(), encrypted);
  return parse(decryptPush(encrypted, aesKey, appId));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse('bad_frame', 'a push must be JSON: choose that format in the console', cause);
  }
}

/**
 * Does what a verdict asks for: what is bad goes from the bucket and from its room. Whatever fails fails
 * the push, which then comes again; what was done before is done again without harm.
 */
async function takeVerdict(env: Env, verdict: Verdict): Promise<void> {
  const { MEDIA: bucket } = env;
  const { trace_id: traceId, errcode, result } = verdict;
  const check = bucket && (await awaitCheck(bucket, traceId));
  if (!check) return;
  if (errcode !== 0) console.error(`mediaCheckAsync gave no verdict: errcode ${errcode}`);
  else if (result && AGAINST.includes(result.suggest)) {
    const { key, room } = check;
    await deleteUploads(bucket, [key]);
    if (room !== undefined) await askRoom(env, room, (stub) => stub.withdraw(urlOfKey(key)));
  }
  await endCheck(bucket, traceId);
}
