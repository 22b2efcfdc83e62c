/** What the rules say of a room, put in other words than the room's own: tests compare the two. */
import type { Audience, ChatEvent, EventFrame } from '../../shared/protocol.ts';

/** As much of a user as decides what they may see. */
export interface Reader {
  readonly id: string;
  readonly group?: string;
}

/** Everything that ever happened in a room, whatever became of it. */
export class Chronicle {
  /** What people and back ends wanted, by the id of the frame. */
  readonly written = new Map<string, EventFrame>();
  /** What came of it, by seq. */
  readonly events = new Map<number, ChatEvent>();
  readonly #isHost: (userId: string) => boolean;

  constructor(isHost: (userId: string) => boolean) {
    this.#isHost = isHost;
  }

  /** [R6] Whether a user may see an event, by what was wanted: not by what the room made of it. */
  maySee(reader: Reader, event: ChatEvent | undefined): boolean {
    if (!event) return false;
    if (event.from.id === reader.id || event.kind === 'moderation') return true;
    if (event.kind !== 'message') return this.maySee(reader, this.events.get(event.target));
    const frame = this.written.get(event.id);
    if (frame?.type !== 'send') return false;
    if (frame.content.type !== 'answer') return this.#includes(frame.to, reader);
    const question = this.events.get(frame.content.question);
    if (question?.from.id === reader.id) return true;
    return this.#includes(frame.to, reader) && this.maySee(reader, question);
  }

  /** What a question's list entry must say to a user who may see it, from all that was done. */
  tally(reader: Reader, seq: number): { votes: number; voted: boolean; state: string } {
    const events = [...this.events.values()];
    const about = events.filter((event) => 'target' in event && event.target === seq);
    const voters = about.flatMap(({ kind, from }) => (kind === 'vote' ? [from.id] : []));
    const answers = events.filter((event) => {
      const frame = this.written.get(event.id);
      if (frame?.type !== 'send' || frame.content.type !== 'answer') return false;
      if (frame.content.question !== seq) return false;
      return !this.wasRecalled(event.seq) && this.maySee(reader, event);
    });
    const resolved = about.some(({ kind }) => kind === 'resolve');
    const state = resolved ? 'resolved' : answers.length > 0 ? 'answered' : 'open';
    return { votes: voters.length, voted: voters.includes(reader.id), state };
  }

  wasRecalled(seq: number): boolean {
    for (const event of this.events.values()) {
      if (event.kind === 'recall' && event.target === seq) return true;
    }
    return false;
  }

  #includes(to: Audience | undefined, { id, group }: Reader): boolean {
    if (to === undefined) return true;
    const audience = new Map(Object.entries(to));
    const users = audience.get('users') as string[] | undefined;
    return (
      users?.some((user) => user === id) ||
      (group !== undefined && audience.get('group') === group) ||
      (this.#isHost(id) && audience.has('role'))
    );
  }
}
