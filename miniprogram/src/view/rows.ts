/** From what the client knows to what the templates show: one row per message, ready to be rendered. */
import type { Audience, User } from '../../../shared/protocol.ts';
import type { Outgoing } from '../chat/outbox.ts';
import type { Entry } from '../chat/timeline.ts';
import { type Face, faceOf } from './face.ts';
import { mediaOf, type RowPicture, type RowVoice } from './media.ts';
import { isBigEmoji, type TextPart, textParts } from './text-parts.ts';
import { momentOf } from './time.ts';
import { failureText, moderationText, roleText, waitingText } from './words.ts';

/** After a pause this long, in milliseconds, the time stands above a message. */
const PAUSE_MS = 5 * 60_000;
/** A quote shows this much of what it quotes, in UTF-16 units. */
const QUOTE_LENGTH = 60;

/** What a row can hold. */
type Said = Entry['content'];

export interface Quote {
  readonly name: string;
  readonly text: string;
}

export interface Row extends Face {
  /** Also the id of its node, so it begins with a letter. */
  readonly key: string;
  /** 0 while it has none. */
  readonly seq: number;
  /** The id of its frame. */
  readonly id: string;
  readonly at: number;
  readonly kind: Said['type'];
  readonly mine: boolean;
  /** Stands above it; empty for none. */
  readonly time: string;
  readonly userId: string;
  readonly name: string;
  readonly role: string;
  readonly group: string;
  /** Empty unless it is private. */
  readonly privacy: string;
  readonly text: string;
  readonly parts: readonly TextPart[];
  readonly big: boolean;
  /** Whether it speaks to the reader in particular. */
  readonly forMe: boolean;
  readonly quote: Quote | null;
  /** The number of the message that it quotes; 0 for none. */
  readonly quoted: number;
  readonly picture: RowPicture | null;
  readonly voice: RowVoice | null;
  readonly state: '' | 'waiting' | 'uploading' | 'sending' | 'failed';
  /** How much of a file has left the phone, in percent. */
  readonly progress: number;
  /** Below it: why it failed, or that somebody will read it later. */
  readonly note: string;
  readonly votes: number;
  readonly voted: boolean;
  readonly status: '' | 'open' | 'answered' | 'resolved';
}

/** What a row depends on besides its message. */
export interface RowContext {
  readonly selfId: string;
  /** The reader's picture where this phone knows a better one than the server; else empty. */
  readonly ownAvatar?: string;
  readonly now: number;
  /** The message before it, if there is one here. */
  readonly previousAt: number | undefined;
  find(seq: number): Entry | undefined;
  nameOf(userId: string): string | undefined;
  absentFor(seq: number): readonly string[];
  /** Where the upload with this address is loaded from. */
  addressOf(url: string): string;
  /** How wide a picture may be, in px. */
  readonly pictureWidth: number;
}

/** The time that stands above a message, after a pause or at the beginning. */
export function separatorOf(at: number, previousAt: number | undefined, now: number): string {
  return previousAt === undefined || at - previousAt >= PAUSE_MS ? momentOf(at, now) : '';
}

/** The row of a message. */
export function rowOf(entry: Entry, context: RowContext): Row {
  const { event, content } = entry;
  const mine = event.from.id === context.selfId;
  const absent = context.absentFor(event.seq);
  const replyTo = event.kind === 'message' ? event.replyTo : undefined;
  return {
    ...person(event.from),
    ...(mine && context.ownAvatar && { avatar: context.ownAvatar }),
    ...words(content, entry.recalledBy, event.from, context),
    key: `e${event.seq}`,
    seq: event.seq,
    id: event.id,
    at: event.at,
    kind: content.type,
    mine,
    time: separatorOf(event.at, context.previousAt, context.now),
    privacy: event.to ? privacyOf(event.to, mine, context) : '',
    quote: content.type === 'recalled' ? null : quoteOf(replyTo, content, context),
    quoted: quotedSeq(replyTo, content),
    ...mediaOf(content, context.addressOf, context.pictureWidth),
    state: '',
    progress: 0,
    note: absent.length > 0 ? absentText(absent, context) : '',
    votes: entry.votes,
    voted: entry.voted,
    status: statusOf(entry),
  };
}

/** The row of a message that is on its way. */
export function outgoingRowOf(item: Outgoing, self: User, context: RowContext): Row {
  const { content, state } = item;
  return {
    ...person(self),
    ...(context.ownAvatar && { avatar: context.ownAvatar }),
    ...words(content, undefined, self, context),
    key: `o${item.id}`,
    seq: 0,
    id: item.id,
    at: item.at,
    kind: content.type,
    mine: true,
    time: separatorOf(item.at, context.previousAt, context.now),
    privacy: item.to ? privacyOf(item.to, true, context) : '',
    quote: quoteOf(item.replyTo, content, context),
    quoted: quotedSeq(item.replyTo, content),
    ...mediaOf(content, (url) => item.file ?? context.addressOf(url), context.pictureWidth),
    state: state === 'sent' ? '' : state,
    progress: Math.round((item.progress ?? 0) * 100),
    note: outgoingNote(item),
    votes: 0,
    voted: false,
    status: content.type === 'question' ? 'open' : '',
  };
}

function outgoingNote({ state, content, refusal }: Outgoing): string {
  if (state === 'failed') return failureText(content, refusal);
  return state !== 'sent' && refusal ? waitingText(refusal) : '';
}

/** The number of the message whose text this one shows a part of; 0 for none. */
export function quotedSeq(replyTo: number | undefined, content: Said): number {
  return content.type === 'answer' ? content.question : (replyTo ?? 0);
}

function person(user: User): Pick<Row, keyof Face | 'userId' | 'name' | 'role' | 'group'> {
  const { id: userId, name, role, group = '' } = user;
  return { ...faceOf(user), userId, name, role: roleText(role), group };
}

function words(
  content: Said,
  recalledBy: User | undefined,
  from: User,
  { selfId }: RowContext,
): Pick<Row, 'text' | 'parts' | 'big' | 'forMe'> {
  if (content.type === 'recalled') {
    const by = recalledBy ?? from;
    const text = `${by.id === selfId ? '你' : `“${by.name}”`}撤回了一条消息`;
    return { text, parts: [], big: false, forMe: false };
  }
  if (content.type === 'moderation') {
    return { text: moderationText(content.act, selfId), parts: [], big: false, forMe: false };
  }
  const mentions = (content.type === 'text' && content.mentions) || [];
  const text = textOf(content);
  return {
    text,
    parts: textParts(text, mentions.length > 0),
    big: content.type === 'text' && isBigEmoji(text),
    forMe: mentions.includes(selfId),
  };
}

/** How something said to `to` alone is marked, for its author and for who may read it. */
export function privacyOf(
  to: Audience,
  mine: boolean,
  { nameOf }: Pick<RowContext, 'nameOf'>,
): string {
  if ('group' in to) return `私聊 · ${to.group}`;
  if ('role' in to) return '私聊 · 主持人';
  if (!mine) return '私聊';
  const names = to.users.map((id) => nameOf(id) ?? '对方');
  return `私聊 · 发给 ${names.slice(0, 2).join('、')}${names.length > 2 ? ` 等 ${names.length} 人` : ''}`;
}

function quoteOf(replyTo: number | undefined, content: Said, { find }: RowContext): Quote | null {
  const seq = quotedSeq(replyTo, content);
  if (seq === 0) return null;
  const quoted = find(seq);
  if (!quoted) return { name: '', text: '较早的消息，上拉可查看' };
  const { name } = quoted.event.from;
  if (quoted.content.type === 'recalled') return { name: '', text: '引用的消息已被撤回' };
  const text = textOf(quoted.content);
  return text === '' ? null : { name, text: shorten(text) };
}

/** What a content says in words; empty where it says nothing. */
export function textOf(content: Said): string {
  if (content.type === 'image') return '[图片]';
  if (content.type === 'voice') return '[语音]';
  return 'text' in content ? content.text : '';
}

/** One line of a text, cut between characters. */
export function shorten(text: string, length = QUOTE_LENGTH): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  const cut = line.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  return `${cut}…`;
}

function absentText(absent: readonly string[], { nameOf }: RowContext): string {
  const [first] = absent;
  const name = (first !== undefined && nameOf(first)) || '对方';
  return absent.length === 1
    ? `${name}不在线，上线后会收到`
    : `${absent.length} 人不在线，上线后会收到`;
}

function statusOf({ content, answered, resolved }: Entry): Row['status'] {
  if (content.type !== 'question') return '';
  if (resolved) return 'resolved';
  return answered ? 'answered' : 'open';
}
