/** A client on a real WebSocket from Node, outside the server's process. */
import WebSocket from 'ws';
import { encodeFrame } from '../../shared/codec.ts';
import type { ClientFrame, ServerFrame } from '../../shared/protocol.ts';
import { type FrameOf, Inbox } from './inbox.ts';

const TIMEOUT_MS = 10_000;
const POLL_MS = 5;
/** Unique per user, whichever of their connections it goes over. */
let ids = 0;

/** Resolves with what `look` finds as soon as it finds something. */
export async function until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** One connection. */
export class NodeClient {
  readonly inbox = new Inbox();
  readonly #socket: WebSocket;
  closed: { code: number; reason: string } | undefined;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.inbox.push(String(data)));
    this.#socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    this.#socket.on('error', () => {});
  }

  /** Connects and waits for the welcome. */
  static async join(url: string): Promise<NodeClient> {
    const client = new NodeClient(url);
    await until(() => client.inbox.all('welcome')[0], 'welcome');
    return client;
  }

  send(frame: ClientFrame): void {
    this.#socket.send(encodeFrame(frame));
  }

  /** The next frame of a type that was not taken before. */
  next<Type extends ServerFrame['type']>(
    type: Type,
    wanted?: (frame: FrameOf<Type>) => boolean,
  ): Promise<FrameOf<Type>> {
    return until(() => this.inbox.take(type, wanted), type);
  }

  /** Sends a text and waits for its ack. */
  async say(
    text: string,
    options: Partial<Extract<ClientFrame, { type: 'send' }>> = {},
  ): Promise<FrameOf<'ack'>> {
    const { id = `n-${++ids}`, ...rest } = options;
    this.send({ type: 'send', id, content: { type: 'text', text }, ...rest });
    return await this.next('ack', (ack) => ack.id === id);
  }

  /** Waits until the connection has been told everything up to `seq`. */
  async upTo(seq: number): Promise<void> {
    await until(() => ((this.inbox.upTo ?? 0) >= seq ? true : undefined), `seq ${seq}`);
  }

  /** Where this client would resume. */
  get cursor(): string {
    return `${this.inbox.all('welcome')[0]?.epoch}.${this.inbox.upTo}`;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await until(() => this.closed, 'close');
  }
}
