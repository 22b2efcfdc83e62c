/** People, wherever they are shown. */
import { html } from 'hono/html';
import type { User } from '../../shared/protocol.ts';
import type { RoomOverview, SanctionedUser } from '../room/overview.ts';
import { SYSTEM_USER } from '../room/system-user.ts';
import { type Html, NOTHING } from './document.ts';
import { type ModerationAction, roomPath } from './paths.ts';
import { endOf } from './time.ts';
import { ACTIONS, ROLES, WORDS } from './words.ts';

const HUES = 5;

/** A letter of a name, in a colour that stays the same. No picture is loaded from anywhere. */
export function face({ id, name }: Pick<User, 'id' | 'name'>): Html {
  const letters = Array.from(new Intl.Segmenter('zh-CN').segment(name), ({ segment }) => segment);
  // A Chinese name is told from others by its end (小明, 小红), most others by their beginning.
  const end = letters[letters.length - 1] ?? '?';
  const letter = /^\p{Script=Han}/u.test(end) ? end : (letters[0] ?? end);
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0) ?? 0;
  return html`<span class="face hue${sum % HUES}" aria-hidden="true"><bdi>${letter}</bdi></span>`;
}

/** A name that leads to what can be done about its bearer; the system is nobody. */
export function personLink(room: string, { id, name }: Pick<User, 'id' | 'name'>): Html {
  if (id === SYSTEM_USER.id) return html`<span class="name"><bdi>${name}</bdi></span>`;
  const address = roomPath(room, 'person', { user: id });
  return html`<a class="name person" target="_top" href="${address}"><bdi>${name}</bdi></a>`;
}

/** Role and group, as far as there is something to say. */
export function badges({ id, role, group }: Pick<User, 'id' | 'role' | 'group'>): Html {
  if (id === SYSTEM_USER.id) return NOTHING;
  return html`${ROLES[role] ? html`<span class="tag host">${ROLES[role]}</span>` : NOTHING}
${group === undefined ? NOTHING : html`<span class="tag group"><bdi>${group}</bdi></span>`}`;
}

/** What keeps somebody from something, and until when. */
export function sanctionTags(
  { mutedUntil, bannedUntil }: Pick<SanctionedUser, 'mutedUntil' | 'bannedUntil'>,
  now: number,
): Html {
  const tag = (action: 'mute' | 'ban', until: number | undefined) =>
    until === undefined
      ? NOTHING
      : html`<span class="tag ${action}">${ACTIONS[action]} · ${endOf(until, now)}</span>`;
  return html`${tag('mute', mutedUntil)} ${tag('ban', bannedUntil)}`;
}

/** What can be done to somebody as things are. Nobody moderates the owner. */
export function actionsFor(
  user: string,
  { members, sanctioned, settings }: RoomOverview,
): ModerationAction[] {
  if (user === settings.owner) return [];
  const { mutedUntil, bannedUntil } = sanctioned.find(({ id }) => id === user) ?? {};
  const isHere = members.some(({ id }) => id === user);
  return [
    mutedUntil === undefined ? 'mute' : 'unmute',
    ...(isHere ? (['kick'] as const) : []),
    bannedUntil === undefined ? 'ban' : 'unban',
  ];
}

/** Who is here, and who is kept from it, online or not. */
export function peoplePanels(room: string, overview: RoomOverview, now: number): Html {
  const { members, online, sanctioned } = overview;
  return html`<section class="card panel">
<h2 class="status"><span>${WORDS.people} · ${online}</span>
<a class="small link" target="_top" href="${roomPath(room, 'person')}">${WORDS.findPerson}</a></h2>
${
  members.length === 0
    ? html`<p class="quiet">${WORDS.nobody}</p>`
    : html`<ul class="people">${members.map((user) =>
        personRow(room, user, badges(user), overview),
      )}</ul>`
}
${online > members.length ? html`<p class="quiet small">${WORDS.moreOnline(members.length, online)}</p>` : NOTHING}
</section>
${
  sanctioned.length === 0
    ? NOTHING
    : html`<section class="card panel"><h2>${WORDS.sanctioned} · ${sanctioned.length}</h2>
<ul class="people">${sanctioned.map(({ id, name = id, ...until }) =>
        personRow(room, { id, name }, sanctionTags(until, now), overview),
      )}</ul></section>`
}`;
}

function personRow(
  room: string,
  user: Pick<User, 'id' | 'name'>,
  about: Html,
  overview: RoomOverview,
): Html {
  const link = (action: ModerationAction) =>
    html`<a class="act ${action === 'unmute' || action === 'unban' ? 'undo' : ''}" target="_top"
href="${roomPath(room, 'person', { user: user.id, action })}">${ACTIONS[action]}</a>`;
  return html`<li>${face(user)}<div><div class="who">
${personLink(room, user)}
${about}</div>
<div class="acts">${actionsFor(user.id, overview).map(link)}</div></div></li>`;
}
