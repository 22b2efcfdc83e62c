/** Members of a room, and what they hear. */
import { RawSocket } from './raw-socket.ts';
import type { RunningServer } from './contender.ts';
import type { Wire } from './wire.ts';

/** So many join at a time: a server's backlog is no part of what is measured. */
const JOINING_AT_ONCE = 50;

export class Member {
  readonly user: string;
  readonly #wire: Wire;
  readonly #socket: RawSocket;
  /** Texts that came, and the messages in them. */
  frames = 0;
  messages = 0;
  /** Called when an own message is back. */
  onOwn: ((number: number) => void) | undefined;
  /** Called with each text. */
  onText: ((text: Buffer) => void) | undefined;

  private constructor(user: string, wire: Wire, socket: RawSocket) {
    this.user = user;
    this.#wire = wire;
    this.#socket = socket;
  }

  /** Connects, and resolves when the member is in. */
  static async join(
    { contender: { wire }, port }: RunningServer,
    room: string,
    user: string,
    query = '',
  ): Promise<Member> {
    const socket = await RawSocket.open(port, `${wire.path(room, user)}${query}`);
    const member = new Member(user, wire, socket);
    await new Promise<void>((done) => {
      socket.onText = (text) => {
        if (wire.isWelcome(text)) {
          socket.onText = (later) => member.#hear(later);
          done();
        }
      };
      if (wire.greeting !== undefined) socket.send(wire.greeting);
    });
    return member;
  }

  say(number: number, text: string): void {
    this.#socket.send(this.#wire.say(this.user, number, text));
  }

  beat(): void {
    if (this.#wire.heartbeat !== undefined) this.#socket.send(this.#wire.heartbeat);
  }

  drop(): void {
    this.#socket.drop();
  }

  #hear(text: Buffer): void {
    const [asked, answer] = this.#wire.answers ?? [];
    if (answer !== undefined && text.length === 1 && text.toString('latin1') === asked) {
      this.#socket.send(answer);
      return;
    }
    this.frames += 1;
    // Only who speaks looks for what they said.
    const { messages, own } = this.#wire.hear(text, this.onOwn ? this.user : '-');
    this.messages += messages;
    this.onText?.(text);
    if (own !== undefined) this.onOwn?.(own);
  }
}

/** So many members enter a room. */
export async function enter(
  server: RunningServer,
  room: string,
  size: number,
  query = '',
): Promise<Member[]> {
  const members: Member[] = [];
  for (let from = 0; from < size; from += JOINING_AT_ONCE) {
    const users = Array.from(
      { length: Math.min(JOINING_AT_ONCE, size - from) },
      (_, index) => `u${from + index}`,
    );
    members.push(...(await Promise.all(users.map((user) => Member.join(server, room, user, query)))));
  }
  return members;
}
