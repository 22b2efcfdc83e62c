/** `wx.connectSocket` on WebSocket, and what a phone's network and background do to sockets. */
import type { Device } from '../device.ts';
import { messageOf } from '../report.ts';
import { type Callbacks, settle } from './async.ts';

const MAX_SOCKETS = 5;
const ABNORMAL_CLOSURE = 1006;
const PROTOCOL = 'edge-chat.v1';

type ConnectOptions = WechatMiniprogram.ConnectSocketOption;
type SendOptions = WechatMiniprogram.SocketTaskSendOption;
type CloseOptions = WechatMiniprogram.SocketTaskCloseOption;

interface SocketEvents {
  open: { header: object };
  message: { data: string | ArrayBuffer };
  error: { errMsg: string };
  close: { code: number; reason: string };
}

/** A browser's socket has no headers: the session token becomes a subprotocol. */
function protocolsOf({ protocols = [], header }: ConnectOptions): string[] {
  const authorization = Object.entries(header ?? {}).find(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const token = /^Bearer\s+(\S+)$/i.exec(String(authorization?.[1] ?? ''))?.[1];
  return token ? [...new Set([...protocols, PROTOCOL]), `bearer.${token}`] : protocols;
}

function webSocketUrl(url: string): URL {
  const address = new URL(url, document.baseURI);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  return address;
}

class PhoneSocket {
  readonly #device: Device;
  readonly #native: WebSocket | undefined;
  readonly #onEnd: () => void;
  readonly #listeners: { [K in keyof SocketEvents]: ((event: SocketEvents[K]) => void)[] } = {
    open: [],
    message: [],
    error: [],
    close: [],
  };
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  /** Nothing gets through any more, and neither side knows. */
  #cut = false;

  constructor(device: Device, options: ConnectOptions, onEnd: () => void, refusal?: string) {
    this.#device = device;
    this.#onEnd = onEnd;
    if (refusal || !device.online) {
      setTimeout(() => this.#fail(refusal ?? 'net::ERR_INTERNET_DISCONNECTED'));
      return;
    }
    let native: WebSocket;
    try {
      native = new WebSocket(webSocketUrl(options.url), protocolsOf(options));
    } catch (error) {
      setTimeout(() => this.#fail(messageOf(error)));
      return;
    }
    native.binaryType = 'arraybuffer';
    this.#native = native;
    native.onopen = () => {
      if (this.#cut || this.#state !== 'connecting') return;
      this.#state = 'open';
      this.#log('note', '已连接');
      this.#emit('open', { header: {} });
    };
    native.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#cut || this.#state !== 'open') return;
      this.#log('down', data);
      this.#emit('message', { data });
    };
    native.onclose = ({ code, reason }) => {
      if (this.#cut) return;
      if (this.#state === 'connecting') this.#fail('connection refused');
      else this.#end(code, reason);
    };
  }

  /** As if the network had gone without a word. */
  cut(): void {
    this.#cut = true;
    if (this.#state === 'connecting') {
      this.#native?.close();
      this.#fail('net::ERR_INTERNET_DISCONNECTED');
    } else this.#log('note', '断网：收发都到不了对端');
  }

  /** The connection breaks, and the app is told. */
  drop(): void {
    this.#cut = true;
    this.#native?.close();
    this.#end(ABNORMAL_CLOSURE, 'abnormal closure');
  }

  readonly task = {
    send: (options: SendOptions): void => {
      if (this.#state !== 'open') {
        const errMsg = 'sendSocketMessage:fail SocketTask.readyState is not OPEN';
        settle(this.#device, options, 'fail', { errMsg });
        return;
      }
      this.#log('up', options.data);
      if (!this.#cut) this.#native?.send(options.data);
      settle(this.#device, options, 'success', { errMsg: 'sendSocketMessage:ok' });
    },
    close: (options: CloseOptions = {}): void => {
      // As on a phone: before it is open, closing does nothing.
      if (this.#state !== 'open') return;
      const { code = 1000, reason = '' } = options;
      try {
        // A browser lets its pages send few of the codes.
        this.#native?.close(code === 1000 || code >= 3000 ? code : 1000, reason);
      } catch (error) {
        const errMsg = `closeSocket:fail ${messageOf(error)}`;
        settle(this.#device, options, 'fail', { errMsg });
        return;
      }
      settle(this.#device, options, 'success', { errMsg: 'closeSocket:ok' });
      setTimeout(() => this.#end(code, reason));
    },
    onOpen: (listener: (event: SocketEvents['open']) => void) => {
      this.#listeners.open.push(listener);
    },
    onMessage: (listener: (event: SocketEvents['message']) => void) => {
      this.#listeners.message.push(listener);
    },
    onError: (listener: (event: SocketEvents['error']) => void) => {
      this.#listeners.error.push(listener);
    },
    onClose: (listener: (event: SocketEvents['close']) => void) => {
      this.#listeners.close.push(listener);
    },
  };

  #fail(reason: string): void {
    if (this.#state === 'closed') return;
    this.#emit('error', { errMsg: `connectSocket:fail ${reason}` });
    this.#end(ABNORMAL_CLOSURE, 'abnormal closure');
  }

  #end(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#onEnd();
    this.#log('note', `已断开 ${code}${reason && ` ${reason}`}`);
    this.#emit('close', { code, reason });
  }

  #emit<K extends keyof SocketEvents>(type: K, event: SocketEvents[K]): void {
    this.#device.deliver(() => {
      for (const listener of this.#listeners[type]) listener(event);
    });
  }

  #log(direction: 'up' | 'down' | 'note', data: unknown): void {
    const text = typeof data === 'string' ? data : '[二进制]';
    this.#device.frames.emit({ direction, at: Date.now(), text });
  }
}

export function socketApi(device: Device) {
  const live = new Set<PhoneSocket>();
  device.networkChanged.on((online) => {
    if (!online) for (const socket of live) socket.cut();
  });
  // While the scripts are stopped nothing is received; once they run, the sockets turn out dead.
  device.suspended.on(() => {
    for (const socket of live) socket.cut();
  });
  const dropAll = () => {
    for (const socket of [...live]) socket.drop();
  };
  device.resumed.on(dropAll);
  device.socketsDropped.on(dropAll);

  function connectSocket(options: ConnectOptions & Callbacks) {
    const refusal =
      live.size >= MAX_SOCKETS ? `at most ${MAX_SOCKETS} sockets at a time` : undefined;
    const socket = new PhoneSocket(device, options, () => live.delete(socket), refusal);
    live.add(socket);
    settle(device, options, 'success', { errMsg: 'connectSocket:ok' });
    return socket.task;
  }
  return { connectSocket };
}
