/** What was found once, as short as it could be made: it must not come back. */
import type { Scenario } from './scenario.ts';

export const FOUND: readonly Scenario[] = [
  // What comes again in a batch that can't be stored was refused, though it is stored.
  {
    seed: 24,
    people: [
      { id: 'ann', phones: 1 },
      { id: 'ben', group: 'blue', phones: 2 },
    ],
    hosts: ['ann'],
    rated: false,
    past: 0,
    steps: [
      { do: 'say', phone: 7, kind: 'question', about: { back: 7, ofAll: false }, reply: false },
      { do: 'act', phone: 3, type: 'vote', about: { back: 9, ofAll: false } },
      { do: 'up twice', link: 4 },
      { do: 'fail' },
      { do: 'deliver' },
    ],
  },
];
