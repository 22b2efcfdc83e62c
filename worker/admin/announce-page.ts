import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { RoomResponse } from '../../shared/http.ts';
import { complaint, type Html, NOTHING, withBar } from './document.ts';
import type { Form } from './forms.ts';
import { roomPath } from './paths.ts';
import { roomHead } from './room-head.ts';
import { WORDS } from './words.ts';

/** The field at the foot of a room. The id makes sending the same form twice safe [R3]. */
export function composer(room: string, formId: string): Html {
  return html`<form class="card composer" method="post" action="${roomPath(room, 'announce')}">
<input type="hidden" name="id" value="${formId}">
<textarea name="text" rows="1" required placeholder="${WORDS.announcePlaceholder}" aria-label="${WORDS.announceText}"></textarea>
<button class="main">${WORDS.announce}</button>
</form>`;
}

/** The form with all that an announcement can have; as it was filled in, with what was wrong. */
export function announcePage(
  room: Pick<RoomResponse, 'name' | 'title'>,
  { id = '', text = '', audience = 'all', group = '', users = '' }: Form,
  refusal?: Refusal,
): Html {
  const choice = (value: string, words: string) =>
    html`<label class="choice"><input type="radio" name="audience" value="${value}" ${
      value === audience ? html`checked` : NOTHING
    }>${words}</label>`;
  return withBar(html`${roomHead(room)}
<form class="card form" method="post" action="${roomPath(room.name, 'announce')}">
<h1>${WORDS.announceSome}</h1>
${complaint(refusal)}
<input type="hidden" name="id" value="${id}">
<label class="field"><span>${WORDS.announceText}</span>
<textarea name="text" rows="4" required>
${text}</textarea></label>
<fieldset><legend>${WORDS.audience}</legend>
${choice('all', WORDS.all)}
${choice('hosts', WORDS.hosts)}
${choice('group', WORDS.group)}
<div class="indent"><input name="group" value="${group}" placeholder="${WORDS.groupHint}" aria-label="${WORDS.groupHint}"></div>
${choice('users', WORDS.users)}
<div class="indent"><textarea name="users" rows="2" placeholder="${WORDS.usersHint}" aria-label="${WORDS.usersHint}">
${users}</textarea></div>
</fieldset>
<div class="buttons"><button class="main">${WORDS.send}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>`);
}
