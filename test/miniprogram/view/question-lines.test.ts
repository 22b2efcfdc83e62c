import { describe, expect, it } from 'vitest';
import {
  type QuestionLine,
  QuestionLines,
  questionLine,
} from '../../../miniprogram/src/view/question-lines.ts';
import type { ListedQuestion } from '../../../shared/http.ts';
import { HOST, ME, MING, NOW } from './room.ts';

const reader = { selfId: ME.id, ownAvatar: '', now: NOW };

function question(seq: number, more: Partial<ListedQuestion> = {}): ListedQuestion {
  const said = { seq, at: NOW, from: MING, text: `问 ${seq}` };
  return { ...said, votes: 0, voted: false, state: 'open', ...more };
}

describe('the line of a question', () => {
  it('says who asked what, and how many want to know', () => {
    expect(questionLine(question(3, { votes: 2, voted: true }), reader)).toMatchObject({
      key: 'q3',
      seq: 3,
      name: '小明',
      initial: '明',
      role: '',
      group: '一组',
      privacy: '',
      text: '问 3',
      mine: false,
      votes: 2,
      voted: true,
      status: 'open',
      answers: [],
      long: false,
    });
  });

  it('says who answered, and of which organisation', () => {
    const from = { ...HOST, group: '售后部' };
    const answers = [{ seq: 5, at: NOW, from, text: '答', to: { users: ['me'] } }];
    const line = questionLine(question(3, { state: 'answered', answers }), reader);
    expect(line.answers).toMatchObject([
      { key: 'q5', name: '老师', role: '主持人', group: '售后部', privacy: '私聊', text: '答' },
    ]);
  });

  it('of one’s own has the picture that this phone knows', () => {
    const own = { ...reader, ownAvatar: 'wxfile://me.png' };
    expect(questionLine(question(1, { from: ME }), own)).toMatchObject({
      mine: true,
      avatar: 'wxfile://me.png',
    });
    expect(questionLine(question(1), own)).toMatchObject({ mine: false, avatar: '' });
  });

  it.each([
    [{ users: ['me'] }, '私聊'],
    [{ role: 'host' }, '私聊 · 主持人'],
    [{ group: '一组' }, '私聊 · 一组'],
  ] as const)('for %j is marked as private', (to, privacy) => {
    const audience = 'users' in to ? { users: [...to.users] } : to;
    expect(questionLine(question(1, { to: audience }), reader).privacy).toBe(privacy);
  });

  it.each([
    ['字'.repeat(160), false],
    ['字'.repeat(161), true],
    ['行\n'.repeat(5), false],
    ['行\n'.repeat(7), true],
  ])('is folded when it is long: %#', (text, long) => {
    expect(questionLine(question(1, { text }), reader).long).toBe(long);
    const answers = [{ seq: 2, at: NOW, from: HOST, text }];
    expect(questionLine(question(1, { answers }), reader).long).toBe(long);
  });
});

describe('the panel', () => {
  const seqs = (lines: unknown) => (lines as QuestionLine[]).map(({ seq }) => seq);

  it('begins with those that wait and those that do not', () => {
    const patch = new QuestionLines(reader).show([
      question(2),
      question(1),
      question(4, { state: 'resolved' }),
      question(3, { state: 'answered' }),
    ]);
    expect(Object.keys(patch)).toEqual(['open', 'done']);
    expect([seqs(patch.open), seqs(patch.done)]).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(new QuestionLines(reader).show([])).toEqual({ open: [], done: [] });
  });

  it('is told only what has changed, by its place', () => {
    const lines = new QuestionLines(reader);
    const [one, two, three] = [question(1), question(2), question(3)];
    lines.show([one, two, three]);
    expect(lines.show([one, two, three])).toEqual({});
    const wanted = { ...three, votes: 1 };
    expect(lines.show([wanted, one, two])).toEqual({
      'open[0]': questionLine(wanted, reader),
      'open[1]': questionLine(one, reader),
      'open[2]': questionLine(two, reader),
    });
    expect(Object.keys(lines.show([wanted, one, two, question(4)]))).toEqual(['open[3]']);
  });

  it('is told a list that has become shorter as a whole', () => {
    const lines = new QuestionLines(reader);
    const [one, two] = [question(1), question(2)];
    lines.show([one, two]);
    const answered = { ...one, state: 'answered' as const };
    expect(lines.show([two, answered])).toEqual({
      open: [questionLine(two, reader)],
      'done[0]': questionLine(answered, reader),
    });
  });

  it('shows of many the first, and more each time they were seen', () => {
    const lines = new QuestionLines(reader);
    const many = Array.from({ length: 70 }, (_, i) => question(i + 1));
    expect(seqs(lines.show(many).open)).toHaveLength(30);
    expect(Object.keys(lines.extend('open'))).toEqual(
      Array.from({ length: 30 }, (_, i) => `open[${i + 30}]`),
    );
    expect(Object.keys(lines.extend('open'))).toHaveLength(10);
    expect(lines.extend('open')).toEqual({});
    expect(lines.extend('done')).toEqual({});
    // What is beyond those that are shown is no news.
    const others = new QuestionLines(reader);
    others.show(many);
    expect(others.show([...many, question(71)])).toEqual({});
  });
});
