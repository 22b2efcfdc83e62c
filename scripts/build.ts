/** `npm run build`: the mini-program for WeChat DevTools. `node scripts/build.ts [--watch] [--out DIR]` */
import { parseArgs } from 'node:util';
import { buildMiniprogram, DIST_DIR, describeReport } from './miniprogram/build.ts';
import { explain } from './miniprogram/error.ts';
import { watchMiniprogram } from './miniprogram/watch.ts';

const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    out: { type: 'string', default: DIST_DIR },
  },
});
const options = { outDir: values.out };

if (values.watch) {
  watchMiniprogram(options, (outcome) => {
    if ('error' in outcome) console.error(explain(outcome.error));
    else console.log(describeReport(outcome.report));
  });
} else {
  try {
    const report = await buildMiniprogram(options);
    console.log(describeReport(report));
    if (report.overLimits.length > 0) process.exitCode = 1;
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
