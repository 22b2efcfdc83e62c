/** What is said of the connection, and when: trouble after a moment, that it is over for a moment. */
import type { ConnectionState } from '../chat/connection.ts';
import type { Cancel, Clock } from '../chat/ports.ts';
import { type Banner, bannerOf, RECOVERED } from './words.ts';

/** Trouble that is over in this time, in milliseconds, is not worth a word. */
export const NOTICE_DELAY_MS = 400;
/** For so long, in milliseconds, it is said that all is well again. */
export const RECOVERED_MS = 1_600;

export class ConnectionNotice {
  private readonly clock: Clock;
  private readonly show: (banner: Banner | undefined) => void;
  private shown: Banner | undefined;
  private timer: Cancel = () => {};
  private wasOnline = false;

  /** `show` is called with what is to be seen from now on. */
  constructor(clock: Clock, show: (banner: Banner | undefined) => void) {
    this.clock = clock;
    this.show = show;
  }

  /** The connection stands so; `caughtUp`: nothing that was missed is still on its way. */
  update(state: ConnectionState, caughtUp: boolean): void {
    const banner = bannerOf(state);
    if (banner) {
      const isTrouble = this.shown !== undefined && this.shown !== RECOVERED;
      this.say(banner, isTrouble ? 0 : NOTICE_DELAY_MS);
    } else if (!this.shown) {
      this.timer();
    } else if (caughtUp && this.shown !== RECOVERED) {
      // There is nothing to come back to before the first time.
      if (this.wasOnline) this.say(RECOVERED, 0);
      this.say(undefined, this.wasOnline ? RECOVERED_MS : 0);
    }
    this.wasOnline ||= caughtUp;
  }

  /** Nobody looks any more. */
  stop(): void {
    this.timer();
  }

  private say(banner: Banner | undefined, delay: number): void {
    this.timer();
    const now = () => {
      this.shown = banner;
      this.show(banner);
    };
    if (delay === 0) now();
    else this.timer = this.clock.after(delay, now);
  }
}
