/** A client on a real WebSocket from Node, outside the server's process. */
import WebSocket from 'ws';
import { encodeFrame } from '../../shared/codec.ts';
import type { ClientFrame } from '../../shared/protocol.ts';
import { TestClient } from './test-client.ts';

/** One connection. */
export class NodeClient extends TestClient {
  readonly #socket: WebSocket;

  constructor(url: string) {
    super();
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.inbox.push(String(data)));
    this.#socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    // An error is always followed by a close.
    this.#socket.on('error', () => {});
  }

  /** Connects and waits for the welcome. */
  static async join(url: string): Promise<NodeClient> {
    const client = new NodeClient(url);
    await client.next('welcome');
    return client;
  }

  send(data: ClientFrame | string | ArrayBuffer): void {
    const isFrame = typeof data === 'object' && 'type' in data;
    this.#socket.send(isFrame ? encodeFrame(data) : data);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.whenClosed();
  }
}
