import { describe, expect, it } from 'vitest';
import { FOUND } from './found.ts';
import { play } from './play.ts';
import { describeFault, faultOf } from './report.ts';
import { scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';

const SEEDS = 200;
const SEEDS_A_TEST = 50;
/** They take seconds; shortening one that fails takes minutes. */
const TIMEOUT_MS = 300_000;

describe('whatever happens to phones, network, room and storage', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_A_TEST) {
    const last = first + SEEDS_A_TEST - 1;
    it(`[F5][F8][H7][Q2][R1][R2][R3][R4][R5][R6][R7][R9][R10] no rule is broken: seeds ${first} to ${last}`, {
      timeout: TIMEOUT_MS,
    }, async () => {
      for (let seed = first; seed <= last; seed++) {
        const scenario = scenarioOf(seed);
        const fault = await faultOf(scenario);
        if (fault !== undefined) expect.fail(await describeFault(scenario, fault));
      }
    });
  }

  it.each(FOUND.map((scenario) => [scenario.seed, scenario] as const))(
    'what was found once does not come back: seed %i',
    (_, scenario) => play(scenario),
  );
});

describe('shortening', () => {
  it('leaves what it takes to fail, in its order, and nothing else', async () => {
    const scenario = { ...scenarioOf(1), past: 9 };
    const [one, other] = [scenario.steps[3], scenario.steps[7]];
    const needed = [one, other];
    const shortest = await shrink(scenario, async ({ steps }) =>
      needed.every((step) => step && steps.includes(step)),
    );
    expect(shortest).toEqual({ ...scenario, past: 0, steps: needed });
  });
});
