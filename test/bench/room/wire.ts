/** How to talk to each contender, in as little work as possible on the side of the load. */

import type { WelcomeFrame } from '../../../shared/protocol.ts';

/** What a text from the server holds. */
export interface Heard {
  /** Messages of the room in it. */
  readonly messages: number;
  /** The numbers of one's own messages in it. */
  readonly own: readonly number[];
}

/** What a member is told on coming in. */
export interface Welcome {
  /** To come again from there; empty where there is no such thing. */
  readonly cursor: string;
  /** Messages that came with it. */
  readonly messages: number;
}

export interface Wire {
  /** Path to connect to; `cursor` is where the member was before, as the welcome gave it. */
  path(room: string, user: string, cursor: string): string;
  /** What to send once connected, before the member is in. */
  readonly greeting?: string;
  /** What a text says that says that the member is in. */
  welcome(text: Buffer): Welcome | undefined;
  /** The frame that says `text` as the member's message number `number`. */
  say(user: string, number: number, text: string): string;
  /** What is in a text; `user` is who hears it, if they are waiting for what they said. */
  hear(text: Buffer, user: string | undefined): Heard;
  /** What a heartbeat is, and what has to be answered at once: the text and the answer. */
  readonly heartbeat?: string;
  readonly answers?: readonly [heard: string, answer: string];
}

const NONE: readonly number[] = [];
const NOTHING: Heard = { messages: 0, own: NONE };
const JUST_IN: Welcome = { cursor: '', messages: 0 };
const HELLO = Buffer.from('hello');
const EVENTS = Buffer.from('{"type":"events","after":');
const WELCOME = Buffer.from('{"type":"welcome"');
const COMMA = 0x2c;

const startsWith = (text: Buffer, prefix: Buffer): boolean =>
  text.length >= prefix.length && text.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;

/** The decimal number that begins at `offset`. */
function numberAt(text: Buffer, offset: number): number {
  let value = 0;
  for (let i = offset; i < text.length; i++) {
    const digit = (text[i] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

/** A message's own tag, by which its author knows it when it comes back. */
const tag = (user: string, number: number) => `#${user}:${number}#`;

/** A batch holds several where they were said close together. */
function ownNumbers(text: Buffer, user: string): number[] {
  const prefix = `#${user}:`;
  const numbers: number[] = [];
  for (let at = text.indexOf(prefix); at >= 0; ) {
    const start = at + prefix.length;
    numbers.push(numberAt(text, start));
    at = text.indexOf(prefix, start);
  }
  return numbers;
}

const withOwn = (messages: number, text: Buffer, user: string | undefined): Heard => ({
  messages,
  own: user === undefined ? NONE : ownNumbers(text, user),
});

const echoed = (text: Buffer, user: string | undefined): Heard => withOwn(1, text, user);

/** edge-chat: many messages in a frame. */
export const EDGE_CHAT: Wire = {
  path: (room, user, cursor) =>
    `/ws?room=${room}&name=${user}${cursor === '' ? '' : `&since=${cursor}`}`,
  welcome(text) {
    if (!startsWith(text, WELCOME)) return undefined;
    const { epoch, head } = JSON.parse(text.toString()) as WelcomeFrame;
    return { cursor: `${epoch}.${head}`, messages: 0 };
  },
  say: (user, number, text) =>
    JSON.stringify({ type: 'send', id: tag(user, number), content: { type: 'text', text } }),
  hear(text, user) {
    // What confirms a message comes earlier; it counts when it is there for all.
    if (!startsWith(text, EVENTS)) return NOTHING;
    const after = numberAt(text, EVENTS.length);
    const upTo = numberAt(text, text.indexOf(COMMA, EVENTS.length) + '"upTo":'.length + 1);
    return withOwn(upTo - after, text, user);
  },
  heartbeat: 'ping',
};

/** A JSON object per message, which everybody gets as it was sent. */
export const ECHO: Wire = {
  path: (room) => `/${room}`,
  welcome: (text) => (startsWith(text, HELLO) ? JUST_IN : undefined),
  say: (user, number, text) =>
    JSON.stringify({ type: 'message', id: tag(user, number), user, content: text }),
  hear: echoed,
};

const ALL = Buffer.from('{"type":"all"');

/** All that was said comes first, then each message as it was sent. */
const partyserver = (party: string): Wire => ({
  path: (room, user) => `/parties/${party}/${room}?_pk=${user}`,
  welcome(text) {
    if (!startsWith(text, ALL)) return undefined;
    const { messages } = JSON.parse(text.toString()) as { messages: unknown[] };
    return { cursor: '', messages: messages.length };
  },
  say: (user, number, text) =>
    JSON.stringify({ type: 'add', id: tag(user, number), user, role: 'user', content: text }),
  hear: echoed,
  heartbeat: 'ping',
});

export const PARTYSERVER = partyserver('chat');
export const SHOW_FIRST = partyserver('show-first');

const SOCKET_IO_EVENT = Buffer.from('42');
const SOCKET_IO_CONNECTED = Buffer.from('40{');

/** Engine.IO 4 over its WebSocket transport, and Socket.IO 5 in it. */
export const SOCKET_IO: Wire = {
  path: () => '/socket.io/?EIO=4&transport=websocket',
  greeting: '40',
  welcome: (text) => (startsWith(text, SOCKET_IO_CONNECTED) ? JUST_IN : undefined),
  say: (user, number, text) =>
    `42${JSON.stringify(['message', { id: tag(user, number), user, content: text }])}`,
  hear: (text, user) => (startsWith(text, SOCKET_IO_EVENT) ? echoed(text, user) : NOTHING),
  answers: ['2', '3'],
};
