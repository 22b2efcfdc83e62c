import { describe, expect, it } from 'vitest';
import { runChaos } from './chaos/chaos.ts';
import { describeReport, describeVerdict, isClean } from './chaos/report.ts';

const OPTIONS = {
  seed: 20_260_730,
  kills: 3,
  people: 20,
  rooms: 2,
  accidents: 3,
  every: 500,
  speed: 4,
  pace: 500,
  sleep: false,
  log: (line: string) => console.log(line),
};

describe('chaos on npm start', () => {
  it('[R1][R2][R3][R4][R5][R6] three times kill -9 under load: nothing lost, doubled, reordered or leaked', async () => {
    const report = await runChaos(OPTIONS);
    console.log(describeReport(OPTIONS, report));
    expect(isClean(report.verdict), describeVerdict(report.verdict)).toBe(true);
    // It was chaos, and people talked through it.
    expect(report.acked).toBeGreaterThan(100);
    expect(report.resumes.recovered).toBeGreaterThan(report.kills);
    const { fullDisk: _, ...always } = report.accidents;
    expect(Math.min(...Object.values(always))).toBeGreaterThan(0);
  }, 420_000);
});
