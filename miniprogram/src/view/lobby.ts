/** What the lobby shows of the rooms somebody has been in. */
import type { UnreadAnswer } from '../chat/http.ts';
import type { VisitedRoom } from '../chat/visited-rooms.ts';
import { roomFaceOf } from './face.ts';
import { shorten, textOf } from './rows.ts';
import { shortMomentOf } from './time.ts';

export interface RoomLine {
  readonly room: string;
  readonly title: string;
  readonly initial: string;
  readonly color: string;
  readonly unread: number;
  readonly last: string;
  readonly time: string;
  /** What is to be noticed before the last message: something that was not sent. */
  readonly mark: string;
}

/** What only this phone knows of a room. */
export interface LocalRoom {
  readonly visited: VisitedRoom;
  /** How many messages wait to be sent, and what stands in the composer. */
  readonly waiting: number;
  readonly draft: string;
}

/** The line of a room; `answer` is what the server said of it, as soon as it has. */
export function roomLine(
  { visited, waiting, draft }: LocalRoom,
  answer: UnreadAnswer | undefined,
  now: number,
): RoomLine {
  const { room, title, visitedAt } = visited;
  const message = answer?.last;
  const mark = waiting > 0 ? `[${waiting} 条待发送]` : draft !== '' ? '[草稿]' : '';
  return {
    room,
    title: title ?? room,
    ...roomFaceOf(room, title ?? room),
    unread: answer?.unread ?? 0,
    last: waiting === 0 && draft !== '' ? shorten(draft) : message ? lastText(message) : '',
    time: shortMomentOf(message?.at ?? visitedAt, now),
    mark,
  };
}

function lastText(event: NonNullable<UnreadAnswer['last']>): string {
  if (event.kind !== 'message') return '';
  const { content, from, to } = event;
  if (content.type === 'recalled') return `“${from.name}”撤回了一条消息`;
  if (content.type === 'notice') return `[公告] ${shorten(content.text)}`;
  const kind = content.type === 'question' ? '[提问] ' : content.type === 'answer' ? '[回答] ' : '';
  return `${to ? '[私聊] ' : ''}${kind}${from.name}：${shorten(textOf(content))}`;
}
