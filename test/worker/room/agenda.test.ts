import { describe, expect, it } from 'vitest';
import { Agenda, type Task } from '../../../worker/room/agenda.ts';

const MINUTE = 60_000;

/** A task of one time, which says so when it is done. */
class Errand implements Task {
  readonly #work: () => void | Promise<void>;
  at: number | undefined;
  runs = 0;

  constructor(at: number | undefined, work: () => void | Promise<void> = () => {}) {
    this.at = at;
    this.#work = work;
  }

  due(): number | undefined {
    return this.at;
  }

  async run(): Promise<void> {
    this.runs++;
    await this.#work();
    this.at = undefined;
  }
}

describe('Agenda', () => {
  it('does what is due, and knows what is next', async () => {
    const [early, late, never] = [new Errand(10), new Errand(30), new Errand(undefined)];
    const agenda = new Agenda([late, early, never], () => {});
    expect(agenda.next(0)).toBe(10);
    await agenda.run(9);
    expect(early.runs).toBe(0);
    await agenda.run(10);
    expect([early.runs, late.runs, never.runs]).toEqual([1, 0, 0]);
    expect(agenda.next(10)).toBe(30);
    await agenda.run(1_000);
    expect([early.runs, late.runs, never.runs]).toEqual([1, 1, 0]);
    expect(agenda.next(1_000)).toBeUndefined();
  });

  it('what fails, at once or later, keeps nothing else from being done', async () => {
    const faults: unknown[] = [];
    const throwing = new Errand(1, () => {
      throw new Error('at once');
    });
    const rejecting = new Errand(1, () => Promise.reject(new Error('later')));
    const asking: Task = {
      due: () => {
        throw new Error('when asked');
      },
      run: () => {},
    };
    const good = new Errand(1);
    const agenda = new Agenda([throwing, rejecting, asking, good], (fault) => faults.push(fault));
    await agenda.run(1);
    expect(good.runs).toBe(1);
    expect(faults).toMatchObject([
      { message: 'at once' },
      { message: 'later' },
      { message: 'when asked' },
    ]);
    expect(agenda.next(1)).toBe(1 + MINUTE);
    expect(faults).toHaveLength(4);
  });

  it('what fails is tried again, ever less often, until it succeeds', async () => {
    let broken = true;
    const errand = new Errand(0, () => {
      if (broken) throw new Error('broken');
    });
    const agenda = new Agenda([errand], () => {});
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      await agenda.run(now);
      const next = agenda.next(now) ?? Number.NaN;
      waits.push((next - now) / MINUTE);
      // Another task's time: this one's has not come.
      await agenda.run(next - 1);
      now = next;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(errand.runs).toBe(9);
    broken = false;
    await agenda.run(now);
    expect(agenda.next(now)).toBeUndefined();
    // It starts anew.
    broken = true;
    errand.at = now;
    await agenda.run(now);
    expect(agenda.next(now)).toBe(now + MINUTE);
  });
});
