import { it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

// In several files: the test pool grows slower with every Durable Object that one file makes.
it('[R1][R3][R4][R5][R6] phones that lose everything but their storage lose no message', () =>
  runSeeds(51, 50));
