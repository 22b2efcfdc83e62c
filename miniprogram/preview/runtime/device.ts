/** The simulated phone: network, foreground and theme, and what they do to the app's callbacks. */
import type { Frame, PhoneState, Theme } from '../contract/messages.ts';
import { Signal } from './signal.ts';

/** WeChat stops an app's scripts this long after it went to the background. */
const SUSPENDED_AFTER_MS = 5000;

export class Device {
  readonly name: string;
  readonly networkChanged = new Signal<boolean>();
  readonly hidden = new Signal<void>();
  readonly shown = new Signal<void>();
  readonly suspended = new Signal<void>();
  readonly resumed = new Signal<void>();
  readonly themeChanged = new Signal<Theme>();
  readonly socketsDropped = new Signal<void>();
  readonly stateChanged = new Signal<PhoneState>();
  readonly frames = new Signal<Frame>();
  #online = true;
  #background = false;
  #asleep = false;
  #theme: Theme;
  #suspension: ReturnType<typeof setTimeout> | undefined;
  #waiting: (() => void)[] = [];

  /** @param name keeps the storage of one phone apart from another's */
  constructor(name: string, theme: Theme = 'light') {
    this.name = name;
    this.#theme = theme;
  }

  get online(): boolean {
    return this.#online;
  }

  get theme(): Theme {
    return this.#theme;
  }

  get state(): PhoneState {
    return { online: this.#online, background: this.#background, theme: this.#theme };
  }

  /** Whether the app's scripts are stopped. */
  get asleep(): boolean {
    return this.#asleep;
  }

  /** Calls the app, now or when its scripts run again. */
  deliver(call: () => void): void {
    if (this.#asleep) this.#waiting.push(call);
    else call();
  }

  /** Cut off, its sockets seem to live on, but nothing gets through them any more. */
  setOnline(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.stateChanged.emit(this.state);
    this.networkChanged.emit(online);
  }

  setTheme(theme: Theme): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.stateChanged.emit(this.state);
    this.themeChanged.emit(theme);
  }

  enterBackground(): void {
    if (this.#background) return;
    this.#background = true;
    this.stateChanged.emit(this.state);
    this.hidden.emit();
    this.#suspension = setTimeout(() => {
      this.#asleep = true;
      this.suspended.emit();
    }, SUSPENDED_AFTER_MS);
  }

  enterForeground(): void {
    if (!this.#background) return;
    clearTimeout(this.#suspension);
    this.#background = false;
    const wasAsleep = this.#asleep;
    this.#asleep = false;
    this.stateChanged.emit(this.state);
    this.shown.emit();
    if (wasAsleep) {
      for (const call of this.#waiting.splice(0)) call();
      this.resumed.emit();
    }
  }

  dropSockets(): void {
    this.socketsDropped.emit();
  }
}
