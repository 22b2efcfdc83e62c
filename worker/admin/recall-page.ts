import { html } from 'hono/html';
import type { Refusal } from '../../shared/errors.ts';
import type { RoomResponse } from '../../shared/http.ts';
import type { JournalPage } from '../room/journal.ts';
import { complaint, type Html, withBar } from './document.ts';
import { logList } from './log.ts';
import { roomPath } from './paths.ts';
import { roomHead } from './room-head.ts';
import { WORDS } from './words.ts';

export interface RecallView {
  readonly room: Pick<RoomResponse, 'name' | 'title'>;
  readonly seq: number;
  /** Just the message. */
  readonly page: JournalPage;
  readonly formId: string;
  readonly refusal?: Refusal | undefined;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** Asks before a message is taken away. */
export function recallPage({ room, seq, page, formId, refusal, now }: RecallView): Html {
  const scene = { room: room.name, now, nameOf: (userId: string) => userId };
  return withBar(html`${roomHead(room)}
<form class="card form" method="post" action="${roomPath(room.name, 'recall', { seq })}">
<h1>${WORDS.recallTitle}</h1>
${complaint(refusal)}
<div class="quote">${logList(page, scene)}</div>
<p>${WORDS.recallHint}</p>
<input type="hidden" name="id" value="${formId}">
<div class="buttons"><button class="danger">${WORDS.recall}</button>
<a class="button" href="${roomPath(room.name)}">${WORDS.cancel}</a></div>
</form>`);
}
