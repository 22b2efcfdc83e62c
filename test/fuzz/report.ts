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

/** What kind of fault it is, whatever ids and numbers there are in it. */
function kindOf(fault: unknown): string {
  const [line = ''] = String(fault).split('\n');
  return line.replaceAll(/\S*\d\S*/g, '#').slice(0, 80);
}

/** What a failing scenario broke, how to play it alone, and what of it is needed for that. */
export async function describeFault(scenario: Scenario, fault: unknown): Promise<string> {
  const shortest = await shrink(scenario, async (shorter) => {
    const other = await faultOf(shorter);
    return other !== undefined && kindOf(other) === kindOf(fault);
  });
  const last = (await faultOf(shortest)) ?? fault;
  return [
    `seed ${scenario.seed}: ${fault instanceof Error ? fault.message : fault}`,
    `alone: npm run fuzz -- --first ${scenario.seed} --seeds 1`,
    `shortest (${shortest.steps.length} of ${scenario.steps.length} steps), for test/fuzz/found.ts:`,
    JSON.stringify(shortest),
    last instanceof Error ? (last.stack ?? '') : String(last),
  ].join('\n');
}
