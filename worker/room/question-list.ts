import type { ListedAnswer, ListedQuestion } from '../../shared/http.ts';
import { MAX_LISTED_ANSWERS, MAX_LISTED_QUESTIONS } from '../../shared/limits.ts';
import type { ChatMessage } from '../../shared/protocol.ts';
import { canSee, type Viewer } from './audience.ts';
import { type Question, stateOf } from './question-book.ts';

/**
 * The questions that `viewer` may see, the newest 200: first the open ones, those with most votes
 * before the others and older before newer, then the rest, newest first.
 */
export function listQuestions(newestFirst: readonly Question[], viewer: Viewer): ListedQuestion[] {
  const listed = newestFirst
    .filter(({ asked }) => canSee(viewer, asked))
    .slice(0, MAX_LISTED_QUESTIONS)
    .map((question) => toListed(question, viewer));
  const open = listed.filter(({ state }) => state === 'open');
  const rest = listed.filter(({ state }) => state !== 'open');
  return [...open.sort((one, other) => other.votes - one.votes || one.seq - other.seq), ...rest];
}

function toListed(question: Question, viewer: Viewer): ListedQuestion {
  const { asked, votes } = question;
  const answers = question.answers.filter((answer) => canSee(viewer, answer));
  return {
    ...toWords(asked),
    votes: votes.size,
    voted: votes.has(viewer.id),
    state: stateOf(question, viewer),
    ...(answers.length > 0 && { answers: answers.slice(-MAX_LISTED_ANSWERS).map(toWords) }),
  };
}

/** What a question and an answer have in common. */
function toWords({ seq, at, from, content, to }: ChatMessage): ListedAnswer {
  return { seq, at, from, text: 'text' in content ? content.text : '', ...(to && { to }) };
}
