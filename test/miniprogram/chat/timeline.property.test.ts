import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  joinChanges,
  noChange,
  Timeline,
  type TimelineChange,
} from '../../../miniprogram/src/chat/timeline.ts';
import type { ChatEvent, UnknownEvent } from '../../../shared/protocol.ts';
import { action, message, user, welcome } from '../../support/frames.ts';

const SIZE = 24;

/** What a log may hold at a seq: about something earlier, most of it. */
const logged = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'text',
      'question',
      'answer',
      'recall',
      'vote',
      'resolve',
      'hidden',
      'new',
    ),
    about: fc.nat(),
    by: fc.nat(3),
  }),
  { minLength: 1, maxLength: SIZE },
);

function toLog(steps: typeof logged extends fc.Arbitrary<infer Value> ? Value : never) {
  return steps.flatMap(({ kind, about, by }, index): (ChatEvent | UnknownEvent)[] => {
    const seq = index + 1;
    const target = 1 + (about % seq);
    const from = user(`u${by}`);
    if (kind === 'hidden') return [];
    if (kind === 'new') return [{ kind: 'unknown', seq, at: seq }];
    if (kind === 'text') return [message(seq, `text ${seq}`, { from })];
    if (kind === 'question') return [message(seq, { type: 'question', text: '?' }, { from })];
    if (kind === 'answer') {
      return [message(seq, { type: 'answer', question: target, text: '!' }, { from })];
    }
    return [action(seq, kind, target, from)];
  });
}

/** A page as it draws a timeline: told of changes only. */
function draw(entries: Map<number, unknown>, change: TimelineChange | undefined): void {
  if (!change) return;
  if (change.cleared) entries.clear();
  for (const entry of [...change.appended, ...change.prepended, ...change.updated]) {
    entries.set(entry.event.seq, entry);
  }
}

const between = (log: readonly (ChatEvent | UnknownEvent)[], after: number, upTo: number) =>
  log.filter(({ seq }) => seq > after && seq <= upTo);

/** What is delivered: some stretch of the log, as a frame or as a page, whole or repeated in parts. */
const delivery = fc.record({
  page: fc.boolean(),
  from: fc.nat(SIZE),
  length: fc.nat(8),
  reversed: fc.boolean(),
  again: fc.boolean(),
});

it('[R4] any order, overlap and repetition of frames and pages gives the log, folded', () => {
  fc.assert(
    fc.property(logged, fc.nat(SIZE), fc.array(delivery, { maxLength: 30 }), (steps, at, list) => {
      const log = toLog(steps);
      const head = steps.length;
      const after = Math.min(at, head);
      const subject = new Timeline('u1');
      const screen = new Map<number, unknown>();
      let told: TimelineChange | undefined = noChange();
      const tell = (change: TimelineChange | undefined) => {
        draw(screen, change);
        told = joinChanges(told, change);
      };
      tell(subject.begin(welcome({ after, head })));
      const frame = (from: number, upTo: number, reversed = false) => {
        const part = between(log, from, upTo);
        const { upTo: end } = subject;
        const change = subject.append(from, upTo, reversed ? part.reverse() : part);
        expect(change === undefined).toBe(from > end);
        tell(change);
      };
      for (const { page, from, length, reversed, again } of list) {
        for (let i = 0; i < (again ? 2 : 1); i++) {
          const start = Math.min(from, head);
          const upTo = Math.min(start + length, head);
          if (page) {
            const oldest = Math.min(start + 1, after + 1);
            // Whatever a page is asked for, it reaches up to what is there.
            const part = between(log, oldest - 1, subject.before - 1 + length);
            tell(subject.prepend(reversed ? part.reverse() : part, oldest, oldest > 1));
          } else if (upTo > start) frame(start, upTo, reversed);
        }
      }
      frame(subject.upTo, head);
      tell(subject.prepend(between(log, 0, subject.before - 1), 1, false));

      const whole = new Timeline('u1');
      whole.begin(welcome({ head }));
      whole.append(0, head, log);
      expect(subject.entries).toEqual(whole.entries);
      expect(subject.hasOlder).toBe(false);
      // Who only heard of the changes shows the same, also when they were told all at once.
      expect([...screen].sort(([a], [b]) => a - b).map(([, entry]) => entry)).toEqual(
        whole.entries,
      );
      const late = new Map<number, unknown>();
      draw(late, told);
      expect(late).toEqual(screen);
    }),
    { numRuns: 500 },
  );
});

it('[R5] a snapshot and what came since is the whole', () => {
  fc.assert(
    fc.property(logged, fc.nat(SIZE), fc.nat(SIZE), (steps, cut, first) => {
      const log = toLog(steps);
      const head = steps.length;
      const middle = Math.min(cut, head);
      const start = Math.min(first, middle);
      const before = new Timeline('u1');
      before.begin(welcome({ after: start, head: middle }));
      before.append(start, middle, between(log, start, middle));
      const subject = new Timeline('u1');
      subject.restore(JSON.parse(JSON.stringify(before.snapshot())));
      const resumed = subject.begin(welcome({ resume: 'recovered', after: middle, head }));
      expect(resumed.cleared).toBe(false);
      subject.append(middle, head, between(log, middle, head));
      const whole = new Timeline('u1');
      whole.begin(welcome({ after: start, head }));
      whole.append(start, head, between(log, start, head));
      expect(subject.entries).toEqual(whole.entries.map((entry) => entry));
      expect(subject.snapshot()).toEqual(whole.snapshot());
    }),
    { numRuns: 500 },
  );
});
