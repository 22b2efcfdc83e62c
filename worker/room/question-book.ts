/** What became of the questions of a room. */
import type { ChatEvent, ChatMessage } from '../../shared/protocol.ts';
import { canSee, type Viewer } from './audience.ts';
import type { EventLog } from './ports.ts';

/** As much of an event as an ack tells. */
export type Place = Pick<ChatEvent, 'seq' | 'at'>;

/** A question that is kept and was not recalled, with all that concerns it. */
export interface Question {
  readonly asked: ChatMessage;
  /** The one vote of each user who gave one. */
  readonly votes: ReadonlyMap<string, Place>;
  /** Those that were not recalled, oldest first. */
  readonly answers: readonly ChatMessage[];
  /** What closed it. */
  readonly resolved?: Place;
}

/**
 * Whether a question is `open` to `viewer`: an answer that they may not see is none to them, or they
 * would learn of it [R6].
 */
export function stateOf(
  { answers, resolved }: Question,
  viewer: Viewer,
): 'open' | 'answered' | 'resolved' {
  if (resolved) return 'resolved';
  return answers.some((answer) => canSee(viewer, answer)) ? 'answered' : 'open';
}

/** Whether an event is a question or about one: all that a {@link QuestionBook} is made of. */
export function concernsQuestions(event: ChatEvent): boolean {
  if (event.kind !== 'message') return event.kind === 'vote' || event.kind === 'resolve';
  return event.content.type === 'question' || event.content.type === 'answer';
}

/** A {@link Question} that is being kept up to date. */
interface Entry extends Question {
  readonly votes: Map<string, Place>;
  answers: ChatMessage[];
  resolved?: Place;
}

/** The questions in memory, made of the log when first needed: it alone says what is so. */
export class QuestionBook {
  readonly #log: Pick<EventLog, 'readQuestionEvents'>;
  #entries: Map<number, Entry> | undefined;

  constructor(log: Pick<EventLog, 'readQuestionEvents'>) {
    this.#log = log;
  }

  /** The question that was asked in the event of this seq. */
  get(seq: number): Question | undefined {
    return this.#load().get(seq);
  }

  /** All of them, the newest first. */
  newestFirst(): Question[] {
    return [...this.#load().values()].reverse();
  }

  /** Takes over an event that follows on all before it; if it is not stored after all, {@link forget}. */
  add(event: ChatEvent): void {
    if (concernsQuestions(event)) apply(this.#load(), event);
  }

  /** Takes over that a message was recalled; `message` is what it was before. */
  recall(message: ChatMessage): void {
    if (!concernsQuestions(message)) return;
    const entries = this.#load();
    entries.delete(message.seq);
    const entry = message.content.type === 'answer' && entries.get(message.content.question);
    if (entry) entry.answers = entry.answers.filter(({ seq }) => seq !== message.seq);
  }

  /** Forgets questions up to `upTo`, as the log did: what concerns a question is newer than it. */
  trim(upTo: number): void {
    for (const seq of this.#entries?.keys() ?? []) {
      if (seq <= upTo) this.#entries?.delete(seq);
    }
  }

  /** Drops what is in memory, to be read from the log again. */
  forget(): void {
    this.#entries = undefined;
  }

  #load(): Map<number, Entry> {
    if (!this.#entries) {
      const entries = new Map<number, Entry>();
      for (const event of this.#log.readQuestionEvents()) apply(entries, event);
      this.#entries = entries;
    }
    return this.#entries;
  }
}

/** What is about a question that is not there, because it was recalled or trimmed, changes nothing. */
function apply(entries: Map<number, Entry>, event: ChatEvent): void {
  if (event.kind === 'message') {
    const { content } = event;
    if (content.type === 'question') {
      entries.set(event.seq, { asked: event, votes: new Map(), answers: [] });
    } else if (content.type === 'answer') entries.get(content.question)?.answers.push(event);
    return;
  }
  if (event.kind === 'moderation') return;
  const entry = entries.get(event.target);
  if (!entry) return;
  const { seq, at } = event;
  if (event.kind === 'vote') entry.votes.set(event.from.id, { seq, at });
  else if (event.kind === 'resolve') entry.resolved = { seq, at };
}
