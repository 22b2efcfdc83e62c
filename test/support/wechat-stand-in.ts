/**
 * A server that answers like WeChat's, over real HTTP on this machine: `code2Session`, `stable_token`
 * and `msgSecCheck`.
 *
 * What a login code says is what comes of it: `openid-<id>` logs in, `errcode-<n>` fails so,
 * `status-<n>` is no answer at all, `silent` never answers, `html` answers with what is not JSON.
 *
 * A text is checked as its first `#word` says, or else the openid: `#risky`, `#review`, `#errcode-<n>`,
 * `#status-<n>`, `#silent`, `#slow` (passes after a second), `#html`; `#stale` makes the token that came
 * with it invalid, once; anything else passes. `PUT /stand-in/verdict?text=<part>&is=<word>` has texts
 * with that part in them treated so from then on (without `is` as before), `GET /stand-in/calls?text=<part>`
 * lists the checks of such texts, and `GET /stand-in/tokens` counts how often a token was asked for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { answerMediaCheck } from './media-check-stand-in.ts';
import { TEST_SECRETS } from './secrets.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    wechatApiBase: string;
  }
}

const SLOW_MS = 1_000;

/** What was asked of `msgSecCheck`. */
export interface CheckCall {
  readonly content: string;
  readonly openid: string;
  readonly version: number;
  readonly scene: number;
}

/** All that the server remembers. */
interface State {
  readonly calls: CheckCall[];
  readonly stale: Set<string>;
  tokens: number;
  tokenRequests: number;
  /** By part of a text: the word that counts for it. */
  readonly verdicts: Map<string, string>;
}

/** Answers with JSON, which WeChat labels as text. */
function reply(response: ServerResponse, body: object): void {
  response.setHeader('Content-Type', 'text/plain');
  response.end(JSON.stringify(body));
}

/** Answers as `kind` says, if that is no regular answer. Returns whether it was one. */
function misbehave(kind: string, value: string, response: ServerResponse): boolean {
  if (kind === 'errcode') reply(response, { errcode: Number(value), errmsg: 'refused, rid: 1' });
  else if (kind === 'status') response.writeHead(Number(value)).end('oops');
  else if (kind === 'html') response.end('<html>captive portal</html>');
  else if (kind !== 'silent') return false;
  return true;
}

function logIn(query: URLSearchParams, response: ServerResponse): void {
  const [kind = '', ...rest] = (query.get('js_code') ?? '').split('-');
  const value = rest.join('-');
  const authorized =
    query.get('appid') === TEST_SECRETS.WECHAT_APPID &&
    query.get('secret') === TEST_SECRETS.WECHAT_SECRET &&
    query.get('grant_type') === 'authorization_code';
  if (!authorized) reply(response, { errcode: 40013, errmsg: 'invalid appid' });
  else if (kind === 'openid') reply(response, { openid: value, session_key: 'k==' });
  else if (!misbehave(kind, value, response)) {
    reply(response, { errcode: 40029, errmsg: 'invalid code' });
  }
}

interface TokenRequest {
  readonly grant_type?: string;
  readonly appid?: string;
  readonly secret?: string;
}

function giveToken(body: TokenRequest, response: ServerResponse, state: State): void {
  state.tokenRequests += 1;
  const authorized =
    body.appid === TEST_SECRETS.WECHAT_APPID &&
    body.secret === TEST_SECRETS.WECHAT_SECRET &&
    body.grant_type === 'client_credential';
  if (!authorized) {
    reply(response, { errcode: 40013, errmsg: 'invalid appid' });
    return;
  }
  // The same one as long as it is good.
  if (state.stale.has(`token-${state.tokens}`)) state.tokens += 1;
  reply(response, { access_token: `token-${state.tokens}`, expires_in: 7_200 });
}

function check(token: string, call: CheckCall, response: ServerResponse, state: State): void {
  state.calls.push(call);
  if (token !== `token-${state.tokens}` || state.stale.has(token)) {
    reply(response, { errcode: 40001, errmsg: 'invalid credential' });
    return;
  }
  const forced = [...state.verdicts].find(([part]) => call.content.includes(part))?.[1];
  const asked = /#([\w-]+)/.exec(call.content)?.[1] ?? call.openid;
  const [kind = '', value = ''] = (forced ?? asked).split('-');
  const isFirst = state.calls.filter(({ content }) => content === call.content).length === 1;
  if (kind === 'stale' && isFirst) {
    state.stale.add(token);
    reply(response, { errcode: 40001, errmsg: 'invalid credential' });
    return;
  }
  if (misbehave(kind, value, response)) return;
  const suggest = kind === 'risky' || kind === 'review' ? kind : 'pass';
  const result = { suggest, label: suggest === 'pass' ? 100 : 20_002 };
  const answer = () => reply(response, { errcode: 0, errmsg: 'ok', result, trace_id: 'trace' });
  if (kind === 'slow') setTimeout(answer, SLOW_MS);
  else answer();
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text || '{}');
}

/** A server that runs. */
export interface WeChatStandIn {
  /** What to set as `WECHAT_API_BASE`. */
  readonly url: string;
  stop(): void;
}

/** Starts one, on a free port. */
export async function startWeChatStandIn(): Promise<WeChatStandIn> {
  const state: State = {
    calls: [],
    stale: new Set(),
    tokens: 1,
    tokenRequests: 0,
    verdicts: new Map(),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (await answerMediaCheck(request, url, response)) return;
    const { pathname, searchParams: query } = url;
    switch (`${request.method} ${pathname}`) {
      case 'GET /sns/jscode2session':
        logIn(query, response);
        break;
      case 'POST /cgi-bin/stable_token':
        giveToken((await bodyOf(request)) as TokenRequest, response, state);
        break;
      case 'POST /wxa/msg_sec_check': {
        const call = (await bodyOf(request)) as CheckCall;
        check(query.get('access_token') ?? '', call, response, state);
        break;
      }
      case 'PUT /stand-in/verdict':
        if (query.get('is')) state.verdicts.set(query.get('text') ?? '', query.get('is') ?? '');
        else state.verdicts.delete(query.get('text') ?? '');
        reply(response, {});
        break;
      case 'GET /stand-in/calls': {
        const part = query.get('text') ?? '';
        reply(
          response,
          state.calls.filter(({ content }) => content.includes(part)),
        );
        break;
      }
      case 'GET /stand-in/tokens':
        reply(response, { requests: state.tokenRequests });
        break;
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts the server and tells the tests where it is. Returns what stops it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { url, stop } = await startWeChatStandIn();
  project.provide('wechatApiBase', url);
  return stop;
}
