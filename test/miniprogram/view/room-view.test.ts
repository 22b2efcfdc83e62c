import { describe, expect, it } from 'vitest';
import type { RoomChange } from '../../../miniprogram/src/chat/room-client.ts';
import { RoomView } from '../../../miniprogram/src/view/room-view.ts';
import type { Row } from '../../../miniprogram/src/view/rows.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { ListPage } from './page.ts';
import { action, HOST, ME, MING, message, NOW, SURROUNDINGS, text, ViewedRoom } from './room.ts';

/** A room in which these events were seen, of a log that has older ones before them. */
function viewed(...events: readonly ChatEvent[]) {
  const room = new ViewedRoom();
  const view = new RoomView(room, () => NOW, SURROUNDINGS);
  const page = new ListPage();
  const change = (what: RoomChange, atEnd = true) => {
    const update = view.apply(what, atEnd);
    page.setData(update.patch);
    return update;
  };
  const cleared = room.begin((events[0]?.seq ?? 100) - 1);
  room.append(...events);
  change({ timeline: cleared });
  const shown = (seq: number): Row => {
    const row = page.rows.find((each) => each.seq === seq);
    if (!row) throw new Error(`message ${seq} is not shown`);
    return row;
  };
  return { room, view, page, change, shown };
}

describe('a quote', () => {
  const quoting = text(101, '同意', { replyTo: 100 });

  it('shows what it quotes', () => {
    const { shown } = viewed(text(100, '几点开会？'), quoting);
    expect(shown(101)).toMatchObject({
      quoted: 100,
      quote: { name: '小明', text: '几点开会？' },
    });
  });

  it('says that it is further up, until it has come', () => {
    const { room, shown, change } = viewed(quoting);
    expect(shown(101).quote).toEqual({ name: '', text: '较早的消息，上拉可查看' });
    change({ timeline: room.prepend(60, text(100, '几点开会？')) });
    expect(shown(101).quote).toEqual({ name: '小明', text: '几点开会？' });
  });

  it('loses its words when they are recalled, also below the screen and on its way', () => {
    const { room, page, shown, change } = viewed(text(100, '几点开会？'), quoting);
    const content = { type: 'text' as const, text: '我也是' };
    room.outgoing = [{ id: 'a', at: NOW, content, replyTo: 100, state: 'waiting' }];
    change({ outbox: true });
    expect(page.pending[0]?.quote?.text).toBe('几点开会？');
    const { patch } = change({ timeline: room.append(action(102, 'recall', 100)) });
    expect(shown(100).text).toBe('“小明”撤回了一条消息');
    expect(shown(101).quote).toEqual({ name: '', text: '引用的消息已被撤回' });
    expect(page.pending[0]?.quote?.text).toBe('引用的消息已被撤回');
    expect(JSON.stringify([page.data, patch])).not.toContain('几点开会');
  });

  it('of a question stands above its answer, and follows it', () => {
    const question = message(100, { type: 'question', text: '什么是信号量？' });
    const answer = message(
      101,
      { type: 'answer', question: 100, text: '一个计数器' },
      { from: HOST },
    );
    const { room, shown, change } = viewed(question, answer);
    expect(shown(101).quote).toEqual({ name: '小明', text: '什么是信号量？' });
    change({ timeline: room.append(action(102, 'recall', 100)) });
    expect(shown(101).quote?.text).toBe('引用的消息已被撤回');
  });

  it('is gone with the message that made it', () => {
    const { room, shown, change } = viewed(text(100, '几点开会？'), quoting);
    change({ timeline: room.append(action(102, 'recall', 101)) });
    expect(shown(101)).toMatchObject({ kind: 'recalled', quote: null, parts: [] });
  });
});

describe('a question', () => {
  const question = message(100, { type: 'question', text: '什么是信号量？' });

  it('counts who wants to know it too, and shows how it stands', () => {
    const { room, shown, change } = viewed(question);
    expect(shown(100)).toMatchObject({ status: 'open', votes: 0, voted: false });
    change({ timeline: room.append(action(101, 'vote', 100, HOST), action(102, 'vote', 100, ME)) });
    expect(shown(100)).toMatchObject({ status: 'open', votes: 2, voted: true });
    change({ timeline: room.append(message(103, { type: 'answer', question: 100, text: '…' })) });
    expect(shown(100).status).toBe('answered');
    change({ timeline: room.append(action(104, 'resolve', 100, HOST)) });
    expect(shown(100).status).toBe('resolved');
  });
});

describe('the time above a message', () => {
  it('goes away when it turns out that something was said just before', () => {
    const { room, shown, change } = viewed(text(100, '你好'));
    expect(shown(100).time).not.toBe('');
    change({ timeline: room.prepend(99, text(99, '在吗')) });
    expect(shown(100).time).toBe('');
    expect(shown(99).time).not.toBe('');
  });

  it('stays when what was said before is long ago', () => {
    const { room, shown, change } = viewed(text(100, '你好'));
    change({ timeline: room.prepend(99, text(99, '在吗', { at: NOW - 7_200_000 })) });
    expect(shown(100).time).not.toBe('');
  });
});

describe('what is new', () => {
  it('is what others said', () => {
    const { room, change } = viewed(text(100, '你好'));
    const timeline = room.append(
      text(101, '一'),
      text(102, '二', { from: ME }),
      action(103, 'vote', 100),
    );
    expect(change({ timeline })).toMatchObject({ arrived: 1, forMe: false, reset: false });
  });

  it('speaks to the reader when it mentions them or is for them alone', () => {
    const { room, change } = viewed(text(100, '你好'));
    const mention = message(101, { type: 'text', text: '@我 来', mentions: [ME.id] });
    expect(change({ timeline: room.append(mention) }).forMe).toBe(true);
    const whisper = text(102, '悄悄话', { to: { users: [ME.id] } });
    expect(change({ timeline: room.append(whisper) }).forMe).toBe(true);
    const own = text(103, '悄悄话', { from: ME, to: { users: [MING.id] } });
    expect(change({ timeline: room.append(own) }).forMe).toBe(false);
  });

  it('is not what was there before', () => {
    const { room, change } = viewed(text(100, '你好'));
    const update = change({ timeline: room.prepend(98, text(98, '一'), text(99, '二')) });
    expect(update).toMatchObject({ arrived: 0, forMe: false, prepended: true });
  });
});

describe('a message that arrives', () => {
  it('changes from its way to its place with one patch', () => {
    const { room, page, change } = viewed(text(100, '你好'));
    room.outgoing = [
      { id: 'a', at: NOW, content: { type: 'text', text: '大家好' }, state: 'sent', seq: 101 },
    ];
    change({ outbox: true });
    expect(page.pending.map((row) => row.text)).toEqual(['大家好']);
    room.outgoing = [];
    const timeline = room.append(text(101, '大家好', { id: 'a', from: ME }));
    const { patch } = change({ outbox: true, timeline });
    expect(Object.keys(patch).sort()).toEqual(['newer[0].rows[1]', 'pending']);
    expect(page.pending).toEqual([]);
    expect(page.rows.map((row) => row.text)).toEqual(['你好', '大家好']);
  });
});

describe('names', () => {
  it('are those of the people in the room, and of those who spoke and left', () => {
    const { room, view, change } = viewed(text(100, '你好', { from: MING }));
    expect(view.nameOf(MING.id)).toBe('小明');
    room.members = [ME, { ...MING, name: '小明同学' }];
    expect(view.nameOf(MING.id)).toBe('小明同学');
    room.members = undefined;
    expect(view.nameOf(MING.id)).toBe('小明');
    expect(view.nameOf('nobody')).toBeUndefined();
    room.absent.set(101, [MING.id]);
    const { patch } = change({
      timeline: room.append(text(101, '在吗', { from: ME, to: { users: [MING.id] } })),
    });
    expect(patch['newer[0].rows[1]']).toMatchObject({
      privacy: '私聊 · 发给 小明',
      note: '小明不在线，上线后会收到',
    });
  });
});

it('begins anew with nothing of what was there before', () => {
  const { room, page, change } = viewed(text(100, '你好'));
  const cleared = room.begin(500);
  const update = change({ timeline: cleared });
  expect(update).toMatchObject({ reset: true, prepended: false, arrived: 0 });
  expect(page.rows).toEqual([]);
  change({ timeline: room.append(text(501, '早')) });
  expect(page.rows.map((row) => row.text)).toEqual(['早']);
});
