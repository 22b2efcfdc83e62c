/** What the client asks over HTTP. */
import * as v from 'valibot';
import { ERROR_CODES, type Refusal } from '../../../shared/errors.ts';
import type { SessionRequest } from '../../../shared/http.ts';
import { EventSchema, type MediaContent, SendContentSchema } from '../../../shared/protocol.ts';
import type { Session } from './ports.ts';
import { toRefusal } from './refusal.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** From the root of the endpoint: `/api/session`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

export interface HttpAnswer {
  readonly status: number;
  /** The JSON, read; `undefined` when it is none. */
  readonly body: unknown;
}

/** Sends a request; rejects when there is no answer at all. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** What was asked for, or why not; without a refusal there was no answer, or none that makes sense. */
export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal?: Refusal };

/** A session, as the server gives it and as it is kept. */
export const SessionSchema = v.object({
  token: v.string(),
  user: v.object({
    id: v.string(),
    name: v.string(),
    avatar: v.optional(v.string()),
    group: v.optional(v.string()),
  }),
  expiresAt: v.number(),
});

const UnreadSchema = v.object({
  rooms: v.array(
    v.object({
      room: v.string(),
      unread: v.optional(v.number(), 0),
      head: v.optional(v.number(), 0),
      // Of a kind that a newer server knows, it is not shown.
      last: v.fallback(v.optional(EventSchema), undefined),
      error: v.optional(v.object({ code: v.string() })),
    }),
  ),
});

const ErrorSchema = v.object({
  error: v.object({
    code: v.picklist(ERROR_CODES),
    message: v.string(),
    retryAfter: v.optional(v.number()),
  }),
});

export type UnreadAnswer = v.InferOutput<typeof UnreadSchema>['rooms'][number];

/** `POST /api/session`. */
export function login(http: Http, body: SessionRequest): Promise<Result<Session>> {
  return ask(http, { method: 'POST', path: '/api/session', body }, SessionSchema);
}

/** `POST /api/rooms/unread`: all rooms of the lobby in one request. */
export async function unread(
  http: Http,
  token: string,
  rooms: readonly { readonly room: string; readonly since?: string | undefined }[],
): Promise<Result<readonly UnreadAnswer[]>> {
  // The lobby knows more of a room than the server needs.
  const body = { rooms: rooms.map(({ room, since }) => ({ room, ...(since && { since }) })) };
  const result = await ask(
    http,
    { method: 'POST', path: '/api/rooms/unread', token, body },
    UnreadSchema,
  );
  return result.ok ? { ok: true, value: result.value.rooms } : result;
}

/** What `POST /api/media` answered: what is to be sent, or why not. */
export function mediaAnswer(answer: HttpAnswer | undefined): Result<MediaContent> {
  const result = read(answer, SendContentSchema);
  if (result.ok) return 'url' in result.value ? { ok: true, value: result.value } : SERVER_ERROR;
  if (result.refusal || !answer) return result;
  // Something before the server has answered: sending a file again and again would not help.
  if (answer.status === 413) return refused('too_large');
  return answer.status >= 400 && answer.status < 500 ? refused('bad_frame') : SERVER_ERROR;
}

const refused = (code: Refusal['code']) =>
  ({ ok: false, refusal: { code, message: 'no answer of this server' } }) as const;
const SERVER_ERROR = refused('server_error');

async function ask<Schema extends v.GenericSchema>(
  http: Http,
  request: HttpRequest,
  schema: Schema,
): Promise<Result<v.InferOutput<Schema>>> {
  return read(await http(request).catch(() => undefined), schema);
}

function read<Schema extends v.GenericSchema>(
  answer: HttpAnswer | undefined,
  schema: Schema,
): Result<v.InferOutput<Schema>> {
  if (!answer) return { ok: false };
  const parsed = v.safeParse(schema, answer.body);
  if (answer.status < 300 && parsed.success) return { ok: true, value: parsed.output };
  const error = v.safeParse(ErrorSchema, answer.body);
  return error.success ? { ok: false, refusal: toRefusal(error.output.error) } : { ok: false };
}
