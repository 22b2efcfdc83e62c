import type { RefusalError } from '../refusal.ts';
import type { AppContext } from './app-types.ts';

/** A refusal as JSON, with its status and the time to wait. */
export function answerRefusal(c: AppContext, { refusal, status }: RefusalError): Response {
  if (refusal.retryAfter !== undefined) {
    c.header('Retry-After', String(Math.ceil(refusal.retryAfter / 1_000)));
  }
  return c.json({ error: refusal }, status);
}
