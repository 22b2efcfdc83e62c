import type { Draft } from '../../miniprogram/src/chat/outbox.ts';
import type { Session, Sockets } from '../../miniprogram/src/chat/ports.ts';
import { RoomClient } from '../../miniprogram/src/chat/room-client.ts';
import { VisitedRooms } from '../../miniprogram/src/chat/visited-rooms.ts';
import {
  FakeClock,
  FakeLifecycle,
  FakeNetwork,
  FakeSessions,
  FakeUploads,
  MemoryStore,
} from './fake-ports.ts';
import type { SeededRandom } from './random.ts';

/** The sockets of one phone, on a network that a test owns. */
export interface PhoneSockets extends Sockets {
  /** The one in use ends, as it does with the app. */
  drop(): void;
  /** From now on nothing goes wrong. */
  settle(): void;
}

/** The app from its start until the system kills it. */
interface App {
  readonly client: RoomClient;
  readonly clock: FakeClock;
  readonly lifecycle: FakeLifecycle;
  readonly network: FakeNetwork;
  inFront: boolean;
}

/** A device on which somebody chats; what the app stores outlives it. */
export class Phone<Network extends PhoneSockets = PhoneSockets> {
  readonly name: string;
  readonly user: Session['user'];
  readonly store = new MemoryStore();
  readonly sockets: Network;
  /** The ids of the messages that were written here, in their order. */
  readonly written: string[] = [];
  readonly #session: Session;
  readonly #room: string;
  readonly #random: SeededRandom;
  #app: App;

  constructor(
    name: string,
    session: Session,
    room: string,
    world: { readonly sockets: Network; readonly random: SeededRandom },
  ) {
    this.name = name;
    this.user = session.user;
    this.#session = session;
    this.#room = room;
    this.#random = world.random;
    this.sockets = world.sockets;
    this.#app = this.#start();
  }

  get client(): RoomClient {
    return this.#app.client;
  }

  /** Writes something: a text, unless it is to be something else. */
  say(more: Partial<Draft> = {}): void {
    const text = `${this.name} ${this.written.length}`;
    this.client.send({ content: { type: 'text', text }, ...more });
    const { outgoing } = this.client;
    this.written.push(outgoing.at(-1)?.id ?? '');
  }

  /** Does something to a message that is shown here, if there is one; it may be refused. */
  act(type: Parameters<RoomClient['act']>[0]): void {
    const { entries } = this.client.timeline;
    if (entries.length > 0) void this.client.act(type, this.#random.pick(entries).event.seq);
  }

  /** The system ends the app, without a word to it. */
  kill(): void {
    this.sockets.drop();
    this.#app = this.#start();
  }

  hide(): void {
    this.#app.inFront = false;
    this.#app.lifecycle.hide();
  }

  show(): void {
    this.#app.inFront = true;
    this.#app.lifecycle.show();
  }

  get isInFront(): boolean {
    return this.#app.inFront;
  }

  changeNetwork(type: string): void {
    this.#app.network.change(type);
  }

  /** The best of worlds. */
  settle(): void {
    this.sockets.settle();
    this.#app.network.change('wifi');
    this.show();
  }

  advance(ms: number): Promise<void> {
    return this.#app.clock.advance(ms);
  }

  /** Lets time pass; in the background the phone has stopped the app. */
  async pass(ms: number): Promise<void> {
    if (this.isInFront) await this.advance(ms);
    else this.#app.clock.suspend(ms);
  }

  /** Somebody sets its clock. */
  jump(ms: number): void {
    this.#app.clock.jump(ms);
  }

  #start(): App {
    const ports = {
      sockets: this.sockets,
      clock: new FakeClock(),
      store: this.store,
      lifecycle: new FakeLifecycle(),
      network: new FakeNetwork(),
      sessions: new FakeSessions(this.user, this.#session.token),
      uploads: new FakeUploads(),
      random: this.#random.next,
    };
    const { clock, lifecycle, network } = ports;
    const client = new RoomClient({
      room: this.#room,
      user: this.user,
      endpoint: '/ws',
      ports,
      visited: new VisitedRooms(this.store, this.user.id),
      onChange: () => {},
    });
    client.open();
    return { client, clock, lifecycle, network, inFront: true };
  }
}
