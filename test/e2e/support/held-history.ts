/** Pages of history that arrive when a test says so: what is seen before and after can be compared. */
import type { Desk } from './desk.ts';

export class HeldHistory {
  #held: (() => void) | undefined;
  #isReleased = false;

  /** Holds those of all phones that are opened from now on. */
  constructor(desk: Desk) {
    desk.routeSockets((phone) => {
      const server = phone.connectToServer();
      server.onMessage((data) => {
        if (String(data).startsWith('{"type":"page"')) this.#hold(() => phone.send(data));
        else phone.send(data);
      });
    });
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
