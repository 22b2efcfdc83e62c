/** Members of a room, and what they hear. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer } from './contender.ts';
import { RawSocket } from './raw-socket.ts';
import type { Wire } from './wire.ts';

/** So many join at a time where joining is not what is measured. */
const JOINING_AT_ONCE = 50;
/** For a server to notice that they are gone. */
const LEAVING_MS = 500;
const POLL_MS = 1;
const PATIENCE_MS = 120_000;

export class Member {
  readonly user: string;
  readonly #wire: Wire;
  readonly #socket: RawSocket;
  #cursor = '';
  /** Bytes that came since it connected, without what frames them. */
  bytes = 0;
  /** Texts that came since the welcome, and the messages in them. */
  frames = 0;
  messages = 0;
  /** Messages that came with the welcome. */
  #welcomed = 0;
  /** Called for each own message that is back. */
  onOwn: ((number: number) => void) | undefined;

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
    cursor = '',
  ): Promise<Member> {
    const socket = await RawSocket.open(port, wire.path(room, user, cursor));
    const member = new Member(user, wire, socket);
    await new Promise<void>((done, fail) => {
      socket.onEnd = () => fail(new Error(`${user} was not let in`));
      socket.onText = (text) => {
        member.bytes += text.length;
        const welcome = wire.welcome(text);
        if (!welcome) return;
        member.#cursor = welcome.cursor;
        member.#welcomed = welcome.messages;
        socket.onText = (later) => member.#hear(later);
        socket.onEnd = () => {};
        done();
      };
      if (wire.greeting !== undefined) socket.send(wire.greeting);
    });
    return member;
  }

  /** Where it stands when it has just come in, to be resumed from. */
  get cursor(): string {
    return this.#cursor;
  }

  /** All messages that it has. */
  get caughtUp(): number {
    return this.#welcomed + this.messages;
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
    this.bytes += text.length;
    // Only who speaks looks for what they said.
    const { messages, own } = this.#wire.hear(text, this.onOwn ? this.user : undefined);
    this.messages += messages;
    for (const number of own) this.onOwn?.(number);
  }
}

export interface Entry {
  /** So many at a time. */
  readonly atOnce?: number;
  /** Of what they are called, with a number behind it. */
  readonly prefix?: string;
  /** Where they were, by number, when they come again. */
  readonly cursors?: readonly string[];
}

/** So many members enter a room. */
export async function enter(
  server: RunningServer,
  room: string,
  size: number,
  { atOnce = JOINING_AT_ONCE, prefix = 'u', cursors = [] }: Entry,
): Promise<Member[]> {
  const members: Member[] = [];
  for (let from = 0; from < size; from += atOnce) {
    const joins = Array.from({ length: Math.min(atOnce, size - from) }, (_, index) =>
      Member.join(server, room, `${prefix}${from + index}`, cursors[from + index]),
    );
    members.push(...(await Promise.all(joins)));
  }
  return members;
}

/** They are gone, and the server has had time to notice. */
export async function leave(members: readonly Member[]): Promise<void> {
  for (const member of members) member.drop();
  await wait(LEAVING_MS);
}

/** Resolves once it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error('it did not come to that');
    await wait(POLL_MS);
  }
}
