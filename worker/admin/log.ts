/** The running log of a room. */
import { html } from 'hono/html';
import type { Audience, Content } from '../../shared/protocol.ts';
import type { JournalEvent, JournalPage } from '../room/journal.ts';
import { type Html, NOTHING } from './document.ts';
import { roomPath } from './paths.ts';
import { badges, face, personLink } from './people.ts';
import { clockTime, endOf, machineTime } from './time.ts';
import { ACTIONS, KINDS, WORDS } from './words.ts';

type ImageContent = Extract<Content, { type: 'image' }>;
type Message = Extract<JournalEvent, { kind: 'message' }>;
type Deed = Exclude<JournalEvent, { kind: 'message' }>;

/** What is needed to show events. */
export interface LogScene {
  readonly room: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly nameOf: (userId: string) => string;
}

/** A stretch of the log, newest first. */
export function logList({ events }: JournalPage, scene: LogScene): Html {
  const newestFirst = [...events].reverse();
  return html`<ol class="log">${newestFirst.map((event) =>
    event.kind === 'message' ? messageEntry(event, scene) : deedEntry(event, scene),
  )}</ol>`;
}

/** What a message says; `undefined` when that is not to be read. */
export function textOf({ content }: Message): string | undefined {
  return 'text' in content ? content.text : undefined;
}

function messageEntry(event: Message, scene: LogScene): Html {
  const { seq, from, content } = event;
  const isRecalled = content.type === 'recalled';
  const kind = KINDS[content.type];
  const recall = roomPath(scene.room, 'recall', { seq });
  return html`<li>${face(from)}
<div class="who">${personLink(scene.room, from)} ${badges(from)}
${kind ? html`<span class="tag ${content.type}">${kind}</span>` : NOTHING}</div>
<div class="side">${
    isRecalled ? NOTHING : html`<a class="act" target="_top" href="${recall}">${WORDS.recall}</a>`
  }${when(event, scene)}</div>
${reference(event)}
${words(event, scene)}</li>`;
}

function words(event: Message, { nameOf }: LogScene): Html {
  const { content, to } = event;
  if (content.type === 'recalled') return html`<p class="text faint">${WORDS.recalled}</p>`;
  if (to) {
    return html`<p class="text faint">${WORDS.privateTo} ${audience(to, nameOf)}</p>`;
  }
  if (content.type === 'image') return picture(content);
  if (content.type === 'voice') {
    const length = WORDS.seconds(Math.ceil(content.duration / 1_000));
    return html`<p class="text"><a class="link" target="_blank" href="${content.url}">${KINDS.voice} ${length}</a></p>`;
  }
  return html`<p class="text" dir="auto">${textOf(event) ?? ''}</p>`;
}

function picture({ url, width, height }: ImageContent): Html {
  return html`<p class="text"><a target="_blank" href="${url}"><img class="thumbnail" loading="lazy" src="${url}" width="${width}" height="${height}" alt="${WORDS.openPicture}"></a></p>`;
}

function reference({ content, replyTo }: Message): Html {
  if (content.type === 'answer') {
    return html`<p class="about">${WORDS.answerTo(content.question)}</p>`;
  }
  return replyTo === undefined ? NOTHING : html`<p class="about">${WORDS.replyTo(replyTo)}</p>`;
}

function audience(to: Audience, nameOf: LogScene['nameOf']): Html {
  if ('group' in to) return html`${WORDS.group} <bdi>${to.group}</bdi>`;
  if ('role' in to) return html`${WORDS.hosts}`;
  return html`${to.users.map((user, index) => html`${index > 0 ? '、' : ''}<bdi>${nameOf(user)}</bdi>`)}`;
}

function deedEntry(event: Deed, scene: LogScene): Html {
  return html`<li class="event"><span class="dot"></span><p>${personLink(scene.room, event.from)} ${deed(event, scene)}</p>
<div class="side">${when(event, scene)}</div></li>`;
}

function deed(event: Deed, { room, now, nameOf }: LogScene): Html {
  switch (event.kind) {
    case 'recall':
      return html`${WORDS.recalledOne(event.target)}`;
    case 'vote':
      return html`${WORDS.votedFor(event.target)}`;
    case 'resolve':
      return html`${WORDS.resolvedOne(event.target)}`;
    case 'moderation': {
      if (event.action === 'slow_mode') {
        return html`${event.seconds > 0 ? WORDS.slowModeOn(event.seconds) : WORDS.slowModeOff}`;
      }
      const { action, user, name = nameOf(user), until } = event;
      const lasts = action === 'mute' || action === 'ban';
      return html`${ACTIONS[action]} ${personLink(room, { id: user, name })}${lasts ? `（${endOf(until, now)}）` : ''}`;
    }
  }
}

function when({ seq, at }: JournalEvent, { now }: LogScene): Html {
  return html`<span class="number">#${seq}</span><time class="number" datetime="${machineTime(at)}">${clockTime(at, now)}</time>`;
}
