/** A client inside workerd, on a real WebSocket to the real Worker. */
import { env, exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { SessionResponse } from '../../../shared/http.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { TestClient } from '../../support/test-client.ts';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('../../../worker/index.ts');
    }
  }
}

const ORIGIN = 'https://edge-chat.test';
let rooms = 0;

/** A room that no other test uses. */
export function newRoom(): string {
  return `room-${++rooms}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The room's Durable Object, for what only tests do to it. */
export function stubOf(room: string) {
  return env.CHAT_ROOM.getByName(room);
}

/** Calls the Worker as a browser, a phone or a back end would. */
export function request(path: string, init?: RequestInit): Promise<Response> {
  return exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
}

/** The headers of a JSON request with a credential. */
export function bearer(credential: string): { Authorization: string } {
  return { Authorization: `Bearer ${credential}` };
}

export const ADMIN = bearer(TEST_SECRETS.ADMIN_KEY);

/** Posts JSON; whatever the answer is. */
export function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Changes a room's settings as an operator; whatever the answer is. */
export function configure(room: string, settings: unknown): Promise<Response> {
  return request(`/api/rooms/${encodeURIComponent(room)}/settings`, {
    method: 'PUT',
    headers: ADMIN,
    body: JSON.stringify(settings),
  });
}

/** A session as a guest. */
export async function guestToken(name: string): Promise<string> {
  const response = await post('/api/session', { name });
  expect(response.status).toBe(200);
  return (await response.json<SessionResponse>()).token;
}

/** One connection. */
export class Client extends TestClient {
  readonly socket: WebSocket;
  /** The subprotocol that the server chose. */
  readonly protocol: string | null;

  private constructor(socket: WebSocket, protocol: string | null, options: WebSocketAcceptOptions) {
    super();
    this.socket = socket;
    this.protocol = protocol;
    socket.addEventListener('message', ({ data }) => this.inbox.push(String(data)));
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept(options);
  }

  /** Upgrades with the query and headers given. */
  static async open(
    query: string,
    headers: Record<string, string> = {},
    options: WebSocketAcceptOptions = {},
  ): Promise<Client> {
    const response = await request(`/ws?${query}`, {
      headers: { Upgrade: 'websocket', ...headers },
    });
    expect(response.status).toBe(101);
    if (!response.webSocket) throw new Error('no socket');
    return new Client(response.webSocket, response.headers.get('Sec-WebSocket-Protocol'), options);
  }

  /** Enters a room as a guest, and waits for the welcome. */
  static async join(
    room: string,
    name: string,
    more = '',
    options: WebSocketAcceptOptions = {},
  ): Promise<Client> {
    const client = await Client.open(
      `room=${encodeURIComponent(room)}&name=${encodeURIComponent(name)}${more}`,
      {},
      options,
    );
    await client.next('welcome');
    return client;
  }

  protected transmit(data: string | ArrayBuffer): void {
    this.socket.send(data);
  }

  /** Closes, and waits until the other side has closed too. */
  async close(): Promise<{ code: number; reason: string }> {
    this.socket.close(1000, 'bye');
    return await this.whenClosed();
  }
}
