/** What happens in a room, as data: it can be printed, shortened and played again. */
import type { ActionFrame, Audience, ModerateFrame } from '../../shared/protocol.ts';
import { SeededRandom } from '../support/random.ts';

/** Somebody in the room, on one phone or several. */
export interface Person {
  readonly id: string;
  readonly group?: string;
  readonly phones: number;
}

/** People, and what happens to them. */
export interface Scenario {
  /** Of what the phones make up by themselves: ids, and how long they wait before trying again. */
  readonly seed: number;
  readonly people: readonly Person[];
  readonly owner?: string;
  readonly hosts: readonly string[];
  /** Whether the room limits how fast people send, as it does by default. */
  readonly rated: boolean;
  /** How many notices there are before anybody comes. */
  readonly past: number;
  readonly steps: readonly Step[];
}

/**
 * One thing that happens. Numbers choose among what there is at that moment, counting on from the
 * beginning where there is less: a step keeps its meaning when those before it are left out.
 */
export type Step =
  | {
      readonly do: 'say';
      readonly phone: number;
      readonly kind: 'text' | 'question' | 'answer' | 'notice';
      readonly to?: Audience;
      readonly about: Target;
      readonly reply: boolean;
    }
  | {
      readonly do: 'act';
      readonly phone: number;
      readonly type: ActionFrame['type'];
      readonly about: Target;
    }
  | {
      readonly do: 'moderate';
      readonly phone: number;
      readonly action: ModerateFrame['action'];
      readonly user: string;
      /** Milliseconds from now; without it for good. */
      readonly forMs?: number;
    }
  | { readonly do: 'older' | 'typing' | 'resend' | 'discard'; readonly phone: number }
  /** The app in the background, in front again, ended by the phone or by its user. */
  | { readonly do: 'hide' | 'show' | 'kill' | 'reopen'; readonly phone: number }
  | { readonly do: 'network'; readonly phone: number; readonly type: 'wifi' | '4g' | 'none' }
  /**
   * So many frames arrive on one connection, in one direction or the other; the next of them comes twice,
   * or not at all.
   */
  | { readonly do: 'up' | 'down'; readonly link: number; readonly count: number }
  | { readonly do: 'up twice' | 'down twice' | 'lose'; readonly link: number }
  | {
      readonly do: 'cut';
      readonly link: number;
      readonly told: 'phone' | 'room' | 'both' | 'nobody';
    }
  /** Another client of somebody looks in with a cursor: of this log or not, so far from its head. */
  | { readonly do: 'look in'; readonly user: string; readonly ours: boolean; readonly back: number }
  /** Everything arrives, is stored and answered. */
  | { readonly do: 'deliver' }
  /** What was written is on disk, and what was held back for that goes out. */
  | { readonly do: 'sync' }
  | { readonly do: 'sleep' }
  /** The room starts anew; what was not yet on disk is there or not, and its answers are never sent. */
  | { readonly do: 'crash'; readonly stored: boolean }
  /** The next time that the room stores something it fails. */
  | { readonly do: 'fail' }
  | { readonly do: 'trim'; readonly percent: number }
  /** Time passes, and meanwhile everything arrives or nothing does. */
  | { readonly do: 'pass'; readonly ms: number; readonly live: boolean }
  /** Somebody sets the clock of a phone, or without one of the room. */
  | { readonly do: 'jump'; readonly phone?: number; readonly ms: number }
  /** A back end says so many things. */
  | { readonly do: 'notices'; readonly count: number; readonly to?: Audience }
  | { readonly do: 'slow mode'; readonly seconds: number };

/** An event: so many back from the newest that the phone shows, or of all that there are. */
export interface Target {
  readonly back: number;
  readonly ofAll: boolean;
}

const GROUPS = ['red', 'blue'];

/** Makes up a room, and what happens there: the same for the same seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new SeededRandom(seed);
  const names = ['ann', 'ben', 'cem', 'dee'].slice(0, 2 + random.below(3));
  const people = names.map((id) => ({
    id,
    ...(random.chance(70) && { group: random.pick(GROUPS) }),
    phones: random.chance(25) ? 2 : 1,
  }));
  const hosts = names.filter(() => random.chance(40));
  const owner = random.chance(70) ? { owner: random.pick(names) } : {};
  const rated = random.chance(50);
  const count = 10 + random.below(random.chance(20) ? 200 : 60);
  const past = random.chance(30) ? random.below(random.chance(5) ? 1_300 : 150) : 0;
  const makes = mixOf(random);
  const steps = Array.from({ length: count }, () => random.pick(makes)(random, names));
  return { seed, people, ...owner, hosts, rated, past, steps };
}

type Make = (random: SeededRandom, names: readonly string[]) => Step;

/** So that a mix is never without. */
const ALWAYS: Make = () => ({ do: 'deliver' });

/** With how often each happens compared to the others. */
const STEPS: readonly (readonly [number, Make])[] = [
  [
    24,
    (random, names) => ({
      do: 'say',
      phone: random.below(8),
      kind: random.pick(['text', 'text', 'text', 'question', 'question', 'answer', 'notice']),
      ...(random.chance(45) && { to: audienceOf(random, names) }),
      about: targetOf(random),
      reply: random.chance(20),
    }),
  ],
  [
    14,
    (random) => ({
      do: 'act',
      phone: random.below(8),
      type: random.pick(['recall', 'recall', 'vote', 'vote', 'resolve']),
      about: targetOf(random),
    }),
  ],
  [
    4,
    (random, names) => ({
      do: 'moderate',
      phone: random.below(8),
      action: random.pick(['mute', 'unmute', 'kick', 'ban', 'unban', 'unban']),
      user: random.pick(names),
      ...(random.chance(50) && { forMs: 1 + random.below(60_000) }),
    }),
  ],
  [
    9,
    (random) => ({
      do: random.pick(['older', 'older', 'typing', 'resend', 'discard']),
      phone: random.below(8),
    }),
  ],
  [
    8,
    (random) => ({
      do: random.pick(['hide', 'show', 'show', 'kill', 'reopen']),
      phone: random.below(8),
    }),
  ],
  [
    3,
    (random) => ({
      do: 'network',
      phone: random.below(8),
      type: random.pick(['wifi', '4g', 'none']),
    }),
  ],
  [
    14,
    (random) => ({
      do: random.pick(['up', 'down']),
      link: random.below(32),
      count: 1 + random.below(3),
    }),
  ],
  [
    8,
    (random) => ({
      do: random.pick(['up twice', 'up twice', 'down twice', 'lose']),
      link: random.below(32),
    }),
  ],
  [
    9,
    (random) => ({
      do: 'cut',
      link: random.below(32),
      told: random.pick(['phone', 'room', 'both', 'nobody']),
    }),
  ],
  [22, () => ({ do: 'deliver' })],
  [6, () => ({ do: 'sync' })],
  [5, () => ({ do: 'sleep' })],
  [5, (random) => ({ do: 'crash', stored: random.chance(50) })],
  [3, () => ({ do: 'fail' })],
  [2, (random) => ({ do: 'trim', percent: random.below(101) })],
  [
    18,
    (random) => ({
      do: 'pass',
      ms: random.pick([10, 300, 1_000, 3_000, 16_000, 40_000, 130_000]),
      live: random.chance(60),
    }),
  ],
  [
    3,
    (random) => ({
      do: 'jump',
      ...(random.chance(50) && { phone: random.below(8) }),
      ms: random.pick([-86_400_000, -60_000, -500, 500, 60_000, 86_400_000]),
    }),
  ],
  [
    3,
    (random, names) => ({
      do: 'notices',
      count: random.chance(1)
        ? 1_000 + random.below(100)
        : 1 + random.below(random.chance(20) ? 70 : 3),
      ...(random.chance(30) && { to: audienceOf(random, names) }),
    }),
  ],
  [
    4,
    (random, names) => ({
      do: 'look in',
      user: random.pick(names),
      ours: random.chance(90),
      back: random.below(random.chance(60) ? 30 : 1_500) - 3,
    }),
  ],
  [3, (random) => ({ do: 'slow mode', seconds: random.pick([0, 1, 5, 30]) })],
];

/** How much more often than usual something happens in one scenario. */
const FACTORS = [0, 1, 1, 4];

/**
 * Each as often as it weighs, more or less: what never meets where all things are equally likely does
 * where some of them are left out (https://www.cs.utah.edu/~regehr/papers/swarm12.pdf).
 */
function mixOf(random: SeededRandom): Make[] {
  return STEPS.flatMap(([weight, make]) =>
    Array.from({ length: weight * random.pick(FACTORS) }, () => make),
  ).concat(ALWAYS);
}

function audienceOf(random: SeededRandom, names: readonly string[]): Audience {
  const what = random.below(10);
  if (what < 2) return { role: 'host' };
  if (what < 5) return { group: random.pick(GROUPS) };
  const users = names.filter(() => random.chance(40));
  return { users: users.length > 0 ? users : [random.pick(names)] };
}

function targetOf(random: SeededRandom): Target {
  return { back: random.below(random.chance(70) ? 4 : 40), ofAll: random.chance(20) };
}
