/**
 * One room's connection, through background, lifts and the underground: connects, asks for signs of
 * life, notices when there are none, comes back. It knows frames, but not what they mean.
 */
import { decodeServerFrame, encodeFrame } from '../../../shared/codec.ts';
import { ERROR_CODES, ERRORS, type ErrorCode, type Refusal } from '../../../shared/errors.ts';
import {
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_REQUEST,
  HEARTBEAT_RESPONSE,
  HEARTBEAT_TIMEOUT_MS,
} from '../../../shared/limits.ts';
import type { ClientFrame, ServerFrame, WelcomeFrame } from '../../../shared/protocol.ts';
import { Backoff } from './backoff.ts';
import type { Cancel, NetworkState, Ports, SessionAnswer, Socket } from './ports.ts';
import { toRefusal } from './refusal.ts';

/** A session, an open socket, and then a welcome, may each take this long, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Back after a moment: how long an old socket may take to prove that it lives, in milliseconds. */
export const PROBE_TIMEOUT_MS = 3_000;
/** WeChat stops an app's scripts after this time in the background, in milliseconds. */
export const SUSPENDED_AFTER_MS = 5_000;
/** Only a connection that held this long lets the pauses start from the beginning, in milliseconds. */
export const STABLE_MS = 60_000;
/** However often the network flaps: no two attempts start within this time, in milliseconds. */
export const COOLDOWN_MS = 1_000;

/** What the server says of the connection as a whole, just before it ends it. */
const ENDINGS: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'forbidden', 'banned']);

export type ConnectionState =
  /** Not connected, and it will try again: by itself, on coming to the front, or with the network. */
  | { readonly name: 'offline'; readonly because: 'background' | 'network' | 'trouble' }
  | { readonly name: 'connecting' }
  | { readonly name: 'online' }
  /** Over: without a refusal because it was closed here, otherwise because the server said so for good. */
  | { readonly name: 'closed'; readonly refusal?: Refusal };

export interface ConnectionHandlers {
  /** The address to connect to, made anew for each attempt because the cursor in it moves. */
  url(): string;
  state(state: ConnectionState): void;
  /** A frame, once it is known to be one. The first of each connection is its welcome. */
  frame(frame: ServerFrame): void;
}

/** One attempt, from asking for a session to the end of its socket. */
interface Link {
  token?: string;
  socket?: Socket;
  /** The last refusal that was not about one frame: when the socket closes, this says why. */
  refusal?: Refusal;
}

type ConnectionPorts = Omit<Ports, 'store' | 'uploads'>;

export class Connection {
  private readonly ports: ConnectionPorts;
  private readonly handlers: ConnectionHandlers;
  private readonly backoff: Backoff;
  private current: ConnectionState = { name: 'closed' };
  /** The one attempt there may be; events of any other are those of a ghost. */
  private link: Link | undefined;
  private foreground = true;
  private leftAt = 0;
  private network: NetworkState = { connected: true, type: 'unknown' };
  private rejectedToken: string | undefined;
  private renewedToken: string | undefined;
  private watching: readonly Cancel[] = [];
  /** What the present state waits for: the next attempt, an answer, or the next heartbeat. */
  private timer: Cancel = () => {};
  private stable: Cancel = () => {};
  /** Until this is over no attempt may start ... */
  private cooling: Cancel | undefined;
  /** ... and then one starts at once. */
  private eager = false;

  constructor(ports: ConnectionPorts, handlers: ConnectionHandlers) {
    this.ports = ports;
    this.handlers = handlers;
    this.backoff = new Backoff(ports.random);
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Connects, and stays connected as well as can be. Twice is once. */
  open(): void {
    if (this.current.name !== 'closed') return;
    const { lifecycle, network } = this.ports;
    this.rejectedToken = undefined;
    this.renewedToken = undefined;
    this.foreground = true;
    this.network = { connected: true, type: 'unknown' };
    this.become({ name: 'offline', because: 'trouble' });
    this.watching = [
      lifecycle.watch((foreground) => this.onLifecycle(foreground)),
      network.watch((state) => this.onNetwork(state)),
    ];
    this.connect();
  }

  /** Ends it. */
  close(): void {
    if (this.current.name !== 'closed') this.end();
  }

  /** Sends a frame; `false` when there is nothing to send it on. */
  send(frame: ClientFrame): boolean {
    return this.current.name === 'online' && this.write(encodeFrame(frame));
  }

  /** The connection can't be trusted any more: another one, after a pause. */
  restart(): void {
    if (this.link) this.lose(this.link);
  }

  /** The one place where the state changes; what the old one waited for is over. */
  private become(state: ConnectionState): void {
    this.timer();
    this.stable();
    this.eager = false;
    if (state.name === 'offline' || state.name === 'closed') this.drop();
    this.current = state;
    this.handlers.state(state);
  }

  private drop(): void {
    const { link } = this;
    this.link = undefined;
    link?.socket?.close();
  }

  private end(refusal?: Refusal): void {
    for (const stop of this.watching) stop();
    this.watching = [];
    this.cooling?.();
    this.cooling = undefined;
    this.become(refusal ? { name: 'closed', refusal } : { name: 'closed' });
  }

  private connect(): void {
    if (this.cooling) {
      this.become({ name: 'offline', because: 'trouble' });
      this.eager = true;
      return;
    }
    this.cool(COOLDOWN_MS);
    this.drop();
    const link: Link = {};
    this.link = link;
    this.become({ name: 'connecting' });
    this.deadline(link);
    void this.authenticate(link);
  }

  private cool(ms: number): void {
    this.cooling?.();
    this.cooling = this.ports.clock.after(ms, () => {
      this.cooling = undefined;
      if (this.eager) this.connect();
    });
  }

  private async authenticate(link: Link): Promise<void> {
    const rejected = this.rejectedToken;
    const answer = await this.ports.sessions
      .obtain(rejected)
      .catch((): SessionAnswer => ({ ok: false }));
    if (this.link !== link) return;
    if (!answer.ok) {
      this.lose(link, answer.refusal);
      return;
    }
    const { token } = answer.session;
    if (rejected !== undefined) this.renewedToken = token;
    this.rejectedToken = undefined;
    link.token = token;
    this.deadline(link);
    this.attach(link, token);
  }

  private attach(link: Link, token: string): void {
    const isCurrent = () => this.link === link;
    try {
      const socket = this.ports.sockets.connect(this.handlers.url(), token, {
        open: () => isCurrent() && this.deadline(link),
        message: (text) => isCurrent() && this.receive(link, text),
        close: (code) => isCurrent() && this.lose(link, refusalOf(code, link.refusal)),
      });
      if (isCurrent()) link.socket = socket;
      else socket.close();
    } catch {
      if (isCurrent()) this.lose(link);
    }
  }

  private deadline(link: Link, ms = CONNECT_TIMEOUT_MS): void {
    this.timer();
    this.timer = this.ports.clock.after(ms, () => this.lose(link));
  }

  private receive(link: Link, text: string): void {
    if (this.current.name === 'online') this.beat(link);
    // `trim` takes away a byte-order mark, too.
    if (text.trim() === HEARTBEAT_RESPONSE) return;
    const decoded = decodeServerFrame(text);
    if (!decoded) return;
    // What it held is lost: the next connection brings it again.
    if (!decoded.ok) {
      this.lose(link);
      return;
    }
    const { frame } = decoded;
    const online = this.current.name === 'online';
    if (frame.type === 'reject' && (frame.id === undefined || !online)) {
      link.refusal = toRefusal(frame);
      // Not let in, or thrown out: the close comes for certain, but not every platform hears of it at
      // once, or of its code.
      if (!online || ENDINGS.has(frame.code)) {
        this.lose(link, link.refusal);
        return;
      }
    }
    if (frame.type === 'welcome' && !online) this.welcome(link, frame);
    else if (frame.type !== 'welcome' && online) this.handlers.frame(frame);
    // One welcome, and before all else: a server that gets this wrong can't be followed.
    else this.lose(link);
  }

  private welcome(link: Link, frame: WelcomeFrame): void {
    this.renewedToken = undefined;
    this.become({ name: 'online' });
    this.stable = this.ports.clock.after(STABLE_MS, () => this.backoff.reset());
    this.beat(link);
    this.handlers.frame(frame);
  }

  /** There was a sign of life: ask for the next one in a while. */
  private beat(link: Link): void {
    this.timer();
    this.timer = this.ports.clock.after(HEARTBEAT_INTERVAL_MS, () =>
      this.probe(link, HEARTBEAT_TIMEOUT_MS),
    );
  }

  private probe(link: Link, timeout: number): void {
    this.deadline(link, timeout);
    this.write(HEARTBEAT_REQUEST);
  }

  private write(text: string): boolean {
    const { link } = this;
    if (!link?.socket) return false;
    try {
      link.socket.send(text);
      return true;
    } catch {
      this.lose(link);
      return false;
    }
  }

  /** A link is gone: try again if that can help. */
  private lose(link: Link, refusal?: Refusal): void {
    if (this.link !== link) return;
    if (refusal && !ERRORS[refusal.code].retryable) {
      if (refusal.code !== 'unauthorized' || !this.canRenew(link)) {
        this.end(refusal);
        return;
      }
      this.rejectedToken = link.token;
    }
    // Neither coming to the front nor another network makes the server ready any earlier.
    if (refusal?.retryAfter) this.cool(Math.max(COOLDOWN_MS, refusal.retryAfter));
    if (!this.foreground) {
      this.become({ name: 'offline', because: 'background' });
      return;
    }
    const because = this.network.connected ? 'trouble' : 'network';
    this.wait(this.backoff.next(refusal?.retryAfter), because);
  }

  /** A token that got old can be replaced; one that is brand-new and refused can't. */
  private canRenew({ token }: Link): boolean {
    return token !== undefined && token !== this.renewedToken;
  }

  private wait(ms: number, because: 'network' | 'trouble'): void {
    this.become({ name: 'offline', because });
    this.timer = this.ports.clock.after(ms, () => this.connect());
  }

  private onLifecycle(foreground: boolean): void {
    if (this.current.name === 'closed' || foreground === this.foreground) return;
    this.foreground = foreground;
    if (!foreground) {
      this.leftAt = this.ports.clock.now();
      // Nothing is started that the system would stop half-way.
      if (this.current.name === 'offline') this.become({ name: 'offline', because: 'background' });
      return;
    }
    // A clock that was put back must not make a long absence look like a short one.
    const away = this.ports.clock.now() - this.leftAt;
    const suspended = away < 0 || away >= SUSPENDED_AFTER_MS;
    if (this.current.name === 'offline' || suspended) this.connect();
    else if (this.current.name === 'online' && this.link) this.probe(this.link, PROBE_TIMEOUT_MS);
  }

  private onNetwork(state: NetworkState): void {
    if (this.current.name === 'closed') return;
    const before = this.network;
    this.network = state;
    if (!this.foreground) return;
    if (!state.connected) {
      // Tries all the same, now and then: the phone may be wrong about its network.
      if (before.connected) this.wait(this.backoff.next(), 'network');
    } else if (before.connected && before.type === 'unknown') {
      // The first that is heard of the network: a change, or only its name.
      if (this.current.name === 'online' && this.link) this.probe(this.link, PROBE_TIMEOUT_MS);
    } else if (!before.connected || before.type !== state.type) {
      this.connect();
    }
  }
}

/** Why a socket was closed: what a `reject` said just before, else what the close code stands for. */
function refusalOf(code: number, said: Refusal | undefined): Refusal | undefined {
  if (said && ERRORS[said.code].closeCode === code) return said;
  const known = ERROR_CODES.find((name) => ERRORS[name].closeCode === code);
  return known && { code: known, message: `closed with ${code}` };
}
