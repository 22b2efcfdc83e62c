import { describe, expect, it } from 'vitest';
import type { Outgoing } from '../../../miniprogram/src/chat/outbox.ts';
import { outgoingRowOf, type Row, rowOf, shorten } from '../../../miniprogram/src/view/rows.ts';
import type { ChatEvent, Content } from '../../../shared/protocol.ts';
import { action, HOST, ME, MING, message, NOW, text, ViewedRoom } from './room.ts';

const MINUTE = 60_000;

/** The row of the first of these events, when all of them are known. */
function row(event: ChatEvent, ...later: readonly ChatEvent[]): Row {
  return rowIn(new ViewedRoom(), event, ...later);
}

function rowIn(room: ViewedRoom, event: ChatEvent, ...later: readonly ChatEvent[]): Row {
  room.begin(event.seq - 1);
  room.append(event, ...later);
  return rowOf(room.entry(event.seq), room.context(event.at));
}

function outgoing(item: Partial<Outgoing>): Row {
  const content: Content = { type: 'text', text: '你好' };
  const whole: Outgoing = { id: 'a', at: NOW, state: 'waiting', content, ...item };
  return outgoingRowOf(whole, ME, new ViewedRoom().context(NOW));
}

describe('who said it', () => {
  it('is named, with a role and a group where they have one', () => {
    expect(row(text(1, '你好'))).toMatchObject({
      name: '小明',
      role: '',
      group: '一组',
      mine: false,
      userId: 'ming',
      initial: '明',
    });
    expect(row(text(1, '你好', { from: HOST }))).toMatchObject({ role: '主持人', group: '' });
    const owner = { ...HOST, role: 'owner' as const };
    expect(row(text(1, '你好', { from: owner })).role).toBe('房主');
    expect(row(text(1, '你好', { from: ME })).mine).toBe(true);
  });

  it('shows one’s own picture, which may be on this phone alone, with one’s own messages only', () => {
    const room = new ViewedRoom();
    room.append(text(1, '你好', { from: ME }), text(2, '你好'));
    const context = { ...room.context(NOW), ownAvatar: 'wxfile://me.png' };
    const avatars = [1, 2].map((seq) => rowOf(room.entry(seq), context).avatar);
    expect(avatars).toEqual(['wxfile://me.png', '']);
  });

  it('keeps the whole of a long name: where it is cut is a matter of the screen', () => {
    const name = '很'.repeat(32);
    expect(row(text(1, '你好', { from: { ...MING, name } })).name).toBe(name);
  });
});

describe('the time above it', () => {
  const above = (pause: number) => {
    const room = new ViewedRoom();
    room.begin(0);
    room.append(text(1, '你好', { at: NOW }));
    return rowOf(room.entry(1), room.context(NOW - pause)).time;
  };

  it('is there after five minutes of silence', () => {
    expect(above(5 * MINUTE - 1)).toBe('');
    expect(above(5 * MINUTE)).not.toBe('');
  });

  it('is there at the beginning', () => {
    const room = new ViewedRoom();
    room.begin(0);
    room.append(text(1, '你好'));
    expect(rowOf(room.entry(1), room.context(undefined)).time).not.toBe('');
  });

  it('is not there when the clock of a server went back', () => {
    expect(above(-60 * MINUTE)).toBe('');
  });
});

describe('a private message', () => {
  const to = { users: [MING.id] };

  it('is not marked when it is for all', () => {
    expect(row(text(1, '你好')).privacy).toBe('');
  });

  it('tells its author whom it is for', () => {
    expect(row(text(1, '嘘', { from: ME, to })).privacy).toBe('私聊 · 发给 小明');
    const many = { users: [MING.id, HOST.id, 'gone'] };
    expect(row(text(1, '嘘', { from: ME, to: many })).privacy).toBe(
      '私聊 · 发给 小明、老师 等 3 人',
    );
    const stranger = { users: ['gone'] };
    expect(row(text(1, '嘘', { from: ME, to: stranger })).privacy).toBe('私聊 · 发给 对方');
  });

  it('tells its reader that it is private, and for which group or role', () => {
    expect(row(text(1, '嘘', { to: { users: [ME.id] } })).privacy).toBe('私聊');
    expect(row(text(1, '嘘', { to: { group: '一组' } })).privacy).toBe('私聊 · 一组');
    expect(row(text(1, '嘘', { to: { role: 'host' } })).privacy).toBe('私聊 · 主持人');
    expect(row(text(1, '嘘', { from: ME, to: { role: 'host' } })).privacy).toBe('私聊 · 主持人');
  });

  it('says who will read it later', () => {
    const note = (...absent: string[]) => {
      const room = new ViewedRoom();
      room.absent.set(1, absent);
      return rowIn(room, text(1, '嘘', { from: ME, to })).note;
    };
    expect(note()).toBe('');
    expect(note(MING.id)).toBe('小明不在线，上线后会收到');
    expect(note('gone')).toBe('对方不在线，上线后会收到');
    expect(note(MING.id, HOST.id)).toBe('2 人不在线，上线后会收到');
  });
});

describe('a recalled message', () => {
  const recalled = (from: typeof ME, by: typeof ME) =>
    row(text(1, '秘密', { from }), action(2, 'recall', 1, by));

  it('says who took it back, and nothing else', () => {
    expect(recalled(ME, ME).text).toBe('你撤回了一条消息');
    expect(recalled(MING, MING).text).toBe('“小明”撤回了一条消息');
    expect(recalled(MING, HOST).text).toBe('“老师”撤回了一条消息');
    expect(recalled(MING, ME).text).toBe('你撤回了一条消息');
    expect(JSON.stringify(recalled(MING, HOST))).not.toContain('秘密');
  });

  it('can come recalled, without saying by whom', () => {
    expect(row(message(1, { type: 'recalled' })).text).toBe('“小明”撤回了一条消息');
    expect(row(message(1, { type: 'recalled' }, { from: ME })).text).toBe('你撤回了一条消息');
  });
});

describe('what it says', () => {
  it('speaks to the reader when it mentions them', () => {
    const mentioning = (...mentions: string[]) =>
      row(message(1, { type: 'text', text: '@小明 @我 看', mentions }));
    expect(mentioning(MING.id, ME.id).forMe).toBe(true);
    expect(mentioning(MING.id).forMe).toBe(false);
    expect(mentioning(MING.id).parts.map(({ kind }) => kind)).toContain('mention');
    expect(row(text(1, '@小明 看')).parts).toEqual([{ kind: 'text', text: '@小明 看', at: 0 }]);
  });

  it('is large when it is a few emoji, in messages only', () => {
    expect(row(text(1, '👍')).big).toBe(true);
    expect(row(text(1, '好👍')).big).toBe(false);
    expect(row(message(1, { type: 'question', text: '👍' })).big).toBe(false);
    expect(row(message(1, { type: 'recalled' })).big).toBe(false);
  });

  it('is what was typed, to the letter', () => {
    for (const words of ['<b>粗</b>', '{{row.text}}', '&nbsp;', 'a\n b', "'; DROP"]) {
      expect(row(text(1, words))).toMatchObject({
        text: words,
        parts: [{ kind: 'text', text: words, at: 0 }],
      });
    }
  });
});

describe('what is on its way', () => {
  it('shows how far it is', () => {
    for (const state of ['waiting', 'sending', 'failed'] as const) {
      expect(outgoing({ state })).toMatchObject({ state, mine: true, seq: 0, key: 'oa', time: '' });
    }
    expect(outgoing({ state: 'sent', seq: 7 }).state).toBe('');
  });

  it('says why it failed, and what to do', () => {
    const refusal = { code: 'muted', message: 'x' } as const;
    expect(outgoing({ state: 'failed', refusal }).note).toBe('你已被禁言，暂时不能发言，点按重发');
    expect(outgoing({ state: 'waiting', refusal }).note).toBe('');
  });

  it('says why it waits, while it is sent again, too', () => {
    const refusal = { code: 'server_error', message: 'x', retryAfter: 5_000 } as const;
    for (const state of ['waiting', 'sending'] as const) {
      expect(outgoing({ state, refusal }).note).toBe('内容等待审核，稍后会自动发出');
    }
    expect(outgoing({ state: 'sent', seq: 7, refusal }).note).toBe('');
  });

  it('tells whom it is for, what it quotes, and that a question is open', () => {
    expect(outgoing({ to: { users: [MING.id] } }).privacy).toBe('私聊 · 发给 小明');
    expect(outgoing({ replyTo: 9 })).toMatchObject({ quoted: 9, quote: { name: '' } });
    expect(outgoing({}).quote).toBeNull();
    expect(outgoing({ content: { type: 'question', text: '？' } }).status).toBe('open');
    expect(outgoing({}).status).toBe('');
  });
});

describe('a quote in one line', () => {
  it('is cut between characters, with no line breaks', () => {
    expect(shorten(' 一\n二\t三 ')).toBe('一 二 三');
    expect(shorten('字'.repeat(60))).toBe('字'.repeat(60));
    expect(shorten('字'.repeat(61))).toBe(`${'字'.repeat(60)}…`);
    expect(shorten(`${'字'.repeat(59)}😀尾`)).toBe(`${'字'.repeat(59)}…`);
    expect(shorten('abcdef', 3)).toBe('abc…');
  });
});
