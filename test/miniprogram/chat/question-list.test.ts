import { describe, expect, it } from 'vitest';
import { type QuestionList, withEvents } from '../../../miniprogram/src/chat/question-list.ts';
import type { ListedQuestion } from '../../../shared/http.ts';
import { MAX_LISTED_ANSWERS, MAX_LISTED_QUESTIONS } from '../../../shared/limits.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { AT, action, message, user } from '../../support/frames.ts';

const ask = (seq: number, text = `q${seq}`) => message(seq, { type: 'question', text });
const answer = (seq: number, question: number) =>
  message(seq, { type: 'answer', question, text: `a${seq}` });

function listed(seq: number, more: Partial<ListedQuestion> = {}): ListedQuestion {
  const said = { seq, at: AT + seq, from: user('u2'), text: `q${seq}` };
  return { ...said, votes: 0, voted: false, state: 'open', ...more };
}

const list = (head: number, ...questions: ListedQuestion[]): QuestionList => ({
  questions,
  head,
  lacks: false,
});

/** `3+2 open`: question 3 with two votes. */
const shown = ({ questions }: QuestionList) =>
  questions.map(({ seq, votes, state }) => `${seq}+${votes} ${state}`);

const later = (before: QuestionList, ...events: ChatEvent[]) => withEvents(before, events, 'u1');

describe('the list of questions', () => {
  it('takes in a new one, after those that are wanted more or were asked before', () => {
    const before = list(4, listed(2, { votes: 1 }), listed(1), listed(3, { state: 'answered' }));
    expect(shown(later(before, ask(5)))).toEqual([
      '2+1 open',
      '1+0 open',
      '5+0 open',
      '3+0 answered',
    ]);
  });

  it('moves up what is wanted more', () => {
    const before = list(3, listed(1), listed(2), listed(3));
    const wanted = later(before, action(4, 'vote', 3), action(5, 'vote', 3), action(6, 'vote', 2));
    expect(shown(wanted)).toEqual(['3+2 open', '2+1 open', '1+0 open']);
    expect(wanted.questions.map(({ voted }) => voted)).toEqual([false, false, false]);
    const mine = later(wanted, action(7, 'vote', 1, user('u1')));
    expect(mine.questions.find(({ seq }) => seq === 1)?.voted).toBe(true);
  });

  it('counts no vote twice that was in it when it was fetched', () => {
    const before = list(5, listed(1, { votes: 1 }));
    expect(later(before, action(5, 'vote', 1))).toBe(before);
    expect(shown(later(before, action(5, 'vote', 1), action(6, 'vote', 1)))).toEqual(['1+2 open']);
  });

  it('puts what is answered or closed behind, the newest question first', () => {
    const before = list(4, listed(1, { votes: 3 }), listed(2), listed(3));
    const closed = later(before, answer(5, 1), action(6, 'resolve', 3));
    expect(shown(closed)).toEqual(['2+0 open', '3+0 resolved', '1+3 answered']);
    expect(closed.questions[2]?.answers).toEqual([
      { seq: 5, at: AT + 5, from: user('u2'), text: 'a5' },
    ]);
  });

  it('stays closed, whatever is answered or taken back', () => {
    const before = list(1, listed(1, { state: 'resolved' }));
    expect(shown(later(before, answer(2, 1)))).toEqual(['1+0 resolved']);
    const without = later(before, answer(2, 1), action(3, 'recall', 2));
    expect(without.questions).toEqual([listed(1, { state: 'resolved' })]);
  });

  it('opens a question again when its only answer is taken back', () => {
    const [first, second] = [answer(2, 1), answer(3, 1)];
    const answered = later(list(1, listed(1)), first, second, action(4, 'recall', 2));
    expect(shown(answered)).toEqual(['1+0 answered']);
    expect(later(answered, action(5, 'recall', 3)).questions).toEqual([listed(1)]);
  });

  it('loses what is taken back, and what is said about it then changes nothing', () => {
    const gone = later(list(2, listed(1), listed(2)), action(3, 'recall', 1));
    expect(shown(gone)).toEqual(['2+0 open']);
    const rest = later(gone, action(4, 'vote', 1), answer(5, 1), action(6, 'recall', 1));
    expect(rest.questions).toBe(gone.questions);
    expect(rest.head).toBe(6);
  });

  it('keeps the newest of many', () => {
    const many = Array.from({ length: MAX_LISTED_QUESTIONS }, (_, i) => listed(i + 1));
    const full = later(list(200, ...many), ask(201));
    expect(full.questions).toHaveLength(MAX_LISTED_QUESTIONS);
    expect(full.questions.map(({ seq }) => seq)).not.toContain(1);
    expect(full.lacks).toBe(false);
    // There may be an older one now, which only the server knows.
    expect(later(full, action(202, 'recall', 100)).lacks).toBe(true);
  });

  it('keeps the newest of many answers', () => {
    const answers = Array.from({ length: MAX_LISTED_ANSWERS + 1 }, (_, i) => answer(i + 2, 1));
    const full = later(list(1, listed(1)), ...answers);
    expect(full.questions[0]?.answers?.map(({ seq }) => seq)).toEqual(
      Array.from({ length: MAX_LISTED_ANSWERS }, (_, i) => i + 3),
    );
    expect(later(full, action(20, 'recall', 5)).lacks).toBe(true);
  });

  it('leaves what has not changed as it is', () => {
    const before = list(3, listed(1), listed(2), listed(3));
    const { questions } = later(before, action(4, 'vote', 3));
    expect(questions[1]).toBe(before.questions[0]);
    expect(questions[2]).toBe(before.questions[1]);
    expect(later(before, message(4)).questions).toBe(before.questions);
  });
});
