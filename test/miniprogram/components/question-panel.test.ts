/** The panel of questions: what it shows of them, and what it says was touched. */
import { describe, expect, it } from 'vitest';
import {
  type QuestionLine,
  type QuestionReader,
  questionLine,
} from '../../../miniprogram/src/view/question-lines.ts';
import type { ListedQuestion } from '../../../shared/http.ts';
import { HOST, ME, MING, NOW } from '../view/room.ts';
import { app, MARKUP, mount } from './app.ts';

const reader: QuestionReader = { selfId: ME.id, ownAvatar: '', now: NOW };

function line(seq: number, more: Partial<ListedQuestion> = {}): QuestionLine {
  const said = { seq, at: NOW, from: MING, text: `问 ${seq}` };
  return questionLine({ ...said, votes: 0, voted: false, state: 'open', ...more }, reader);
}

const answered = line(9, {
  state: 'answered',
  votes: 3,
  answers: [{ seq: 10, at: NOW, from: { ...HOST, group: '售后部' }, text: '明天' }],
});

async function panel(
  open: readonly QuestionLine[],
  done: readonly QuestionLine[] = [],
  properties: Readonly<Record<string, unknown>> = {},
) {
  const component = mount('question-panel', {
    visible: true,
    state: 'ready',
    openCount: open.length,
    doneCount: done.length,
    ...properties,
  });
  const touched = component.events('touchline');
  const closed = component.events('close');
  const retried = component.events('retry');
  const extended = component.events('extend');
  const begin = (tab: 'open' | 'done') => component.instance.begin(tab, { open, done });
  begin('open');
  await app.settled();
  const texts = () => component.findAll('.question > * > .text').map((node) => node.textContent);
  const tab = (index: number) => {
    const found = component.findAll('.tab')[index];
    if (!found) throw new Error('a tab is missing');
    component.tap(found);
  };
  return { ...component, touched, closed, retried, extended, begin, texts, tab };
}

describe('the questions', () => {
  it('that wait are shown in the order they come in, with who asked and how many want to know', async () => {
    const { findAll, find } = await panel([line(2, { votes: 12 }), line(1)]);
    expect(findAll('.tab').map(({ textContent }) => textContent)).toEqual(['待回答2', '已回答']);
    expect(findAll('.question').map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^明小明一组.*问 2我也想知道 12$/),
      expect.stringMatching(/^明小明一组.*问 1我也想知道$/),
    ]);
    expect(find('.action').getAttribute('aria-label')).toBe('我也想知道，12 人');
  });

  it('that were answered are a tap away, with the organisation of who answered', async () => {
    const { tab, find, findAll, texts } = await panel([line(1)], [answered]);
    tab(1);
    expect(texts()).toEqual(['问 9']);
    expect(find('.answer').textContent).toMatch(/^回答老师售后部.*明天$/);
    expect(find('.wanted').textContent).toBe('3 人也想知道');
    expect(findAll('.action')).toEqual([]);
    tab(0);
    expect(texts()).toEqual(['问 1']);
  });

  it('begin with those of a kind', async () => {
    const { begin, texts } = await panel([], [answered]);
    begin('done');
    expect(texts()).toEqual(['问 9']);
  });

  it('of one’s own can’t be voted for', async () => {
    const { find, findAll } = await panel([line(1, { from: ME }), line(2, { from: ME, votes: 1 })]);
    expect(findAll('.action')).toEqual([]);
    expect(findAll('.wanted').map(({ textContent }) => textContent)).toEqual([
      '等待回答',
      '1 人也想知道',
    ]);
    expect(find('.question').textContent).toContain('我');
  });

  it('are voted for once', async () => {
    const lines = [line(1), line(2, { votes: 2, voted: true })];
    const { findAll, tap, touched } = await panel(lines);
    const [fresh, done] = findAll('.action');
    if (!fresh || !done) throw new Error('a vote is missing');
    expect(done.textContent).toBe('已想知道 2');
    tap(done);
    expect(touched).toEqual([]);
    tap(fresh);
    expect(touched).toEqual([{ touch: 'vote', line: lines[0] }]);
  });

  it('are answered and put away by hosts alone', async () => {
    const lines = [line(1)];
    const { findAll, tap, set, touched } = await panel(lines, [], { host: false });
    expect(findAll('.tools')).toEqual([]);
    set({ host: true });
    tap('.action-answer');
    tap('.more');
    expect(touched).toEqual([
      { touch: 'answer', line: lines[0] },
      { touch: 'more', line: lines[0] },
    ]);
  });

  it('that are closed say so, and need no more answers', async () => {
    const closed = line(3, { state: 'resolved' });
    const { tab, find, findAll } = await panel([], [closed], { host: true });
    tab(1);
    expect(find('.status').textContent).toBe('已解决');
    expect(findAll('.action-answer')).toEqual([]);
    expect(findAll('.more')).toHaveLength(1);
  });

  it('are gone to with a tap', async () => {
    const lines = [line(1)];
    const { tap, touched } = await panel(lines);
    tap('.question');
    expect(touched).toEqual([{ touch: 'jump', line: lines[0] }]);
  });

  it('that are private are marked', async () => {
    const { find } = await panel([line(1, { to: { role: 'host' } })]);
    expect(find('.privacy').textContent).toBe('私聊 · 主持人');
  });

  it('that are long are folded until somebody wants to read them', async () => {
    const { find, findAll, tap, touched } = await panel([line(1, { text: '长'.repeat(500) })]);
    expect(findAll('.text-folded')).toHaveLength(1);
    tap('.fold');
    expect(findAll('.text-folded')).toEqual([]);
    expect(find('.fold').textContent).toBe('收起');
    tap('.fold');
    expect(findAll('.text-folded')).toHaveLength(1);
    expect(touched).toEqual([]);
  });

  it.each(MARKUP)('are no markup: %s', async (text) => {
    const answers = [{ seq: 2, at: NOW, from: { ...HOST, name: text }, text }];
    const { texts, tab, find } = await panel([line(1, { text })], [line(3, { text, answers })]);
    expect(texts()).toEqual([text]);
    tab(1);
    expect(find('.answer .text').textContent).toBe(text);
    expect(find('.answer .name').textContent).toBe(text);
  });
});

describe('the panel', () => {
  it('changes where something has changed', async () => {
    const { instance, findAll, texts } = await panel([line(1), line(2)]);
    const [, kept] = findAll('.question');
    instance.show({ 'open[0]': line(1, { votes: 5 }) });
    await app.settled();
    expect(findAll('.question')[1]).toBe(kept);
    expect(findAll('.action').map(({ textContent }) => textContent)).toEqual([
      '我也想知道 5',
      '我也想知道',
    ]);
    instance.show({ 'open[0]': line(2), 'open[1]': line(1) });
    expect(texts()).toEqual(['问 2', '问 1']);
    expect(findAll('.question')[0]).toBe(kept);
  });

  it('says when there is nothing to show', async () => {
    const { find, tab } = await panel([]);
    expect(find('.blank').textContent).toBe('没有等待回答的问题');
    tab(1);
    expect(find('.blank').textContent).toBe('还没有回答过的问题');
  });

  it('says that it is loading, and when that failed, with a way to try again', async () => {
    const { find, set, tap, retried } = await panel([], [], { state: 'loading' });
    expect(find('.blank').textContent).toBe('加载中…');
    set({ state: 'failed' });
    expect(find('.blank').textContent).toBe('加载失败，点按重试');
    tap('.blank');
    expect(retried).toHaveLength(1);
  });

  it('says that it may not be up to date', async () => {
    const { find, findAll, set } = await panel([line(1)], [], { note: '更新失败，点按重试' });
    expect(find('.note').textContent).toBe('更新失败，点按重试');
    set({ note: '' });
    expect(findAll('.note')).toEqual([]);
  });

  it('asks for more at the end of a list', async () => {
    const { trigger, extended, findAll, set, tap } = await panel([line(1)]);
    trigger('wx-scroll-view', 'scrolltolower', { direction: 'bottom' });
    expect(extended).toEqual([{ tab: 'open' }]);
    expect(findAll('.rest')).toEqual([]);
    // Who is there in one go, before the list was longer.
    set({ openCount: 2 });
    tap('.rest');
    expect(extended).toHaveLength(2);
  });

  it('is put away by its cross or beside it', async () => {
    const { tap, closed } = await panel([line(1)]);
    tap('.close');
    expect(closed).toHaveLength(1);
    tap('.t-overlay');
    expect(closed).toHaveLength(2);
  });
});
