/**
 * A server whose frames arrive when a test says so: what is seen before and after can be compared.
 * (A browser can be told to be slow, but that does not slow down what comes through a socket.)
 */
import type { Desk } from './desk.ts';

export class SlowServer {
  #isHolding = false;
  #held: (() => void)[] = [];

  /** Stands before all phones that are opened from now on. */
  constructor(desk: Desk) {
    desk.routeSockets((phone) => {
      const server = phone.connectToServer();
      server.onMessage((data) => {
        if (this.#isHolding) this.#held.push(() => phone.send(data));
        else phone.send(data);
      });
    });
  }

  /** From now on nothing arrives. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Lets all arrive that was held, in its order, and what comes after it. */
  release(): void {
    this.#isHolding = false;
    for (const deliver of this.#held.splice(0)) deliver();
  }
}
