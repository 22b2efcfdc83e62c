/** What is measured: each case on a running server, in a room of its own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type RunningServer, SHOWS_FIRST } from './contender.ts';
import { enter, leave, type Member, until } from './crowd.ts';
import { median } from './statistics.ts';
import { talk } from './talk.ts';

/** What a case found out; what a contender has no answer to is left out. */
export type Measurement = Readonly<Record<string, number>>;

/** Something to measure. */
export interface Case {
  readonly name: string;
  /** Whether this contender can do it at all. */
  readonly isFor: (contender: string) => boolean;
  readonly run: (server: RunningServer) => Promise<Measurement>;
  /** How many are in the room, where they talk: what that costs is worked out, too. */
  readonly talking?: number;
}

/** That what is said is not waited for is only looked at where there is nothing else to wait for. */
const EVERYBODY = (contender: string) => contender !== SHOWS_FIRST;
const ALL_ORDERS = () => true;
/** Those that keep what is said. */
const KEEPERS = (contender: string) => contender === 'edge-chat' || contender === 'partyserver';

const TALK_MS = 4_000;
const PAUSE_MS = 20;
const CROWD = 1_000;
const MISSED = 100;
const HISTORY = 100_000;
const TALKERS = 10;
const LATE_JOINS = 10;
/** So many come with a welcome; a server may send more. */
const NEWEST_EVENTS = 50;
/** Presence is gathered for a second in a room of a thousand; after this long nothing comes any more. */
const AFTERMATH_MS = 4_000;
/** A room hibernates after 10 s; heartbeats of a while later must not wake it. */
const FALL_ASLEEP_MS = 15_000;
const BEATS = 3;
const BEAT_MS = 5_000;

const newRoom = () => `r${randomUUID().slice(0, 8)}`;

/** One says something now and then: what that takes when nothing else goes on. */
const lone: Case = {
  name: 'a lone message in an idle room of 2',
  talking: 2,
  isFor: ALL_ORDERS,
  run: (server) => talk(server, { members: 2, inFlight: 1, pauseMs: PAUSE_MS, ms: TALK_MS }),
};

const conversation = (members: number, inFlight: number): Case => ({
  name: `${members.toLocaleString('en')} members, ${inFlight} in flight`,
  talking: members,
  isFor: EVERYBODY,
  run: (server) => talk(server, { members, inFlight, ms: TALK_MS }),
});

const joining: Case = {
  name: `${CROWD} members joining at once`,
  isFor: EVERYBODY,
  async run(server) {
    const before = { at: performance.now(), cpu: server.cpuMs() };
    const members = await enter(server, newRoom(), CROWD, { atOnce: CROWD });
    const ms = performance.now() - before.at;
    await wait(AFTERMATH_MS);
    const cpuMs = server.cpuMs() - before.cpu;
    const frames = members.map((member) => member.frames);
    await leave(members);
    return {
      'ms until all are in': ms,
      'server CPU, ms': cpuMs,
      // The welcome is one, too.
      'frames per member, most': 1 + Math.max(...frames),
    };
  },
};

/** Rooms that have been talked in for long, one for each server: they take a while to make. */
const longRooms = new WeakMap<RunningServer, Promise<string>>();

async function longRoom(server: RunningServer): Promise<string> {
  const room = newRoom();
  const talkers = await enter(server, room, TALKERS, {});
  await Promise.all(
    talkers.map(async (talker) => {
      for (let number = 1; number <= HISTORY / TALKERS; number++) await said(talker, number);
    }),
  );
  await leave(talkers);
  return room;
}

const joiningLate: Case = {
  name: `joining after ${HISTORY.toLocaleString('en')} events`,
  isFor: KEEPERS,
  async run(server) {
    const made = longRooms.get(server) ?? longRoom(server);
    longRooms.set(server, made);
    const room = await made;
    const cpuBefore = server.cpuMs();
    const times: number[] = [];
    let bytes = 0;
    for (let join = 0; join < LATE_JOINS; join++) {
      const start = performance.now();
      const [late] = await enter(server, room, 1, { prefix: `late${join}-` });
      if (!late) throw new Error('nobody came in');
      await until(() => late.caughtUp >= NEWEST_EVENTS);
      times.push(performance.now() - start);
      bytes = late.bytes;
      late.drop();
    }
    return {
      'ms until the newest are there': median(times),
      'server CPU, ms': (server.cpuMs() - cpuBefore) / LATE_JOINS,
      'KB received': bytes / 1_024,
    };
  },
};

const resuming: Case = {
  name: `${CROWD} members resuming at once, each ${MISSED} events behind`,
  isFor: KEEPERS,
  async run(server) {
    const room = newRoom();
    const first = await enter(server, room, CROWD, {});
    const cursors = first.map((member) => member.cursor);
    await leave(first);
    const [speaker] = await enter(server, room, 1, { prefix: 'speaker' });
    if (!speaker) throw new Error('nobody there to speak');
    for (let number = 1; number <= MISSED; number++) await said(speaker, number);
    const before = { at: performance.now(), cpu: server.cpuMs() };
    const again = await enter(server, room, CROWD, { atOnce: CROWD, cursors });
    await until(() => again.every(({ caughtUp }) => caughtUp >= MISSED));
    const ms = performance.now() - before.at;
    const cpuMs = server.cpuMs() - before.cpu;
    await leave([...again, speaker]);
    return { 'ms until all have caught up': ms, 'server CPU, ms': cpuMs };
  },
};

const sleeping: Case = {
  name: `${CROWD} idle members with heartbeats`,
  isFor: (contender) => contender === 'edge-chat',
  async run(server) {
    const members = await enter(server, newRoom(), CROWD, {});
    await wait(FALL_ASLEEP_MS);
    const before = { cpu: server.cpuMs(), wakeUps: server.wakeUps() };
    for (let beat = 0; beat < BEATS; beat++) {
      for (const member of members) member.beat();
      await wait(BEAT_MS);
    }
    const cpuMs = server.cpuMs() - before.cpu;
    const wakeUps = server.wakeUps() - before.wakeUps;
    await leave(members);
    return {
      'wake-ups': wakeUps,
      'server CPU per heartbeat, µs': (cpuMs * 1_000) / (BEATS * CROWD),
    };
  },
};

/** Resolves when what was said is back. */
function said(member: Member, number: number): Promise<void> {
  return new Promise((done) => {
    member.onOwn = (own) => {
      if (own === number) done();
    };
    member.say(number, `message ${number}`);
  });
}

export const CASES: readonly Case[] = [
  lone,
  conversation(2, 1),
  conversation(100, 1),
  conversation(100, 10),
  conversation(100, 50),
  conversation(1_000, 20),
  joining,
  resuming,
  joiningLate,
  sleeping,
];
