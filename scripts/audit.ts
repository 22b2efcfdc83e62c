/** `npm run audit`: known holes of high severity in what the Worker is made of fail it. */
import { spawnSync } from 'node:child_process';
import { judgeAudit } from './audit-report.ts';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { outcome, text } = judgeAudit(stdout ?? '');
console.log(text);
if (outcome === 'failed') process.exitCode = 1;
