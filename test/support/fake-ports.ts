/** The world around the client, in a test's hands: time, sockets, storage, phone and network. */
import type {
  Cancel,
  Clock,
  Lifecycle,
  Network,
  NetworkState,
  Session,
  SessionAnswer,
  Sessions,
  Socket,
  SocketEvents,
  Sockets,
  Store,
  Upload,
  UploadAnswer,
  UploadOptions,
  Uploads,
} from '../../miniprogram/src/chat/ports.ts';
import { decodeClientFrame, encodeFrame } from '../../shared/codec.ts';
import type { ClientFrame, ServerFrame } from '../../shared/protocol.ts';

/** Lets everything happen that waits for promises alone. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

/** Time that passes when it is told to, and a wall clock that can be put forward and back. */
export class FakeClock implements Clock {
  #wall = 1_800_000_000_000;
  #passed = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#wall;
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#passed + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers are running. */
  get running(): number {
    return this.#timers.length;
  }

  /** In how many milliseconds the next timer is due. */
  get next(): number | undefined {
    const due = this.#due(Number.POSITIVE_INFINITY);
    return due && due.at - this.#passed;
  }

  /** Lets time pass, in milliseconds, and with it what was to be done by then. */
  async advance(ms: number): Promise<void> {
    await flush();
    const end = this.#passed + ms;
    for (let due = this.#due(end); due; due = this.#due(end)) {
      this.#pass(due.at);
      this.#timers.splice(this.#timers.indexOf(due), 1);
      due.run();
      await flush();
    }
    this.#pass(end);
  }

  /** Somebody sets the clock: no time passes. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  /** The phone stops the app: time passes, and no timer runs. They are late when it goes on. */
  suspend(ms: number): void {
    this.#pass(this.#passed + ms);
  }

  #pass(to: number): void {
    this.#wall += Math.max(0, to - this.#passed);
    this.#passed = Math.max(this.#passed, to);
  }

  #due(end: number) {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** One socket; the test plays the server. */
export class FakeSocket implements Socket {
  readonly url: string;
  readonly token: string;
  /** All that the client has sent. */
  readonly sent: string[] = [];
  /** The next `send` throws, as on a socket that the system has taken away. */
  broken = false;
  isOver = false;
  readonly #events: SocketEvents;

  constructor(url: string, token: string, events: SocketEvents) {
    this.url = url;
    this.token = token;
    this.#events = events;
  }

  send(text: string): void {
    if (this.isOver) throw new Error('the socket is closed');
    if (this.broken) throw new Error('the socket is broken');
    this.sent.push(text);
  }

  close(): void {
    this.isOver = true;
  }

  /** What the client has sent, but for heartbeats. */
  get frames(): ClientFrame[] {
    return this.sent.flatMap((text) => {
      const decoded = decodeClientFrame(text);
      return decoded.ok ? [decoded.frame] : [];
    });
  }

  /** The frames of a type. */
  framesOf<Type extends ClientFrame['type']>(type: Type) {
    return this.frames.filter(
      (frame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type,
    );
  }

  get heartbeats(): number {
    return this.sent.filter((text) => text === 'ping').length;
  }

  /** The handshake is over. */
  open(): void {
    if (!this.isOver) this.#events.open();
  }

  /** The server says something. What comes after the end is a ghost's: the port keeps it away. */
  say(...frames: (ServerFrame | string)[]): void {
    for (const frame of frames) {
      if (!this.isOver)
        this.#events.message(typeof frame === 'string' ? frame : encodeFrame(frame));
    }
  }

  /** The socket ends, by the server or by itself. */
  end(code = 1006): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#events.close(code);
  }
}

/** All sockets that were ever asked for, and how many there were at once. */
export class FakeSockets implements Sockets {
  readonly all: FakeSocket[] = [];
  mostAtOnce = 0;
  /** Acts as the server from the first moment on. */
  onConnect: ((socket: FakeSocket) => void) | undefined;
  /** The platform refuses to make one. */
  broken = false;

  connect(url: string, token: string, events: SocketEvents): FakeSocket {
    if (this.broken) throw new Error('too many sockets');
    const socket = new FakeSocket(url, token, events);
    this.all.push(socket);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    this.onConnect?.(socket);
    return socket;
  }

  get open(): FakeSocket[] {
    return this.all.filter(({ isOver }) => !isOver);
  }

  /** The newest. */
  get last(): FakeSocket {
    const socket = this.all.at(-1);
    if (!socket) throw new Error('nobody has connected');
    return socket;
  }
}

/** Storage with a limit. */
export class MemoryStore implements Store {
  readonly values = new Map<string, string>();
  /** Most characters that there is room for. */
  quota = Number.POSITIVE_INFINITY;

  get(key: string): string | undefined {
    return this.values.get(key);
  }

  set(key: string, value: string): void {
    const before = this.values.get(key)?.length ?? 0;
    if (this.used - before + value.length > this.quota) throw new Error('the storage is full');
    this.values.set(key, value);
  }

  remove(key: string): void {
    this.values.delete(key);
  }

  get used(): number {
    return [...this.values.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

class Watchers<Value> {
  readonly #watchers = new Set<(value: Value) => void>();

  get count(): number {
    return this.#watchers.size;
  }

  watch(onChange: (value: Value) => void): Cancel {
    const watcher = (value: Value) => onChange(value);
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Tells all who watched when it began, also those who have stopped since. */
  protected tell(value: Value): void {
    for (const watcher of [...this.#watchers]) watcher(value);
  }
}

export class FakeLifecycle extends Watchers<boolean> implements Lifecycle {
  show(): void {
    this.tell(true);
  }

  hide(): void {
    this.tell(false);
  }
}

export class FakeNetwork extends Watchers<NetworkState> implements Network {
  /** The phone is on another network, or on none. */
  change(type: string): void {
    this.tell({ connected: type !== 'none', type });
  }
}

/** Sessions `token`, `token+1`, ...: a new one after each that is rejected. */
export class FakeSessions implements Sessions {
  readonly asked: (string | undefined)[] = [];
  readonly user: Session['user'];
  readonly #prefix: string;
  /** Answered instead of a session. */
  refuse: SessionAnswer | undefined;
  /** Answers wait until the test lets them go. */
  held: (() => void)[] | undefined;
  #renewed = 0;

  constructor(user: Session['user'] = { id: 'u1', name: '小明' }, token = 'token') {
    this.user = user;
    this.#prefix = token;
  }

  get #token(): string {
    return this.#renewed === 0 ? this.#prefix : `${this.#prefix}+${this.#renewed}`;
  }

  async obtain(rejected?: string): Promise<SessionAnswer> {
    this.asked.push(rejected);
    if (rejected === this.#token) this.#renewed++;
    const { held } = this;
    if (held) await new Promise<void>((go) => held.push(go));
    if (this.refuse) return this.refuse;
    return {
      ok: true,
      session: { token: this.#token, user: this.user, expiresAt: 4_000_000_000_000 },
    };
  }
}

/** An upload under way, whose end is the test's to say. */
export class FakeUpload implements Upload {
  readonly file: string;
  readonly room: string | undefined;
  readonly answer: Promise<UploadAnswer>;
  isOver = false;
  readonly #onProgress: ((done: number) => void) | undefined;
  #settle: (answer: UploadAnswer) => void = () => {};

  constructor(file: string, { room, onProgress }: UploadOptions) {
    this.file = file;
    this.room = room;
    this.#onProgress = onProgress;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  readonly cancel = (): void => {
    this.isOver = true;
  };

  progress(done: number): void {
    this.#onProgress?.(done);
  }

  end(answer: UploadAnswer): void {
    this.isOver = true;
    this.#settle(answer);
  }
}

/** All uploads that were ever begun, and the files that were dropped. */
export class FakeUploads implements Uploads {
  readonly all: FakeUpload[] = [];
  readonly dropped: string[] = [];
  mostAtOnce = 0;

  upload(file: string, options: UploadOptions = {}): FakeUpload {
    const upload = new FakeUpload(file, options);
    this.all.push(upload);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.open.length);
    return upload;
  }

  drop(file: string): void {
    this.dropped.push(file);
  }

  get open(): FakeUpload[] {
    return this.all.filter(({ isOver }) => !isOver);
  }

  /** The one under way. */
  get current(): FakeUpload {
    const [upload] = this.open;
    if (!upload) throw new Error('nothing is being uploaded');
    return upload;
  }
}
