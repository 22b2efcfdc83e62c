/** Plays many scenarios: `npm run fuzz -- [--first 1] [--seeds 20000] [--seconds 0]`. */
import { parseArgs } from 'node:util';
import { describeFault, faultOf } from './report.ts';
import { scenarioOf } from './scenario.ts';

const REPORT_EVERY_MS = 10_000;
/** More say little that these don't. */
const MAX_FAULTS = 5;

const { values } = parseArgs({
  options: {
    first: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '0' },
  },
});
const first = Number(values.first);
const count = Number(values.seeds);
const seconds = Number(values.seconds);
if (![first, count, seconds].every((each) => Number.isSafeInteger(each) && each >= 0)) {
  console.error('--first, --seeds and --seconds must be whole numbers');
  process.exit(2);
}

const began = performance.now();
let reported = began;
let steps = 0;
let played = 0;
let faults = 0;

function progress(): string {
  const elapsed = (performance.now() - began) / 1_000;
  const rate = (played / elapsed).toFixed(1);
  return `${played} seeds (to ${first + played - 1}), ${steps} steps, ${rate} seeds/s, ${faults} faults`;
}

for (; played < count && faults < MAX_FAULTS; ) {
  const scenario = scenarioOf(first + played);
  const fault = await faultOf(scenario);
  steps += scenario.steps.length;
  played++;
  if (fault !== undefined) {
    faults++;
    console.error(await describeFault(scenario, fault));
  }
  const now = performance.now();
  if (now - reported >= REPORT_EVERY_MS) {
    reported = now;
    console.log(progress());
  }
  // A limit in time ends it as well.
  if (seconds > 0 && now - began >= seconds * 1_000) break;
}
console.log(progress());
process.exitCode = faults > 0 ? 1 : 0;
