import { describe, expect, it } from 'vitest';
import type { UnreadAnswer } from '../../../miniprogram/src/chat/http.ts';
import { type LocalRoom, roomLine } from '../../../miniprogram/src/view/lobby.ts';
import { momentOf, shortMomentOf } from '../../../miniprogram/src/view/time.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { action, ME, message, NOW, text } from './room.ts';

const visitedAt = NOW - 3 * 86_400_000;
const local: LocalRoom = { visited: { room: 'r1', visitedAt }, waiting: 0, draft: '' };

const line = (last?: ChatEvent, more: Partial<LocalRoom> = {}) => {
  const answer = { room: 'r1', unread: 3, ...(last && { last }) } as UnreadAnswer;
  return roomLine({ ...local, ...more }, answer, NOW);
};

describe('a line of the lobby', () => {
  it('shows at once what the phone knows', () => {
    const titled = { ...local, visited: { room: 'r1', title: '课程', visitedAt } };
    expect(roomLine(titled, undefined, NOW)).toMatchObject({
      room: 'r1',
      title: '课程',
      initial: '课',
      unread: 0,
      last: '',
      mark: '',
      time: shortMomentOf(visitedAt, NOW),
    });
    expect(roomLine(local, undefined, NOW).title).toBe('r1');
  });

  it('shows who said what last, when, and how much is new', () => {
    const last = text(1, '明天\n见');
    expect(line(last)).toMatchObject({
      unread: 3,
      last: '小明：明天 见',
      time: momentOf(last.at, NOW),
    });
  });

  it.each([
    ['a question', message(1, { type: 'question', text: '为什么？' }), '[提问] 小明：为什么？'],
    ['an answer', message(1, { type: 'answer', question: 9, text: '因为' }), '[回答] 小明：因为'],
    ['a notice', message(1, { type: 'notice', text: '放假' }), '[公告] 放假'],
    ['a private one', text(1, '嘘', { to: { users: [ME.id] } }), '[私聊] 小明：嘘'],
    ['a recalled one', message(1, { type: 'recalled' }), '“小明”撤回了一条消息'],
    ['what is no message', action(2, 'vote', 1), ''],
  ])('tells %s', (_, last, words) => {
    expect(line(last).last).toBe(words);
  });

  it('cuts a long message', () => {
    expect(line(text(1, '字'.repeat(2_000))).last.length).toBeLessThan(80);
  });

  it('shows a draft in place of it, and first of all what was not sent', () => {
    expect(line(text(1, '早'), { draft: '还没写\n完' })).toMatchObject({
      mark: '[草稿]',
      last: '还没写 完',
    });
    expect(line(text(1, '早'), { draft: '还没写完', waiting: 2 })).toMatchObject({
      mark: '[2 条待发送]',
      last: '小明：早',
    });
  });
});
