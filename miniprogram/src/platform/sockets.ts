import type { Socket, SocketEvents, Sockets } from '../chat/ports.ts';

/** What a socket that never opened ended with, in the terms of RFC 6455. */
const ABNORMAL_CLOSURE = 1006;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Sockets on WeChat's SocketTask. It has no `off`, tells a failure in several ways, and closing one
 * that isn't open yet does nothing: all of that ends here.
 */
export const sockets: Sockets = {
  connect(url, token, events) {
    return new TaskSocket(url, token, events);
  },
};

class TaskSocket implements Socket {
  private readonly task: WechatMiniprogram.SocketTask;
  private events: SocketEvents | undefined;
  private isOpen = false;

  constructor(url: string, token: string, events: SocketEvents) {
    this.events = events;
    this.task = wx.connectSocket({
      url,
      header: { Authorization: `Bearer ${token}` },
      timeout: CONNECT_TIMEOUT_MS,
      tcpNoDelay: true,
      fail: () => this.ended(ABNORMAL_CLOSURE),
    });
    this.task.onOpen(() => this.opened());
    this.task.onMessage(({ data }) => {
      if (typeof data === 'string') this.events?.message(data);
    });
    this.task.onError(() => this.ended(ABNORMAL_CLOSURE));
    this.task.onClose(({ code }) => this.ended(code));
  }

  send(data: string): void {
    this.task.send({ data, fail: () => this.ended(ABNORMAL_CLOSURE) });
  }

  close(): void {
    this.events = undefined;
    if (this.isOpen) this.task.close({});
  }

  private opened(): void {
    this.isOpen = true;
    // It was given up while it was connecting: only now can it be closed.
    if (this.events) this.events.open();
    else this.task.close({});
  }

  private ended(code: number): void {
    const { events } = this;
    this.close();
    events?.close(code);
  }
}
