import { contentPolicy, type Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { isAcceptableName } from './word-check.ts';

/** Throws `content_rejected` for a nickname that nobody should have to read. */
export function checkName(name: string, env: Env): void {
  if (contentPolicy(env).check === 'off' || isAcceptableName(name)) return;
  throw refuse('content_rejected', 'this name is not allowed here: choose another');
}
