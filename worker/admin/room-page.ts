import { html } from 'hono/html';
import type { RoomResponse } from '../../shared/http.ts';
import type { JournalPage } from '../room/journal.ts';
import type { RoomOverview } from '../room/overview.ts';
import { composer } from './announce-page.ts';
import { type Html, NOTHING, withBar } from './document.ts';
import { logList } from './log.ts';
import { roomPath } from './paths.ts';
import { peoplePanels } from './people.ts';
import { roomHead } from './room-head.ts';
import { DONE, type Done, WORDS } from './words.ts';

/** Which part a narrow window shows; a wide one shows both. */
export type Part = 'log' | 'people';

/** A room: what happens in it, which keeps itself up to date, and a field to announce something. */
export function roomPage(room: RoomResponse, formId: string, done: Done | undefined): Html {
  return withBar(html`${roomHead(room)}
${done ? html`<p class="note good" role="status">${DONE[done]}</p>` : NOTHING}
<iframe src="${roomPath(room.name, 'live')}" title="${WORDS.log}"></iframe>
${composer(room.name, formId)}`);
}

export interface LiveView {
  readonly overview: RoomOverview;
  readonly page: JournalPage;
  /** Where the page ends, when it is not at the newest. */
  readonly before: number | undefined;
  readonly part: Part;
  readonly isPaused: boolean;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** What happens in a room, and who is there. */
export function liveFrame({ overview, page, before, part, isPaused, now }: LiveView): Html {
  const { name: room, online, members, sanctioned } = overview;
  const address = (query: { before?: number; show?: Part; paused?: 'yes' }) =>
    roomPath(room, 'live', query);
  const names = new Map(
    [...page.events.map(({ from }) => from), ...sanctioned, ...members].map(
      ({ id, name = id }) => [id, name] as const,
    ),
  );
  const nameOf = (userId: string) => names.get(userId) ?? userId;
  const tab = (which: Part, words: string) =>
    html`<a href="${address({ show: which })}" ${which === part ? html`aria-current="page"` : NOTHING}>${words}</a>`;
  const state = isPaused
    ? html`${WORDS.paused} <a class="link" href="${address({ show: part })}">${WORDS.resume}</a>`
    : html`${WORDS.autoRefresh} <a class="link" href="${address({ show: part, paused: 'yes' })}">${WORDS.pause}</a>`;
  return html`<nav class="tabs">${tab('log', WORDS.log)}${tab('people', `${WORDS.people} ${online}`)}</nav>
<div class="columns">
<section class="log-column">
<div class="card"><h2 class="status"><span>${WORDS.log}</span><span class="small">${before === undefined ? html`${state} · ` : NOTHING}${WORDS.time}</span></h2>
${
  page.events.length === 0
    ? html`<div class="empty"><strong>${WORDS.noEvents}</strong>${
        overview.epoch === undefined ? WORDS.neverEntered : ''
      }</div>`
    : logList(page, { room, now, nameOf })
}
${pager(page, before, address)}
</div></section>
<section class="side-column">${peoplePanels(room, overview, now)}</section>
</div>`;
}

function pager(
  { oldest, more }: JournalPage,
  before: number | undefined,
  address: (query: { before?: number }) => string,
): Html {
  if (before === undefined && !more) return NOTHING;
  return html`<nav class="pager">
${before === undefined ? NOTHING : html`<a class="link" href="${address({})}">${WORDS.newer}</a>`}
${more ? html`<a class="link" href="${address({ before: oldest })}">${WORDS.older}</a>` : NOTHING}
</nav>`;
}
