import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { Announcement, RoomResponse } from '../../shared/http.ts';
import { MAX_ANNOUNCEMENTS } from '../../shared/limits.ts';
import { complaint, type Html, NOTHING, withBar } from './document.ts';
import type { Form } from './forms.ts';
import { roomPath } from './paths.ts';
import { roomHead } from './room-head.ts';
import { clockTime, machineTime } from './time.ts';
import { DONE, type Done, WORDS } from './words.ts';

export interface AnnouncementsView {
  readonly room: Pick<RoomResponse, 'name' | 'title'>;
  readonly announcements: readonly Announcement[];
  /** The form for another one, as it was filled in. */
  readonly form: Form;
  readonly refusal?: Refusal | undefined;
  readonly done?: Done | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** What a room is going to announce by itself, and a form for one more. */
export function announcementsPage(view: AnnouncementsView): Html {
  const { room, announcements, form, refusal, done } = view;
  const { id = '', text = '', delay = '', every = '' } = form;
  const isFull = refusal?.code === 'forbidden' && announcements.length >= MAX_ANNOUNCEMENTS;
  const minutes = (name: string, value: string, words: string, hint: string) =>
    html`<label class="field"><span>${words}</span>
<input name="${name}" type="number" min="1" step="any" inputmode="decimal" value="${value}">
<span class="small">${hint}</span></label>`;
  return withBar(html`${roomHead(room)}
${done ? html`<p class="note good" role="status">${DONE[done]}</p>` : NOTHING}
<form class="card form" method="post" action="${roomPath(room.name, 'announcements')}">
<h1>${WORDS.announceLater}</h1>
${complaint(refusal, isFull ? WORDS.tooManyPlanned(MAX_ANNOUNCEMENTS) : undefined)}
<input type="hidden" name="id" value="${id}">
<label class="field"><span>${WORDS.announceText}</span>
<textarea name="text" rows="3" required>
${text}</textarea></label>
${minutes('delay', delay, WORDS.delay, WORDS.delayHint)}
${minutes('every', every, WORDS.every, WORDS.everyHint)}
<div class="buttons"><button class="main">${WORDS.plan}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>
<section class="card form"><h2>${WORDS.planned(announcements.length, MAX_ANNOUNCEMENTS)}</h2>
${
  announcements.length === 0
    ? html`<p class="faint">${WORDS.nonePlanned}</p>`
    : html`<ul class="planned">${announcements.map((each) => entry(each, view))}</ul>`
}</section>`);
}

function entry({ id, text, at, every, by }: Announcement, { room, now }: AnnouncementsView): Html {
  const repeats = every === undefined ? NOTHING : html` · ${WORDS.everyMinutes(every / 60)}`;
  return html`<li><div><p class="text" dir="auto">${text}</p>
<p class="small"><time class="number" datetime="${machineTime(at)}">${clockTime(at, now)}</time>${repeats} · <bdi>${by.name}</bdi></p></div>
<form method="post" action="${roomPath(room.name, 'announcements')}">
<input type="hidden" name="remove" value="${id}">
<button>${WORDS.remove}</button></form></li>`;
}
