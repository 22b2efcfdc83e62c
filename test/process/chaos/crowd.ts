/** People in rooms, who say and do all that can be said and done. */
import type { Entry } from '../../../miniprogram/src/chat/timeline.ts';
import type {
  NoticeResponse,
  PageResponse,
  RoomResponse,
  SessionResponse,
} from '../../../shared/http.ts';
import type { Audience } from '../../../shared/protocol.ts';
import { SeededRandom } from '../../support/random.ts';
import { Phone, pageStretch } from './phone.ts';
import { type Ack, type Person, type Said, textWith } from './record.ts';
import type { FastClock } from './wire.ts';

/** Who waits for more than this to be sent writes nothing more. */
const MOST_WAITING = 8;
const GROUPS = ['red', 'blue'];

/** One room and its people. */
export interface ChatRoom {
  readonly name: string;
  readonly phones: readonly Phone[];
  /** What a back end pushed: part of it may not have come to be. */
  readonly pushed: Said[];
  /** What of it was acknowledged. */
  readonly pushAcks: Ack[];
  /** Nobody says anything here. */
  isQuiet: boolean;
}

/** How to reach the server. */
export interface Address {
  /** `http://...`, without a slash at its end. */
  readonly origin: string;
  readonly adminKey: string;
}

export interface CrowdOptions {
  readonly address: Address;
  readonly rooms: number;
  readonly people: number;
  readonly clock: FastClock;
  readonly seed: number;
  /** Milliseconds from one thing that somebody does to the next, on the average. */
  readonly pace: number;
}

export class Crowd {
  readonly rooms: readonly ChatRoom[];
  readonly #address: Address;
  readonly #pace: number;
  readonly #random: SeededRandom;
  /** What people are about to do: they think for a moment before. */
  readonly #thinking = new Set<NodeJS.Timeout>();
  /** What is asked over HTTP. */
  readonly #asking = new Set<Promise<void>>();
  #isTalking = false;

  private constructor(
    rooms: readonly ChatRoom[],
    { address, pace }: CrowdOptions,
    random: SeededRandom,
  ) {
    this.rooms = rooms;
    this.#address = address;
    this.#pace = pace;
    this.#random = random;
  }

  /** Makes rooms with their hosts and groups, and everybody enters. */
  static async enter(options: CrowdOptions): Promise<Crowd> {
    const { address, clock, seed } = options;
    const random = new SeededRandom(seed);
    const rooms: ChatRoom[] = [];
    for (let i = 0; i < options.rooms; i++) {
      const name = `chaos-${i}`;
      const size = Math.ceil((options.people - i) / options.rooms);
      const phones: Phone[] = [];
      for (let j = 0; j < size; j++) {
        const group = GROUPS[j % GROUPS.length] as string;
        const session = await logIn(address, `p${i}x${j}`, group);
        const person: Person = { id: session.user.id, group, isHost: j < 2 };
        const endpoint = `${address.origin.replace('http', 'ws')}/ws`;
        const own = new SeededRandom(random.below(2 ** 32));
        phones.push(new Phone({ person, session, room: name, endpoint, clock, random: own }));
      }
      const [owner, host] = phones.map(({ person }) => person.id);
      await mustDo(address, `/api/rooms/${name}/settings`, 'PUT', { owner, hosts: [host] });
      rooms.push({ name, phones, pushed: [], pushAcks: [], isQuiet: false });
    }
    return new Crowd(rooms, options, random);
  }

  get phones(): readonly Phone[] {
    return this.rooms.flatMap(({ phones }) => phones);
  }

  /** Everybody goes on doing things. */
  talk(): void {
    this.#isTalking = true;
    for (const room of this.rooms) {
      for (const phone of room.phones) this.#think(room, phone);
    }
  }

  /** Nobody does anything more; resolves when what was asked over HTTP is answered. */
  async hush(): Promise<void> {
    this.#isTalking = false;
    for (const timer of this.#thinking) clearTimeout(timer);
    this.#thinking.clear();
    await Promise.all(this.#asking);
  }

  /** A back end pushes a notice, three times the same, as it does that has not heard the answer. */
  async push(room: ChatRoom): Promise<void> {
    const token = `system/${room.name}/${room.pushed.length}`;
    const id = `push-${room.pushed.length}`;
    const to = this.#random.chance(30)
      ? { users: [this.#random.pick(room.phones).person.id] }
      : undefined;
    const about = { id, author: 'system', kind: 'notice' as const, token, ...(to && { to }) };
    room.pushed.push(about);
    const notice = { id, text: textWith(token), ...(to && { to }) };
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await ask(this.#address, `/api/rooms/${room.name}/notices`, 'POST', notice);
      if (answer?.status !== 201) continue;
      const { seq, at } = JSON.parse(answer.text) as NoticeResponse;
      room.pushAcks.push({ id, seq, at });
    }
  }

  #think(room: ChatRoom, phone: Phone): void {
    const timer = setTimeout(
      () => {
        this.#thinking.delete(timer);
        if (!this.#isTalking) return;
        if (!room.isQuiet && !phone.isAway) this.#act(room, phone);
        this.#think(room, phone);
      },
      2 * phone.random.next() * this.#pace,
    );
    this.#thinking.add(timer);
  }

  #act(room: ChatRoom, phone: Phone): void {
    const { random, client } = phone;
    phone.resendFailed();
    if (client.outgoing.length > MOST_WAITING) return;
    const entries = client.timeline.entries.slice(-30);
    const questions = entries.filter(({ content }) => content.type === 'question');
    const another = () => random.pick(room.phones).person.id;
    const audiences: (() => Audience)[] = [
      () => ({ users: [another()] }),
      () => ({ users: [...new Set([another(), another(), another()])] }),
      () => ({ group: random.pick(GROUPS) }),
      () => ({ role: 'host' }),
    ];
    const to = random.chance(40) ? { to: random.pick(audiences)() } : {};
    const onto = (list: readonly Entry[], act: (entry: Entry) => void) => {
      if (list.length > 0) act(random.pick(list));
    };
    const act = (type: 'recall' | 'vote' | 'resolve') => (entry: Entry) =>
      void client.act(type, entry.event.seq);
    const mine = entries.filter(({ event }) => event.from.id === phone.person.id);
    const hostDoes = (does: () => void) => (phone.person.isHost ? does() : phone.say('text', to));
    random.pick([
      () => phone.say('text'),
      () => phone.say('text', to),
      () => phone.say('text', to),
      () => onto(entries, ({ event }) => phone.say('text', { ...to, replyTo: event.seq })),
      () => phone.say('question', to),
      () => hostDoes(() => phone.say('notice', to)),
      () => hostDoes(() => onto(questions, (asked) => phone.say('answer', {}, asked))),
      () =>
        hostDoes(() =>
          onto(questions, (asked) =>
            phone.say('answer', { to: { users: [asked.event.from.id] } }, asked),
          ),
        ),
      () => onto(mine, act('recall')),
      () => onto(questions, act('vote')),
      () => hostDoes(() => onto(questions, act('resolve'))),
      () => client.tellTyping(),
      () => void client.loadOlder(),
      () => this.#remember(this.#look(room, phone)),
    ])();
  }

  #remember(asking: Promise<void>): void {
    this.#asking.add(asking);
    void asking.finally(() => this.#asking.delete(asking));
  }

  /** Looks over HTTP, all ways there are. */
  async #look(room: ChatRoom, phone: Phone): Promise<void> {
    const path = `/api/rooms/${room.name}`;
    const { token, random } = phone;
    const way = random.below(3);
    if (way === 0) {
      const before = 1 + random.below(phone.client.timeline.upTo + 1);
      await this.readPage(room, phone, before);
    } else {
      const answer =
        way === 1
          ? await ask(this.#address, `${path}/questions`, 'GET', undefined, token)
          : await ask(
              this.#address,
              '/api/rooms/unread',
              'POST',
              { rooms: [{ room: room.name }] },
              token,
            );
      if (answer) phone.readHttp(answer.text);
    }
  }

  /** The page of history before a place. */
  async readPage(room: ChatRoom, phone: Phone, before: number): Promise<void> {
    const path = `/api/rooms/${room.name}/messages?limit=100&before=${before}`;
    const answer = await ask(this.#address, path, 'GET', undefined, phone.token);
    if (answer?.status !== 200) return;
    const page = JSON.parse(answer.text) as PageResponse;
    phone.readHttp(answer.text, pageStretch(page.events, page.oldest, before));
  }

  /** The newest seq of a room, if the server says so. */
  async head(room: ChatRoom): Promise<number | undefined> {
    const answer = await ask(this.#address, `/api/rooms/${room.name}`, 'GET');
    return answer?.status === 200 ? (JSON.parse(answer.text) as RoomResponse).head : undefined;
  }

  /** How many people are in a room, if the server says so. */
  async online(room: ChatRoom): Promise<number | undefined> {
    const answer = await ask(this.#address, `/api/rooms/${room.name}`, 'GET');
    return answer?.status === 200 ? (JSON.parse(answer.text) as RoomResponse).online : undefined;
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks once; without an answer, whatever the reason, `undefined`. */
export async function ask(
  { origin, adminKey }: Address,
  path: string,
  method: string,
  body?: object,
  token = adminKey,
): Promise<HttpAnswer | undefined> {
  try {
    const response = await fetch(origin + path, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(10_000),
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

async function mustDo(
  address: Address,
  path: string,
  method: string,
  body: object,
): Promise<string> {
  const answer = await ask(address, path, method, body);
  if (!answer || answer.status >= 300) throw new Error(`${method} ${path}: ${answer?.text}`);
  return answer.text;
}

async function logIn(address: Address, name: string, group: string): Promise<SessionResponse> {
  return JSON.parse(await mustDo(address, '/api/session', 'POST', { name, group }));
}
