/** What a client and an HTTP caller need to know of an error. */
export interface ErrorInfo {
  /** The WebSocket close code, where this error can end a connection. */
  readonly closeCode?: number;
  /** Whether trying the same again later can succeed. A client reconnects only after these. */
  readonly retryable: boolean;
  /** The status with which HTTP routes answer it. */
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 503;
}

const CLOSED_LIST = {
  bad_frame: { closeCode: 4400, retryable: false, status: 400 },
  unauthorized: { closeCode: 4401, retryable: false, status: 401 },
  forbidden: { closeCode: 4403, retryable: false, status: 403 },
  banned: { closeCode: 4403, retryable: false, status: 403 },
  too_large: { closeCode: 4413, retryable: false, status: 413 },
  rate_limited: { closeCode: 4429, retryable: true, status: 429 },
  room_full: { closeCode: 4503, retryable: true, status: 503 },
  server_error: { closeCode: 1011, retryable: true, status: 500 },
  slow_mode: { retryable: true, status: 429 },
  muted: { retryable: false, status: 403 },
  not_found: { retryable: false, status: 404 },
  too_late: { retryable: false, status: 409 },
  content_rejected: { retryable: false, status: 422 },
} as const satisfies Record<string, ErrorInfo>;

/** A code of the closed list. */
export type ErrorCode = keyof typeof CLOSED_LIST;

/**
 * The closed list of errors. The close code is used when the error ends the connection; most can
 * also refuse a single frame or request and leave the connection open.
 */
export const ERRORS: Readonly<Record<ErrorCode, ErrorInfo>> = CLOSED_LIST;

/** The close code of RFC 6455 for "nothing is wrong". */
export const NORMAL_CLOSURE = 1000;

/** The close code for a connection that ends with this error; those without one so far end none. */
export function closeCodeOf(code: ErrorCode): number {
  return ERRORS[code].closeCode ?? NORMAL_CLOSURE;
}

/** All codes, for schemas and tests. */
export const ERROR_CODES = Object.keys(CLOSED_LIST) as [ErrorCode, ...ErrorCode[]];

/** A refusal: the code, a sentence for the developer, and for how long to wait where that helps. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfter?: number;
}
