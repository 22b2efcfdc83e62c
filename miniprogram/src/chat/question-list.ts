/** The list of questions, as the server gave it and kept up to date by the events that came since. */
import type { ListedAnswer, ListedQuestion } from '../../../shared/http.ts';
import { MAX_LISTED_ANSWERS, MAX_LISTED_QUESTIONS } from '../../../shared/limits.ts';
import type { ChatAction, ChatEvent, ChatMessage } from '../../../shared/protocol.ts';

export interface QuestionList {
  /** In the order of `QuestionsResponse`. */
  readonly questions: readonly ListedQuestion[];
  /** All events up to here are in it. */
  readonly head: number;
  /** Something went of which the server may have more, beyond what it lists: it is to be asked again. */
  readonly lacks: boolean;
}

/**
 * The list after these events, which are those that the reader `selfId` sees, in order; those up to
 * `head` change nothing. What has not changed is the same object as before.
 */
export function withEvents(
  list: QuestionList,
  events: readonly ChatEvent[],
  selfId: string,
): QuestionList {
  const fresh = events.filter(({ seq }) => seq > list.head);
  const last = fresh[fresh.length - 1];
  if (!last) return list;
  const draft = new Draft(list, selfId);
  for (const event of fresh) draft.take(event);
  return draft.finish(last.seq);
}

/** A list that is being changed. */
class Draft {
  private readonly before: QuestionList;
  private readonly selfId: string;
  private readonly bySeq: Map<number, ListedQuestion>;
  private lacks: boolean;
  private changed = false;

  constructor(before: QuestionList, selfId: string) {
    this.before = before;
    this.selfId = selfId;
    this.lacks = before.lacks;
    this.bySeq = new Map(before.questions.map((question) => [question.seq, question]));
  }

  take(event: ChatEvent): void {
    switch (event.kind) {
      case 'message':
        this.hear(event);
        return;
      case 'vote':
        this.change(event.target, ({ votes, voted }) => ({
          votes: votes + 1,
          voted: voted || event.from.id === this.selfId,
        }));
        return;
      case 'resolve':
        this.change(event.target, () => ({ state: 'resolved' }));
        return;
      case 'recall':
        this.recall(event);
        return;
      default:
        event satisfies { kind: 'moderation' };
    }
  }

  finish(head: number): QuestionList {
    const questions = this.changed ? inOrder([...this.bySeq.values()]) : this.before.questions;
    return { questions, head, lacks: this.lacks };
  }

  private hear(event: ChatMessage): void {
    const { content, seq } = event;
    if (content.type === 'question') {
      const question = { ...saidIn(event, content.text), votes: 0, voted: false };
      this.bySeq.set(seq, { ...question, state: 'open' });
      this.changed = true;
      if (this.bySeq.size > MAX_LISTED_QUESTIONS) this.bySeq.delete(Math.min(...this.bySeq.keys()));
    } else if (content.type === 'answer') {
      const answer = saidIn(event, content.text);
      this.change(content.question, ({ state, answers = [] }) => ({
        state: state === 'open' ? 'answered' : state,
        answers: [...answers, answer].slice(-MAX_LISTED_ANSWERS),
      }));
    }
  }

  private recall({ target }: ChatAction): void {
    if (this.bySeq.has(target)) {
      this.lacks ||= this.bySeq.size >= MAX_LISTED_QUESTIONS;
      this.bySeq.delete(target);
      this.changed = true;
      return;
    }
    for (const question of this.bySeq.values()) {
      const { seq, answers = [] } = question;
      const rest = answers.filter((answer) => answer.seq !== target);
      if (rest.length === answers.length) continue;
      this.lacks ||= answers.length >= MAX_LISTED_ANSWERS;
      this.bySeq.set(seq, withAnswers(question, rest));
      this.changed = true;
      return;
    }
  }

  private change(seq: number, update: (question: ListedQuestion) => Partial<ListedQuestion>): void {
    const question = this.bySeq.get(seq);
    if (!question) return;
    this.bySeq.set(seq, { ...question, ...update(question) });
    this.changed = true;
  }
}

function withAnswers(
  { answers: _, ...question }: ListedQuestion,
  answers: readonly ListedAnswer[],
): ListedQuestion {
  if (answers.length > 0) return { ...question, answers };
  return { ...question, state: question.state === 'resolved' ? 'resolved' : 'open' };
}

function saidIn({ seq, at, from, to }: ChatMessage, text: string): ListedAnswer {
  return { seq, at, from, text, ...(to && { to }) };
}

function inOrder(questions: readonly ListedQuestion[]): ListedQuestion[] {
  const open = questions.filter(({ state }) => state === 'open');
  const rest = questions.filter(({ state }) => state !== 'open');
  return [
    ...open.sort((one, other) => other.votes - one.votes || one.seq - other.seq),
    ...rest.sort((one, other) => other.seq - one.seq),
  ];
}
