import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

/** What a scenario broke, if it broke anything. */
export async function faultOf(scenario: Scenario): Promise<unknown> {
  try {
    await play(scenario);
    return undefined;
  } catch (fault) {
    return fault;
  }
}

/** What a failing scenario broke, how to play it alone, and what of it is needed for that. */
export async function describeFault(scenario: Scenario, fault: unknown): Promise<string> {
  const shortest = await shrink(scenario, async (each) => (await faultOf(each)) !== undefined);
  const last = (await faultOf(shortest)) ?? fault;
  return [
    `seed ${scenario.seed}: ${fault instanceof Error ? fault.message : fault}`,
    `alone: npm run fuzz -- --first ${scenario.seed} --seeds 1`,
    `shortest (${shortest.steps.length} of ${scenario.steps.length} steps), for test/fuzz/found.ts:`,
    JSON.stringify(shortest),
    last instanceof Error ? (last.stack ?? '') : String(last),
  ].join('\n');
}
