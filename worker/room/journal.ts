/** What an operator reads of a room: what happened, but not what was said in private. */
import type { ChatEvent, ChatMessage, Content } from '../../shared/protocol.ts';
import type { ReadableLog } from './reader.ts';

/** Stands for what a private message says, and for nothing else of it. */
export interface PrivateContent {
  readonly type: 'private';
}

/** An event as an operator sees it. */
export type JournalEvent =
  | Exclude<ChatEvent, ChatMessage>
  | (Omit<ChatMessage, 'content'> & { readonly content: Content | PrivateContent });

/** A stretch of the journal. */
export interface JournalPage {
  /** Oldest first. */
  readonly events: readonly JournalEvent[];
  /** Ask again with `before` set to this for what is older. */
  readonly oldest: number;
  readonly more: boolean;
}

/**
 * The `limit` events before `before`, all that is kept of them; the newest of all without it. Private
 * texts stay in the room: no operator reads them here [R6].
 */
export function readJournal(
  log: ReadableLog,
  before: number | undefined,
  limit: number,
): JournalPage {
  const end = Math.max(log.oldest, Math.min(before ?? Number.POSITIVE_INFINITY, log.head + 1));
  const oldest = Math.max(log.oldest, end - limit);
  const events = log.read(oldest - 1, end - 1).map(({ event }) => withoutSecrets(event));
  return { events, oldest, more: oldest > log.oldest };
}

function withoutSecrets(event: ChatEvent): JournalEvent {
  if (event.kind !== 'message' || !event.to || event.content.type === 'recalled') return event;
  return { ...event, content: { type: 'private' } };
}
