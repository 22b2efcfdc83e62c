/**
 * `npm run bench:join`: what joining costs in a room with 100,000 events in its log, next to a room
 * with 100. Both live in one `wrangler dev`; joins alternate between them. Time is from opening the
 * socket to the last event of the catch-up; the machine's noise is that of the rows against each
 * other. The rows that storage reads are counted by test/worker/room-log.test.ts.
 */
import { join } from 'node:path';
import WebSocket from 'ws';
import { NodeClient } from '../support/node-client.ts';
import { fillRoom, makeRooms } from '../support/room-file.ts';
import { ProjectCopy, Server } from '../support/server.ts';
import { median } from './room/statistics.ts';

const ROOMS = { small: 100, large: 100_000 } as const;
type Room = keyof typeof ROOMS;
const WARM_JOINS = 300;
const PEOPLE = 10;
const COLD_STARTS = 20;

interface Join {
  readonly ms: number;
  readonly bytes: number;
}

/** Joins, catches up to the head, and leaves. */
function measureJoin(url: string): Promise<Join> {
  return new Promise((done, fail) => {
    const start = performance.now();
    let bytes = 0;
    let head = 0;
    const socket = new WebSocket(url);
    socket.on('error', fail);
    socket.on('message', (data) => {
      const text = String(data);
      const frame = JSON.parse(text);
      // Who else is there is not what is measured.
      if (frame.type === 'presence') return;
      bytes += Buffer.byteLength(text);
      if (frame.type === 'welcome') head = frame.head;
      if (frame.type === 'events' && frame.upTo === head) {
        const ms = performance.now() - start;
        socket.on('close', () => done({ ms, bytes }));
        socket.close();
      }
    });
  });
}

const copy = new ProjectCopy();
const state = join(copy.folder, 'state');
const settings = ['RETENTION_EVENTS:1000000', 'RATE_BURST:1000000'];
const flags = ['--persist-to', state, ...settings.flatMap((each) => ['--var', each])];
let server = await Server.start(copy.folder, flags);
/** As different people: nobody may connect so often. */
let joined = 0;
const joinRoom = (room: Room) => {
  joined += 1;
  return measureJoin(server.ws({ room, name: `alice-${joined % PEOPLE}` }));
};
try {
  const markers = await makeRooms(server, Object.keys(ROOMS) as Room[]);
  server.kill();
  for (const [room, marker] of markers) fillRoom(state, marker, ROOMS[room]);

  const cold: Record<Room, Join[]> = { small: [], large: [] };
  const warm: Record<Room, Join[]> = { small: [], large: [] };
  for (let i = 0; i < COLD_STARTS; i++) {
    server = await Server.start(copy.folder, flags);
    await measureJoinOf('warm-up');
    const order: Room[] = i % 2 ? ['large', 'small'] : ['small', 'large'];
    for (const room of order) cold[room].push(await joinRoom(room));
    for (let j = 0; j < WARM_JOINS / COLD_STARTS; j++) {
      for (const room of order) warm[room].push(await joinRoom(room));
    }
    server.kill();
  }
  const row = (what: string, joins: Record<Room, Join[]>) => {
    const ms = (room: Room) => median(joins[room].map((each) => each.ms));
    const bytes = (room: Room) => median(joins[room].map((each) => each.bytes));
    return {
      joining: what,
      'ms, 100 events': ms('small').toFixed(2),
      'ms, 100,000 events': ms('large').toFixed(2),
      'ratio of times': (ms('large') / ms('small')).toFixed(2),
      'bytes, 100': bytes('small'),
      'bytes, 100,000': bytes('large'),
    };
  };
  console.table([row(`woken by it (${COLD_STARTS})`, cold), row(`awake (${WARM_JOINS})`, warm)]);
} finally {
  server.kill();
  copy.remove();
}

/** The first join of all pays for code that is compiled on first use. */
async function measureJoinOf(room: string): Promise<void> {
  const client = await NodeClient.join(server.ws({ room, name: 'alice' }));
  await client.say('hi');
  await client.close();
}
