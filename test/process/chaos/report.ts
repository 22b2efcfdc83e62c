/** What came of the chaos, for people. */
import type { ChaosOptions, ChaosReport } from './chaos.ts';
import type { Verdict } from './verdict.ts';

/** Of each kind of fault no more than so many are told. */
const MOST_TOLD = 10;

/** Whether every promise was kept. */
export function isClean(verdict: Verdict): boolean {
  return Object.values(verdict).every(({ length }) => length === 0);
}

/** What was broken, a line each. */
function describeVerdict(verdict: Verdict): string {
  return Object.entries(verdict)
    .flatMap(([kind, sentences]: [string, readonly string[]]) => [
      `${kind.padEnd(10)}${sentences.length}`,
      ...sentences.slice(0, MOST_TOLD).map((sentence) => `  ${sentence.slice(0, 1_000)}`),
    ])
    .join('\n');
}

/** All figures and the verdict. */
export function describeReport(options: ChaosOptions, report: ChaosReport): string {
  const { accidents, resumes } = report;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  const slept = report.slept === undefined ? 'not tried' : report.slept ? 'yes' : 'no';
  const figures: readonly (readonly [string, unknown])[] = [
    ['seed', options.seed],
    ['people, rooms', `${options.people}, ${options.rooms}`],
    ['frames sent, acked', `${report.sent}, ${report.acked}`],
    ['sent again after the ack', report.repeated],
    ['notices pushed', report.pushed],
    ['events stored', report.events],
    ['kill -9', report.kills],
    ['connections cut', accidents.cut],
    ['half open', accidents.halfOpen],
    ['storms', accidents.storm],
    ['apps killed', accidents.killApp],
    ['freezes', accidents.freeze],
    ['crashes of wrangler', accidents.crash],
    ['full disks', accidents.fullDisk],
    ['a room slept', slept],
    ['fresh', resumes.fresh],
    ['recovered', resumes.recovered],
    ['reset', resumes.reset],
    ['server back after', `${seconds(report.longestDown)} at the longest`],
    ['everybody back after', `${seconds(report.longestReturn)} at the longest`],
    ['phones’ time runs', `${options.speed} times as fast`],
    ['wrangler ended itself', `${report.revived} times`],
    ['took', seconds(report.took)],
  ];
  const lines = figures.map(([name, value]) => `${name.padEnd(26)}${String(value)}`);
  return ['', ...lines, '', describeVerdict(report.verdict), ''].join('\n');
}
