/** A room to look at: the client's own timeline over a log that the test writes. */
import type { Outgoing } from '../../../miniprogram/src/chat/outbox.ts';
import {
  type Entry,
  noChange,
  Timeline,
  type TimelineChange,
} from '../../../miniprogram/src/chat/timeline.ts';
import type { RoomSource, Surroundings } from '../../../miniprogram/src/view/room-view.ts';
import type { RowContext } from '../../../miniprogram/src/view/rows.ts';
import type {
  ChatAction,
  ChatEvent,
  ChatMessage,
  Content,
  User,
} from '../../../shared/protocol.ts';

export const NOW = Date.UTC(2026, 4, 20, 12);
const FIRST = NOW - 60 * 60_000;

export const ME: User = { id: 'me', name: '我', role: 'member' };
export const MING: User = { id: 'ming', name: '小明', role: 'member', group: '一组' };
export const HOST: User = { id: 'host', name: '老师', role: 'host' };

export const SURROUNDINGS: Surroundings = {
  ownAvatar: '',
  pictureWidth: 200,
  addressOf: (url) => `https://chat.example${url}`,
};

/** A message of the log. */
export function message(
  seq: number,
  content: Content,
  rest: Partial<Omit<ChatMessage, 'kind' | 'seq' | 'content'>> = {},
): ChatMessage {
  return {
    kind: 'message',
    seq,
    at: FIRST + seq * 1_000,
    id: `id${seq}`,
    from: MING,
    ...rest,
    content,
  };
}

export const text = (seq: number, words: string, rest: Parameters<typeof message>[2] = {}) =>
  message(seq, { type: 'text', text: words }, rest);

/** Something done to the message `target`. */
export function action(
  seq: number,
  kind: ChatAction['kind'],
  target: number,
  from: User = MING,
): ChatAction {
  return { kind, seq, at: FIRST + seq * 1_000, id: `id${seq}`, from, target };
}

export class ViewedRoom implements RoomSource {
  readonly self: User = ME;
  readonly timeline = new Timeline(ME.id);
  members: readonly User[] | undefined = [ME, MING, HOST];
  outgoing: readonly Outgoing[] = [];
  readonly absent = new Map<number, readonly string[]>();
  /** What this phone has, by address. */
  readonly files = new Map<string, string>();

  absentFor(seq: number): readonly string[] {
    return this.absent.get(seq) ?? [];
  }

  fileOf(url: string): string | undefined {
    return this.files.get(url);
  }

  /** The room is joined anew: what comes next has the number `after` + 1. */
  begin(after: number): TimelineChange {
    return this.timeline.begin({
      type: 'welcome',
      protocol: 1,
      room: { name: '大厅' },
      self: this.self,
      epoch: `e${after}`,
      head: after,
      oldest: 1,
      after,
      resume: 'reset',
      online: 1,
      time: NOW,
    });
  }

  append(...events: readonly ChatEvent[]): TimelineChange {
    const upTo = events[events.length - 1]?.seq;
    return (upTo && this.timeline.append(this.timeline.upTo, upTo, events)) || noChange();
  }

  /** A page of history; `oldest`: the log is known from there on. */
  prepend(oldest: number, ...events: readonly ChatEvent[]): TimelineChange {
    return this.timeline.prepend(events, oldest, oldest > 1);
  }

  nameOf(id: string): string | undefined {
    return this.members?.find((user) => user.id === id)?.name;
  }

  /** What the row of an entry is to be made of. */
  context(previousAt?: number): RowContext {
    return {
      selfId: this.self.id,
      now: NOW,
      previousAt,
      find: (seq) => this.timeline.find(seq),
      nameOf: (id) => this.nameOf(id),
      absentFor: (seq) => this.absentFor(seq),
      addressOf: (url) => this.fileOf(url) ?? SURROUNDINGS.addressOf(url),
      pictureWidth: SURROUNDINGS.pictureWidth,
    };
  }

  entry(seq: number): Entry {
    const entry = this.timeline.find(seq);
    if (!entry) throw new Error(`there is no message ${seq}`);
    return entry;
  }
}
