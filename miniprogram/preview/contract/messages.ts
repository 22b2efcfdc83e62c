/** What the shell and a phone tell each other, by postMessage between pages of one origin. */

export type ShellMessage =
  | { readonly type: 'network'; readonly online: boolean }
  | { readonly type: 'background'; readonly seconds: number }
  | { readonly type: 'drop-sockets' }
  | { readonly type: 'theme'; readonly theme: Theme }
  | { readonly type: 'restart' };

export type PhoneMessage =
  | { readonly type: 'state'; readonly state: PhoneState }
  | { readonly type: 'frame'; readonly frame: Frame };

export type Theme = 'light' | 'dark';

export interface PhoneState {
  readonly online: boolean;
  readonly background: boolean;
  readonly theme: Theme;
}

/** One frame of a socket, or a remark on its life. */
export interface Frame {
  readonly direction: 'up' | 'down' | 'note';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}
