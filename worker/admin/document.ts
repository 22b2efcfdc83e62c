/** What all operator's pages have in common. */
import { html, raw } from 'hono/html';
import type { ErrorInfo, Refusal } from '../../shared/errors.ts';
import type { AppContext } from '../http/app-types.ts';
import { HOME, LOGOUT } from './paths.ts';
import { STYLE } from './style.ts';
import { PRODUCT, REFUSALS, WORDS } from './words.ts';

/** Markup. What `html` puts into it is escaped: texts of users stay texts. */
export type Html = ReturnType<typeof html>;

export const NOTHING: Html = raw('');

interface Page {
  readonly title: string;
  /** Of the `body`. */
  readonly layout: string;
  readonly content: Html;
  /** Loads itself again after so many seconds. */
  readonly refresh?: number | undefined;
}

/** Answers with a page. */
export function show(
  c: AppContext,
  { title, layout, content, refresh }: Page,
  status: 200 | ErrorInfo['status'] = 200,
): Response | Promise<Response> {
  const nonce = c.get('secureHeadersNonce') ?? '';
  return c.html(
    html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refresh === undefined ? NOTHING : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title} · ${PRODUCT}</title>
<style nonce="${nonce}">${raw(STYLE)}</style>
</head>
<body class="${layout}">
${content}
</body>
</html>`,
    status,
  );
}

/** A page of its own, with the bar on top. */
export function withBar(content: Html): Html {
  return html`<header class="bar">
<a class="brand" href="${HOME}"><span class="logo" aria-hidden="true"></span>${PRODUCT}</a>
<form method="post" action="${LOGOUT}"><button class="plain">${WORDS.logout}</button></form>
</header>
<main>
${content}
</main>`;
}

/** What went wrong in `words`, and for who looks after the server in the server's own. */
export function complaint(refusal: Refusal | undefined, words?: string): Html {
  if (!refusal) return NOTHING;
  return html`<div class="note bad" role="alert"><p>${words ?? REFUSALS[refusal.code]}</p>
<p class="small"><bdi>${refusal.message}</bdi> <code>${refusal.code}</code></p></div>`;
}
