import { html } from 'hono/html';
import type { RoomResponse } from '../../shared/http.ts';
import type { Html } from './document.ts';
import { HOME, roomPath } from './paths.ts';
import { WORDS } from './words.ts';

/** What has a page of its own for each room; more of it goes here. */
const ROOM_LINKS = [
  ['announce', WORDS.announceSome],
  ['announcements', WORDS.announceLater],
  ['export', WORDS.export],
  ['settings', WORDS.settings],
] as const;

/** The title of a page about a room, the way back, and what else there is. */
export function roomHead({ name, title }: Pick<RoomResponse, 'name' | 'title'>): Html {
  return html`<div class="head room-head"><div>
<p class="crumb"><a class="link" href="${HOME}">${WORDS.rooms}</a> / <bdi>${name}</bdi></p>
<h1><a href="${roomPath(name)}"><bdi>${title ?? name}</bdi></a></h1></div>
<nav class="buttons">${ROOM_LINKS.map(
    ([page, words]) => html`<a class="button" href="${roomPath(name, page)}">${words}</a>`,
  )}</nav></div>`;
}
