import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { ListedRoom, RoomsResponse } from '../../shared/http.ts';
import { MAX_ROOM_NAME_LENGTH } from '../../shared/limits.ts';
import { complaint, type Html, NOTHING, withBar } from './document.ts';
import { FIND_ROOM, ROOMS_FRAME, roomPath } from './paths.ts';
import { ago } from './time.ts';
import { WORDS } from './words.ts';

/** Numbers that are older, in milliseconds, may have changed without a word: a server may have restarted. */
const FRESH_MS = 60 * 60_000;
/** Events of a minute that fill the bar, at least. */
const BUSY_PER_MINUTE = 30;

/** The list of rooms, and a field for any other; `asked` is what could not be found. */
export function roomsPage(asked = '', refusal?: Refusal): Html {
  return withBar(html`<div class="head">
<div><h1>${WORDS.roomsLive}</h1></div>
<form class="find" action="${FIND_ROOM}">
<input name="room" value="${asked}" placeholder="${WORDS.findRoom}" aria-label="${WORDS.findRoom}"
  maxlength="${MAX_ROOM_NAME_LENGTH * 2}" required autocomplete="off">
<button>${WORDS.openRoom}</button></form>
</div>
${complaint(refusal)}
<iframe src="${ROOMS_FRAME}" title="${WORDS.roomsLive}"></iframe>`);
}

/** The list by itself, at `now` (milliseconds since 1970). */
export function roomsFrame({ rooms, total }: RoomsResponse, now: number): Html {
  if (rooms.length === 0) {
    return html`<div class="card empty"><strong>${WORDS.noRooms}</strong>${WORDS.noRoomsHint}</div>`;
  }
  const most = Math.max(BUSY_PER_MINUTE, ...rooms.map(({ perMinute }) => perMinute));
  const people = rooms.reduce((sum, { online }) => sum + online, 0);
  return html`<p class="status rooms-status small"><span>${WORDS.total(total, people)}</span><span>${WORDS.autoRefresh}</span></p>
<ul class="card rooms">${rooms.map((room) => roomRow(room, most, now))}</ul>
${total > rooms.length ? html`<p class="quiet small">${WORDS.more(rooms.length, total)}</p>` : NOTHING}`;
}

function roomRow(
  { room, title, online, head, perMinute, at }: ListedRoom,
  most: number,
  now: number,
): Html {
  const isStale = online > 0 && now - at > FRESH_MS;
  return html`<li><a class="${isStale ? 'stale' : ''}" href="${roomPath(room)}" target="_top">
<div><span class="name clip"><bdi>${title ?? room}</bdi></span>
${title === undefined ? NOTHING : html`<span class="small clip"><bdi>${room}</bdi></span>`}</div>
<span class="number people-count ${online > 0 ? 'live' : 'gone'}">${
    online > 0 ? `${online} ${WORDS.online}` : WORDS.empty
  }</span>
<span class="rate small number"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect
  width="${Math.round((perMinute / most) * 100)}" height="6"/></svg><span>${perMinute} ${WORDS.perMinute}</span></span>
<span class="number small count">${head} ${WORDS.head}</span>
<span class="small right">${ago(at, now)}${isStale ? html` <span class="tag">${WORDS.mayBeOld}</span>` : NOTHING}</span>
</a></li>`;
}
