/** Plays a scenario, with the clients that phones run, and says what it broke. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { Timeline } from '../../miniprogram/src/chat/timeline.ts';
import { flush } from '../support/fake-ports.ts';
import { Phone } from '../support/phone.ts';
import { SeededRandom } from '../support/random.ts';
import { Link, LinkedSockets } from './network.ts';
import type { Scenario, Step, Target } from './scenario.ts';
import { Venue } from './venue.ts';

const ROOM = 'lobby';
/** So many rounds of half a second: who is not done then is stuck. */
const MAX_SETTLE_ROUNDS = 600;
const MAX_DELIVERY_ROUNDS = 500;
/** What may become of what somebody says, besides being said. */
const REFUSALS = ['forbidden', 'not_found', 'muted', 'banned', 'slow_mode', 'server_error'];
/** While everything arrives, time passes in pieces of so many milliseconds. */
const PIECE_MS = 5_000;

/** For whom nothing but the room's side matters. */
const DEAF = { open: () => {}, message: () => {}, close: () => {} };

type LinkedPhone = Phone<LinkedSockets>;

/** One run. */
class Run {
  readonly #scenario: Scenario;
  readonly #venue: Venue;
  readonly #phones: LinkedPhone[];
  #links: Link[] = [];
  /** What was refused once: it may come late, or not at all. */
  readonly #refused = new Set<string>();
  readonly #discarded = new Set<string>();
  #texts = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#venue = new Venue(scenario);
    for (let i = 0; i < scenario.past; i++) this.#venue.notice();
    this.#phones = scenario.people.flatMap(({ id, group, phones }) =>
      Array.from({ length: phones }, (_, i) => {
        const user = { id, name: id, ...(group !== undefined && { group }) };
        const session = { token: 'token', user, expiresAt: Number.MAX_SAFE_INTEGER };
        const sockets = new LinkedSockets(id, this.#venue, this.#links);
        const random = new SeededRandom(scenario.seed * 31 + id.charCodeAt(0) * 7 + i);
        return new Phone(`${id}-${i}`, session, ROOM, { sockets, random });
      }),
    );
  }

  /** Throws the first fault that there was. */
  async play(): Promise<void> {
    try {
      await this.#play();
    } catch (fault) {
      throw this.#venue.firstFault ?? fault;
    }
  }

  async #play(): Promise<void> {
    await flush();
    // Everybody is there once: messages to strangers are refused.
    await this.#deliver();
    for (const step of this.#scenario.steps) {
      await this.#take(step);
      await flush();
      this.#look();
    }
    await this.#settle();
    this.#checkPhones();
    await this.#checkLeaving();
  }

  async #take(step: Step): Promise<void> {
    const venue = this.#venue;
    switch (step.do) {
      case 'say':
        return this.#say(step);
      case 'act': {
        const phone = step.type === 'resolve' ? this.#host(step) : this.#phone(step);
        void phone.client.act(step.type, this.#targetOf(phone, step.about, step.type));
        return;
      }
      case 'moderate': {
        const until = step.forMs === undefined ? undefined : venue.now + step.forMs;
        void this.#host(step).client.moderate(step.action, step.user, until);
        return;
      }
      case 'older':
        void this.#phone(step).client.loadOlder();
        return;
      case 'typing':
        return this.#phone(step).client.tellTyping();
      case 'resend':
      case 'discard':
        return this.#handleFailed(this.#phone(step), step.do);
      case 'hide':
        return this.#phone(step).hide();
      case 'show':
        return this.#phone(step).show();
      case 'kill':
        return this.#phone(step).kill();
      case 'reopen': {
        const { client } = this.#phone(step);
        client.close();
        client.open();
        return;
      }
      case 'network':
        return this.#phone(step).changeNetwork(step.type);
      case 'up':
        return this.#link(step)?.up(step.count);
      case 'down':
        return this.#link(step)?.down(step.count);
      case 'up twice':
        return this.#link(step)?.upTwice();
      case 'down twice':
        return this.#link(step)?.downTwice();
      case 'lose':
        return this.#link(step)?.lose();
      case 'look in':
        return this.#lookIn(step);
      case 'cut':
        return this.#link(step)?.cut(step.told);
      case 'deliver':
        return await this.#deliver();
      case 'sync':
        return await venue.sync();
      case 'sleep':
        return await venue.sleep();
      case 'crash':
        return venue.crash(step.stored);
      case 'fail':
        return venue.failNext(true);
      case 'trim':
        return venue.trim(step.percent);
      case 'pass':
        return await this.#pass(step.ms, step.live);
      case 'jump':
        return step.phone === undefined
          ? venue.jump(step.ms)
          : this.#phone({ phone: step.phone }).jump(step.ms);
      case 'notices':
        for (let i = 0; i < step.count; i++) venue.notice(step.to);
        return;
      case 'slow mode':
        return venue.slowMode(step.seconds);
      default:
        step satisfies never;
    }
  }

  #say({ kind, to, about, reply, ...who }: Extract<Step, { do: 'say' }>): void {
    const phone = kind === 'answer' || kind === 'notice' ? this.#host(who) : this.#phone(who);
    const text = `#${phone.name}-${++this.#texts}#`;
    const target = this.#targetOf(phone, about, kind);
    phone.say({
      content: kind === 'answer' ? { type: kind, question: target, text } : { type: kind, text },
      ...(to && { to }),
      ...(reply && { replyTo: target }),
    });
  }

  #lookIn({ user, ours, back }: Extract<Step, { do: 'look in' }>): void {
    const since = `${ours ? this.#venue.epoch : 'another'}.${Math.max(0, this.#venue.head - back)}`;
    const link = new Link(user, `/ws?since=${since}`, this.#venue, DEAF);
    link.up(1);
    link.cut('both');
  }

  #handleFailed({ client, written }: LinkedPhone, what: 'resend' | 'discard'): void {
    const failed = client.outgoing.find(({ state }) => state === 'failed');
    if (!failed) return;
    if (what === 'discard') {
      this.#discarded.add(failed.id);
      client.discard(failed.id);
      return;
    }
    client.resend(failed.id);
    // It stands behind what was written since.
    written.push(...written.splice(written.indexOf(failed.id), 1));
  }

  /** Mostly something that this can be about. */
  #targetOf({ client, user }: LinkedPhone, { back, ofAll }: Target, purpose: string): number {
    const { entries } = client.timeline;
    const fitting = entries.filter(({ event, content }) => {
      if (purpose === 'recall') return client.self.role !== 'member' || event.from.id === user.id;
      return !['vote', 'resolve', 'answer'].includes(purpose) || content.type === 'question';
    });
    if (ofAll || fitting.length === 0) return Math.max(1, this.#venue.head - back);
    return fitting[fitting.length - 1 - (back % fitting.length)]?.event.seq ?? 1;
  }

  /** Mostly the phone of somebody who may do what only hosts may. */
  #host({ phone }: { readonly phone: number }): LinkedPhone {
    const hosts = this.#phones.filter(({ client }) => client.self.role !== 'member');
    const few = phone === 0 || hosts.length === 0;
    return few ? this.#phone({ phone }) : (hosts[phone % hosts.length] as LinkedPhone);
  }

  #phone({ phone }: { readonly phone: number }): LinkedPhone {
    return this.#phones[phone % this.#phones.length] as LinkedPhone;
  }

  #link({ link }: { readonly link: number }): Link | undefined {
    return this.#links[link % this.#links.length];
  }

  async #pass(ms: number, live: boolean): Promise<void> {
    for (let left = ms; left > 0; left -= PIECE_MS) {
      const piece = live ? Math.min(left, PIECE_MS) : left;
      this.#venue.pass(piece);
      for (const phone of this.#phones) await phone.pass(piece);
      if (!live) return;
      await this.#deliver();
    }
  }

  async #deliver(): Promise<void> {
    for (let round = 0; round < MAX_DELIVERY_ROUNDS; round++) {
      for (const link of [...this.#links]) link.up(Number.POSITIVE_INFINITY);
      await this.#venue.sync();
      for (const link of [...this.#links]) link.down(Number.POSITIVE_INFINITY);
      await flush();
      if (this.#venue.isQuiet && this.#links.every(({ isIdle }) => isIdle)) return;
    }
    throw new Error('they never stop talking');
  }

  /** After every step. */
  #look(): void {
    this.#venue.check();
    for (const { client, sockets } of this.#phones) {
      ok(sockets.mostAtOnce <= 1, 'a phone has one connection at a time');
      for (const { id, state } of client.outgoing) if (state === 'failed') this.#refused.add(id);
    }
    for (let i = this.#links.length - 1; i >= 0; i--) {
      if (this.#links[i]?.isOver) this.#links.splice(i, 1);
    }
  }

  /** The best of worlds, until everybody has said and heard everything. */
  async #settle(): Promise<void> {
    this.#venue.failNext(false);
    for (const link of [...this.#links]) {
      if (link.isDead) link.revive();
    }
    await this.#deliver();
    for (const phone of this.#phones) phone.settle();
    // Who has lost events on the way learns of it with the next.
    this.#venue.notice();
    for (let round = 0; round < MAX_SETTLE_ROUNDS; round++) {
      for (const link of [...this.#links]) if (!link.isInUse) link.cut('room');
      this.#venue.relieve();
      // Who was removed comes in again.
      for (const { client } of this.#phones) if (client.state.name === 'closed') client.open();
      await this.#deliver();
      this.#look();
      if (this.#isSettled()) {
        this.#venue.checkAtRest();
        return;
      }
      await this.#pass(500, false);
    }
    const stuck = this.#phones.map(({ name, client: { state, outgoing, timeline } }) => ({
      name,
      state,
      upTo: timeline.upTo,
      outgoing,
    }));
    throw new Error(`not settled: ${JSON.stringify(stuck)}`);
  }

  #isSettled(): boolean {
    return this.#phones.every(
      ({ client }) =>
        client.isCaughtUp &&
        client.timeline.upTo === this.#venue.head &&
        client.outgoing.every(({ state }) => state === 'failed'),
    );
  }

  #checkPhones(): void {
    const { ledger } = this.#venue;
    for (const { name, user, client, written } of this.#phones) {
      const { timeline } = client;
      const visible = ledger.visibleTo(user.id);
      const whole = new Timeline(user.id);
      whole.append(0, timeline.upTo, visible);
      // [R4][R5][R6] What is shown is what happened, as far as this user may see it.
      deepStrictEqual(
        timeline.entries,
        whole.entries.filter(({ event }) => event.seq >= timeline.before),
        name,
      );
      const older = visible.some(({ seq }) => seq < timeline.before && seq >= this.#venue.oldest);
      ok(!older || timeline.hasOlder, `${name} knows that there is more`);
      for (const { refusal } of client.outgoing) {
        ok(REFUSALS.includes(refusal?.code ?? ''), `${name}: ${JSON.stringify(refusal)}`);
      }
      this.#checkWritten(name, written, new Set(client.outgoing.map(({ id }) => id)));
    }
  }

  /** [R1][R3] All that was written has arrived, in its order, or its author knows that it has not. */
  #checkWritten(name: string, written: readonly string[], failed: ReadonlySet<string>): void {
    const places = written.flatMap((id) => {
      const [first] = this.#venue.ledger.seqsOf(id);
      if (first === undefined) {
        ok(failed.has(id) || this.#discarded.has(id), `${name} has lost ${id}`);
      }
      return first === undefined || this.#refused.has(id) ? [] : [first];
    });
    deepStrictEqual(
      places,
      [...places].sort((a, b) => a - b),
      `${name}: in the order written`,
    );
  }

  /** [R10] Everybody knows who is there, also when some leave. */
  async #checkLeaving(): Promise<void> {
    const [first, ...others] = this.#phones;
    await this.#pass(6_000, true);
    this.#checkPresence();
    for (const { client } of others.filter((_, i) => i % 2 === 0)) client.close();
    await this.#deliver();
    await this.#pass(6_000, true);
    this.#checkPresence();
    first?.client.close();
    for (const { client } of others) client.close();
    await this.#deliver();
    deepStrictEqual(this.#venue.online, []);
    this.#venue.check();
  }

  #checkPresence(): void {
    const there = this.#phones.filter(({ client }) => client.state.name === 'online');
    const expected = [...new Set(there.map(({ user }) => user.id))].sort();
    deepStrictEqual(this.#venue.online, expected);
    for (const { name, client } of there) {
      strictEqual(client.online, expected.length, `${name}: how many are there`);
      deepStrictEqual(
        client.members?.map(({ id }) => id).sort(),
        expected,
        `${name}: who is there`,
      );
    }
  }
}

/** Plays a scenario; throws when a rule is broken. */
export async function play(scenario: Scenario): Promise<void> {
  await new Run(scenario).play();
}
