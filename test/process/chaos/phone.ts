/** Somebody with a phone, in the midst of it: the mini-program's own client on a real socket. */
import type { Draft } from '../../../miniprogram/src/chat/outbox.ts';
import type { Session } from '../../../miniprogram/src/chat/ports.ts';
import { RoomClient } from '../../../miniprogram/src/chat/room-client.ts';
import type { Entry } from '../../../miniprogram/src/chat/timeline.ts';
import { VisitedRooms } from '../../../miniprogram/src/chat/visited-rooms.ts';
import { decodeServerFrame, encodeFrame } from '../../../shared/codec.ts';
import { DEDUPE_EVENTS } from '../../../shared/limits.ts';
import type {
  ChatEvent,
  ClientFrame,
  ServerFrame,
  WelcomeFrame,
} from '../../../shared/protocol.ts';
import {
  FakeLifecycle,
  FakeNetwork,
  FakeSessions,
  FakeUploads,
  MemoryStore,
} from '../../support/fake-ports.ts';
import type { SeededRandom } from '../../support/random.ts';
import {
  briefly,
  type Person,
  type PersonRecord,
  type Said,
  type Stretch,
  textWith,
  tokensIn,
} from './record.ts';
import { AppClock, type FastClock, type Tap, TappedSockets } from './wire.ts';

/** Refusals of what was said that are no fault: what it is about is gone, or not for the author to do. */
const FAIR_REFUSALS: readonly string[] = ['forbidden', 'not_found', 'too_late'];

/** What a phone is given. */
export interface PhoneOptions {
  readonly person: Person;
  readonly session: Session;
  readonly room: string;
  readonly endpoint: string;
  readonly clock: FastClock;
  readonly random: SeededRandom;
}

/** How often connections began, by what the server said of them. */
export type Resumes = Record<'fresh' | 'recovered' | 'reset', number>;

/** The app from its start until the system ends it. */
interface App {
  readonly client: RoomClient;
  /** Takes away whatever could wake it again. */
  end(): void;
}

/** One phone; what its app stores outlives the app. */
export class Phone implements Tap {
  readonly person: Person;
  readonly random: SeededRandom;
  readonly resumes: Resumes = { fresh: 0, recovered: 0, reset: 0 };
  readonly said: Said[] = [];
  /** How many frames were sent again although they had been acknowledged. */
  repeated = 0;
  readonly #options: PhoneOptions;
  readonly #store = new MemoryStore();
  #app: App;
  #isAway = false;
  #written: string[] = [];
  readonly #sent = new Map<string, ClientFrame>();
  readonly #acks: { id: string; seq: number; at: number }[] = [];
  readonly #stretches: Stretch[] = [];
  readonly #tokens = new Set<string>();
  readonly #faults: string[] = [];
  #chain: number | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.person = options.person;
    this.random = options.random;
    this.#app = this.#startApp();
  }

  get client(): RoomClient {
    return this.#app.client;
  }

  get token(): string {
    return this.#options.session.token;
  }

  get isOnline(): boolean {
    return this.client.state.name === 'online';
  }

  /** How many frames were answered with an ack. */
  get acked(): number {
    return new Set(this.#acks.map(({ id }) => id)).size;
  }

  /** How many frames went out that are to become events, the same one again not counted. */
  get sentFrames(): number {
    return [...this.#sent.values()].filter(({ type }) => type !== 'history').length;
  }

  /** Nothing is missing here and nothing waits: what is left was refused, and stays so. */
  get isSettled(): boolean {
    return this.client.isCaughtUp && this.client.outgoing.every(({ state }) => state === 'failed');
  }

  /** Writes something, to be told apart from all else by a token in its text. */
  say(kind: Said['kind'], more: Pick<Draft, 'to' | 'replyTo'> = {}, asked?: Entry): void {
    const token = `${this.person.id}/${this.#options.room}/${this.said.length}`;
    const text = textWith(token);
    const question = asked && tokensIn(JSON.stringify(asked.content))[0];
    if (kind === 'answer' && (!asked || question === undefined)) return;
    const content =
      kind === 'answer' && asked
        ? { type: 'answer' as const, question: asked.event.seq, text }
        : { type: kind as 'text' | 'question' | 'notice', text };
    this.client.send({ content, ...more });
    const id = this.client.outgoing.at(-1)?.id ?? '';
    this.#written.push(id);
    const { to } = more;
    this.said.push({
      id,
      author: this.person.id,
      kind,
      token,
      ...(to && { to }),
      ...(question !== undefined && { question }),
    });
  }

  /** Tries again what the server failed to take, as people do: behind what was written since. */
  resendFailed(): void {
    for (const { id, state, refusal } of this.client.outgoing) {
      if (state !== 'failed' || FAIR_REFUSALS.includes(refusal?.code ?? '')) continue;
      this.client.resend(id);
      this.#written = [...this.#written.filter((other) => other !== id), id];
    }
  }

  /** The system ends the app, without a word to it, and somebody starts it again. */
  killApp(): void {
    this.#app.end();
    this.#app = this.#startApp();
  }

  /** Whether its owner has left the room, to come back later. */
  get isAway(): boolean {
    return this.#isAway;
  }

  leave(): void {
    this.#isAway = true;
    this.client.close();
  }

  comeBack(): void {
    this.#isAway = false;
    this.client.open();
  }

  /** Leaves for good. */
  close(): void {
    this.client.close();
    this.#app.end();
  }

  /** What came over HTTP: a stretch of the log where it is one, and whatever is in the text. */
  readHttp(text: string, stretch?: Omit<Stretch, 'path'>): void {
    this.#note(text);
    if (stretch) this.#stretches.push({ path: 'http', ...stretch });
  }

  /** All of it. */
  get record(): PersonRecord {
    const { outgoing, timeline } = this.client;
    return {
      person: this.person,
      written: this.#written,
      unsent: new Set(outgoing.filter(({ state }) => state === 'failed').map(({ id }) => id)),
      sent: this.#sent,
      acks: this.#acks,
      stretches: this.#stretches,
      tokens: this.#tokens,
      shown: timeline.entries,
      upTo: timeline.upTo,
      faults: this.#faults,
    };
  }

  connecting(): void {
    this.#chain = undefined;
  }

  sent(text: string): void {
    if (!text.startsWith('{')) return;
    const frame = JSON.parse(text) as ClientFrame;
    if ('id' in frame) this.#sent.set(frame.id, frame);
  }

  received(text: string): string | undefined {
    if (!text.startsWith('{')) return undefined;
    this.#note(text);
    const decoded = decodeServerFrame(text);
    if (decoded?.ok) {
      this.#follow(decoded.frame);
      return decoded.frame.type === 'welcome' ? this.#repeat(decoded.frame) : undefined;
    }
    this.#faults.push(`not a frame of the protocol: ${text.slice(0, 200)}`);
    return undefined;
  }

  /**
   * [R3] What was acknowledged last, for each new connection once more: as from a client that has not
   * heard the ack. Ours mostly finds its event among what it missed, and need not ask again.
   */
  #repeat({ head }: WelcomeFrame): string | undefined {
    const ack = this.#acks.filter(({ id }) => this.#sent.get(id)?.type === 'send').at(-1);
    const frame = ack && this.#sent.get(ack.id);
    if (!frame || head - ack.seq >= DEDUPE_EVENTS) return undefined;
    this.repeated++;
    return encodeFrame(frame);
  }

  #follow(frame: ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.resumes[frame.resume]++;
        this.#chain = frame.after;
        return;
      case 'events': {
        const { after, upTo, events } = frame;
        if (after !== this.#chain) {
          this.#faults.push(`[R4] after ${after} does not follow ${this.#chain}`);
        }
        this.#chain = upTo;
        this.#stretches.push({ path: 'live', after, upTo, events: briefly(events) });
        return;
      }
      case 'page': {
        const asked = this.#sent.get(frame.id);
        if (asked?.type !== 'history') return;
        const [after, upTo] = [frame.oldest - 1, asked.before - 1];
        this.#stretches.push({ path: 'history', after, upTo, events: briefly(frame.events) });
        return;
      }
      case 'ack':
        this.#acks.push({ id: frame.id, seq: frame.seq, at: frame.at });
        return;
    }
  }

  #note(text: string): void {
    for (const token of tokensIn(text)) this.#tokens.add(token);
  }

  #startApp(): App {
    const { room, endpoint, session, random } = this.#options;
    const clock = new AppClock(this.#options.clock);
    const sockets = new TappedSockets(this);
    const client = new RoomClient({
      room,
      user: session.user,
      endpoint,
      ports: {
        store: this.#store,
        clock,
        sockets,
        lifecycle: new FakeLifecycle(),
        network: new FakeNetwork(),
        sessions: new FakeSessions(session.user, session.token),
        uploads: new FakeUploads(),
        random: random.next,
      },
      visited: new VisitedRooms(this.#store, session.user.id),
      onChange: () => {},
    });
    client.open();
    const end = () => {
      clock.stop();
      sockets.destroy();
    };
    return { client, end };
  }
}

/** What somebody may have seen of the log over HTTP, as one of its pages. */
export function pageStretch(
  events: readonly ChatEvent[],
  oldest: number,
  before: number,
): Omit<Stretch, 'path'> {
  return { after: oldest - 1, upTo: before - 1, events: briefly(events) };
}
