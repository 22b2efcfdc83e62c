/** Pages of history that arrive when a test says so: what is seen before and after can be compared. */
import type { BrowserContext } from 'playwright-core';

export class HeldHistory {
  #held: (() => void) | undefined;
  #isReleased = false;

  /** Holds those of all phones that are opened from now on. */
  static async of(context: BrowserContext): Promise<HeldHistory> {
    const history = new HeldHistory();
    await context.routeWebSocket(/\/ws\?/, (phone) => {
      const server = phone.connectToServer();
      server.onMessage((data) => {
        if (String(data).startsWith('{"type":"page"')) history.#hold(() => phone.send(data));
        else phone.send(data);
      });
    });
    return history;
  }

  /** Lets one page arrive, now or as soon as it comes. */
  release(): void {
    const deliver = this.#held;
    this.#held = undefined;
    if (deliver) deliver();
    else this.#isReleased = true;
  }

  #hold(deliver: () => void): void {
    if (!this.#isReleased) this.#held = deliver;
    else deliver();
    this.#isReleased = false;
  }
}
