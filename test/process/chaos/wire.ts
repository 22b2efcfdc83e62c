/** The client's sockets and time in Node, and a tap on all that goes over the wire. */
import WebSocket from 'ws';
import type {
  Cancel,
  Clock,
  Socket,
  SocketEvents,
  Sockets,
} from '../../../miniprogram/src/chat/ports.ts';

/** What a socket that never opened ended with, in the terms of RFC 6455. */
const ABNORMAL_CLOSURE = 1006;

/** Time that runs `speed` times as fast as here: what a phone does in a minute need not take one. */
export class FastClock implements Clock {
  #speed: number;
  /** When the speed was last set: by this clock, and by the machine's. */
  #since: { readonly shown: number; readonly real: number };

  constructor(speed: number) {
    this.#speed = speed;
    this.#since = { shown: Date.now(), real: Date.now() };
  }

  /** From now on; timers that run already keep their time. */
  set speed(speed: number) {
    this.#since = { shown: this.now(), real: Date.now() };
    this.#speed = speed;
  }

  now(): number {
    const { shown, real } = this.#since;
    return Math.floor(shown + (Date.now() - real) * this.#speed);
  }

  after(ms: number, run: () => void): Cancel {
    const timer = setTimeout(run, ms / this.#speed);
    return () => clearTimeout(timer);
  }
}

/** The clock of an app, which the system may end. */
export class AppClock implements Clock {
  readonly #clock: Clock;
  readonly #running = new Set<Cancel>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, run: () => void): Cancel {
    if (this.#isStopped) return () => {};
    const stop = this.#clock.after(ms, () => {
      this.#running.delete(stop);
      run();
    });
    this.#running.add(stop);
    return () => {
      this.#running.delete(stop);
      stop();
    };
  }

  /** No timer runs from now on. */
  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#running) stop();
    this.#running.clear();
  }
}

/** Hears all that goes over a wire. */
export interface Tap {
  /** A connection begins: what came on the one before is over. */
  connecting(): void;
  sent(text: string): void;
  /** Returns what is to be sent besides what the client sends, if anything. */
  received(text: string): string | undefined;
}

/** The sockets of an app. */
export class TappedSockets implements Sockets {
  readonly #tap: Tap;
  #last: WireSocket | undefined;
  #isDestroyed = false;

  constructor(tap: Tap) {
    this.#tap = tap;
  }

  connect(url: string, token: string, events: SocketEvents): Socket {
    if (this.#isDestroyed) throw new Error('the app has ended');
    this.#tap.connecting();
    this.#last = new WireSocket(url, token, events, this.#tap);
    return this.#last;
  }

  /** The system takes the app's socket away with the app. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#last?.destroy();
  }
}

class WireSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #tap: Tap;
  #events: SocketEvents | undefined;

  constructor(url: string, token: string, events: SocketEvents, tap: Tap) {
    this.#events = events;
    this.#tap = tap;
    const headers = { Authorization: `Bearer ${token}` };
    this.#socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.#socket.on('open', () => this.#events?.open());
    this.#socket.on('message', (data) => {
      if (!this.#events) return;
      const besides = this.#tap.received(String(data));
      if (besides !== undefined) this.#socket.send(besides);
      this.#events.message(String(data));
    });
    this.#socket.on('close', (code) => this.#end(code));
    // An error is always followed by a close.
    this.#socket.on('error', () => {});
    this.#socket.on('unexpected-response', () => {
      this.#socket.terminate();
      this.#end(ABNORMAL_CLOSURE);
    });
  }

  send(text: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) throw new Error('the socket is not open');
    this.#tap.sent(text);
    this.#socket.send(text);
  }

  close(): void {
    this.#events = undefined;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  destroy(): void {
    this.#events = undefined;
    this.#socket.terminate();
  }

  #end(code: number): void {
    const events = this.#events;
    this.#events = undefined;
    events?.close(code);
  }
}
