import { CONTENDERS, RunningServer } from './contender.ts';
import { talk } from './talk.ts';
const [m='100', f='50', ms='3000', only=''] = process.argv.slice(2);
for (const c of CONTENDERS) { if (only && c.name !== only) continue; const s = await RunningServer.start(c); console.log(c.name, await talk(s, {members:+m, inFlight:+f, ms:+ms}), s.wakeUps()); await s.stop(); }
