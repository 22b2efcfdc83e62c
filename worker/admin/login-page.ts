import { html } from 'hono/html';
import type { RefusalError } from '../refusal.ts';
import { type Html, NOTHING } from './document.ts';
import { LOGIN } from './paths.ts';
import { PRODUCT, WORDS } from './words.ts';

/** Asks for the admin key, and says why; `next` is where to go then. */
export function loginPage(why: string, { refusal }: RefusalError, next: string | undefined): Html {
  return html`<form class="card form" method="post" action="${LOGIN}" target="_top">
<div class="brand"><span class="logo" aria-hidden="true"></span><h1>${PRODUCT}</h1></div>
<p role="alert">${why}</p>
<label class="field"><span>${WORDS.key}</span>
<input type="password" name="key" autocomplete="current-password" required autofocus>
<span class="small">${WORDS.keyHint}</span></label>
${next === undefined ? NOTHING : html`<input type="hidden" name="next" value="${next}">`}
<button class="main">${WORDS.login}</button>
<p class="small">${WORDS.code} <code>${refusal.code}</code></p>
</form>`;
}
