/** What can be done with a message. */
import { RECALL_WINDOW_MS } from '../../../shared/limits.ts';
import type { User } from '../../../shared/protocol.ts';
import type { Row } from './rows.ts';

export type MenuAction =
  | 'copy'
  | 'quote'
  | 'recall'
  | 'whisper'
  | 'answer'
  | 'resolve'
  | 'discard'
  | 'resend';

export const MENU_LABELS: Readonly<Record<MenuAction, string>> = {
  copy: '复制',
  quote: '引用',
  recall: '撤回',
  whisper: '私聊',
  answer: '回答',
  resolve: '标记为已解决',
  discard: '删除',
  resend: '重新发送',
};

/** Clocks differ: a little too late is the server's to say. */
const CLOCK_MARGIN_MS = 60_000;

/** The menu of a row, as long as WeChat's action sheet allows: six at most. */
export function menuOf(row: Row, self: User, now: number): readonly MenuAction[] {
  if (row.kind === 'recalled' || row.kind === 'moderation') return [];
  const canCopy = !row.picture && !row.voice;
  if (row.seq === 0) return outgoingMenuOf(row, canCopy);
  const isHost = self.role !== 'member';
  const mayRecall = isHost || (row.mine && now - row.at < RECALL_WINDOW_MS + CLOCK_MARGIN_MS);
  const isOpenQuestion = row.kind === 'question' && row.status !== 'resolved';
  const menu: (MenuAction | false)[] = [
    canCopy && 'copy',
    'quote',
    isHost && row.kind === 'question' && 'answer',
    isHost && isOpenQuestion && 'resolve',
    mayRecall && 'recall',
    !row.mine && row.kind !== 'notice' && 'whisper',
  ];
  return menu.filter((action) => action !== false);
}

/** What those who run a room can do about a question besides answering it. */
export function questionMenuOf({
  status,
}: {
  readonly status: 'open' | 'answered' | 'resolved';
}): readonly ('resolve' | 'recall')[] {
  return status === 'resolved' ? ['recall'] : ['resolve', 'recall'];
}

/**
 * A file can be given up while it is uploaded, and so can what the server sent back to wait, as its
 * note says; what is being sent may have arrived.
 */
function outgoingMenuOf({ state, note }: Row, canCopy: boolean): readonly MenuAction[] {
  const isHere = state === 'waiting' || state === 'uploading';
  const menu: (MenuAction | false)[] = [
    state === 'failed' && 'resend',
    canCopy && 'copy',
    (state === 'failed' || (isHere && (!canCopy || note !== ''))) && 'discard',
  ];
  return menu.filter((action) => action !== false);
}

/** What those who run a room can do about somebody in it. */
export type PersonAction = 'whisper' | 'mute' | 'unmute' | 'kick' | 'ban';

export const PERSON_LABELS: Readonly<Record<PersonAction, string>> = {
  whisper: '私聊',
  mute: '禁言 10 分钟',
  unmute: '解除禁言',
  kick: '移出房间',
  ban: '禁止进入',
};

/** For so long, in milliseconds, somebody is muted from within the room. */
export const MUTE_MS = 10 * 60_000;

/** The menu of a person; one entry alone needs no menu. */
export function personMenuOf(self: User): readonly PersonAction[] {
  return self.role === 'member' ? ['whisper'] : ['whisper', 'mute', 'unmute', 'kick', 'ban'];
}
