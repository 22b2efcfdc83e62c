import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Socket } from '../../../miniprogram/src/chat/ports.ts';
import { sockets } from '../../../miniprogram/src/platform/sockets.ts';

type ConnectOptions = WechatMiniprogram.ConnectSocketOption;
type Listener<Result> = (result: Result) => void;

/** A SocketTask whose other end is the test. */
class FakeTask {
  readonly sent: string[] = [];
  /** How often the app has closed it while it was open; before, WeChat takes no notice. */
  closed = 0;
  isOpen = false;
  failSends = false;
  private readonly opens: Listener<object>[] = [];
  private readonly messages: Listener<{ data: string | ArrayBuffer }>[] = [];
  private readonly errors: Listener<{ errMsg: string }>[] = [];
  private readonly closes: Listener<{ code: number; reason: string }>[] = [];

  onOpen(listener: Listener<object>): void {
    this.opens.push(listener);
  }
  onMessage(listener: Listener<{ data: string | ArrayBuffer }>): void {
    this.messages.push(listener);
  }
  onError(listener: Listener<{ errMsg: string }>): void {
    this.errors.push(listener);
  }
  onClose(listener: Listener<{ code: number; reason: string }>): void {
    this.closes.push(listener);
  }
  send({ data, fail }: { data: string; fail?: Listener<{ errMsg: string }> }): void {
    if (this.failSends) fail?.({ errMsg: 'sendSocketMessage:fail' });
    else this.sent.push(data);
  }
  close(): void {
    if (this.isOpen) this.closed++;
  }

  open(): void {
    this.isOpen = true;
    for (const listener of this.opens) listener({});
  }
  message(data: string | ArrayBuffer): void {
    for (const listener of this.messages) listener({ data });
  }
  error(): void {
    for (const listener of this.errors) listener({ errMsg: 'fail' });
  }
  end(code: number): void {
    this.isOpen = false;
    for (const listener of this.closes) listener({ code, reason: '' });
  }
}

let task: FakeTask;
let options: ConnectOptions;
const heard: string[] = [];

function connect(): Socket {
  return sockets.connect('wss://chat.example/ws?room=a', 'the-token', {
    open: () => heard.push('open'),
    message: (text) => heard.push(`message ${text}`),
    close: (code) => heard.push(`close ${code}`),
  });
}
const fail = () => options.fail?.({ errMsg: 'connectSocket:fail' });

beforeEach(() => {
  heard.length = 0;
  task = new FakeTask();
  vi.stubGlobal('wx', {
    connectSocket: (given: ConnectOptions) => {
      options = given;
      return task;
    },
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('a socket', () => {
  it('connects with the token where only the server reads it', () => {
    connect();
    expect(options.url).toBe('wss://chat.example/ws?room=a');
    expect(options.header).toEqual({ Authorization: 'Bearer the-token' });
    expect(options.timeout).toBe(10_000);
  });

  it('opens, sends, hears and closes', () => {
    const socket = connect();
    task.open();
    socket.send('ping');
    task.message('pong');
    task.end(1011);
    expect(task.sent).toEqual(['ping']);
    expect(heard).toEqual(['open', 'message pong', 'close 1011']);
  });

  it('takes no notice of what is not text', () => {
    connect();
    task.open();
    task.message(new ArrayBuffer(2));
    expect(heard).toEqual(['open']);
  });

  it('ends once, however often a failure is told', () => {
    connect();
    fail();
    task.error();
    task.end(1006);
    expect(heard).toEqual(['close 1006']);
  });

  it('ends once when it fails after it was open, and is not left open', () => {
    connect();
    task.open();
    task.error();
    task.end(1001);
    expect(heard).toEqual(['open', 'close 1006']);
    expect(task.closed).toBe(1);
  });

  it('ends when something can’t be sent: nobody would hear of it otherwise', () => {
    const socket = connect();
    task.open();
    task.failSends = true;
    socket.send('ping');
    expect(heard).toEqual(['open', 'close 1006']);
    expect(task.closed).toBe(1);
  });

  it('ends when WeChat refuses it before it gives a task', () => {
    vi.stubGlobal('wx', {
      connectSocket: (given: ConnectOptions) => {
        given.fail?.({ errMsg: 'connectSocket:fail exceed max task count' });
        return task;
      },
    });
    connect();
    expect(heard).toEqual(['close 1006']);
  });
});

describe('a socket that the app has closed', () => {
  it('is closed, and says nothing more', () => {
    const socket = connect();
    task.open();
    socket.close();
    expect(task.closed).toBe(1);
    task.message('late');
    task.error();
    task.end(1000);
    expect(heard).toEqual(['open']);
  });

  it('is closed when it opens, if it was still connecting', () => {
    const socket = connect();
    socket.close();
    expect(task.closed).toBe(0);
    task.open();
    expect(task.closed).toBe(1);
    task.message('late');
    task.end(1000);
    expect(heard).toEqual([]);
  });

  it('is closed when it opens although it had failed', () => {
    connect();
    fail();
    task.open();
    expect(task.closed).toBe(1);
    expect(heard).toEqual(['close 1006']);
  });

  it('can be closed again without harm', () => {
    const socket = connect();
    task.open();
    task.end(1011);
    socket.close();
    socket.close();
    expect(heard).toEqual(['open', 'close 1011']);
  });
});
