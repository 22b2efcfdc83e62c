/** Requests that no client of ours would make, to every route there is. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, inject, vi } from 'vitest';
import { ERROR_CODES } from '../../../shared/errors.ts';
import {
  AnnouncementRequestSchema,
  ModerationRequestSchema,
  NoticeRequestSchema,
  PageQuerySchema,
  SessionRequestSchema,
  SettingsRequestSchema,
  UnreadRequestSchema,
} from '../../../shared/http.ts';
import { CursorSchema, ModerationActionSchema, UserIdSchema } from '../../../shared/protocol.ts';
import { app } from '../../../worker/http/app.ts';
import { issueOperatorToken } from '../../../worker/identity/operator.ts';
import { issueToken } from '../../../worker/identity/token.ts';
import { badJson, badString, check, INTERNAL_TEXT, spoiled } from '../../support/bad-input.ts';
import { inputOf } from '../../support/from-schema.ts';
import { jpeg } from '../../support/media-files.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { ADMIN, bearer, Client, newRoom, stubOf } from './client.ts';
import { kept } from './kept.ts';
import { uploaded } from './upload.ts';
import { signedPush } from './wechat.ts';

/** Files that share the requests: the test pool grows slower with all that one file asks of it. */
const FILES = 4;
/** In milliseconds, on a busy machine, and for as many more as somebody asks for. */
export const TIMEOUT_MS = Math.max(180_000, inject('badRequests') * 90);

const ORIGIN = 'https://edge-chat.test';
const HTML = { Accept: 'text/html,application/xhtml+xml' };

type Fields = Readonly<Record<string, string>>;
type Credential = 'nobody' | 'session' | 'admin' | 'operator';

/** What a route takes. */
interface Route {
  readonly as: Credential;
  readonly query?: fc.Arbitrary<unknown>;
  readonly json?: fc.Arbitrary<unknown>;
  readonly form?: fc.Arbitrary<unknown>;
  readonly upload?: true;
  readonly headers?: Fields;
}

const none = fc.constant({});
const page = (query: fc.Arbitrary<unknown> = none): Route => ({
  as: 'operator',
  query,
  headers: HTML,
});
const form = (fields: v.ObjectEntries, query: fc.Arbitrary<unknown> = none): Route => ({
  ...page(query),
  form: inputOf(v.object(fields)),
});
const text = v.optional(v.string());
const seq = fc.record({ seq: fc.constantFrom('1', '2', '99') });
const who = inputOf(v.object({ user: UserIdSchema, action: v.optional(ModerationActionSchema) }));
const push = fc.record({ echostr: fc.constant('12') });

/** Every route, by method and path as the app has them. */
export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /ws': {
    as: 'session',
    query: fc.record(
      { room: fc.constant('room-1'), since: inputOf(CursorSchema), name: fc.constant('eve') },
      { requiredKeys: ['room'] },
    ),
    headers: { Upgrade: 'websocket' },
  },
  'GET /healthz': { as: 'nobody' },
  'POST /api/session': { as: 'admin', json: inputOf(SessionRequestSchema) },
  'GET /api/rooms': { as: 'admin' },
  'GET /api/metrics': { as: 'admin' },
  'POST /api/rooms/unread': { as: 'session', json: inputOf(UnreadRequestSchema) },
  'GET /api/rooms/:room': { as: 'session' },
  'GET /api/rooms/:room/members': { as: 'session' },
  'GET /api/rooms/:room/messages': { as: 'session', query: inputOf(PageQuerySchema) },
  'GET /api/rooms/:room/questions': { as: 'session' },
  'POST /api/rooms/:room/announcements': {
    as: 'admin',
    json: inputOf(AnnouncementRequestSchema),
  },
  'GET /api/rooms/:room/announcements': { as: 'admin' },
  'DELETE /api/rooms/:room/announcements/:id': { as: 'admin' },
  'POST /api/rooms/:room/notices': { as: 'admin', json: inputOf(NoticeRequestSchema) },
  'POST /api/rooms/:room/moderation': { as: 'admin', json: inputOf(ModerationRequestSchema) },
  'DELETE /api/rooms/:room/messages/:seq': { as: 'admin' },
  'GET /api/rooms/:room/export': { as: 'admin' },
  'PUT /api/rooms/:room/settings': { as: 'admin', json: inputOf(SettingsRequestSchema) },
  'POST /api/media': { as: 'session', upload: true },
  'GET /media/:key': { as: 'nobody' },
  'GET /api/wechat/push': { as: 'nobody', query: push },
  'POST /api/wechat/push': { as: 'nobody', query: push, json: fc.constant({ Event: 'x' }) },
  'POST /admin/login': form({ key: v.literal(TEST_SECRETS.ADMIN_KEY), next: text }),
  'POST /admin/logout': form({}),
  'GET /admin': page(),
  'GET /admin/live': page(),
  'GET /admin/rooms': page(inputOf(v.object({ room: v.literal('room-1') }))),
  'GET /admin/rooms/:room': page(fc.constant({ done: 'mute' })),
  'GET /admin/rooms/:room/live': page(inputOf(v.object({ before: v.optional(v.literal('9')) }))),
  'GET /admin/rooms/:room/announce': page(inputOf(v.object({ to: text }))),
  'POST /admin/rooms/:room/announce': form({
    id: v.optional(UserIdSchema),
    text: v.literal('通知'),
    audience: v.optional(v.picklist(['all', 'hosts', 'group', 'users'])),
    group: text,
    users: text,
  }),
  'GET /admin/rooms/:room/announcements': page(),
  'POST /admin/rooms/:room/announcements': form({
    text: v.literal('通知'),
    delay: v.literal('60'),
    every: v.optional(v.literal('5')),
    remove: text,
  }),
  'GET /admin/rooms/:room/export': page(),
  'GET /admin/rooms/:room/settings': page(),
  'POST /admin/rooms/:room/settings': form({
    title: text,
    owner: text,
    hosts: text,
    slowMode: v.optional(v.literal('5')),
    check: v.optional(v.picklist(['', 'before', 'after', 'off'])),
    blockedWords: text,
  }),
  'GET /admin/rooms/:room/person': page(who),
  'POST /admin/rooms/:room/person': form({ lasting: v.optional(v.literal('10')) }, who),
  'GET /admin/rooms/:room/recall': page(seq),
  'POST /admin/rooms/:room/recall': form({ id: v.optional(UserIdSchema) }, seq),
};

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND'];
const HEADERS = [
  'Accept',
  'Authorization',
  'Content-Length',
  'Content-Type',
  'Cookie',
  'Host',
  'If-None-Match',
  'If-Range',
  'Origin',
  'Range',
  'Sec-Fetch-Site',
  'Sec-WebSocket-Protocol',
  'Upgrade',
  'X-Edge-Chat-Session',
  'X-Forwarded-Host',
  'X-HTTP-Method-Override',
];
const headerValue = fc.oneof(
  {
    weight: 3,
    // Of what is not ASCII the runtime complains at length, each time.
    arbitrary: badString.map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 100 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'Bearer',
      'Bearer a.b.c',
      `Bearer ${'x'.repeat(8_000)}`,
      'bytes=0-',
      'bytes=-0',
      'bytes=99999999999999999999-',
      'bytes=0-0,5-',
      '"a", W/"b", *',
      '*',
      'null',
      'http://localhost:1@evil.example',
      'https://chat.example.evil.example',
      'multipart/form-data',
      'multipart/form-data; boundary=',
      'multipart/form-data; boundary="x',
      'application/x-www-form-urlencoded; charset=utf-7',
      'text/html',
      'websocket',
      'edge-chat.v1, bearer.',
      '__Secure-edge-chat-operator=%E0%A4%A; a=b; =',
      'a'.repeat(20_000),
    ),
  },
);
/** Parts of an address as nobody may write them. */
const badPart = fc.oneof(
  fc.constantFrom(
    '%',
    '%E0%A4%A',
    '%ED%A0%80',
    '%00',
    '..%2f..',
    '%2e%2e',
    '%25%32%46',
    '#',
    '?',
    '',
  ),
  badString.map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, ''))),
  badString,
);

/** A request in the making. */
interface Draft {
  readonly name: string;
  readonly method: string;
  /** In place of each `:part` of the path; what is missing is the valid one. */
  readonly parts: readonly (string | undefined)[];
  readonly query: readonly (readonly [string, string])[];
  readonly rawQuery: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly as: Credential;
  readonly body: string | Uint8Array | undefined;
  readonly type: string | undefined;
  readonly upload: boolean;
}

const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const pairs = (value: unknown): [string, string][] =>
  Object.entries((value ?? {}) as object).map(([name, field]) => [
    name,
    typeof field === 'string' ? field : (JSON.stringify(field) ?? ''),
  ]);

/** Fields as they should be, spoiled, or there twice. */
function fieldsOf(valid: fc.Arbitrary<unknown>): fc.Arbitrary<[string, string][]> {
  return fc.oneof(
    valid.map(pairs),
    spoiled(valid).map(pairs),
    fc.tuple(valid, spoiled(valid)).map((both) => both.flatMap(pairs)),
  );
}

const formText = (fields: readonly (readonly [string, string])[]) =>
  new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();

/** A multipart body around `file`, with its parts as somebody else writes them. */
const multipart: fc.Arbitrary<[body: Uint8Array, type: string]> = fc
  .record({
    file: fc.oneof(
      fc.constant(jpeg()),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(300).map((length) => jpeg().subarray(0, length)),
    ),
    name: fc.oneof(fc.constant('file'), fc.constantFrom('room', 'File', '__proto__', '')),
    fileName: fc.oneof(fc.constant('a.jpg'), badString),
    type: fc.oneof(fc.constantFrom('image/jpeg', 'audio/mpeg', '', 'text/html'), badString),
    room: fc.oneof(fc.constantFrom('room-1', 'a b', ''), badString),
    boundary: fc.constantFrom('x', 'x', 'x', 'y', '', '"x"', 'x; a=b'),
    end: fc.constantFrom('\r\n--x--\r\n', '\r\n--x--\r\n', '', '\r\n--x', '\n--x--'),
  })
  .map(({ file, name, fileName, type, room, boundary, end }) => {
    const encoder = new TextEncoder();
    const head = encoder.encode(
      `--x\r\nContent-Disposition: form-data; name="room"\r\n\r\n${room}\r\n` +
        `--x\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n` +
        `Content-Type: ${type}\r\n\r\n`,
    );
    const body = new Uint8Array([...head, ...file, ...encoder.encode(end)]);
    return [body, `multipart/form-data; boundary=${boundary}`];
  });

type Body = Pick<Draft, 'body' | 'type'>;

function bodyOf({ json, form: fields, upload }: Route): fc.Arbitrary<Body> {
  const noise = badString.map((body) => ({ body, type: 'application/json' }));
  if (upload) return multipart.map(([body, type]) => ({ body, type }));
  if (json) return badJson(json).map((body) => ({ body, type: 'application/json' }));
  if (!fields) return fc.oneof(fc.constant({ body: undefined, type: undefined }), noise);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fieldsOf(fields).map((given) => ({
        body: formText(given),
        type: 'application/x-www-form-urlencoded',
      })),
    },
    { weight: 1, arbitrary: multipart.map(([body, type]) => ({ body, type })) },
    { weight: 1, arbitrary: noise },
  );
}

const draft: fc.Arbitrary<Draft> = fc.constantFrom(...Object.keys(ROUTES)).chain((name) => {
  const route = ROUTES[name] as Route;
  return fc
    .record({
      method: rarely(fc.constantFrom(...METHODS)),
      parts: fc.array(rarely(badPart), { minLength: 2, maxLength: 2 }),
      query: fieldsOf(route.query ?? none),
      rawQuery: rarely(badPart),
      headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { maxLength: 2 }),
      keepsHeaders: fc.boolean(),
      as: rarely(fc.constantFrom<Credential>('nobody', 'session', 'admin', 'operator')),
      content: bodyOf(route),
    })
    .map(({ method, rawQuery, headers, keepsHeaders, as, content, ...rest }) => ({
      name,
      ...rest,
      ...content,
      upload: route.upload ?? false,
      method: method ?? name.split(' ')[0] ?? 'GET',
      rawQuery: rawQuery ?? '',
      headers: [...Object.entries(route.headers ?? {}), ...(keepsHeaders ? [] : headers)],
      as: as ?? route.as,
    }));
});

let sessions = 0;

/** The headers that say who asks: as one of many, for who uploads too much has to wait. */
async function credential(as: Credential): Promise<Fields> {
  if (as === 'nobody') return {};
  if (as === 'admin') return ADMIN;
  if (as === 'operator') {
    const token = await issueOperatorToken(TEST_SECRETS.ADMIN_KEY, Date.now());
    const Cookie = `__Secure-edge-chat-operator=${token}`;
    return { Cookie, Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' };
  }
  const name = `m${++sessions}`;
  const user = { id: `guest:${name}`, name };
  return bearer((await issueToken(user, [TEST_SECRETS.SESSION_SECRET], Date.now())).token);
}

/** The request that a draft means; `undefined` for one that no client could write. */
async function requestOf(drawn: Draft, valid: Fields): Promise<Request | undefined> {
  const [, path = ''] = drawn.name.split(' ');
  const parts = [...drawn.parts];
  const filled = path.replace(/:(\w+)/g, (_, part: string) => parts.shift() ?? valid[part] ?? '');
  const query = new URLSearchParams(
    drawn.query.map(([name, value]): [string, string] => [
      name,
      value === 'room-1' ? (valid.room ?? '') : value,
    ]),
  );
  if (path === '/api/wechat/push')
    for (const [name, value] of await signedPush()) query.append(name, value);
  const headers = new Headers(await credential(drawn.as));
  try {
    if (drawn.type !== undefined) headers.set('Content-Type', drawn.type);
    for (const [name, value] of drawn.headers) headers.set(name, value);
    return new Request(`${ORIGIN}${filled}?${query}&${drawn.rawQuery}`, {
      method: drawn.method,
      headers,
      redirect: 'manual',
      body: ['GET', 'HEAD'].includes(drawn.method) ? null : (drawn.body ?? null),
    });
  } catch {
    return undefined;
  }
}

/** The first that a socket says. */
async function firstFrame(socket: WebSocket): Promise<string> {
  const frame = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)));
  });
  socket.accept();
  const said = await frame;
  socket.close(1000, 'bye');
  return said;
}

const ErrorSchema = v.object({
  error: v.strictObject({
    code: v.picklist(ERROR_CODES),
    message: v.pipe(v.string(), v.nonEmpty(), v.maxLength(300)),
    retryAfter: v.optional(v.number()),
  }),
});

/** Whatever was asked: an answer of ours, and no word of how things are inside. */
async function checkAnswer(response: Response, request: Request): Promise<void> {
  const { status, headers } = response;
  expect(status).toBeLessThan(500);
  if (response.webSocket) {
    const said = await firstFrame(response.webSocket);
    expect(said).toMatch(/^\{"type":"(?:welcome|reject)"/);
    if (said.startsWith('{"type":"reject"')) expect(said).not.toMatch(INTERNAL_TEXT);
    expect(said).not.toContain('server_error');
    return;
  }
  const body = await response.text();
  if (status < 400) return;
  if (status === 416 || request.method === 'HEAD') {
    expect(body).toBe('');
    return;
  }
  if (headers.get('Content-Type')?.startsWith('text/html')) {
    // The form is shown again with what was in it: that may be any text.
    expect(new URL(request.url).pathname).toMatch(/^\/admin\b/);
    return;
  }
  const { error } = v.parse(ErrorSchema, JSON.parse(body));
  expect(error.message).not.toMatch(INTERNAL_TEXT);
}

/** What is due now is announced in its own time: it must not be taken for a trace of the next request. */
async function nothingDue(room: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const plans = await stubOf(room).announcements(undefined);
      const due = plans.ok ? plans.value.announcements.filter(({ at }) => at <= Date.now()) : [];
      expect(due).toEqual([]);
    },
    { timeout: 10_000 },
  );
}

async function uploads(): Promise<string[]> {
  return (await env.MEDIA?.list())?.objects.map(({ key }) => key) ?? [];
}

/**
 * [R9] Bad requests are answered as what they are, and leave nothing behind. Tries a part of BAD_REQUESTS,
 * which are 2,000 unless said otherwise.
 */
export async function tryBadRequests(): Promise<void> {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  const room = newRoom();
  const good = await Client.join(room, 'bob', '&group=a');
  await good.say('在吗');
  const { url } = await uploaded(jpeg());
  const valid = { room, id: 'x', seq: '1', key: url.split('/').at(-1) ?? '' };
  const accepted = new Set<string>();
  let answered = 0;
  let before = await kept(room);
  await check(
    fc.asyncProperty(draft, async (drawn) => {
      const asked = await requestOf(drawn, valid);
      if (!asked) return;
      const files = drawn.upload ? await uploads() : [];
      const context = createExecutionContext();
      const response = await app.fetch(asked, env, context);
      await checkAnswer(response, asked);
      await waitOnExecutionContext(context);
      // Neither faults of ours, nor what somebody would like to see there.
      expect(logged.mock.calls).toEqual([]);
      if (response.status >= 400) {
        expect(await kept(room)).toEqual(before);
        if (drawn.upload) expect(files).toEqual(expect.arrayContaining(await uploads()));
      } else {
        accepted.add(drawn.name);
        await nothingDue(room);
        before = await kept(room);
      }
      answered += 1;
      if (answered % 100 > 0) return;
      const newcomer = await Client.join(room, `good-${answered}`);
      await newcomer.say('在');
      await newcomer.close();
      before = await kept(room);
    }),
    Math.ceil(inject('badRequests') / FILES),
  );
  // What was changed was valid before: else nothing but the reading of requests would have been tried.
  expect(accepted.size).toBeGreaterThan(Object.keys(ROUTES).length / 3);
  expect(Object.keys(Object.prototype)).toEqual([]);
  logged.mockRestore();
}
