import { describe, expect, it } from 'vitest';
import { runChaos } from './chaos/chaos.ts';
import { describeReport, isClean } from './chaos/report.ts';

const OPTIONS = {
  seed: 20_260_730,
  kills: 3,
  people: 20,
  rooms: 2,
  // With three kills that is every kind of accident once.
  accidents: 2,
  every: 400,
  speed: 4,
  pace: 500,
  sleep: false,
  away: 1,
};

describe('chaos on npm start', () => {
  it('[R1][R2][R3][R4][R5][R6] three times kill -9 under load: nothing lost, doubled, reordered or leaked', async () => {
    const course: string[] = [];
    const options = { ...OPTIONS, log: (line: string) => void course.push(line) };
    const report = await runChaos(options);
    const told = [...course, describeReport(options, report)].join('\n');
    console.log(told);
    expect(isClean(report.verdict), told).toBe(true);
    // It was chaos, and people talked through it.
    expect(report.acked).toBeGreaterThan(100);
    expect(report.resumes.recovered).toBeGreaterThan(report.kills);
    expect(report.repeated).toBeGreaterThan(report.kills);
    const { fullDisk: _, ...always } = report.accidents;
    expect(Math.min(...Object.values(always))).toBeGreaterThan(0);
  }, 420_000);
});
