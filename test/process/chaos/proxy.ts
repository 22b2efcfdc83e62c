/** A TCP proxy between phones and server: the network, on which anything may happen at any time. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One connection, from a phone to the server. */
export class Line {
  readonly #phone: Socket;
  readonly #server: Socket;
  #isHalfOpen = false;
  #isOver = false;

  constructor(phone: Socket, port: number, onOver: (line: Line) => void) {
    this.#phone = phone;
    this.#server = connect(port, 'localhost');
    for (const socket of [phone, this.#server]) socket.setNoDelay(true);
    this.#pass(phone, this.#server);
    this.#pass(this.#server, phone);
    let open = 2;
    const closed = () => {
      open -= 1;
      if (open === 0) onOver(this);
      // Of a half-open connection neither side learns that the other is gone.
      if (!this.#isHalfOpen) this.cut();
    };
    for (const socket of [phone, this.#server]) {
      // An error is always followed by a close.
      socket.on('error', () => {});
      socket.on('close', closed);
    }
  }

  /** Nothing comes through any more, in either direction, and nobody is told so. */
  get isHalfOpen(): boolean {
    return this.#isHalfOpen;
  }

  /** Swallows what is sent from now on, in both directions. */
  swallow(): void {
    this.#isHalfOpen = true;
  }

  /** Ends it with a reset, which both sides notice. */
  cut(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const socket of [this.#phone, this.#server]) socket.resetAndDestroy();
  }

  #pass(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (!this.#isHalfOpen && to.writable) to.write(bytes);
    });
    from.on('end', () => {
      if (!this.#isHalfOpen && to.writable) to.end();
    });
  }
}

/** The network. Phones know its port only; behind it the server may change. */
export class TcpProxy {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #target: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (phone) => this.#take(phone));
  }

  static async start(): Promise<TcpProxy> {
    // Half of a connection may end before the other.
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return new TcpProxy(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (typeof address !== 'object' || !address) throw new Error('the proxy is closed');
    return address.port;
  }

  /** Where to from now on; without a port nobody comes through. */
  aim(port: number | undefined): void {
    this.#target = port;
  }

  /** The connections that work. */
  get working(): Line[] {
    return [...this.#lines].filter((line) => !line.isHalfOpen);
  }

  async close(): Promise<void> {
    for (const line of this.#lines) line.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(phone: Socket): void {
    if (this.#target === undefined) {
      phone.on('error', () => {});
      phone.resetAndDestroy();
      return;
    }
    this.#lines.add(new Line(phone, this.#target, (line) => this.#lines.delete(line)));
  }
}
