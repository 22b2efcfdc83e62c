/** A client on a real WebSocket from Node, outside the server's process. */
import WebSocket from 'ws';
import { TestClient } from './test-client.ts';

/** One connection. */
export class NodeClient extends TestClient {
  readonly #socket: WebSocket;

  constructor(url: string, headers: Record<string, string> = {}) {
    super();
    this.#socket = new WebSocket(url, { headers });
    this.#socket.on('message', (data) => this.inbox.push(String(data)));
    this.#socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
    // An error is always followed by a close.
    this.#socket.on('error', () => {});
  }

  /** Connects and waits for the welcome. */
  static async join(url: string, headers: Record<string, string> = {}): Promise<NodeClient> {
    const client = new NodeClient(url, headers);
    await client.next('welcome');
    return client;
  }

  protected transmit(data: string | ArrayBuffer): void {
    this.#socket.send(data);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.whenClosed();
  }
}
