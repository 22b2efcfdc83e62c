import { describe, expect, it } from 'vitest';
import { outgoingRowOf, type Row } from '../../../miniprogram/src/view/rows.ts';
import { action, HOST, ME, MING, message, NOW, text, ViewedRoom } from '../view/room.ts';
import { app, MARKUP, mount, row } from './app.ts';

const plain = row(text(1, '你好'));
const question = message(1, { type: 'question', text: '为什么？' });

/** Mounts a row, and collects what it says. */
function shown(of: Row, host = false) {
  const component = mount('message-row', { row: of, host });
  const said = component.events('touchrow');
  return { ...component, said, text: component.text };
}

function outgoing(state: 'waiting' | 'sending' | 'failed'): Row {
  const refusal = { code: 'muted', message: '' } as const;
  const item = { id: 'a', at: NOW, state, content: { type: 'text', text: '在吗' } } as const;
  return outgoingRowOf({ ...item, refusal }, ME, new ViewedRoom().context(NOW));
}

describe('a message of somebody else', () => {
  it('shows face, name, role, group and words', () => {
    const { text: all, findAll, find } = shown(row(text(1, '你好')));
    expect(all).toBe('明小明一组你好');
    expect(find('.face').getAttribute('aria-label')).toBe('小明的头像');
    expect(findAll('.row-mine')).toEqual([]);
    expect(shown(row(text(1, '好', { from: HOST }))).text).toBe('师老师主持人好');
  });

  it('shows a picture in place of the letter', () => {
    const from = { ...MING, avatar: 'https://a.cn/b.png' };
    const { find, text: all } = shown(row(text(1, '你好', { from })));
    expect(find('.face img').getAttribute('src')).toBe('https://a.cn/b.png');
    expect(all).toBe('小明一组你好');
  });

  it('opens its menu, a private chat and a mention', () => {
    const { longPress, tap, said } = shown(plain);
    longPress('.bubble');
    tap('.face');
    longPress('.face');
    expect(said).toEqual([
      { event: 'menu', row: plain },
      { event: 'face', row: plain },
      { event: 'mention', row: plain },
    ]);
  });

  it('does nothing when it is only tapped', () => {
    const { tap, said } = shown(plain);
    tap('.bubble');
    expect(said).toEqual([]);
  });
});

describe('one’s own message', () => {
  it('stands on the other side, without a name', () => {
    const { text: all, findAll } = shown(row(text(1, '你好', { from: ME })));
    expect(all).toBe('我你好');
    expect(findAll('.row-mine')).toHaveLength(1);
  });

  it('has a face that does nothing', () => {
    const { tap, longPress, said } = shown(row(text(1, '你好', { from: ME })));
    tap('.face');
    longPress('.face');
    expect(said).toEqual([]);
  });

  it('shows how far it is on its way', () => {
    expect(shown(outgoing('waiting')).find('.state').getAttribute('aria-label')).toBe('待发送');
    expect(shown(outgoing('sending')).find('.state').getAttribute('aria-label')).toBe('发送中');
    expect(shown(row(text(1, '好', { from: ME }))).findAll('.state')).toEqual([]);
  });

  it('says why it failed, and is sent again by a tap on it or on its mark', () => {
    const failed = outgoing('failed');
    const { tap, said, find } = shown(failed);
    expect(find('.note').textContent).toBe('你已被禁言，暂时不能发言，点按重发');
    tap('.bubble');
    tap('.state-failed');
    expect(said).toEqual([
      { event: 'resend', row: failed },
      { event: 'resend', row: failed },
    ]);
  });
});

describe('links and quotes', () => {
  it('are touched for themselves', () => {
    const linked = row(text(2, '看 https://a.cn/b 和 https://c.cn', { replyTo: 1 }));
    const { findAll, tap, said } = shown(linked);
    const [first, second] = findAll('.link');
    if (!first || !second) throw new Error('two links are missing');
    expect([first.textContent, second.textContent]).toEqual(['https://a.cn/b', 'https://c.cn']);
    tap(second);
    tap('.quote');
    expect(said).toEqual([
      { event: 'link', row: linked, link: 'https://c.cn' },
      { event: 'quote', row: linked },
    ]);
  });

  it('do not send again what failed', () => {
    const { tap, said } = shown({
      ...outgoing('failed'),
      quoted: 1,
      quote: { name: '甲', text: '乙' },
    });
    tap('.quote');
    expect(said).toMatchObject([{ event: 'quote' }]);
  });

  it('show whom they quote, if that is known', () => {
    const quoting = (quote: Row['quote']) => shown({ ...plain, quote }).find('.quote').textContent;
    expect(quoting({ name: '老师', text: '作业' })).toBe('老师：作业');
    expect(quoting({ name: '', text: '引用的消息已被撤回' })).toBe('引用的消息已被撤回');
  });
});

describe('other kinds', () => {
  it('a recalled message is a line that can’t be touched', () => {
    const recalled = row(text(1, '秘密'), action(2, 'recall', 1));
    const { text: all, find, longPress, tap, said } = shown(recalled);
    expect(all).toBe('“小明”撤回了一条消息');
    longPress(find('.line'));
    tap(find('.line'));
    expect(said).toEqual([]);
  });

  it('a notice is a line of its own, with a menu', () => {
    const notice = row(message(1, { type: 'notice', text: '明天放假' }, { from: HOST }));
    const { text: all, find, longPress, said } = shown(notice);
    expect(all).toBe('公告明天放假');
    longPress(find('.notice'));
    expect(said).toEqual([{ event: 'menu', row: notice }]);
  });

  it('a notice that failed says so, and can be sent again', () => {
    const notice = row(message(1, { type: 'notice', text: '明天放假' }, { from: HOST }));
    const failed = { ...notice, seq: 0, state: 'failed' as const, note: '你没有权限这样做' };
    const { find, tap, said } = shown(failed);
    expect(find('.note').textContent).toBe('你没有权限这样做');
    tap('.note');
    expect(said).toEqual([{ event: 'resend', row: failed }]);
  });

  it('a question is a card that can be voted for', () => {
    const asked = row(question);
    const { find, tap, said, longPress } = shown(asked);
    expect(find('.bubble').textContent).toContain('为什么？');
    tap('.action');
    longPress('.bubble');
    expect(said).toEqual([
      { event: 'vote', row: asked },
      { event: 'menu', row: asked },
    ]);
  });

  it('a question is answered by hosts', () => {
    const asked = row(question);
    const { tap, said } = shown(asked, true);
    tap('.action-answer');
    expect(said).toEqual([{ event: 'answer', row: asked }]);
    expect(shown(asked).findAll('.action-answer')).toEqual([]);
  });

  it('an answer says so', () => {
    const answer = row(message(2, { type: 'answer', question: 1, text: '因为' }, { from: HOST }));
    expect(shown(answer).find('.bubble').textContent).toBe('回答较早的消息，上拉可查看因为');
  });

  it('a private message says for whom it is, and who will read it later', () => {
    const { find, text: all } = shown({
      ...plain,
      privacy: '私聊 · 发给 老师',
      note: '老师不在线',
    });
    expect(find('.privacy').textContent).toBe('私聊 · 发给 老师');
    expect(all).toContain('老师不在线');
    expect(shown(plain).findAll('.privacy, .note')).toEqual([]);
  });

  it('a few emoji are large, but not with a quote', () => {
    const big = row(text(1, '👍'));
    expect(shown(big).findAll('.bubble-big')).toHaveLength(1);
    expect(shown({ ...big, quote: { name: '甲', text: '乙' } }).findAll('.bubble-big')).toEqual([]);
    expect(shown(plain).findAll('.bubble-big')).toEqual([]);
  });

  it('a mention is set off', () => {
    const mention = row(message(1, { type: 'text', text: '@我 来', mentions: [ME.id] }));
    expect(shown(mention).find('.mention').textContent).toBe('@我');
    expect(shown(mention).findAll('.bubble-for-me')).toHaveLength(1);
  });

  it('the time stands above', () => {
    expect(shown({ ...plain, time: '昨天 14:05' }).find('.time').textContent).toBe('昨天 14:05');
    expect(shown(plain).findAll('.time')).toEqual([]);
  });
});

describe('what people type', () => {
  it.each(MARKUP)('is no markup: %s', (words) => {
    const from = { ...MING, name: words, group: words };
    for (const type of ['text', 'question', 'notice'] as const) {
      const { container, text: all } = shown(row(message(1, { type, text: words }, { from })));
      expect(all).toContain(words);
      expect(container.querySelectorAll('b, script')).toHaveLength(0);
    }
  });

  it('keeps its line breaks and blanks', () => {
    const words = '一\n  二\n\n三';
    expect(shown(row(text(1, words))).find('.text').textContent).toBe(words);
  });
});

it('follows its row', async () => {
  const component = mount('message-row', { row: outgoing('sending') });
  component.set({ row: row(text(1, '在吗', { from: ME })) });
  expect(component.findAll('.state')).toEqual([]);
  component.set({ row: row(text(1, '在吗', { from: ME }), action(2, 'recall', 1, ME)) });
  expect(component.text).toBe('你撤回了一条消息');
  await app.settled();
});
