/** A client of one room on a phone in the test's hands; what it stores outlives the app. */
import { type RoomChange, RoomClient } from '../../miniprogram/src/chat/room-client.ts';
import { VisitedRooms } from '../../miniprogram/src/chat/visited-rooms.ts';
import type { WelcomeFrame } from '../../shared/protocol.ts';
import {
  FakeClock,
  FakeLifecycle,
  FakeNetwork,
  FakeSessions,
  type FakeSocket,
  FakeSockets,
  FakeUploads,
  flush,
  MemoryStore,
} from './fake-ports.ts';
import { welcome } from './frames.ts';
import { SeededRandom } from './random.ts';

export class ClientHarness {
  readonly store: MemoryStore;
  readonly clock = new FakeClock();
  readonly sockets = new FakeSockets();
  readonly lifecycle = new FakeLifecycle();
  readonly network = new FakeNetwork();
  readonly sessions = new FakeSessions();
  readonly uploads = new FakeUploads();
  readonly changes: RoomChange[] = [];
  readonly visited: VisitedRooms;
  readonly client: RoomClient;

  constructor(store = new MemoryStore(), random = new SeededRandom(1)) {
    this.store = store;
    this.visited = new VisitedRooms(store, 'u1');
    this.client = new RoomClient({
      room: '大厅',
      user: { id: 'u1', name: '小明' },
      endpoint: 'wss://chat.example/ws',
      ports: {
        store,
        clock: this.clock,
        sockets: this.sockets,
        lifecycle: this.lifecycle,
        network: this.network,
        sessions: this.sessions,
        uploads: this.uploads,
        random: random.next,
      },
      visited: this.visited,
      onChange: (change) => void this.changes.push(change),
    });
  }

  get socket(): FakeSocket {
    return this.sockets.last;
  }

  /** Opens the room, and is welcomed. */
  async enter(more: Partial<WelcomeFrame> = {}): Promise<FakeSocket> {
    this.client.open();
    await flush();
    this.socket.say(welcome(more));
    await flush();
    return this.socket;
  }

  /** Lets time pass until there is another socket, and welcomes on it. */
  async reenter(more: Partial<WelcomeFrame> = {}): Promise<FakeSocket> {
    const { length } = this.sockets.all;
    for (let i = 0; i < 1_000 && this.sockets.all.length === length; i++) {
      await this.clock.advance(100);
    }
    this.socket.say(welcome({ resume: 'recovered', ...more }));
    await flush();
    return this.socket;
  }

  say(text: string): void {
    this.client.send({ content: { type: 'text', text } });
  }

  /** What of the outbox is seen: `waiting hello`. */
  get outgoing(): string[] {
    return this.client.outgoing.map(
      ({ state, content, file }) => `${state} ${'text' in content ? content.text : file}`,
    );
  }

  /** The changes since the last look. */
  async told(): Promise<RoomChange[]> {
    await flush();
    return this.changes.splice(0);
  }
}
