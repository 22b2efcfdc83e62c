/**
 * `npm run bench:export`: what exporting a room with 100,000 events takes from the server, next to one
 * with 1,000, and to a reader of the large one that is slow. Each has a `wrangler dev` of its own, from
 * which it exports a small room first: that pays for code that is compiled on first use. Memory is the
 * resident set of the `workerd`s of that server, from `/proc` (Linux): just before the export, and the
 * most that the kernel has seen since. The last export is broken half-way, of which HTTP may
 * say nothing: the header does.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXPORT_LAST_HEADER } from '../../shared/http.ts';
import { fillRoom, makeRooms, openRoomFile } from '../support/room-file.ts';
import { ProjectCopy, Server } from '../support/server.ts';

const ROOMS = { warm: 100, small: 1_000, large: 100_000 } as const;
type Room = keyof typeof ROOMS;
const SLOW_BYTES_PER_SECOND = 2 * 1024 * 1024;
const MB = 1024 * 1024;

interface Export {
  readonly lines: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Whether HTTP brought the body to a proper end ... */
  readonly ended: boolean;
  /** ... and whether the file ends with the event that the header names. */
  readonly complete: boolean;
}

interface ReadOptions {
  readonly bytesPerSecond?: number;
  /** Called once, with the first bytes. */
  readonly onBegin?: () => void;
}

/** Reads an export to its end. */
async function readExport(
  url: string,
  key: string,
  { bytesPerSecond = Number.POSITIVE_INFINITY, onBegin = () => {} }: ReadOptions = {},
): Promise<Export> {
  const start = performance.now();
  const response = await new Promise<IncomingMessage>((done, fail) => {
    get(url, { headers: { Authorization: `Bearer ${key}` } }, done).on('error', fail);
  });
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  let lines = 0;
  let bytes = 0;
  let ended = true;
  let end = Buffer.alloc(0);
  const seconds = () => (performance.now() - start) / 1_000;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (bytes === 0) onBegin();
      end = Buffer.concat([end, chunk]).subarray(-MB / 16);
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 0x0a) lines++;
      const ahead = bytes / bytesPerSecond - seconds();
      if (ahead > 0) await sleep(ahead * 1_000);
    }
  } catch {
    ended = false;
  }
  const seq = /"seq":(\d+)/.exec(String(end).split('\n').at(-2) ?? '')?.[1];
  const complete = seq === response.headers[EXPORT_LAST_HEADER.toLowerCase()];
  return { lines, bytes, seconds: seconds(), ended, complete };
}

/** The `workerd`s among the descendants of a process. */
function workerdsBelow(root: number): number[] {
  const children = new Map<number, number[]>();
  const workerds = new Set<number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, command = '', parent = ''] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
      if (command === 'workerd') workerds.add(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = [root];
  for (const pid of below) below.push(...(children.get(pid) ?? []));
  return below.filter((pid) => workerds.has(pid));
}

/** What the kernel says of the memory of processes, in MB. */
function memoryOf(pids: readonly number[], field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1_024;
}

const copy = new ProjectCopy();
const state = join(copy.folder, 'state');
const flags = ['--persist-to', state, '--var', 'RETENTION_EVENTS:1000000'];
let server = await Server.start(copy.folder, flags);
const url = (room: Room) => server.http(`/api/rooms/${room}/export`);

/** Exports a room from a server that has just been started. */
async function measure(what: string, room: Room, options: ReadOptions = {}) {
  server = await Server.start(copy.folder, flags);
  const key = copy.devVar('ADMIN_KEY') ?? '';
  await readExport(url('warm'), key);
  const pids = existsSync('/proc') ? workerdsBelow(server.pid) : [];
  // Forgets the peak of the start.
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const before = memoryOf(pids, 'VmRSS');
  const { lines, bytes, seconds, ended, complete } = await readExport(url(room), key, options);
  const peak = memoryOf(pids, 'VmHWM');
  server.kill();
  return {
    export: what,
    lines,
    MB: (bytes / MB).toFixed(1),
    seconds: seconds.toFixed(2),
    'body ended': ended,
    complete,
    'RSS before, MB': before.toFixed(0),
    'peak RSS, MB': peak.toFixed(0),
    'more, MB': (peak - before).toFixed(0),
  };
}

try {
  const markers = await makeRooms(server, Object.keys(ROOMS) as Room[]);
  server.kill();
  for (const [room, marker] of markers) fillRoom(state, marker, ROOMS[room]);
  const lose = () => {
    const db = openRoomFile(state, markers.get('large') ?? '');
    db.exec('ALTER TABLE events RENAME TO lost');
    db.close();
  };
  const slowly = { bytesPerSecond: SLOW_BYTES_PER_SECOND };
  console.table([
    await measure('1,000 events', 'small'),
    await measure('100,000 events', 'large'),
    await measure('the same, read at 2 MB/s', 'large', slowly),
    await measure('the same, storage lost half-way', 'large', { ...slowly, onBegin: lose }),
  ]);
} finally {
  server.kill();
  copy.remove();
}
