/**
 * `npm run bench:phone`: what the mini-program costs on the phone. It runs in the browser preview, in
 * Chromium and at the size of a phone, on a real `npm start` whose rate limit is lifted; once as fast
 * as this machine is and once slowed down four times, as a cheap phone would be. The preview has one
 * thread and the browser's engine: the numbers show what the app asks for, not what WeChat makes of it.
 *
 * `npm run bench:phone -- --runs 3 --slowdown 4 --scene "1000 messages"` for a part of it.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { findBrowser, launchBrowser } from '../../support/browser.ts';
import { ProjectCopy, Server } from '../../support/server.ts';
import { median } from '../room/statistics.ts';
import { type Measurement, SCENES } from './scenes.ts';

const { values: asked } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    slowdown: { type: 'string', default: '1,4' },
    scene: { type: 'string', default: '' },
  },
});

const format = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });

/** A row of the table: the median of each number. */
function row(name: string, runs: readonly Measurement[]): string {
  const names = Object.keys(runs[0] ?? {});
  const values = names.map((each) => median(runs.map((run) => run[each] ?? Number.NaN)));
  return `| ${[name, ...values.map(format)].join(' | ')} |`;
}

const executable = findBrowser();
if (executable === undefined) process.exit(1);
const copy = new ProjectCopy();
const limits = ['RATE_BURST:1000000', 'RATE_PER_SECOND:1000000'];
const server = await Server.start(
  copy.folder,
  limits.flatMap((limit) => ['--var', limit]),
);
const browser = await launchBrowser(executable);
try {
  const processor = cpus()[0]?.model ?? 'unknown';
  console.log(
    `${cpus().length} x ${processor}, Chromium ${browser.version()}, ${asked.runs} runs, medians`,
  );
  const scenes = SCENES.filter(({ name }) => name.includes(asked.scene));
  for (const slowdown of asked.slowdown.split(',').map(Number)) {
    console.log(
      `\n### ${slowdown === 1 ? 'As fast as this machine' : `${slowdown} times slower`}\n`,
    );
    let isFirst = true;
    for (const scene of scenes) {
      const runs: Measurement[] = [];
      for (let run = 0; run < Number(asked.runs); run++) {
        runs.push(await scene.run({ browser, server, slowdown }));
      }
      if (isFirst) {
        const names = ['', ...Object.keys(runs[0] ?? {})];
        console.log(`| ${names.join(' | ')} |\n| ${names.map(() => '---').join(' | ')} |`);
        isFirst = false;
      }
      console.log(row(scene.name, runs));
    }
  }
} finally {
  await browser.close();
  server.kill();
  copy.remove();
}
