/** What was found once, as short as it could be made: it must not come back. */
import type { Scenario } from './scenario.ts';

export const FOUND: readonly Scenario[] = [];
