/** Connections between phones and room on which nothing moves by itself. */
import type { Socket, SocketEvents } from '../../miniprogram/src/chat/ports.ts';
import { HEARTBEAT_REQUEST, HEARTBEAT_RESPONSE } from '../../shared/limits.ts';
import type { PhoneSockets } from '../support/phone.ts';

/** What the room's side does with what arrives. */
export interface Exchange {
  /** A phone knocks. */
  connect(link: Link): void;
  receive(link: Link, text: string): void;
  /** The room learns that a connection is gone. */
  leave(link: Link): void;
}

type Signal = { readonly text: string } | { readonly closed: number };

/** One connection, with what is under way on it. */
export class Link implements Socket {
  readonly userId: string;
  readonly url: URL;
  readonly #exchange: Exchange;
  readonly #events: SocketEvents;
  /** From the phone; it begins with the knock. */
  #up: Signal[] = [{ text: '' }];
  #hasKnocked = false;
  #down: Signal[] = [];
  #phoneEnded = false;
  #roomEnded = false;
  /** Nothing gets through in either direction, and nobody says so. */
  isDead = false;

  constructor(userId: string, url: string, exchange: Exchange, events: SocketEvents) {
    this.userId = userId;
    this.url = new URL(url, 'wss://room');
    this.#exchange = exchange;
    this.#events = events;
  }

  /** Whether anything can still happen on it. */
  get isOver(): boolean {
    return this.#phoneEnded && this.#roomEnded;
  }

  /** Whether the phone relies on it. */
  get isInUse(): boolean {
    return !this.#phoneEnded;
  }

  get isIdle(): boolean {
    return this.isDead || (this.#up.length === 0 && this.#down.length === 0);
  }

  // What the phone does.

  send(text: string): void {
    if (this.#phoneEnded) throw new Error('the socket is closed');
    if (!this.#roomEnded) this.#up.push({ text });
  }

  close(): void {
    if (this.#phoneEnded) return;
    this.#phoneEnded = true;
    this.#down = [];
    if (!this.#roomEnded) this.#up.push({ closed: 1000 });
  }

  // What the room does.

  /** What the room has said, once it is on its way. */
  tell(text: string): void {
    if (!this.#phoneEnded) this.#down.push({ text });
  }

  /** The room's side ends, and the phone hears of it in its turn. */
  hangUp(code: number): void {
    if (this.#roomEnded) return;
    this.#roomEnded = true;
    this.#up = [];
    if (!this.#phoneEnded) this.#down.push({ closed: code });
  }

  // What the network does.

  /** Lets the next `count` of what the phone has sent arrive. */
  up(count: number): void {
    for (let i = 0; i < count && !this.isDead; i++) {
      const signal = this.#up.shift();
      if (!signal) return;
      this.#arrive(signal);
    }
  }

  /** Lets the next of what the phone has sent arrive, and once more when it is its turn. */
  upTwice(): void {
    const [next] = this.#up;
    if (!this.#hasKnocked || !next || !('text' in next) || next.text === HEARTBEAT_REQUEST) return;
    this.up(1);
    // What the room has ended meanwhile takes nothing more.
    if (!this.#roomEnded) this.#up.unshift(next);
  }

  /** Lets the next `count` of what the room has said arrive. */
  down(count: number): void {
    for (let i = 0; i < count && !this.isDead; i++) {
      const signal = this.#down.shift();
      if (!signal) return;
      this.#hear(signal);
    }
  }

  /** As {@link down}, and it comes twice; a welcome does not, it would end the connection. */
  downTwice(): void {
    const [next] = this.#down;
    if (next && 'text' in next && !next.text.startsWith('{"type":"welcome"')) {
      this.#down.unshift(next);
    }
    this.down(2);
  }

  /** The next events that the room has sent are lost on the way: the chain breaks. */
  lose(): void {
    const [next] = this.#down;
    if (next && 'text' in next && next.text.startsWith('{"type":"events"')) this.#down.shift();
  }

  /** The connection breaks; who is not told goes on believing in it. */
  cut(told: 'phone' | 'room' | 'both' | 'nobody'): void {
    if (told === 'nobody') this.isDead = true;
    // What was under way to the one who is not told may still come.
    if (told === 'phone' || told === 'both') this.#hear({ closed: 1006 });
    if (told === 'room' || told === 'both') this.#arrive({ closed: 1006 });
  }

  /** It breaks for all to see. */
  revive(): void {
    this.isDead = false;
    this.cut('both');
  }

  #arrive(signal: Signal): void {
    if (this.#roomEnded) return;
    if ('closed' in signal) {
      this.#roomEnded = true;
      this.#up = [];
      if (this.#hasKnocked) this.#exchange.leave(this);
    } else if (!this.#hasKnocked) {
      this.#hasKnocked = true;
      this.#exchange.connect(this);
      if (!this.#phoneEnded) this.#events.open();
    } else if (signal.text === HEARTBEAT_REQUEST) {
      // The platform answers by itself [R8].
      this.tell(HEARTBEAT_RESPONSE);
    } else {
      this.#exchange.receive(this, signal.text);
    }
  }

  #hear(signal: Signal): void {
    if (this.#phoneEnded) return;
    if ('text' in signal) {
      this.#events.message(signal.text);
      return;
    }
    this.#phoneEnded = true;
    this.#down = [];
    this.#events.close(signal.closed);
  }
}

/** The sockets of one phone. */
export class LinkedSockets implements PhoneSockets {
  readonly #userId: string;
  readonly #exchange: Exchange;
  readonly #links: Link[];
  #last: Link | undefined;
  mostAtOnce = 0;

  /** `links` gets each one that is made. */
  constructor(userId: string, exchange: Exchange, links: Link[]) {
    this.#userId = userId;
    this.#exchange = exchange;
    this.#links = links;
  }

  connect(url: string, _token: string, events: SocketEvents): Socket {
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#last?.isInUse ? 2 : 1);
    this.#last = new Link(this.#userId, url, this.#exchange, events);
    this.#links.push(this.#last);
    return this.#last;
  }

  drop(): void {
    this.#last?.close();
  }

  settle(): void {}
}
