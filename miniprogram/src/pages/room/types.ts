/** What the room page asks of its components, which it finds by their ids. */
import type { QuestionTab } from '../../view/question-lines.ts';
import type { ListUpdate } from '../../view/room-view.ts';
import type { Patch } from '../../view/row-list.ts';

export interface MessageList {
  isAtEnd(): boolean;
  show(update: ListUpdate, hiddenBelow: boolean, done: () => void): void;
  extend(edge: 'top' | 'bottom', patch: Patch, hiddenBelow: boolean, done: () => void): void;
  showEnd(patch: Patch, done: () => void): void;
  stick(): void;
  reveal(key: string): void;
}

export interface Composer {
  value(): string;
  write(text: string): void;
  insert(text: string): void;
  open(): void;
}

export interface QuestionPanel {
  begin(tab: QuestionTab, patch: Patch): void;
  show(patch: Patch): void;
}

export interface AnnouncementSheet {
  clear(): void;
}

/** What the next message is about: a message that it quotes, or the question that it answers. */
export interface Subject {
  readonly kind: 'reply' | 'answer';
  readonly seq: number;
  readonly label: string;
  readonly text: string;
}

/** Whom the next message is for, if not for all. */
export interface Recipient {
  readonly id: string;
  readonly name: string;
}
