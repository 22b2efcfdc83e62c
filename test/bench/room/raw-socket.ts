/**
 * A WebSocket client that does little more than count: a thousand of them in one process must not be
 * what a server is waiting for. Plain ws://, no fragments and no compression, which no contender uses.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;
const FINAL = 0x80;
const MASKED = 0x80;

export class RawSocket {
  /** Called with each text, which is valid only during the call. */
  onText: (text: Buffer) => void = () => {};
  onEnd: () => void = () => {};
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #upgraded: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects; resolves once the server has switched protocols. */
  static open(port: number, path: string, headers: readonly string[] = []): Promise<RawSocket> {
    return new Promise((done, fail) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const raw = new RawSocket(socket);
      raw.#upgraded = () => done(raw);
      socket.on('error', fail);
      socket.on('close', () => {
        raw.onEnd();
        fail(new Error('the server closed the connection'));
      });
      socket.on('data', (chunk) => raw.#take(chunk));
      socket.on('connect', () => {
        const lines = [
          `GET ${path} HTTP/1.1`,
          `Host: localhost:${port}`,
          'Upgrade: websocket',
          'Connection: Upgrade',
          'Sec-WebSocket-Version: 13',
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          ...headers,
        ];
        socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      });
    });
  }

  send(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  /** Reads no more: what comes waits with whoever sends it. */
  pause(): void {
    this.#socket.pause();
  }

  /** Gone without a word, as a phone that lost its network. */
  drop(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    let data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    if (this.#upgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = data;
        return;
      }
      const status = data.toString('latin1', 9, 12);
      if (status !== '101') throw new Error(`the server answered ${status}`);
      const { length } = data;
      data = data.subarray(end + 4, length);
      const upgraded = this.#upgraded;
      this.#upgraded = undefined;
      // Whoever waits for it sets its listeners before the first text is looked at.
      this.#rest = data.length > 0 ? data : undefined;
      upgraded();
      if (this.#rest) setImmediate(() => this.#take(Buffer.alloc(0)));
      return;
    }
    let offset = 0;
    while (data.length - offset >= 2) {
      let length = (data[offset + 1] as number) & 0x7f;
      let head = 2;
      if (length === 126) {
        head = 4;
        if (data.length - offset < head) break;
        length = data.readUInt16BE(offset + 2);
      } else if (length === 127) {
        head = 10;
        if (data.length - offset < head) break;
        length = Number(data.readBigUInt64BE(offset + 2));
      }
      if (data.length - offset < head + length) break;
      const opcode = (data[offset] as number) & 0xf;
      const payload = data.subarray(offset + head, offset + head + length);
      offset += head + length;
      if (opcode === TEXT) this.onText(payload);
      else if (opcode === PING) this.#write(PONG, payload);
      else if (opcode === CLOSE) this.#socket.end();
    }
    if (offset < data.length) this.#rest = data.subarray(offset);
  }

  /** Masked with zeros, which changes nothing: the mask guards against proxies, and there is none. */
  #write(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const head = Buffer.alloc(length < 126 ? 6 : 8);
    head[0] = FINAL | opcode;
    if (length < 126) {
      head[1] = MASKED | length;
    } else {
      head[1] = MASKED | 126;
      head.writeUInt16BE(length, 2);
    }
    this.#socket.write(Buffer.concat([head, payload]));
  }
}
