import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { RoomResponse } from '../../shared/http.ts';
import { MAX_SLOW_MODE_SECONDS } from '../../shared/limits.ts';
import type { RoomSettings } from '../room/ports.ts';
import { complaint, type Html, withBar } from './document.ts';
import type { Form } from './forms.ts';
import { roomPath } from './paths.ts';
import { roomHead } from './room-head.ts';
import { WORDS } from './words.ts';

/** The settings as the fields of their form. */
export function toForm({ title, owner, hosts, slowMode = 0 }: RoomSettings): Form {
  return {
    title: title ?? '',
    owner: owner ?? '',
    hosts: hosts.join('\n'),
    slowMode: String(slowMode),
  };
}

/** The form of a room's settings, as it was filled in, with what was wrong. */
export function settingsPage(
  room: Pick<RoomResponse, 'name' | 'title'>,
  { title = '', owner = '', hosts = '', slowMode = '0' }: Form,
  refusal?: Refusal,
): Html {
  return withBar(html`${roomHead(room)}
<form class="card form" method="post" action="${roomPath(room.name, 'settings')}">
<h1>${WORDS.settings}</h1>
${complaint(refusal)}
<label class="field"><span>${WORDS.title}</span><input name="title" value="${title}">
<span class="small">${WORDS.titleHint}</span></label>
<label class="field"><span>${WORDS.owner}</span><input name="owner" value="${owner}">
<span class="small">${WORDS.ownerHint}</span></label>
<label class="field"><span>${WORDS.hostsLabel}</span><textarea name="hosts" rows="3">
${hosts}</textarea><span class="small">${WORDS.hostsHint}</span></label>
<label class="field"><span>${WORDS.slowMode}</span>
<input name="slowMode" type="number" min="0" max="${MAX_SLOW_MODE_SECONDS}" value="${slowMode}">
<span class="small">${WORDS.slowModeHint}</span></label>
<div class="buttons"><button class="main">${WORDS.save}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>`);
}
