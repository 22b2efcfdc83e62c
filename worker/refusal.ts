import { ERRORS, type ErrorCode, type ErrorInfo, type Refusal } from '../shared/errors.ts';
import type { AckFrame } from '../shared/protocol.ts';
import type { Verdict } from './room/authority.ts';

/** Thrown where a request is refused; what it carries is what the caller is told. */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  /** The HTTP status, where it is not the one that the code stands for. */
  readonly status: ErrorInfo['status'];

  constructor(refusal: Refusal, options: { status?: ErrorInfo['status']; cause?: unknown } = {}) {
    super(`${refusal.code}: ${refusal.message}`, { cause: options.cause });
    this.refusal = refusal;
    this.status = options.status ?? ERRORS[refusal.code].status;
  }
}

/** What a room answers by RPC, over which an exception loses what it carries. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

/** The value of an answer; throws a {@link RefusalError} when there is none. */
export function unwrap<Value>(answer: Answer<Value>): Value {
  if (answer.ok) return answer.value;
  throw new RefusalError(answer.refusal);
}

/** The ack of what was accepted; throws the refusal of what was not. */
export function ackOf(verdict: Verdict): AckFrame {
  if (verdict.ok) return verdict.ack;
  throw new RefusalError(verdict.refusal);
}

/** Makes a {@link RefusalError} of a code and a sentence. */
export function refuse(code: ErrorCode, message: string, cause?: unknown): RefusalError {
  return new RefusalError({ code, message }, { cause });
}

/** Something that an operator has to set up first; retrying helps once that is done. */
export function notConfigured(message: string): RefusalError {
  return new RefusalError({ code: 'server_error', message }, { status: 503 });
}

/** What the caller is told of anything that was thrown: of our own faults only that there was one. */
export function toRefusalError(thrown: unknown): RefusalError {
  if (thrown instanceof RefusalError) return thrown;
  console.error('unexpected fault', thrown);
  return refuse('server_error', 'something went wrong here: try again', thrown);
}
