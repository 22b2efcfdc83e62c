/** What the client asks over HTTP. */
import * as v from 'valibot';
import { ERROR_CODES, type Refusal } from '../../../shared/errors.ts';
import type {
  Announcement,
  AnnouncementRequest,
  QuestionsResponse,
  SessionRequest,
} from '../../../shared/http.ts';
import {
  AudienceSchema,
  EventSchema,
  type MediaContent,
  SendContentSchema,
  UserSchema,
} from '../../../shared/protocol.ts';
import type { Session, Sessions } from './ports.ts';
import { toRefusal } from './refusal.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
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

const saidEntries = {
  seq: v.number(),
  at: v.number(),
  from: UserSchema,
  text: v.string(),
  to: v.optional(AudienceSchema),
};

const QuestionsSchema = v.object({
  questions: v.array(
    v.object({
      ...saidEntries,
      votes: v.number(),
      voted: v.boolean(),
      state: v.picklist(['open', 'answered', 'resolved']),
      answers: v.optional(v.array(v.object(saidEntries))),
    }),
  ),
  epoch: v.optional(v.string()),
  head: v.number(),
});

const AnnouncementSchema = v.object({
  id: v.string(),
  text: v.string(),
  at: v.number(),
  every: v.optional(v.number()),
  by: v.object({ id: v.string(), name: v.string() }),
});

const AnnouncementsSchema = v.object({ announcements: v.array(AnnouncementSchema) });

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

/** `GET /api/rooms/:room/questions`. */
export async function questions(
  http: Http,
  token: string,
  room: string,
): Promise<Result<QuestionsResponse>> {
  const path = `${pathOf(room)}/questions`;
  const result = await ask(http, { method: 'GET', path, token }, QuestionsSchema);
  // `optional` leaves keys with `undefined` in their type, never in what it reads.
  return result as Result<QuestionsResponse>;
}

/** `GET /api/rooms/:room/announcements`. */
export async function announcements(
  http: Http,
  token: string,
  room: string,
): Promise<Result<readonly Announcement[]>> {
  const path = `${pathOf(room)}/announcements`;
  const result = await ask(http, { method: 'GET', path, token }, AnnouncementsSchema);
  return result.ok ? { ok: true, value: result.value.announcements as Announcement[] } : result;
}

/** `POST /api/rooms/:room/announcements`. */
export async function announce(
  http: Http,
  token: string,
  room: string,
  body: AnnouncementRequest,
): Promise<Result<Announcement>> {
  const path = `${pathOf(room)}/announcements`;
  const result = await ask(http, { method: 'POST', path, token, body }, AnnouncementSchema);
  return result as Result<Announcement>;
}

/** `DELETE /api/rooms/:room/announcements/:id`. */
export function cancelAnnouncement(
  http: Http,
  token: string,
  room: string,
  id: string,
): Promise<Result<unknown>> {
  const path = `${pathOf(room)}/announcements/${encodeURIComponent(id)}`;
  return ask(http, { method: 'DELETE', path, token }, v.unknown());
}

const pathOf = (room: string): string => `/api/rooms/${encodeURIComponent(room)}`;

/** Asks with the session in use, and again with a new one where the server takes that no more. */
export async function withSession<Value>(
  sessions: Sessions,
  ask: (token: string) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const answer = await sessions.obtain();
  if (!answer.ok) return answer;
  const { token } = answer.session;
  const result = await ask(token);
  if (result.ok || result.refusal?.code !== 'unauthorized') return result;
  const renewed = await sessions.obtain(token);
  return renewed.ok ? await ask(renewed.session.token) : renewed;
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
