/** The components that only show: cards, lines and cells. */
import { describe, expect, it } from 'vitest';
import { roomLine } from '../../../miniprogram/src/view/lobby.ts';
import { bannerOf, RECOVERED } from '../../../miniprogram/src/view/words.ts';
import { NOW, text } from '../view/room.ts';
import { MARKUP, mount } from './app.ts';

describe('a question card', () => {
  const card = (properties: Readonly<Record<string, unknown>>) => {
    const component = mount('question-card', {
      text: '为什么？',
      votes: 0,
      status: 'open',
      sent: true,
      ...properties,
    });
    return { ...component, votes: component.events('vote'), answers: component.events('answer') };
  };

  it('can be voted for once, while it is open', () => {
    const open = card({ votes: 2 });
    expect(open.find('.action').textContent).toBe('我也想知道 2');
    open.tap('.action');
    expect(open.votes).toHaveLength(1);
    open.set({ voted: true, votes: 3 });
    expect(open.find('.action').textContent).toBe('已想知道 3');
    open.tap('.action');
    expect(open.votes).toHaveLength(1);
  });

  it.each(['answered', 'resolved'])('can not be voted for when it is %s', (status) => {
    const closed = card({ status });
    expect(closed.findAll('.foot')).toEqual([]);
    closed.set({ votes: 2, voted: true });
    expect(closed.find('.foot').textContent).toBe('2 人也想知道');
    expect(closed.findAll('.action')).toEqual([]);
  });

  it('says how it stands', () => {
    expect(card({}).findAll('.status')).toEqual([]);
    expect(card({ status: 'answered' }).find('.status').textContent).toBe('已回答');
    expect(card({ status: 'resolved' }).find('.status').textContent).toBe('已解决');
  });

  it('of one’s own has no vote, but the votes of the others', () => {
    const own = card({ mine: true });
    expect(own.findAll('.action')).toEqual([]);
    expect(own.find('.foot').textContent).toBe('等待回答');
    own.set({ votes: 3 });
    expect(own.find('.foot').textContent).toBe('3 人也想知道');
    own.set({ votes: 0, status: 'answered' });
    expect(own.findAll('.foot')).toEqual([]);
  });

  it('is answered by hosts, their own as well, until it is resolved', () => {
    const asked = card({ host: true });
    asked.tap('.action-answer');
    expect(asked.answers).toHaveLength(1);
    expect(asked.votes).toEqual([]);
    asked.set({ mine: true, status: 'answered' });
    expect(asked.find('.foot').textContent).toBe('再回答');
    asked.set({ status: 'resolved' });
    expect(asked.findAll('.foot')).toEqual([]);
  });

  it('that has not arrived has nothing to touch', () => {
    expect(card({ sent: false, mine: true, host: true }).findAll('.foot')).toEqual([]);
  });
});

describe('a notice', () => {
  it('is for all, or for the reader alone', () => {
    const notice = mount('notice-line', { text: '明天放假' });
    expect(notice.text).toBe('公告明天放假');
    notice.set({ privacy: '私聊' });
    expect(notice.text).toBe('仅你可见明天放假');
    expect(notice.findAll('.notice-private')).toHaveLength(1);
  });

  it.each(MARKUP)('shows what was typed: %s', (words) => {
    expect(mount('notice-line', { text: words }).text).toContain(words);
  });
});

describe('the line above the messages', () => {
  it('is not there while all is well', () => {
    expect(mount('connection-banner', { text: '' }).findAll('.banner')).toEqual([]);
  });

  it('says what is wrong, in its tone', () => {
    const banner = mount('connection-banner', { ...bannerOf({ name: 'connecting' }) });
    expect(banner.text).toContain('连接中…');
    expect(banner.findAll('.banner-waiting')).toHaveLength(1);
    banner.set({ ...bannerOf({ name: 'offline', because: 'network' }) });
    expect(banner.text).toContain('网络不可用，消息会在恢复后发出');
    expect(banner.findAll('.banner-warning')).toHaveLength(1);
    banner.set({ ...RECOVERED });
    expect(banner.text).toContain('已恢复连接');
    expect(banner.findAll('.banner-good')).toHaveLength(1);
    banner.set({ text: '' });
    expect(banner.text).toBe('');
  });

  it('is read out', () => {
    const banner = mount('connection-banner', { text: '连接中…' });
    expect(banner.find('.banner').getAttribute('role')).toBe('status');
  });
});

describe('a room of the lobby', () => {
  const visited = { room: 'r', title: '课程', visitedAt: NOW };
  const line = (words: string, unread: number, waiting = 0) => {
    const last = text(1, words, { at: NOW });
    const answer = { room: 'r', unread, last } as Parameters<typeof roomLine>[1];
    return roomLine({ visited, waiting, draft: '' }, answer, NOW);
  };

  it('shows what was said last, and how much is new', () => {
    const cell = mount('room-cell', { line: line('早', 3) });
    expect(cell.find('.name').textContent).toBe('课程');
    expect(cell.find('.face').textContent).toBe('课');
    expect(cell.find('.last').textContent).toBe('小明：早');
    expect(cell.find('.t-badge').textContent).toContain('3');
    cell.set({ line: line('早', 100) });
    expect(cell.find('.t-badge').textContent).toContain('99+');
    cell.set({ line: line('早', 0) });
    expect(cell.find('.t-badge').textContent).toBe('课');
  });

  it('marks what was not sent', () => {
    const cell = mount('room-cell', { line: line('早', 0, 2) });
    expect(cell.find('.mark').textContent).toBe('[2 条待发送]');
    cell.set({ line: line('早', 0) });
    expect(cell.findAll('.mark')).toEqual([]);
  });

  it('shows a long text in one line, and what was typed', () => {
    const long = mount('room-cell', { line: line('字'.repeat(2_000), 0) });
    expect(long.find('.last').textContent?.length).toBeLessThan(80);
    for (const words of MARKUP) {
      expect(mount('room-cell', { line: line(words, 0) }).text).toContain(words);
    }
  });
});
