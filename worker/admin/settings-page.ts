import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { RoomResponse } from '../../shared/http.ts';
import { MAX_SLOW_MODE_SECONDS } from '../../shared/limits.ts';
import type { RoomSettings } from '../room/ports.ts';
import { complaint, type Html, NOTHING, withBar } from './document.ts';
import type { Form } from './forms.ts';
import { roomPath } from './paths.ts';
import { roomHead } from './room-head.ts';
import { WORDS } from './words.ts';

type Choices = readonly (readonly [value: string, words: string])[];

const CHECKS: Choices = [
  ['', WORDS.asDeployed],
  ['before', WORDS.checkBefore],
  ['after', WORDS.checkAfter],
  ['off', WORDS.checkOff],
];
const FAILURES: Choices = [
  ['', WORDS.asDeployed],
  ['allow', WORDS.failureAllow],
  ['hold', WORDS.failureHold],
];

/** The settings as the fields of their form. */
export function toForm(settings: RoomSettings): Form {
  const { title, owner, hosts, slowMode = 0, check, onCheckFailure, blockedWords = [] } = settings;
  return {
    title: title ?? '',
    owner: owner ?? '',
    hosts: hosts.join('\n'),
    slowMode: String(slowMode),
    check: check ?? '',
    onCheckFailure: onCheckFailure ?? '',
    blockedWords: blockedWords.join('\n'),
  };
}

/** The form of a room's settings, as it was filled in, with what was wrong. */
export function settingsPage(
  room: Pick<RoomResponse, 'name' | 'title'>,
  form: Form,
  refusal?: Refusal,
): Html {
  const { title = '', owner = '', hosts = '', slowMode = '0', blockedWords = '' } = form;
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
<label class="field"><span>${WORDS.check}</span>${menu('check', form.check, CHECKS)}
<span class="small">${WORDS.checkHint}</span></label>
<label class="field"><span>${WORDS.onCheckFailure}</span>
${menu('onCheckFailure', form.onCheckFailure, FAILURES)}</label>
<label class="field"><span>${WORDS.blockedWords}</span><textarea name="blockedWords" rows="3">
${blockedWords}</textarea><span class="small">${WORDS.blockedWordsHint}</span></label>
<div class="buttons"><button class="main">${WORDS.save}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>`);
}

function menu(name: string, chosen = '', choices: Choices): Html {
  return html`<select name="${name}">${choices.map(
    ([value, words]) =>
      html`<option value="${value}" ${value === chosen ? html`selected` : NOTHING}>${words}</option>`,
  )}</select>`;
}
