import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { NONCE, secureHeaders } from 'hono/secure-headers';
import { trimTrailingSlash } from 'hono/trailing-slash';
import * as v from 'valibot';
import { PageQuerySchema, SeqParamSchema } from '../../shared/http.ts';
import {
  FrameIdSchema,
  ModerationActionSchema,
  RoomNameSchema,
  UserIdSchema,
} from '../../shared/protocol.ts';
import { answerRefusal } from '../http/answer.ts';
import type { AppContext, AppEnv } from '../http/app-types.ts';
import { exportFile } from '../http/export.ts';
import { limitBody } from '../http/guards.ts';
import { parseInput, roomOf } from '../http/input.ts';
import { listRooms } from '../http/live-rooms.ts';
import { logRefusal } from '../http/log.ts';
import { askRoom } from '../http/rooms-client.ts';
import { ackOf, type RefusalError, refuse, toRefusalError, unwrap } from '../refusal.ts';
import { announcePage } from './announce-page.ts';
import { announcementsPage } from './announcements-page.ts';
import { complaint, show, withBar } from './document.ts';
import {
  announcementOf,
  type Form,
  MAX_FORM_BYTES,
  moderationOf,
  noticeOf,
  readForm,
  settingsOf,
} from './forms.ts';
import { loginRoutes, requireOperator } from './gate.ts';
import { loginPage } from './login-page.ts';
import { HOME, LOGIN, ROOMS_FRAME, roomPath } from './paths.ts';
import { findPersonPage, personPage } from './person-page.ts';
import { recallPage } from './recall-page.ts';
import { liveFrame, roomPage } from './room-page.ts';
import { roomsFrame, roomsPage } from './rooms-page.ts';
import { settingsPage, toForm } from './settings-page.ts';
import { type Done, isDone, REFUSALS, WORDS } from './words.ts';

/** Between two times that a live page loads itself again, in seconds. */
const REFRESH_SECONDS = 5;
/** Events of one page of the log. */
const LOG_EVENTS = 50;

const newId = () => crypto.randomUUID();

/** The operator's pages. Without a script: forms post and lead on, what is live loads itself again. */
export const operatorPages = new Hono<AppEnv>()
  .use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: [NONCE],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        frameSrc: ["'self'"],
        frameAncestors: ["'self'"],
        baseUri: ["'none'"],
      },
      // Not `no-referrer`: with that a browser hides the Origin of a form from us, too.
      referrerPolicy: 'same-origin',
      // For a whole domain, which is not ours to decide.
      strictTransportSecurity: false,
    }),
    trimTrailingSlash(),
    async (c, next) => {
      await next();
      c.header('Cache-Control', 'no-store');
    },
  )
  .route('/', loginRoutes)
  .use('*', requireOperator())
  .post('*', limitBody(MAX_FORM_BYTES))
  .get('/', (c) => show(c, { title: WORDS.rooms, layout: 'shell', content: roomsPage() }))
  .get('/live', async (c) => {
    const now = Date.now();
    const content = roomsFrame(await listRooms(c.env, now), now);
    return show(c, { title: WORDS.rooms, layout: 'frame', content, refresh: REFRESH_SECONDS });
  })
  .get('/rooms', (c) => {
    const asked = c.req.query('room') ?? '';
    const room = v.safeParse(RoomNameSchema, asked.trim());
    if (room.success) return c.redirect(roomPath(room.output), 303);
    const refusal = refuse('bad_frame', room.issues[0].message);
    const content = roomsPage(asked, refusal.refusal);
    return show(c, { title: WORDS.rooms, layout: 'shell', content }, refusal.status);
  })
  .get('/rooms/:room', async (c) => {
    const info = await askRoom(c.env, roomOf(c), (room) => room.info());
    const done = c.req.query('done');
    const content = roomPage(info, newId(), isDone(done) ? done : undefined);
    return show(c, { title: info.title ?? info.name, layout: 'shell', content });
  })
  .get('/rooms/:room/live', async (c) => {
    const { before } = parseInput(PageQuerySchema, c.req.query());
    const name = roomOf(c);
    const [overview, page] = await Promise.all([
      askRoom(c.env, name, (room) => room.overview()),
      askRoom(c.env, name, (room) => room.journal(before, LOG_EVENTS)),
    ]);
    const part = c.req.query('show') === 'people' ? 'people' : 'log';
    const isPaused = c.req.query('paused') !== undefined;
    const content = liveFrame({ overview, page, before, part, isPaused, now: Date.now() });
    const isLive = before === undefined && !isPaused;
    return show(c, {
      title: overview.title ?? name,
      layout: `frame shows-${part}`,
      content,
      refresh: isLive ? REFRESH_SECONDS : undefined,
    });
  })
  .get('/rooms/:room/announce', (c) => {
    const to = c.req.query('to');
    const audience = to === undefined ? {} : { audience: 'users', users: to };
    return showAnnouncement(c, { id: newId(), ...audience });
  })
  .post('/rooms/:room/announce', async (c) => {
    const form = await readForm(c);
    return await attempt(
      c,
      async () => {
        const notice = noticeOf(form);
        const id = notice.id ?? newId();
        ackOf(await askRoom(c.env, roomOf(c), (room) => room.notify({ ...notice, id })));
        return c.redirect(roomPath(roomOf(c), undefined, { done: 'announce' }), 303);
      },
      (refused) => showAnnouncement(c, form, refused),
    );
  })
  .get('/rooms/:room/announcements', (c) => showAnnouncements(c, { id: newId() }))
  .post('/rooms/:room/announcements', async (c) => {
    const form = await readForm(c);
    return await attempt(
      c,
      async () => {
        const done = await changeAnnouncements(c, form);
        return c.redirect(roomPath(roomOf(c), 'announcements', { done }), 303);
      },
      (refused) => showAnnouncements(c, form, refused),
    );
  })
  .get('/rooms/:room/export', (c) => exportFile(c.env, roomOf(c)))
  .get('/rooms/:room/settings', (c) => showSettings(c))
  .post('/rooms/:room/settings', async (c) => {
    const form = await readForm(c);
    return await attempt(
      c,
      async () => {
        const change = settingsOf(form);
        await askRoom(c.env, roomOf(c), (room) => room.configure(change, newId()));
        return c.redirect(roomPath(roomOf(c), undefined, { done: 'settings' }), 303);
      },
      (refused) => showSettings(c, form, refused),
    );
  })
  .get('/rooms/:room/person', (c) => showPerson(c, { id: newId() }))
  .post('/rooms/:room/person', async (c) => {
    const form = await readForm(c);
    return await attempt(
      c,
      async () => {
        const request = moderationOf({ ...form, ...c.req.query() }, Date.now());
        const id = request.id ?? newId();
        ackOf(await askRoom(c.env, roomOf(c), (room) => room.moderate({ ...request, id })));
        return c.redirect(roomPath(roomOf(c), undefined, { done: request.action }), 303);
      },
      (refused) => showPerson(c, form, refused),
    );
  })
  .get('/rooms/:room/recall', (c) => showRecall(c, newId()))
  .post('/rooms/:room/recall', async (c) => {
    const { id = newId() } = await readForm(c);
    return await attempt(
      c,
      async () => {
        const target = seqOf(c);
        ackOf(await askRoom(c.env, roomOf(c), (room) => room.recall(id, target)));
        return c.redirect(roomPath(roomOf(c), undefined, { done: 'recall' }), 303);
      },
      (refused) => showRecall(c, id, refused),
    );
  })
  .all('*', () => {
    throw refuse('not_found', 'there is no such page');
  })
  .onError((thrown, c) => {
    const refused = toRefusalError(thrown);
    logRefusal(c, refused);
    return wantsPage(c) ? showRefusal(c, refused) : answerRefusal(c, refused);
  });

type Answered = Response | Promise<Response>;

/** Does it, or shows the form again as it was filled in, with what the room said against it. */
async function attempt(
  c: AppContext,
  work: () => Promise<Response>,
  otherwise: (refused: RefusalError) => Answered,
): Promise<Response> {
  try {
    return await work();
  } catch (thrown) {
    const refused = toRefusalError(thrown);
    if (!wantsPage(c)) throw refused;
    return await otherwise(refused);
  }
}

async function showAnnouncement(
  c: AppContext,
  form: Form,
  refused?: RefusalError,
): Promise<Response> {
  const info = await askRoom(c.env, roomOf(c), (room) => room.info());
  const content = announcePage(info, form, refused?.refusal);
  return await show(c, { title: WORDS.announce, layout: 'page', content }, refused?.status);
}

/** Plans an announcement, or takes one back. */
async function changeAnnouncements(c: AppContext, form: Form): Promise<Done> {
  const room = roomOf(c);
  const { remove } = form;
  if (remove !== undefined) {
    const id = parseInput(FrameIdSchema, remove);
    unwrap(await askRoom(c.env, room, (stub) => stub.cancelAnnouncement(undefined, id)));
    return 'remove';
  }
  const request = announcementOf(form, Date.now());
  const wish = { ...request, id: request.id ?? newId() };
  unwrap(await askRoom(c.env, room, (stub) => stub.announce(undefined, wish)));
  return 'announcements';
}

async function showAnnouncements(
  c: AppContext,
  form: Form,
  refused?: RefusalError,
): Promise<Response> {
  const [room, answer] = await Promise.all([
    askRoom(c.env, roomOf(c), (stub) => stub.info()),
    askRoom(c.env, roomOf(c), (stub) => stub.announcements(undefined)),
  ]);
  const { announcements } = unwrap(answer);
  const asked = c.req.query('done');
  const done = refused === undefined && isDone(asked) ? asked : undefined;
  const refusal = refused?.refusal;
  const view = { room, announcements, form, refusal, done, now: Date.now() };
  const content = announcementsPage(view);
  return await show(c, { title: WORDS.announceLater, layout: 'page', content }, refused?.status);
}

async function showSettings(c: AppContext, form?: Form, refused?: RefusalError): Promise<Response> {
  const overview = await askRoom(c.env, roomOf(c), (room) => room.overview());
  const content = settingsPage(overview, form ?? toForm(overview.settings), refused?.refusal);
  return await show(c, { title: WORDS.settings, layout: 'page', content }, refused?.status);
}

async function showPerson(c: AppContext, form: Form, refused?: RefusalError): Promise<Response> {
  if (c.req.query('user') === undefined) {
    const info = await askRoom(c.env, roomOf(c), (room) => room.info());
    return await show(c, { title: WORDS.person, layout: 'page', content: findPersonPage(info) });
  }
  const user = parseInput(UserIdSchema, c.req.query('user'));
  const action = parseInput(v.optional(ModerationActionSchema), c.req.query('action'));
  const overview = await askRoom(c.env, roomOf(c), (room) => room.overview());
  const refusal = refused?.refusal;
  const content = personPage({ overview, user, action, form, refusal, now: Date.now() });
  return await show(c, { title: WORDS.person, layout: 'page', content }, refused?.status);
}

async function showRecall(
  c: AppContext,
  formId: string,
  refused?: RefusalError,
): Promise<Response> {
  const seq = seqOf(c);
  const name = roomOf(c);
  const [room, page] = await Promise.all([
    askRoom(c.env, name, (stub) => stub.info()),
    askRoom(c.env, name, (stub) => stub.journal(seq + 1, 1)),
  ]);
  if (page.events[0]?.seq !== seq) throw refuse('not_found', `there is no message ${seq}`);
  const refusal = refused?.refusal;
  const content = recallPage({ room, seq, page, formId, refusal, now: Date.now() });
  return await show(c, { title: WORDS.recall, layout: 'page', content }, refused?.status);
}

function seqOf(c: AppContext): number {
  return parseInput(SeqParamSchema, c.req.query('seq'));
}

/** A page is for people: who calls without asking for one gets the answer of the API. */
function wantsPage(c: Context<AppEnv>): boolean {
  const { headers } = c.req.raw;
  return !headers.has('Authorization') && (headers.get('Accept') ?? '').includes('text/html');
}

function showRefusal(c: AppContext, refused: RefusalError): Answered {
  const { refusal, status } = refused;
  if (refusal.code === 'unauthorized') {
    const content = loginPage(whyLogin(c), refused, wantedPage(c));
    return show(c, { title: WORDS.login, layout: 'login', content }, status);
  }
  // Of the room's own refusals the form tells: what comes here was refused before.
  const words =
    status === 503
      ? WORDS.noKey
      : refusal.code === 'forbidden'
        ? WORDS.foreignForm
        : REFUSALS[refusal.code];
  const box = html`<div class="card form"><h1>${WORDS.sorry}</h1>
${complaint(refusal, words)}
<div class="buttons"><a class="button" href="${HOME}" target="_top">${WORDS.rooms}</a></div></div>`;
  // What is live tries again by itself, unless that is no use.
  const isFrame = c.req.path.endsWith('/live');
  const refresh = isFrame && refusal.code === 'server_error' ? REFRESH_SECONDS : undefined;
  const [layout, content] = isFrame ? ['frame', box] : ['page', withBar(box)];
  return show(c, { title: WORDS.sorry, layout, content, refresh }, status);
}

function whyLogin(c: AppContext): string {
  if (c.req.path === LOGIN) return WORDS.wrongKey;
  return c.req.header('Cookie')?.includes('edge-chat-operator') ? WORDS.loggedOut : WORDS.needKey;
}

/** Where to go after logging in. A live part is not a page by itself. */
function wantedPage(c: AppContext): string | undefined {
  const { pathname, search } = new URL(c.req.url);
  if (c.req.method !== 'GET' || pathname === ROOMS_FRAME) return undefined;
  const [, room] = /^(.+\/rooms\/[^/]+)\/live$/.exec(pathname) ?? [];
  return room ?? `${pathname}${search}`;
}
