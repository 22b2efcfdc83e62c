/** A client inside workerd, on a real WebSocket to the real Worker. */
import { env, exports } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { encodeFrame } from '../../../shared/codec.ts';
import type { SessionResponse } from '../../../shared/http.ts';
import type { ClientFrame, ServerFrame } from '../../../shared/protocol.ts';
import { type FrameOf, Inbox } from '../../support/inbox.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import('../../../worker/index.ts');
    }
  }
}

const ORIGIN = 'https://edge-chat.test';
let rooms = 0;
let ids = 0;

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

/** A session as a guest. */
export async function guestToken(name: string): Promise<string> {
  const response = await post('/api/session', { name });
  expect(response.status).toBe(200);
  return (await response.json<SessionResponse>()).token;
}

/** One connection. */
export class Client {
  readonly inbox = new Inbox();
  readonly socket: WebSocket;
  /** The subprotocol that the server chose. */
  readonly protocol: string | null;
  closed: { code: number; reason: string } | undefined;

  private constructor(socket: WebSocket, protocol: string | null) {
    this.socket = socket;
    this.protocol = protocol;
    socket.addEventListener('message', ({ data }) => this.inbox.push(String(data)));
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept();
  }

  /** Upgrades with the query and headers given. */
  static async open(query: string, headers: Record<string, string> = {}): Promise<Client> {
    const response = await request(`/ws?${query}`, {
      headers: { Upgrade: 'websocket', ...headers },
    });
    expect(response.status).toBe(101);
    if (!response.webSocket) throw new Error('no socket');
    return new Client(response.webSocket, response.headers.get('Sec-WebSocket-Protocol'));
  }

  /** Enters a room as a guest, and waits for the welcome. */
  static async join(room: string, name: string, more = ''): Promise<Client> {
    const client = await Client.open(
      `room=${encodeURIComponent(room)}&name=${encodeURIComponent(name)}${more}`,
    );
    await client.next('welcome');
    return client;
  }

  /** The next frame of a type that was not taken before. */
  async next<Type extends ServerFrame['type']>(
    type: Type,
    wanted?: (frame: FrameOf<Type>) => boolean,
  ): Promise<FrameOf<Type>> {
    return await vi.waitFor(
      () => {
        const frame = this.inbox.take(type, wanted);
        if (!frame) throw new Error(`no ${type} in ${JSON.stringify(this.inbox.frames.slice(-5))}`);
        return frame;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  /** Waits until the connection has been told everything up to `seq`. */
  async upTo(seq: number): Promise<void> {
    await vi.waitFor(() => expect(this.inbox.upTo).toBeGreaterThanOrEqual(seq), {
      timeout: 5_000,
      interval: 5,
    });
  }

  send(data: ClientFrame | string | ArrayBuffer): void {
    this.socket.send(
      typeof data === 'string' || data instanceof ArrayBuffer ? data : encodeFrame(data),
    );
  }

  /** Sends a text and waits for its ack. */
  async say(
    text: string,
    options: Partial<Extract<ClientFrame, { type: 'send' }>> = {},
  ): Promise<FrameOf<'ack'>> {
    const { id = `c-${++ids}`, ...rest } = options;
    this.send({ type: 'send', id, content: { type: 'text', text }, ...rest });
    return await this.next('ack', (ack) => ack.id === id);
  }

  /** Where this client would resume. */
  get cursor(): string {
    return `${this.inbox.all('welcome')[0]?.epoch}.${this.inbox.upTo}`;
  }

  /** Closes, and waits until the other side has closed too. */
  async close(): Promise<{ code: number; reason: string }> {
    this.socket.close(1000, 'bye');
    return await this.whenClosed();
  }

  async whenClosed(): Promise<{ code: number; reason: string }> {
    return await vi.waitFor(
      () => {
        if (!this.closed) throw new Error('still open');
        return this.closed;
      },
      { timeout: 5_000, interval: 5 },
    );
  }
}
