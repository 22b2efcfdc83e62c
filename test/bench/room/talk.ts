/** People talk: as many messages under way as a case says, for as long as it says. */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Measurement } from './cases.ts';
import type { RunningServer } from './contender.ts';
import { enter, leave, type Member } from './crowd.ts';
import { quantile } from './statistics.ts';

/** A line of chat in Chinese, as everybody sends it. */
export const LINE = '这是一条普通长度的聊天消息，给基准测试用。';
const WARM_UP_MS = 1_000;
const SETTLE_MS = 500;

export interface Talk {
  readonly members: number;
  /** So many members have a message under way at any time, and say the next when it is back. */
  readonly inFlight: number;
  /** They wait this long before they say the next, in milliseconds: the room is idle when it comes. */
  readonly pauseMs?: number;
  /** How long is measured, in milliseconds. */
  readonly ms: number;
}

const heardBy = (members: readonly Member[]): number =>
  members.reduce((sum, member) => sum + member.messages, 0);

export async function talk(
  server: RunningServer,
  { members: size, inFlight, pauseMs, ms }: Talk,
): Promise<Measurement> {
  const memoryBefore = server.memoryBytes();
  const members = await enter(server, `r${randomUUID().slice(0, 8)}`, size, {});
  const bytesPerConnection = (server.memoryBytes() - memoryBefore) / size;
  await wait(SETTLE_MS);
  const latencies: number[] = [];
  let measuring = false;
  let talking = true;
  let back = 0;
  for (const member of members.slice(0, inFlight)) {
    let number = 0;
    let sentAt = 0;
    const next = () => {
      number += 1;
      sentAt = performance.now();
      member.say(number, LINE);
    };
    member.onOwn = (own) => {
      if (own !== number) return;
      back += 1;
      if (measuring) latencies.push(performance.now() - sentAt);
      if (!talking) return;
      if (pauseMs === undefined) next();
      else setTimeout(next, pauseMs);
    };
    next();
  }
  await wait(WARM_UP_MS);
  const rowsBefore = server.rows();
  const start = {
    at: performance.now(),
    cpu: server.cpuMs(),
    messages: heardBy(members),
    back,
  };
  measuring = true;
  await wait(ms);
  measuring = false;
  const seconds = (performance.now() - start.at) / 1_000;
  const cpu = server.cpuMs() - start.cpu;
  const messages = heardBy(members) - start.messages;
  const said = back - start.back;
  const rows = rowsBefore !== undefined ? (server.rows() ?? 0) - rowsBefore : undefined;
  talking = false;
  await wait(SETTLE_MS);
  await leave(members);
  return {
    'deliveries/s': messages / seconds,
    'server CPU per delivery, µs': (cpu * 1_000) / messages,
    'p50 from saying to hearing it, ms': quantile(latencies, 0.5),
    'p99, ms': quantile(latencies, 0.99),
    'memory per connection, KB': bytesPerConnection / 1_024,
    ...(rows !== undefined && { 'rows written per message': rows / said }),
  };
}
