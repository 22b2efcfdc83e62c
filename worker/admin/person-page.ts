import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { RoomResponse } from '../../shared/http.ts';
import { MAX_USER_ID_LENGTH } from '../../shared/limits.ts';
import type { RoomOverview } from '../room/overview.ts';
import { complaint, type Html, NOTHING, withBar } from './document.ts';
import type { Form } from './forms.ts';
import { type ModerationAction, roomPath } from './paths.ts';
import { actionsFor, badges, face, sanctionTags } from './people.ts';
import { roomHead } from './room-head.ts';
import { ACTIONS, DURATIONS, QUESTIONS, ROLES, WORDS } from './words.ts';

export interface PersonView {
  readonly overview: RoomOverview;
  readonly user: string;
  /** What is about to be done; without it the page offers what can be. */
  readonly action: ModerationAction | undefined;
  readonly form: Form;
  readonly refusal?: Refusal | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Somebody, whether they are there or not, and what is about to be done to them. */
export function personPage({ overview, user, action, form, refusal, now }: PersonView): Html {
  const room = overview.name;
  const member = overview.members.find(({ id }) => id === user);
  const sanctions = overview.sanctioned.find(({ id }) => id === user);
  const name = member?.name ?? sanctions?.name ?? user;
  return withBar(html`${roomHead(overview)}
<div class="card form">
<div class="choice">${face({ id: user, name })}<h1 class="clip"><bdi>${name}</bdi></h1></div>
${complaint(refusal)}
<dl class="facts">
<dt>${WORDS.userId}</dt><dd><bdi><code>${user}</code></bdi></dd>
<dt>${WORDS.state}</dt><dd>${member ? WORDS.isOnline : WORDS.isOffline}
${member ? badges(member) : roleTag(user, overview)} ${sanctions ? sanctionTags(sanctions, now) : NOTHING}</dd>
</dl>
${action ? confirmation(room, user, action, form) : choices(room, user, overview)}
</div>`);
}

/** Asks for the id of somebody who is not listed. */
export function findPersonPage(room: Pick<RoomResponse, 'name' | 'title'>): Html {
  return withBar(html`${roomHead(room)}
<form class="card form" action="${roomPath(room.name, 'person')}">
<h1>${WORDS.findPerson}</h1>
<label class="field"><span>${WORDS.userId}</span>
<input name="user" required maxlength="${MAX_USER_ID_LENGTH * 2}" autocomplete="off">
<span class="small">${WORDS.findPersonHint}</span></label>
<div class="buttons"><button class="main">${WORDS.find}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>`);
}

function confirmation(room: string, user: string, action: ModerationAction, form: Form): Html {
  const { id = '', lasting = DURATIONS[0]?.[0] ?? '' } = form;
  const undoes = action === 'unmute' || action === 'unban';
  return html`<form class="steps" method="post" action="${roomPath(room, 'person', { user, action })}">
<input type="hidden" name="id" value="${id}">
<p>${QUESTIONS[action]}</p>
${
  action === 'mute' || action === 'ban'
    ? html`<label class="field"><span>${WORDS.duration}</span><select name="lasting">${DURATIONS.map(
        ([minutes, words]) =>
          html`<option value="${minutes}" ${minutes === lasting ? html`selected` : NOTHING}>${words}</option>`,
      )}</select></label>`
    : NOTHING
}
<div class="buttons"><button class="${undoes ? 'main' : 'danger'}">${ACTIONS[action]}</button>
<a class="button" href="${roomPath(room)}">${WORDS.cancel}</a></div>
</form>`;
}

function choices(room: string, user: string, overview: RoomOverview): Html {
  const announce = roomPath(room, 'announce', { to: user });
  return html`<div class="buttons">${actionsFor(user, overview).map(
    (action) =>
      html`<a class="button" href="${roomPath(room, 'person', { user, action })}">${ACTIONS[action]}</a>`,
  )}
<a class="button" href="${announce}">${WORDS.announce}</a>
<a class="button" href="${roomPath(room)}">${WORDS.back}</a></div>`;
}

/** Of somebody who is away the settings still tell. */
function roleTag(user: string, { settings }: RoomOverview): Html {
  const isOwner = user === settings.owner;
  if (!isOwner && !settings.hosts.includes(user)) return NOTHING;
  return html`<span class="tag host">${ROLES[isOwner ? 'owner' : 'host']}</span>`;
}
