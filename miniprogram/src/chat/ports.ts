/**
 * What the client needs of the world around it. Everything that is platform comes in through here,
 * so that the client runs the same on a phone, in a browser and in a test that owns the time.
 */
import type { Refusal } from '../../../shared/errors.ts';
import type { MediaContent, User } from '../../../shared/protocol.ts';

/** Takes back what was started: a timer, a subscription. Harmless when it is over already. */
export type Cancel = () => void;

export interface SocketEvents {
  open(): void;
  message(text: string): void;
  /** Comes once, however the socket ended: refused, failed or closed. */
  close(code: number): void;
}

/** One socket. After `close` no more of its events may come. */
export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface Sockets {
  /** Starts to connect, with the session token where the platform can put one. */
  connect(url: string, token: string, events: SocketEvents): Socket;
}

/** Time: milliseconds since 1970, which may jump, and timers, which must not. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): Cancel;
}

/** Text under keys, kept when the app ends. */
export interface Store {
  get(key: string): string | undefined;
  /** Throws when there is no room for it. */
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** Whether people see the app. Away for long, the system stops it in the middle of whatever it does. */
export interface Lifecycle {
  watch(onChange: (foreground: boolean) => void): Cancel;
}

export interface NetworkState {
  readonly connected: boolean;
  /** `wifi`, `4g`, ...: a socket does not survive a change of it. */
  readonly type: string;
}

export interface Network {
  watch(onChange: (state: NetworkState) => void): Cancel;
}

/** Who somebody is to the server, until `expiresAt` (milliseconds since 1970). */
export interface Session {
  readonly token: string;
  readonly user: Omit<User, 'role'>;
  readonly expiresAt: number;
}

/** A session, or why there is none; without a `refusal` there was no answer at all. */
export type SessionAnswer =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly refusal?: Refusal };

export interface Sessions {
  /** The session in use, or a new one; never again one whose token is `rejected`. */
  obtain(rejected?: string): Promise<SessionAnswer>;
}

/** What became of an upload. */
export type UploadAnswer =
  | { readonly ok: true; readonly content: MediaContent }
  /** Refused; without a `refusal` there was no answer: it may succeed another time. */
  | { readonly ok: false; readonly refusal?: Refusal }
  /** The file is not on this phone any more. */
  | { readonly ok: false; readonly gone: true };

/** An upload under way. After `cancel` its answer may never come. */
export interface Upload {
  readonly answer: Promise<UploadAnswer>;
  readonly cancel: Cancel;
}

export interface UploadOptions {
  /** Where it is going to be sent; without one it is for no room in particular. */
  readonly room?: string;
  /** How much of it has left the phone: from 0 to 1. */
  onProgress?(done: number): void;
}

/** Pictures and sounds on this phone, by path, on their way to the server. */
export interface Uploads {
  upload(file: string, options?: UploadOptions): Upload;
  /** Gives back the place that a file takes on this phone. */
  drop(file: string): void;
}

export interface Ports {
  readonly sockets: Sockets;
  readonly clock: Clock;
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly network: Network;
  readonly sessions: Sessions;
  readonly uploads: Uploads;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}
