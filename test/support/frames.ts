/** Frames and events as a server would make them, with what a test does not care about filled in. */
import type {
  ChatAction,
  ChatMessage,
  EventsFrame,
  RejectFrame,
  SendContent,
  User,
  WelcomeFrame,
} from '../../shared/protocol.ts';

export const AT = 1_800_000_000_000;

export function user(id: string): User {
  return { id, name: `name of ${id}`, role: 'member' };
}

export function welcome(more: Partial<WelcomeFrame> = {}): WelcomeFrame {
  return {
    type: 'welcome',
    protocol: 1,
    room: { name: 'lobby' },
    self: user('u1'),
    epoch: 'e1',
    head: 0,
    oldest: 1,
    after: 0,
    resume: 'fresh',
    online: 1,
    time: AT,
    ...more,
  };
}

export function message(
  seq: number,
  content: SendContent | string = `text ${seq}`,
  more: Partial<ChatMessage> = {},
): ChatMessage {
  return {
    kind: 'message',
    seq,
    at: AT + seq,
    id: `id-${seq}`,
    from: user('u2'),
    content: typeof content === 'string' ? { type: 'text', text: content } : content,
    ...more,
  };
}

export function action(
  seq: number,
  kind: ChatAction['kind'],
  target: number,
  from = user('u2'),
): ChatAction {
  return { kind, seq, at: AT + seq, id: `id-${seq}`, from, target };
}

/** The next frame of a chain: `upTo` is where its last event stands, unless told otherwise. */
export function events(
  after: number,
  list: EventsFrame['events'],
  upTo = list.at(-1)?.seq ?? after + 1,
): EventsFrame {
  return { type: 'events', after, upTo, events: list };
}

export function reject(code: RejectFrame['code'], more: Partial<RejectFrame> = {}): RejectFrame {
  return { type: 'reject', code, message: `no: ${code}`, ...more };
}
