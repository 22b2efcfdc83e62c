/** `npm run lint:wxml`: Tencent's compilers over the built mini-program. `node scripts/lint-wxml.ts [DIR]` */
import { existsSync } from 'node:fs';
import { DIST_DIR } from './miniprogram/build.ts';
import { lintMiniprogram } from './miniprogram/lint.ts';

const folder = process.argv[2] ?? DIST_DIR;
if (!existsSync(folder)) {
  console.error(`There is no ${folder}: run npm run build first.`);
  process.exit(1);
}
const { problems, files, skipped } = lintMiniprogram(folder);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
console.log(skipped ?? `${files} WXML, WXS and WXSS files checked, ${problems.length} problems.`);
