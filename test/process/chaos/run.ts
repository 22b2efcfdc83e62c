/**
 * `npm run chaos`: see chaos.ts. Flags: --seed, --kills, --people, --rooms, --accidents, --every, --pace
 * and --speed, each a number; ends with 1 when a promise was broken.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ChaosOptions, runChaos } from './chaos.ts';
import { describeReport, isClean } from './report.ts';

const DEFAULTS = {
  kills: 10,
  people: 50,
  rooms: 5,
  accidents: 3,
  every: 700,
  speed: 4,
  pace: 500,
};

/** Of them all. */
const AWAY = 5;

const numbers = Object.keys({ seed: 0, ...DEFAULTS });
const { values } = parseArgs({
  options: Object.fromEntries(numbers.map((name) => [name, { type: 'string' as const }])),
});

function flag(name: string, otherwise: number): number {
  const value = values[name];
  if (value === undefined) return otherwise;
  if (/^\d+$/.test(String(value))) return Number(value);
  console.error(`--${name} must be a whole number, not ${String(value)}.`);
  process.exit(1);
}

const options: ChaosOptions = {
  seed: flag('seed', Date.now() % 1_000_000),
  kills: flag('kills', DEFAULTS.kills),
  people: flag('people', DEFAULTS.people),
  rooms: flag('rooms', DEFAULTS.rooms),
  accidents: flag('accidents', DEFAULTS.accidents),
  every: flag('every', DEFAULTS.every),
  speed: flag('speed', DEFAULTS.speed),
  pace: flag('pace', DEFAULTS.pace),
  sleep: true,
  away: AWAY,
  log: (line) => console.log(line),
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const report = await runChaos(options);
console.log(describeReport(options, report));
if (!isClean(report.verdict)) {
  const file = join(mkdtempSync(join(tmpdir(), 'edge-chat-chaos-')), 'output.txt');
  writeFileSync(file, report.output);
  console.log(`What the server printed is in ${file}.`);
  process.exitCode = 1;
}
