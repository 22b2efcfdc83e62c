/** The other people in a room, who say much. */
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { encodeFrame } from '../../../shared/codec.ts';
import type { ClientFrame } from '../../../shared/protocol.ts';
import type { Server } from '../../support/server.ts';

const NAMES = ['阿强', '小红', 'Lily', '老王', '晓彤', '志明', 'Tom', '婷婷', '大鹏', '圆圆'];
const TEXTS = [
  '来啦来啦！',
  '主播好，第一次来',
  '这个功能什么时候可以用上？我们公司等了好久了，上个月就想换。',
  '哈哈哈哈哈',
  '👍👍',
  '说得对，我上次也是这样，后来换了一台手机就好了',
  '链接在这里 https://chat.example.com/a/b?c=1 大家自己看',
  '没听清，能再说一遍吗',
];

/** A room that nobody has been in. */
export const newRoom = (): string => `房间-${randomUUID().slice(0, 8)}`;

/** What is said as the `number`th: words for the most part, now and then a quote or a question. */
function saying(number: number): string {
  const text = `${TEXTS[number % TEXTS.length]} ${number}`;
  const isQuestion = number % 50 === 49;
  const frame: ClientFrame = {
    type: 'send',
    id: `b${number}`,
    content: { type: isQuestion ? 'question' : 'text', text },
    ...(number % 20 === 19 && !isQuestion && { replyTo: 1 }),
  };
  return encodeFrame(frame);
}

/** Enters a room; reads no more than it has to, as it shares a machine with the phone. */
function enter(url: string): Promise<WebSocket> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url);
    socket.once('message', () => done(socket));
    socket.once('error', fail);
  });
}

/** Sends all this at once. Resolves with the number of the last, when the server has them all. */
function send(socket: WebSocket, frames: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    let waiting = frames.length;
    socket.on('message', (data) => {
      const text = String(data);
      if (text.startsWith('{"type":"reject"')) fail(new Error(`refused: ${text}`));
      if (!text.startsWith('{"type":"ack"')) return;
      waiting--;
      if (waiting === 0) done(JSON.parse(text).seq);
    });
    socket.on('close', (code) => fail(new Error(`the server closed a connection with ${code}`)));
    for (const frame of frames) socket.send(frame);
  });
}

/** People who are about to talk. */
export class Crowd {
  readonly #sockets: readonly WebSocket[];

  private constructor(sockets: readonly WebSocket[]) {
    this.#sockets = sockets;
  }

  /** Ten people enter; they have not been here before. */
  static async enter(server: Server, room: string): Promise<Crowd> {
    const visit = randomUUID().slice(0, 4);
    const urls = NAMES.map((name) => server.ws({ room, name: `${name}${visit}` }));
    return new Crowd(await Promise.all(urls.map(enter)));
  }

  /**
   * They say `count` things, in turns and as fast as the server takes them, and leave.
   * @returns the number of the last event
   */
  async talk(count: number): Promise<number> {
    const frames = Array.from({ length: count }, (_, number) => saying(number));
    const people = this.#sockets.length;
    const lasts = await Promise.all(
      this.#sockets.map((socket, index) =>
        send(
          socket,
          frames.filter((_, number) => number % people === index),
        ),
      ),
    );
    for (const socket of this.#sockets) {
      socket.removeAllListeners('close');
      socket.close();
    }
    return Math.max(...lasts);
  }
}
