/** What deciding on a submission needs to know, and what can come of it. */
import type { ErrorCode, Refusal } from '../../shared/errors.ts';
import type {
  ChatAction,
  ChatEvent,
  ChatMessage,
  ChatSanction,
  ChatSlowMode,
  MediaContent,
} from '../../shared/protocol.ts';
import { canSee, type Viewer } from './audience.ts';
import type { LastMessages } from './last-messages.ts';
import type { AddressBook, RoomSettings } from './ports.ts';
import type { Place, Question } from './question-book.ts';
import type { KnownSanctions } from './restraint.ts';

/** What the authority needs to know of those who are connected. */
export interface Attendance {
  isOnline(userId: string): boolean;
  isGroupOnline(group: string): boolean;
  /** What a user who is connected is called. */
  nameOf(userId: string): string | undefined;
}

/** The room at the moment of deciding, with all that was accepted before in the same batch. */
export interface Scene {
  readonly settings: RoomSettings;
  readonly attendance: Attendance;
  readonly addresses: AddressBook;
  readonly sanctions: KnownSanctions;
  readonly lastMessages: Pick<LastMessages, 'wait'>;
  /** When the batch is made, in milliseconds since 1970. */
  readonly at: number;
  /** The event of this seq, if it is kept. */
  find(seq: number): ChatEvent | undefined;
  /** The question of this seq, if it is kept and was not recalled. */
  findQuestion(seq: number): Question | undefined;
  /** What is at this address, when this user may send it here. */
  describeMedia(url: string, userId: string): MediaContent | undefined;
  /** What this user is called, as far as is known. */
  nameOf(userId: string): string | undefined;
}

/** What the server adds by itself: the same for every event. */
type Stamp = 'seq' | 'at' | 'id' | 'from';

/** An event but for its place, its time and its author. */
export type EventBody =
  | Omit<ChatMessage, Stamp>
  | Omit<ChatAction, Stamp>
  | Omit<ChatSanction, Stamp>
  | Omit<ChatSlowMode, Stamp>;

/** What comes of a submission that repeats none. */
export type Decision =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** Done before, under another id, by the event of this place: there is nothing more to do. */
  | { readonly type: 'repeated'; readonly place: Place }
  | {
      readonly type: 'accepted';
      readonly body: EventBody;
      /** The message whose content goes when this is stored. */
      readonly recalled?: ChatMessage;
    };

/** A decision against it. */
export function refused(code: ErrorCode, message: string): Decision {
  return { type: 'refused', refusal: { code, message } };
}

/**
 * The message of this seq; what `viewer` may not see is not there [R6]. Without a viewer it is an
 * operator who asks, and knows only its seq.
 */
export function findMessage(
  scene: Scene,
  viewer: Viewer | undefined,
  seq: number,
): ChatMessage | undefined {
  const event = scene.find(seq);
  if (event?.kind !== 'message') return undefined;
  return viewer === undefined || canSee(viewer, event) ? event : undefined;
}

/** The question of this seq; what `viewer` may not see is not there [R6]. */
export function findQuestion(scene: Scene, viewer: Viewer, seq: number): Question | undefined {
  const question = scene.findQuestion(seq);
  return question && canSee(viewer, question.asked) ? question : undefined;
}
