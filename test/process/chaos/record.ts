/** What happened, as those saw it who were there: what a verdict is given on. */
import type { Entry } from '../../../miniprogram/src/chat/timeline.ts';
import type {
  AckFrame,
  Audience,
  ChatEvent,
  ClientFrame,
  UnknownEvent,
} from '../../../shared/protocol.ts';

/** Somebody, and what decides what they may see: nothing of it changes while the chaos lasts. */
export interface Person {
  readonly id: string;
  readonly group: string;
  readonly isHost: boolean;
}

/** Something that was said, as its author meant it: the server's word is not taken for it. */
export interface Said {
  readonly id: string;
  readonly author: string;
  readonly kind: 'text' | 'question' | 'answer' | 'notice';
  /** Stands in the text, and nowhere else: wherever it turns up, the text was. */
  readonly token: string;
  readonly to?: Audience;
  /** Of an answer: the question's token. */
  readonly question?: string;
}

/** A stretch of the log, as it was brought: what was between its ends, for whom it was brought to. */
export interface Stretch {
  readonly path: 'live' | 'history' | 'http';
  readonly after: number;
  readonly upTo: number;
  readonly events: readonly Pick<ChatEvent, 'seq' | 'id'>[];
}

/** That something was stored, as its author was told. */
export type Ack = Pick<AckFrame, 'id' | 'seq' | 'at'>;

/** What one person did and saw. */
export interface PersonRecord {
  readonly person: Person;
  /** The ids of what was written, in the order in which it was to be sent. */
  readonly written: readonly string[];
  /** Of those, what was refused for good, or is not sent yet. */
  readonly unsent: ReadonlySet<string>;
  /** Frames that were sent and are to become events, by id. */
  readonly sent: ReadonlyMap<string, ClientFrame>;
  readonly acks: readonly Ack[];
  readonly stretches: readonly Stretch[];
  /** The tokens in all that ever came, over the socket or HTTP, in whatever field. */
  readonly tokens: ReadonlySet<string>;
  /** What is on the screen in the end, all of history loaded. */
  readonly shown: readonly Entry[];
  readonly upTo: number;
  /** Where what came broke the protocol. */
  readonly faults: readonly string[];
}

/** One room when all is over. */
export interface RoomRecord {
  readonly room: string;
  /** The log, exported by an operator. */
  readonly log: readonly ChatEvent[];
  /** How far an operator was told that it goes. */
  readonly last: number;
  readonly said: readonly Said[];
  /** What a back end was told of its notices. */
  readonly pushAcks: readonly Ack[];
  readonly people: readonly PersonRecord[];
}

const TOKEN = /⟦([^⟧]*)⟧/g;

/** A text with its token. */
export function textWith(token: string): string {
  return `⟦${token}⟧ 你好 👋`;
}

/** The tokens in whatever text. */
export function tokensIn(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), ([, token]) => token ?? '');
}

/** An event's place and id: an event of an unknown kind has none that is known here. */
export function briefly(events: readonly (ChatEvent | UnknownEvent)[]): Stretch['events'] {
  return events.map((event) => ({ seq: event.seq, id: 'id' in event ? event.id : '' }));
}
