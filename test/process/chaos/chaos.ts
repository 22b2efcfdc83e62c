/**
 * Chaos on the real thing: people talk through a real `npm start` while everything goes wrong that can
 * go wrong on the way and on the server's machine; then it is compared what everybody was told, what
 * everybody saw, and what is stored.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { EXPORT_LAST_HEADER } from '../../../shared/http.ts';
import { HEARTBEAT_REQUEST } from '../../../shared/limits.ts';
import { type ChatEvent, EventSchema } from '../../../shared/protocol.ts';
import { NodeClient } from '../../support/node-client.ts';
import { SeededRandom } from '../../support/random.ts';
import { until } from '../../support/test-client.ts';
import { type ChatRoom, Crowd } from './crowd.ts';
import { House } from './house.ts';
import type { Phone, Resumes } from './phone.ts';
import { type Line, TcpProxy } from './proxy.ts';
import type { RoomRecord } from './record.ts';
import { joinVerdicts, judge, noFaults, type Verdict } from './verdict.ts';
import { FastClock } from './wire.ts';

/** What to do; times in milliseconds. */
export interface ChaosOptions {
  readonly seed: number;
  readonly rooms: number;
  readonly people: number;
  /** `kill -9` of the server's whole process tree, under load. */
  readonly kills: number;
  /** Accidents between two kills. */
  readonly accidents: number;
  /** From one accident to the next, on the average. */
  readonly every: number;
  /** How many times as fast as here the phones' time runs. */
  readonly speed: number;
  /** From one thing that somebody does to the next, on the average. */
  readonly pace: number;
  /** Lets a room fall asleep in between. */
  readonly sleep: boolean;
  /** How many people leave after the first kill and come back after the last: far behind by then. */
  readonly away: number;
  /** Told what is happening. */
  log(line: string): void;
}

/** What came of it; times in milliseconds. */
export interface ChaosReport {
  readonly verdict: Verdict;
  /** Frames of people that were to become events, and how many of those were acknowledged. */
  readonly sent: number;
  readonly acked: number;
  /** Frames that were sent again although they had been acknowledged. */
  readonly repeated: number;
  readonly pushed: number;
  /** Events in all logs. */
  readonly events: number;
  readonly kills: number;
  readonly accidents: Readonly<Record<AccidentName, number>>;
  readonly resumes: Resumes;
  /** Whether the room that was to fall asleep did; `undefined` when none was to. */
  readonly slept: boolean | undefined;
  /** From a kill until the server was there again, and until everybody was; the longest of each. */
  readonly longestDown: number;
  readonly longestReturn: number;
  /** How often wrangler ended without having been killed. */
  readonly revived: number;
  readonly took: number;
  /** All that the server printed. */
  readonly output: string;
}

/** Who is not back after this, is not coming. */
const RETURN_DEADLINE_MS = 120_000;
/** Then phones are no longer in a hurry: on a machine that is too busy for that they wait as they would. */
const HURRY_MS = 30_000;
const POLL_MS = 50;
/** A room sleeps after ten quiet seconds. */
const FALL_ASLEEP_MS = 12_500;
/** After so many kills it goes on while people are still on their way back. */
const IMPATIENCE_PERCENT = 30;
/** How many frames that are none a connection may send, as long as the room is awake to count them. */
const BAD_FRAMES = 5;

const ACCIDENTS = [
  'cut',
  'halfOpen',
  'storm',
  'killApp',
  'freeze',
  'crash',
  'fullDisk',
  'push',
] as const;
export type AccidentName = (typeof ACCIDENTS)[number];

/** Does it all. Rejects only where the chaos itself does not work. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const chaos = await Chaos.prepare(options);
  try {
    return await chaos.run();
  } finally {
    await chaos.end();
  }
}

class Chaos {
  readonly #options: ChaosOptions;
  readonly #random: SeededRandom;
  readonly #clock: FastClock;
  readonly #house: House;
  readonly #proxy: TcpProxy;
  readonly #crowd: Crowd;
  readonly #startedAt: number;
  readonly #wrong: string[] = [];
  readonly #counts: Record<AccidentName, number>;
  /** Accidents still to come before any comes again. */
  #deck: AccidentName[] = [];
  #longestDown = 0;
  #longestReturn = 0;

  private constructor(
    options: ChaosOptions,
    parts: { house: House; proxy: TcpProxy; crowd: Crowd; clock: FastClock; startedAt: number },
  ) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#clock = parts.clock;
    this.#house = parts.house;
    this.#proxy = parts.proxy;
    this.#crowd = parts.crowd;
    this.#startedAt = parts.startedAt;
    this.#counts = {
      cut: 0,
      halfOpen: 0,
      storm: 0,
      killApp: 0,
      freeze: 0,
      crash: 0,
      fullDisk: 0,
      push: 0,
    };
  }

  static async prepare(options: ChaosOptions): Promise<Chaos> {
    const startedAt = Date.now();
    const { rooms, people, seed, pace } = options;
    // The phones' time runs faster than the server's: its rate limit would hold them up.
    const house = new House({
      RATE_BURST: '100000',
      RATE_PER_SECOND: '1000',
      RETENTION_EVENTS: '1000000',
    });
    let proxy: TcpProxy | undefined;
    try {
      proxy = await TcpProxy.start();
      await house.start();
      proxy.aim(house.port);
      const clock = new FastClock(options.speed);
      const address = { origin: `http://localhost:${proxy.port}`, adminKey: house.adminKey };
      const crowd = await Crowd.enter({ address, rooms, people, clock, seed, pace });
      return new Chaos(options, { house, proxy, crowd, clock, startedAt });
    } catch (fault) {
      house.remove();
      await proxy?.close();
      throw fault;
    }
  }

  async run(): Promise<ChaosReport> {
    const { kills, seed } = this.#options;
    this.#log(`seed ${seed}: ${this.#crowd.phones.length} people enter`);
    await this.#everybodyIsBack();
    this.#crowd.talk();
    const away = Array.from({ length: this.#options.away }, () =>
      this.#random.pick(this.#crowd.phones),
    );
    let slept: boolean | undefined;
    for (let round = 1; round <= kills; round++) {
      await this.#haveAccidents();
      if (round === kills && this.#options.sleep) slept = await this.#letSleep(round);
      else await this.#killServer(round);
      if (round > 1) continue;
      for (const phone of away) {
        // Stored, most likely, and its author is gone before the answer.
        phone.say('text');
        phone.leave();
      }
    }
    for (const phone of away) phone.comeBack();
    await this.#haveAccidents();
    await this.#crowd.hush();
    this.#log('all is well again, and everybody is silent');
    await this.#settle();
    const { phones } = this.#crowd;
    await Promise.all(phones.map((phone) => this.#loadAll(phone)));
    const people = phones.map((phone) => phone.record);
    for (const phone of phones) phone.close();
    // What is compared is what is on disk, and nothing that is only remembered.
    this.#house.kill();
    await this.#house.start();
    const rooms: RoomRecord[] = [];
    for (const room of this.#crowd.rooms) rooms.push(await this.#record(room, people));
    const verdict = joinVerdicts([...rooms.map(judge), { ...noFaults(), wrong: this.#wrong }]);
    return this.#report(verdict, rooms, slept);
  }

  async end(): Promise<void> {
    for (const phone of this.#crowd.phones) phone.close();
    await this.#crowd.hush();
    this.#house.remove();
    await this.#proxy.close();
  }

  #log(line: string): void {
    const seconds = ((Date.now() - this.#startedAt) / 1_000).toFixed(1);
    this.#options.log(`${seconds.padStart(6)} s  ${line}`);
  }

  async #haveAccidents(): Promise<void> {
    const { accidents, every } = this.#options;
    for (let i = 0; i < accidents; i++) {
      await sleep(2 * this.#random.next() * every);
      await this.#haveAccident(this.#draw());
    }
    await sleep(2 * this.#random.next() * every);
  }

  /** All kinds come before any comes again. */
  #draw(): AccidentName {
    if (this.#deck.length === 0) this.#deck = [...ACCIDENTS];
    const [drawn] = this.#deck.splice(this.#random.below(this.#deck.length), 1);
    return drawn ?? 'cut';
  }

  async #haveAccident(name: AccidentName): Promise<void> {
    const random = this.#random;
    const some = <Thing>(things: readonly Thing[]) =>
      Array.from({ length: Math.min(things.length, 1 + random.below(5)) }, () =>
        random.pick(things),
      );
    switch (name) {
      case 'cut': {
        const lines = some(await this.#workingLines());
        for (const line of lines) line.cut();
        this.#count(name, lines.length, 'connections are cut');
        return;
      }
      case 'halfOpen': {
        const lines = some(await this.#workingLines());
        for (const line of lines) line.swallow();
        this.#count(name, lines.length, 'connections are half open');
        return;
      }
      case 'storm': {
        const lines = await this.#workingLines();
        for (const line of lines) line.cut();
        this.#count(name, 1, `storm: all ${lines.length} connections are cut`);
        return;
      }
      case 'killApp': {
        const phones = some(this.#crowd.phones.filter(({ isAway }) => !isAway));
        for (const phone of phones) phone.killApp();
        this.#count(name, phones.length, 'apps are killed and opened again');
        return;
      }
      case 'freeze':
        this.#house.freeze();
        // For some answers longer than a phone waits.
        await sleep(500 + random.below(3_000));
        this.#house.thaw();
        this.#count(name, 1, 'freeze of the server is over');
        return;
      case 'crash':
        await this.#house.crash();
        this.#count(name, 1, 'crash of wrangler and its runtime is over');
        return;
      case 'fullDisk': {
        if (!this.#house.fillDisk()) {
          this.#log('the disk can’t be filled here: there is no prlimit');
          return;
        }
        await sleep(500 + random.below(1_500));
        this.#house.clearDisk();
        this.#count(name, 1, 'full disk has room again');
        return;
      }
      case 'push': {
        const room = random.pick(this.#crowd.rooms);
        await this.#crowd.push(room);
        this.#count(name, 1, `notice is pushed to ${room.name}`);
        return;
      }
    }
  }

  /** After a storm there may be none for a while. */
  async #workingLines(): Promise<readonly Line[]> {
    await this.#eventually(() => this.#proxy.working.length > 0);
    return this.#proxy.working;
  }

  #count(name: AccidentName, count: number, what: string): void {
    this.#counts[name] += count;
    this.#log(`${count} ${what}`);
  }

  async #killServer(round: number): Promise<void> {
    const killedAt = Date.now();
    this.#house.kill();
    this.#proxy.aim(undefined);
    this.#log(`kill -9, number ${round}`);
    await this.#house.start();
    this.#proxy.aim(this.#house.port);
    const down = Date.now() - killedAt;
    this.#longestDown = Math.max(this.#longestDown, down);
    if (round > 1 && this.#random.chance(IMPATIENCE_PERCENT)) {
      this.#log(`the server was back after ${down} ms, and nobody is waited for`);
      return;
    }
    await this.#everybodyIsBack();
    const back = Date.now() - killedAt;
    this.#longestReturn = Math.max(this.#longestReturn, back);
    this.#log(`the server was back after ${down} ms, everybody after ${back} ms`);
  }

  async #everybodyIsBack(): Promise<void> {
    const here = this.#crowd.phones.filter(({ isAway }) => !isAway);
    const missing = () => here.filter((phone) => !phone.isOnline);
    if (await this.#eventually(() => missing().length === 0)) return;
    const states = missing().map(({ person, client }) => `${person.id} ${client.state.name}`);
    this.#wrong.push(`not connected after ${RETURN_DEADLINE_MS} ms: ${states.join(', ')}`);
  }

  /** Waits until it is so; `false` when it never is. */
  async #eventually(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
    const startedAt = Date.now();
    while (!(await isSo())) {
      const waited = Date.now() - startedAt;
      if (waited > RETURN_DEADLINE_MS) return false;
      if (waited > HURRY_MS) this.#clock.speed = 1;
      await sleep(POLL_MS);
    }
    this.#clock.speed = this.#options.speed;
    return true;
  }

  /**
   * One room is silent for longer than a room stays awake, then goes on. What it remembers only while it
   * is awake tells whether it slept: how many frames of a connection were none. Its people enter one by
   * one after a kill: a room on which two connections began at once never sleeps in this version of the
   * runtime, as long as they last (workerd issue 6862).
   */
  async #letSleep(round: number): Promise<boolean> {
    const room = this.#random.pick(this.#crowd.rooms);
    room.isQuiet = true;
    const people = room.phones.filter(({ isAway }) => !isAway);
    for (const phone of people) phone.leave();
    await this.#killServer(round);
    for (const phone of people) {
      phone.comeBack();
      await this.#eventually(() => phone.isSettled);
    }
    const origin = `ws://localhost:${this.#house.port}`;
    const query = new URLSearchParams({ room: room.name, name: 'sentry' });
    const sentry = await NodeClient.join(`${origin}/ws?${query}`);
    const sendNonsense = async () => {
      sentry.send('not a frame');
      await sentry.next('reject');
    };
    for (let i = 0; i < BAD_FRAMES; i++) await sendNonsense();
    await sleep(FALL_ASLEEP_MS);
    await sendNonsense();
    // Whatever ends the connection comes before the answer.
    sentry.send(HEARTBEAT_REQUEST);
    const { inbox } = sentry;
    await until(() => sentry.closed ?? inbox.other[0], 'an answer to the heartbeat');
    const slept = sentry.closed === undefined;
    await sentry.close();
    room.isQuiet = false;
    const connections = `${room.name} with ${people.length} people`;
    this.#log(`${connections} was silent, and ${slept ? 'slept' : 'did not sleep'}`);
    return slept;
  }

  /** Everybody gets what they missed and gets rid of what they wrote. */
  async #settle(): Promise<void> {
    const isSettled = async () => {
      for (const phone of this.#crowd.phones) phone.resendFailed();
      if (!this.#crowd.phones.every((phone) => phone.isSettled)) return false;
      for (const room of this.#crowd.rooms) {
        const head = await this.#crowd.head(room);
        if (!room.phones.every(({ client }) => client.timeline.upTo === head)) return false;
      }
      return true;
    };
    if (!(await this.#eventually(isSettled))) {
      const stuck = this.#crowd.phones
        .filter((phone) => !phone.isSettled)
        .map(({ person, client }) => ({
          person: person.id,
          state: client.state,
          upTo: client.timeline.upTo,
          outgoing: client.outgoing,
        }));
      this.#wrong.push(`not settled after ${RETURN_DEADLINE_MS} ms: ${JSON.stringify(stuck)}`);
    }
    for (const room of this.#crowd.rooms) {
      // [R10] However many connections they left behind.
      const people = room.phones.length;
      if (!(await this.#eventually(async () => (await this.#crowd.online(room)) === people))) {
        this.#wrong.push(`${room.name} does not count ${people} people`);
      }
    }
  }

  async #loadAll(phone: Phone): Promise<void> {
    const isThere = async () => (await phone.client.loadOlder()) === 'end';
    if (!(await this.#eventually(isThere))) {
      this.#wrong.push(`${phone.person.id} can't load all of history`);
    }
  }

  async #record(
    { name, phones, pushed, pushAcks }: ChatRoom,
    people: readonly RoomRecord['people'][number][],
  ): Promise<RoomRecord> {
    const { log, last } = await this.#export(name);
    const here = new Set(phones.map(({ person }) => person.id));
    return {
      room: name,
      log,
      last,
      said: [...pushed, ...phones.flatMap(({ said }) => said)],
      pushAcks,
      people: people.filter(({ person }) => here.has(person.id)),
    };
  }

  async #export(room: string): Promise<Pick<RoomRecord, 'log' | 'last'>> {
    const url = `http://localhost:${this.#house.port}/api/rooms/${room}/export`;
    const headers = { Authorization: `Bearer ${this.#house.adminKey}` };
    const response = await fetch(url, { headers });
    if (!response.ok) throw new Error(`no export: ${await response.text()}`);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    const log: ChatEvent[] = lines.map((line) => v.parse(EventSchema, JSON.parse(line)));
    return { log, last: Number(response.headers.get(EXPORT_LAST_HEADER)) };
  }

  #report(verdict: Verdict, rooms: readonly RoomRecord[], slept: boolean | undefined): ChaosReport {
    const { phones } = this.#crowd;
    const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
    const resumes = (how: keyof Resumes) => sum(phones.map((phone) => phone.resumes[how]));
    const { output } = this.#house;
    return {
      verdict,
      sent: sum(phones.map(({ sentFrames }) => sentFrames)),
      acked: sum(phones.map(({ acked }) => acked)),
      repeated: sum(phones.map(({ repeated }) => repeated)),
      pushed: sum(rooms.map(({ pushAcks }) => new Set(pushAcks.map(({ id }) => id)).size)),
      events: sum(rooms.map(({ log }) => log.length)),
      kills: this.#options.kills,
      accidents: this.#counts,
      resumes: {
        fresh: resumes('fresh'),
        recovered: resumes('recovered'),
        reset: resumes('reset'),
      },
      slept,
      longestDown: this.#longestDown,
      longestReturn: this.#longestReturn,
      revived: this.#house.revivals - this.#counts.crash,
      took: Date.now() - this.#startedAt,
      output,
    };
  }
}
