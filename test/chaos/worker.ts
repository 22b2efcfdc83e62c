/**
 * The Worker, called without the entry that the test pool puts around it: that one grows slower with
 * every request, and there are thousands here. The rooms behind it are Durable Objects as ever.
 */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '../../worker/http/app.ts';

/** Calls the Worker as a phone would. */
export async function request(path: string, init?: RequestInit): Promise<Response> {
  const url = `https://edge-chat.test${path}`;
  return await app.fetch(new Request(url, init), env, createExecutionContext());
}

/** Posts JSON. */
export function post(path: string, body: object, headers: Record<string, string> = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
