/**
 * `npm run bench:floods`: what floods cost, and what people in the rooms next door notice of them. Each
 * flood has a server of its own, with the limits of a deployment, and is made by a process of its own.
 * First the neighbours talk undisturbed, then during the flood. All rooms share one thread and this
 * machine's cores with the flood itself, which in a deployment they do not: read it as the worst case.
 *
 * `npm run bench:floods -- --case garbage --seconds 10` for a part of it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FLOODS, type FloodCase } from './floods/floods.ts';
import { type Latency, Neighbours } from './floods/neighbours.ts';
import { EDGE_CHAT_AS_DEPLOYED, RunningServer } from './room/contender.ts';

const { values: asked } = parseArgs({
  options: {
    case: { type: 'string', default: '' },
    seconds: { type: 'string', default: '15' },
  },
});
const MEASURE_MS = Number(asked.seconds) * 1_000;
const SETTLE_MS = 2_000;
const MB = 1024 * 1024;

async function doneBy(flooder: ChildProcess): Promise<number> {
  flooder.send('done?');
  const [done] = await once(flooder, 'message');
  return Number(done);
}

async function measure(flood: FloodCase): Promise<string> {
  const server = await RunningServer.start(EDGE_CHAT_AS_DEPLOYED);
  let flooder: ChildProcess | undefined;
  try {
    const neighbours = await Neighbours.moveIn(server);
    await wait(SETTLE_MS);
    const quietCpu = server.cpuMs();
    const quiet = await neighbours.measure(MEASURE_MS);
    const before = { cpu: server.cpuMs(), memory: server.memoryBytes() };
    flooder = fork(join(import.meta.dirname, 'floods/flooder.ts'), [
      String(server.port),
      flood.name,
    ]);
    await once(flooder, 'message');
    await wait(SETTLE_MS);
    const start = { cpu: server.cpuMs(), done: await doneBy(flooder) };
    const flooded = await neighbours.measure(MEASURE_MS);
    const done = (await doneBy(flooder)) - start.done;
    // What the neighbours cost is not the flood's.
    const cpuMs = server.cpuMs() - start.cpu - (before.cpu - quietCpu);
    const memory = server.memoryBytes() - before.memory;
    neighbours.end();
    return row([
      flood.name,
      digits((100 * cpuMs) / MEASURE_MS),
      done > 0 ? `${digits((done * 1_000) / MEASURE_MS)} ${flood.unit}s/s` : '',
      done > 0 ? digits((cpuMs * 1_000) / done) : '',
      digits(memory / MB),
      compare(quiet, flooded, 'p50'),
      compare(quiet, flooded, 'p99'),
    ]);
  } finally {
    flooder?.kill('SIGKILL');
    await server.stop();
  }
}

const digits = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function compare(quiet: Latency, flooded: Latency, which: keyof Latency): string {
  const [before, during] = [quiet[which], flooded[which]];
  return `${digits(before)} → ${digits(during)} (${digits(during / before)} x)`;
}

const processor = cpus()[0]?.model ?? 'unknown';
console.log(`${cpus().length} x ${processor}, Node ${process.version}\n`);
console.log(
  row([
    'flood',
    'server CPU, % of a core',
    'flood done',
    'CPU each, µs',
    'memory, MB more',
    'neighbours’ p50, ms',
    'p99, ms',
  ]),
);
console.log(row(Array(7).fill('---')));
for (const flood of FLOODS) if (flood.name.includes(asked.case)) console.log(await measure(flood));
process.exit();
