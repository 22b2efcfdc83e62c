import type { Refusal } from '../../../shared/errors.ts';

/** The refusal in a frame or an answer that holds more than that. */
export function toRefusal({
  code,
  message,
  retryAfter,
}: {
  readonly code: Refusal['code'];
  readonly message: string;
  readonly retryAfter?: number | undefined;
}): Refusal {
  return { code, message, ...(retryAfter !== undefined && { retryAfter }) };
}
