/** What people who mean no good, or whose phones are slow, do to a server. */
import { setTimeout as wait } from 'node:timers/promises';
import { RawSocket } from '../room/raw-socket.ts';

/** A flood that runs until its process is killed. */
export interface Flood {
  /** What it has done so far. */
  readonly done: () => number;
}

/** One kind of flood. */
export interface FloodCase {
  readonly name: string;
  /** What `done` counts. */
  readonly unit: string;
  /** Begins it on the server at `port`; resolves when it is at its height. */
  readonly begin: (port: number) => Promise<Flood>;
}

const TICK_MS = 20;
const LONG_LINE = '慢'.repeat(2_000);
const CONNECTING_AT_ONCE = 100;

const pathOf = (room: string, name: string) => `/ws?room=${room}&name=${name}`;

const textFrame = (id: string, text: string) =>
  JSON.stringify({ type: 'send', id, content: { type: 'text', text } });

/** Calls `act` so many times a second, or as often as there is time for. */
function pace(perSecond: number, act: () => void): void {
  const start = performance.now();
  let acted = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - start) / 1_000) * perSecond);
    // What could not be done in time is not made up for: that would be another flood.
    const now = Math.min(due - acted, Math.ceil((perSecond * TICK_MS * 5) / 1_000));
    acted = due;
    for (let i = 0; i < now; i++) act();
  }, TICK_MS);
}

/** Connects `count` sockets, some at a time, and hands each on. */
async function connectMany(
  port: number,
  count: number,
  pathFor: (index: number) => string,
): Promise<RawSocket[]> {
  const sockets: RawSocket[] = [];
  for (let from = 0; from < count; from += CONNECTING_AT_ONCE) {
    const length = Math.min(CONNECTING_AT_ONCE, count - from);
    const opening = Array.from({ length }, (_, i) => RawSocket.open(port, pathFor(from + i)));
    sockets.push(...(await Promise.all(opening)));
  }
  return sockets;
}

/** A connection that comes back at once, whenever it is closed. */
class Stubborn {
  #socket: RawSocket | undefined;
  readonly #port: number;
  readonly #path: string;

  constructor(port: number, path: string) {
    this.#port = port;
    this.#path = path;
    void this.#connect();
  }

  /** Sends, if it is connected; says whether it was. */
  send(text: string): boolean {
    this.#socket?.send(text);
    return this.#socket !== undefined;
  }

  async #connect(): Promise<void> {
    try {
      const socket = await RawSocket.open(this.#port, this.#path);
      socket.onEnd = () => {
        this.#socket = undefined;
        void this.#connect();
      };
      this.#socket = socket;
    } catch {
      await wait(TICK_MS);
      await this.#connect();
    }
  }
}

const quiet: FloodCase = {
  name: 'nothing, for comparison',
  unit: '',
  begin: async () => ({ done: () => 0 }),
};

const SILENT = 10_000;
const SILENT_ROOMS = 10;

const silent: FloodCase = {
  name: `${SILENT.toLocaleString('en')} sockets in ${SILENT_ROOMS} rooms that say nothing`,
  unit: '',
  async begin(port) {
    await connectMany(port, SILENT, (i) => pathOf(`silent-${i % SILENT_ROOMS}`, `s${i}`));
    return { done: () => 0 };
  },
};

const SLOW = 100;
const TALKERS = 10;
/** As much as the rate of a user allows. */
const TALK_PER_SECOND = 2 * TALKERS;

const slow: FloodCase = {
  name: `${SLOW} clients that do not read, in a room of ${TALKERS} that say 2,000 characters each time`,
  unit: 'message',
  async begin(port) {
    const readers = await connectMany(port, SLOW, (i) => pathOf('slow', `slow${i}`));
    for (const reader of readers) reader.pause();
    const talkers = await connectMany(port, TALKERS, (i) => pathOf('slow', `talker${i}`));
    let said = 0;
    pace(TALK_PER_SECOND, () => {
      said += 1;
      talkers[said % TALKERS]?.send(textFrame(`m${said}`, LONG_LINE));
    });
    return { done: () => said };
  },
};

const SOCKETS = 100;

const manySockets: FloodCase = {
  name: `one user who wants ${SOCKETS} sockets in a room, and opens each again that is closed`,
  unit: 'connection',
  async begin(port) {
    let opened = 0;
    const open = async (): Promise<void> => {
      opened += 1;
      try {
        const socket = await RawSocket.open(port, pathOf('greedy', 'greedy'));
        socket.onEnd = () => void wait(TICK_MS).then(open);
      } catch {
        await wait(TICK_MS);
        await open();
      }
    };
    await Promise.all(Array.from({ length: SOCKETS }, open));
    return { done: () => opened };
  },
};

const FRAMES_PER_SECOND = 5_000;

const frames: FloodCase = {
  name: `one user who sends ${FRAMES_PER_SECOND.toLocaleString('en')} messages a second, and comes back when closed`,
  unit: 'frame',
  async begin(port) {
    const socket = new Stubborn(port, pathOf('frames', 'flooder'));
    let sent = 0;
    pace(FRAMES_PER_SECOND, () => {
      if (socket.send(textFrame(`f${sent}`, 'flood'))) sent += 1;
    });
    return { done: () => sent };
  },
};

const GARBAGE_CONNECTIONS = 10;
const GARBAGE_PER_SECOND = 2_000;
const GARBAGE = [
  '{"type":"send","id":"x","content":',
  '\u0000\u0001\u0002 no json',
  '['.repeat(8_000),
  JSON.stringify({ type: 'send', id: 'x'.repeat(1_000), content: { type: 'text', text: 5 } }),
  'x'.repeat(20_000),
];

const garbage: FloodCase = {
  name: `${GARBAGE_PER_SECOND.toLocaleString('en')} frames of garbage a second, on ${GARBAGE_CONNECTIONS} connections that come back when closed`,
  unit: 'frame',
  async begin(port) {
    const sockets = Array.from(
      { length: GARBAGE_CONNECTIONS },
      (_, i) => new Stubborn(port, pathOf('garbage', `g${i}`)),
    );
    let tried = 0;
    let sent = 0;
    pace(GARBAGE_PER_SECOND, () => {
      tried += 1;
      const text = GARBAGE[tried % GARBAGE.length] ?? '';
      if (sockets[tried % GARBAGE_CONNECTIONS]?.send(text)) sent += 1;
    });
    return { done: () => sent };
  },
};

const LISTENERS = 50;
const COMINGS_PER_SECOND = 200;
const COMERS = 400;

const comings: FloodCase = {
  name: `${COMINGS_PER_SECOND} joins and leaves a second of ${COMERS} users, in a room of ${LISTENERS}`,
  unit: 'join',
  async begin(port) {
    await connectMany(port, LISTENERS, (i) => pathOf('doorway', `listener${i}`));
    let joined = 0;
    pace(COMINGS_PER_SECOND, () => {
      joined += 1;
      void RawSocket.open(port, pathOf('doorway', `c${joined % COMERS}`)).then(
        (socket) => {
          socket.onText = () => socket.drop();
        },
        () => {},
      );
    });
    return { done: () => joined };
  },
};

export const FLOODS: readonly FloodCase[] = [
  quiet,
  silent,
  slow,
  manySockets,
  frames,
  garbage,
  comings,
];
