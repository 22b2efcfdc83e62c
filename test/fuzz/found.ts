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
  // What was stored without its author learning of it came again after more than the newest 1,000 events.
  {
    seed: 2359,
    people: [
      { id: 'ann', phones: 2 },
      { id: 'ben', group: 'red', phones: 2 },
      { id: 'cem', phones: 1 },
    ],
    hosts: [],
    rated: false,
    past: 0,
    steps: [
      {
        do: 'say',
        phone: 7,
        kind: 'question',
        to: { users: ['ben'] },
        about: { back: 3, ofAll: false },
        reply: false,
      },
      { do: 'up', link: 12, count: 1 },
      { do: 'crash', stored: true },
      { do: 'notices', count: 1_041 },
      { do: 'sleep' },
    ],
  },
];
