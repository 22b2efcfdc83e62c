const MAX_ATTEMPTS = 3;
const FIRST_WAIT_MS = 50;

/**
 * Asks something that may be asked twice. Tries again, with growing waits, what the platform calls
 * retryable (a room that was just being moved, say), but never what it calls overloaded. `ask` has to
 * use a new stub each time: after an exception the old one may be broken.
 */
export async function withRetry<Answer>(
  ask: () => Promise<Answer>,
  wait: (ms: number) => Promise<unknown> = (ms) => scheduler.wait(ms),
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (fault) {
      if (attempt === MAX_ATTEMPTS || !isRetryable(fault)) throw fault;
      await wait(FIRST_WAIT_MS * 2 ** attempt * Math.random());
    }
  }
}

function isRetryable(fault: unknown): boolean {
  const { retryable, overloaded } = (fault ?? {}) as { retryable?: boolean; overloaded?: boolean };
  return retryable === true && overloaded !== true;
}
