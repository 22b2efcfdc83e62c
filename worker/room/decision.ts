/** What deciding on a submission needs to know, and what can come of it. */
import type { ErrorCode, Refusal } from '../../shared/errors.ts';
import type { ChatAction, ChatEvent, ChatMessage } from '../../shared/protocol.ts';
import { canSee, type Viewer } from './audience.ts';
import type { AddressBook, RoomSettings } from './ports.ts';
import type { Place, Question } from './question-book.ts';

/** What the authority needs to know of those who are connected. */
export interface Attendance {
  isOnline(userId: string): boolean;
  isGroupOnline(group: string): boolean;
}

/** The room at the moment of deciding, with all that was accepted before in the same batch. */
export interface Scene {
  readonly settings: RoomSettings;
  readonly attendance: Attendance;
  readonly addresses: AddressBook;
  /** When the batch is made, in milliseconds since 1970. */
  readonly at: number;
  /** The event of this seq, if it is kept. */
  find(seq: number): ChatEvent | undefined;
  /** The question of this seq, if it is kept and was not recalled. */
  findQuestion(seq: number): Question | undefined;
}

/** What the server adds by itself: the same for every event. */
type Stamp = 'seq' | 'at' | 'id' | 'from';

/** An event but for its place, its time and its author. */
export type EventBody = Omit<ChatMessage, Stamp> | Omit<ChatAction, Stamp>;

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

/** The message of this seq; what `viewer` may not see is not there [R6]. */
export function findMessage(scene: Scene, viewer: Viewer, seq: number): ChatMessage | undefined {
  const event = scene.find(seq);
  return event?.kind === 'message' && canSee(viewer, event) ? event : undefined;
}

/** The question of this seq; what `viewer` may not see is not there [R6]. */
export function findQuestion(scene: Scene, viewer: Viewer, seq: number): Question | undefined {
  const question = scene.findQuestion(seq);
  return question && canSee(viewer, question.asked) ? question : undefined;
}
