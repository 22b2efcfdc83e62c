/**
 * `mediaCheckAsync` as WeChat answers it. The openid says what to answer: `errcode-<n>` refuses,
 * `status-<n>` is no answer at all, `html` is not JSON; any other is taken. The token `stale` is not
 * valid. `GET /stand-in/media-checks?openid=` lists what was asked in its name.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What was asked. */
export interface MediaCheckCall {
  readonly media_url: string;
  readonly media_type: number;
  readonly version: number;
  readonly scene: number;
  readonly openid: string;
  /** The token that came with it. */
  readonly token: string;
  /** Under which its verdict would come. */
  readonly traceId: string;
}

const calls: MediaCheckCall[] = [];

/** Answers if the request is for it; returns whether it was. */
export async function answerMediaCheck(
  request: IncomingMessage,
  { pathname, searchParams: query }: URL,
  response: ServerResponse,
): Promise<boolean> {
  if (pathname === '/stand-in/media-checks') {
    const asked = calls.filter(({ openid }) => openid === query.get('openid'));
    response.end(JSON.stringify(asked));
    return true;
  }
  if (pathname !== '/wxa/media_check_async') return false;
  let text = '';
  for await (const chunk of request) text += chunk;
  const token = query.get('access_token') ?? '';
  const call = { ...JSON.parse(text), token, traceId: `trace-${calls.length + 1}` };
  calls.push(call);
  answer(call, response);
  return true;
}

function answer({ token, openid, traceId }: MediaCheckCall, response: ServerResponse): void {
  const [kind, value] = openid.split('-');
  // WeChat labels its JSON as text.
  response.setHeader('Content-Type', 'text/plain');
  if (token === 'stale') response.end(JSON.stringify({ errcode: 40001, errmsg: 'invalid' }));
  else if (kind === 'errcode') response.end(JSON.stringify({ errcode: Number(value) }));
  else if (kind === 'status') response.writeHead(Number(value)).end('oops');
  else if (kind === 'html') response.end('<html>captive portal</html>');
  else response.end(JSON.stringify({ errcode: 0, errmsg: 'ok', trace_id: traceId }));
}
