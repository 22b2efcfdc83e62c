import type { Draft } from '../../miniprogram/src/chat/outbox.ts';
import type { Session } from '../../miniprogram/src/chat/ports.ts';
import { RoomClient } from '../../miniprogram/src/chat/room-client.ts';
import { VisitedRooms } from '../../miniprogram/src/chat/visited-rooms.ts';
import {
  FakeClock,
  FakeLifecycle,
  FakeNetwork,
  FakeSessions,
  FakeUploads,
  MemoryStore,
} from '../support/fake-ports.ts';
import type { SeededRandom } from '../support/random.ts';
import { ChaosSockets, type Traffic } from './network.ts';

/** The app from its start until the system kills it. */
interface App {
  readonly client: RoomClient;
  readonly clock: FakeClock;
  readonly lifecycle: FakeLifecycle;
  readonly network: FakeNetwork;
  inFront: boolean;
}

/** A device on which somebody chats; what the app stores outlives it. */
export class Phone {
  readonly name: string;
  readonly user: Session['user'];
  readonly store = new MemoryStore();
  readonly sockets: ChaosSockets;
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
    world: { readonly traffic: Traffic; readonly random: SeededRandom },
  ) {
    this.name = name;
    this.user = session.user;
    this.#session = session;
    this.#room = room;
    this.#random = world.random;
    this.sockets = new ChaosSockets(world.traffic, world.random);
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
    this.sockets.last?.close();
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

  changeNetwork(): void {
    this.#app.network.change(this.#random.pick(['wifi', '4g', 'none']));
  }

  /** The best of worlds. */
  settle(): void {
    this.sockets.calm = true;
    this.sockets.last?.deliver();
    this.#app.network.change('wifi');
    this.show();
  }

  advance(ms: number): Promise<void> {
    return this.#app.clock.advance(ms);
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
