/**
 * A server that answers `code2Session` like WeChat's, over real HTTP on this machine. The code says
 * what to answer: `openid-<id>` logs in, `errcode-<n>` fails so, `status-<n>` is no answer at all,
 * `silent` never answers, `html` answers with what is not JSON.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { answerMediaCheck } from './media-check-stand-in.ts';
import { TEST_SECRETS } from './secrets.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    wechatApiBase: string;
  }
}

function answer(query: URLSearchParams, response: ServerResponse): void {
  const [kind, ...rest] = (query.get('js_code') ?? '').split('-');
  const value = rest.join('-');
  // WeChat labels its JSON as text.
  response.setHeader('Content-Type', 'text/plain');
  const authorized =
    query.get('appid') === TEST_SECRETS.WECHAT_APPID &&
    query.get('secret') === TEST_SECRETS.WECHAT_SECRET &&
    query.get('grant_type') === 'authorization_code';
  if (!authorized) response.end(JSON.stringify({ errcode: 40013, errmsg: 'invalid appid' }));
  else if (kind === 'openid') response.end(JSON.stringify({ openid: value, session_key: 'k==' }));
  else if (kind === 'errcode') {
    response.end(JSON.stringify({ errcode: Number(value), errmsg: 'refused, rid: 1' }));
  } else if (kind === 'status') response.writeHead(Number(value)).end('oops');
  else if (kind === 'html') response.end('<html>captive portal</html>');
  else if (kind !== 'silent')
    response.end(JSON.stringify({ errcode: 40029, errmsg: 'invalid code' }));
}

/** Starts the server and tells the tests where it is. Returns what stops it. */
export default async function setup(project: TestProject): Promise<() => void> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (await answerMediaCheck(request, url, response)) return;
    if (url.pathname === '/sns/jscode2session') answer(url.searchParams, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  project.provide('wechatApiBase', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
