/** Real WebSockets to the real Worker, through a network that does what networks do. */
import type { Socket, SocketEvents } from '../../miniprogram/src/chat/ports.ts';
import type { PhoneSockets } from '../support/phone.ts';
import type { SeededRandom } from '../support/random.ts';
import { bearer } from '../worker/support/client.ts';
import { request } from './worker.ts';

/** What is on its way between phones and server, for whoever wants to wait until it has arrived. */
export class Traffic {
  /** Grows with everything that happens. */
  count = 0;
  readonly links = new Set<Link>();

  get isQuiet(): boolean {
    return [...this.links].every(({ awaits }) => awaits === 0);
  }

  /** Waits until the server has answered what reached it, and says nothing more by itself. */
  async quiet(): Promise<void> {
    const deadline = Date.now() + 5_000;
    for (let before = -1; before !== this.count || !this.isQuiet; ) {
      if (Date.now() > deadline) return;
      before = this.count;
      await turn();
      await turn();
    }
  }
}

/** Lets the other side of the sockets run. */
export function turn(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

/** The sockets of one phone. */
export class ChaosSockets implements PhoneSockets {
  readonly #traffic: Traffic;
  readonly #random: SeededRandom;
  /** No more accidents: what is underway now may still have had one. */
  calm = false;
  #open = 0;
  mostAtOnce = 0;
  last: Link | undefined;

  constructor(traffic: Traffic, random: SeededRandom) {
    this.#traffic = traffic;
    this.#random = random;
  }

  connect(url: string, token: string, events: SocketEvents): Socket {
    this.#open++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open);
    this.last = new Link(this.#traffic, events, {
      onOver: () => this.#open--,
      // A frame now and then comes twice; the welcome does not, it would end the connection.
      twice: (text) =>
        !this.calm && !text.startsWith('{"type":"welcome"') && this.#random.chance(10),
      cutAfterSend: () => !this.calm && this.#random.chance(8),
    });
    void this.last.start(url, token);
    return this.last;
  }

  drop(): void {
    this.last?.close();
  }

  settle(): void {
    this.calm = true;
    this.last?.deliver();
  }
}

interface Accidents {
  onOver(): void;
  twice(text: string): boolean;
  /** What was sent arrives, but the answer doesn't. */
  cutAfterSend(): boolean;
}

/** One socket. */
export class Link implements Socket {
  readonly #traffic: Traffic;
  readonly #events: SocketEvents;
  readonly #accidents: Accidents;
  #socket: WebSocket | undefined;
  #isOver = false;
  #arrived: string[] = [];
  /** Nothing gets through in either direction, and nobody says so. */
  isDead = false;
  /** What comes from the server waits. */
  isSlow = false;
  /** How many answers of the server are outstanding, the handshake among them. */
  awaits = 1;

  constructor(traffic: Traffic, events: SocketEvents, accidents: Accidents) {
    this.#traffic = traffic;
    this.#events = events;
    this.#accidents = accidents;
    traffic.links.add(this);
  }

  async start(url: string, token: string): Promise<void> {
    const response = await request(url, { headers: { Upgrade: 'websocket', ...bearer(token) } });
    this.#traffic.count++;
    const socket = response.webSocket;
    if (!socket) throw new Error(`no socket but ${response.status}`);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    socket.addEventListener('close', ({ code }) => this.#end(code));
    socket.accept();
    if (this.#isOver) socket.close(1000, 'bye');
    else if (!this.isDead) this.#events.open();
  }

  send(text: string): void {
    if (this.#isOver || !this.#socket) throw new Error('not open');
    this.#traffic.count++;
    if (this.isDead) return;
    if (!text.startsWith('{"type":"typing"')) this.awaits++;
    this.#socket.send(text);
    if (this.#accidents.cutAfterSend()) this.cut();
  }

  close(): void {
    this.#over();
    try {
      this.#socket?.close(1000, 'bye');
    } catch {
      // It has ended by itself.
    }
  }

  /** The connection breaks, and both sides get to know. */
  cut(): void {
    this.close();
    queueMicrotask(() => this.#events.close(1006));
  }

  /** What waited comes, in its order. */
  deliver(): void {
    this.isSlow = false;
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const text of arrived) this.#hand(text);
  }

  #receive(text: string): void {
    this.#traffic.count++;
    if (/^(pong|\{"type":"(welcome|ack|reject|page)")/.test(text)) this.awaits--;
    this.#arrived.push(text);
    if (!this.isSlow) this.deliver();
  }

  #hand(text: string): void {
    if (this.#isOver || this.isDead) return;
    this.#events.message(text);
    if (!this.#isOver && this.#accidents.twice(text)) this.#events.message(text);
  }

  #end(code: number): void {
    this.#traffic.count++;
    if (this.#isOver || this.isDead) return;
    this.deliver();
    if (this.#isOver) return;
    this.#over();
    this.#events.close(code);
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#traffic.links.delete(this);
    this.#accidents.onOver();
  }
}
