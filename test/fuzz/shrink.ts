import type { Scenario, Step } from './scenario.ts';

/** How many plays shortening may cost. */
const MAX_PLAYS = 1_000;

/**
 * Leaves out of a scenario what it does not need to fail: first the second half of its steps, then
 * ever smaller pieces, at last single steps. `fails` plays one.
 */
export async function shrink(
  scenario: Scenario,
  fails: (shorter: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let { steps } = scenario;
  let plays = 0;
  const past = (await fails({ ...scenario, past: 0 })) ? 0 : scenario.past;
  for (let size = Math.ceil(steps.length / 2); size >= 1; ) {
    const before = steps.length;
    for (let end = steps.length; end > 0 && plays < MAX_PLAYS; end -= size) {
      const shorter = without(steps, Math.max(0, end - size), end);
      plays++;
      if (await fails({ ...scenario, past, steps: shorter })) steps = shorter;
    }
    // What could not go before may go now.
    if (size === 1 && steps.length < before && plays < MAX_PLAYS) continue;
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return { ...scenario, past, steps };
}

function without(steps: readonly Step[], start: number, end: number): readonly Step[] {
  return [...steps.slice(0, start), ...steps.slice(end)];
}
