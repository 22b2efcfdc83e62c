/** People who talk in rooms of their own while a flood is going on next door. */
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningServer } from '../room/contender.ts';
import { enter, type Member } from '../room/crowd.ts';
import { quantile } from '../room/statistics.ts';
import { LINE } from '../room/talk.ts';

/** Many, so that a few seconds give enough to tell the slowest hundredth by. */
const CONVERSATIONS = 20;
/** Two people, each well within the rate of a user. */
const EVERY_MS = 600;

/** How long it took from saying something until it was heard, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Conversations of two that go on until they are ended. */
export class Neighbours {
  #latencies: number[] = [];
  readonly #timers: NodeJS.Timeout[] = [];

  static async moveIn(server: RunningServer): Promise<Neighbours> {
    const neighbours = new Neighbours();
    for (let i = 0; i < CONVERSATIONS; i++) {
      const pair = await enter(server, `neighbours-${i}`, 2, { prefix: 'n' });
      for (const member of pair) neighbours.#converse(member);
    }
    return neighbours;
  }

  /** Listens to them for so long. What has no answer by then counts as long as it has waited. */
  async measure(ms: number): Promise<Latency> {
    this.#latencies = [];
    await wait(ms);
    const latencies = [...this.#latencies, ...this.#waiting()];
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  }

  end(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  readonly #sent: Map<number, number>[] = [];

  #waiting(): number[] {
    const now = performance.now();
    return this.#sent.flatMap((sent) => Array.from(sent.values(), (at) => now - at));
  }

  #converse(member: Member): void {
    const sent = new Map<number, number>();
    this.#sent.push(sent);
    let number = 0;
    member.onOwn = (own) => {
      const at = sent.get(own);
      if (at !== undefined) this.#latencies.push(performance.now() - at);
      sent.delete(own);
    };
    const say = () => {
      number += 1;
      sent.set(number, performance.now());
      member.say(number, LINE);
    };
    // Not all at the same moment.
    setTimeout(() => this.#timers.push(setInterval(say, EVERY_MS)), Math.random() * EVERY_MS);
  }
}
