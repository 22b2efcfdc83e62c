/**
 * `npm run bench`: a room of edge-chat next to what people would take instead, on this machine and in
 * the same run. One load at a time; the contenders take turns, each case several times, and the median
 * counts. A machine that has other things to do shows it in all of them: read the ratios.
 *
 * `npm run bench -- --runs 3 --case "100 members" --only edge-chat` for a part of it.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bill, billOf } from './room/bill.ts';
import { CASES, type Case, type Measurement } from './room/cases.ts';
import { CONTENDERS, RunningServer } from './room/contender.ts';
import { median } from './room/statistics.ts';
import { printBills, printTable } from './room/table.ts';

const { values: asked } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    case: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
});

/** The median of each number, over all runs. */
function medians(runs: readonly Measurement[]): Measurement {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map((run) => run[name] ?? Number.NaN))]),
  );
}

const bills: { name: string; contender: string; bill: Bill }[] = [];

async function measure(each: Case, servers: readonly RunningServer[]): Promise<void> {
  const taking = servers.filter(({ contender }) => each.isFor(contender.name));
  const results = new Map<string, Measurement[]>(
    taking.map(({ contender }) => [contender.name, []]),
  );
  for (let run = 0; run < Number(asked.runs); run++) {
    for (const server of taking) {
      results.get(server.contender.name)?.push(await each.run(server));
    }
  }
  const columns = [...results].map(([name, runs]) => [name, medians(runs)] as const);
  printTable(each.name, columns);
  const { talking } = each;
  if (talking === undefined) return;
  taking.forEach(({ contender: { name: contender, rowHabits } }, index) => {
    const measured = columns[index]?.[1];
    if (!measured || !rowHabits) return;
    bills.push({ name: each.name, contender, bill: billOf(measured, talking, rowHabits) });
  });
}

const servers: RunningServer[] = [];
try {
  for (const contender of CONTENDERS) {
    if (contender.name.includes(asked.only)) servers.push(await RunningServer.start(contender));
  }
  const processor = cpus()[0]?.model ?? 'unknown';
  console.log(
    `${cpus().length} x ${processor}, Node ${process.version}, ${asked.runs} runs, medians`,
  );
  for (const each of CASES) if (each.name.includes(asked.case)) await measure(each, servers);
  if (bills.length > 0) printBills(bills);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}
