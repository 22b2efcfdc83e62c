import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MENU_LABELS, menuOf, questionMenuOf } from '../../../miniprogram/src/view/menu.ts';
import { outgoingRowOf, type Row, rowOf } from '../../../miniprogram/src/view/rows.ts';
import type { ChatEvent, User } from '../../../shared/protocol.ts';
import { action, HOST, ME, MING, message, NOW, text, ViewedRoom } from './room.ts';

function row(event: ChatEvent, ...later: readonly ChatEvent[]): Row {
  const room = new ViewedRoom();
  room.begin(event.seq - 1);
  room.append(event, ...later);
  return rowOf(room.entry(event.seq), room.context(event.at));
}
const own = row(text(1, '你好', { from: ME, at: NOW }));
const others = row(text(1, '你好', { at: NOW }));
const question = row(message(1, { type: 'question', text: '？' }, { at: NOW }));
const host: User = { ...ME, role: 'host' };

describe('what can be done with a message', () => {
  it('of somebody else', () => {
    expect(menuOf(others, ME, NOW)).toEqual(['copy', 'quote', 'whisper']);
  });

  it('of one’s own, for two minutes, and a little longer in case the clocks differ', () => {
    expect(menuOf(own, ME, NOW)).toEqual(['copy', 'quote', 'recall']);
    expect(menuOf(own, ME, NOW + 120_000)).toContain('recall');
    expect(menuOf(own, ME, NOW + 180_000)).toEqual(['copy', 'quote']);
    expect(menuOf(own, ME, NOW - 3_600_000)).toContain('recall');
  });

  it('by a host, at any time', () => {
    for (const self of [host, { ...ME, role: 'owner' as const }]) {
      expect(menuOf(others, self, NOW + 86_400_000)).toEqual([
        'copy',
        'quote',
        'recall',
        'whisper',
      ]);
    }
  });

  it('that asks something', () => {
    expect(menuOf(question, ME, NOW)).toEqual(['copy', 'quote', 'whisper']);
    expect(menuOf(question, host, NOW)).toEqual([
      'copy',
      'quote',
      'answer',
      'resolve',
      'recall',
      'whisper',
    ]);
    const asked = message(1, { type: 'question', text: '？' });
    const resolved = row(asked, action(2, 'resolve', 1, HOST));
    expect(menuOf(resolved, host, NOW)).not.toContain('resolve');
  });

  it('that announces something: nobody to whisper to', () => {
    const notice = row(message(1, { type: 'notice', text: '放假' }, { from: HOST }));
    expect(menuOf(notice, ME, NOW)).toEqual(['copy', 'quote']);
  });

  it('that was recalled: nothing', () => {
    const recalled = row(text(1, '你好', { from: MING }), action(2, 'recall', 1));
    expect(menuOf(recalled, host, NOW)).toEqual([]);
  });

  it('that is on its way, or failed', () => {
    const pending = (state: 'waiting' | 'sending' | 'failed') =>
      outgoingRowOf(
        { id: 'a', at: NOW, state, content: { type: 'question', text: '？' } },
        ME,
        new ViewedRoom().context(NOW),
      );
    expect(menuOf(pending('failed'), host, NOW)).toEqual(['resend', 'copy', 'discard']);
    expect(menuOf(pending('waiting'), host, NOW)).toEqual(['copy']);
    expect(menuOf(pending('sending'), host, NOW)).toEqual(['copy']);
    const held = { ...pending('waiting'), note: '内容等待审核，稍后会自动发出' };
    expect(menuOf(held, host, NOW)).toEqual(['copy', 'discard']);
  });

  it('fits in WeChat’s action sheet, each once and with a label', () => {
    const rows = fc.constantFrom(own, others, question);
    const users = fc.constantFrom(ME, host, HOST);
    fc.assert(
      fc.property(rows, users, fc.nat(600_000), (each, self, later) => {
        const menu = menuOf(each, self, NOW + later);
        expect(menu.length).toBeLessThanOrEqual(6);
        expect(new Set(menu).size).toBe(menu.length);
        for (const entry of menu) expect(MENU_LABELS[entry]).toMatch(/\p{Script=Han}/u);
      }),
    );
  });
});

it.each([
  ['open', ['resolve', 'recall']],
  ['answered', ['resolve', 'recall']],
  ['resolved', ['recall']],
] as const)('what a host can do with a question that is %s', (status, menu) => {
  expect(questionMenuOf({ status })).toEqual(menu);
});
