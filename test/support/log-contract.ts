/** What every event log must do, whatever it stores in. */
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../../shared/codec.ts';
import type { ChatAction, ChatEvent, ChatMessage, Content } from '../../shared/protocol.ts';
import type { EventLog, StoredEvent } from '../../worker/room/ports.ts';

function message(seq: number, at = seq * 1_000): ChatMessage {
  return {
    kind: 'message',
    seq,
    at,
    id: `id-${seq}`,
    from: { id: 'u', name: '小明', role: 'member' },
    content: { type: 'text', text: `第 ${seq} 条\n"quoted" 😀` },
  };
}

function stored(event: ChatEvent, offline?: string[]): StoredEvent {
  return { event, text: encodeEvent(event), ...(offline && { offline }) };
}

/** An event as the authority would make it. */
export function storedEvent(seq: number, at?: number, offline?: string[]): StoredEvent {
  return stored({ ...message(seq, at), ...(offline && { to: { users: offline } }) }, offline);
}

/** The same event as it is kept when it has been recalled. */
export function recalledEvent(seq: number, at?: number, offline?: string[]): StoredEvent {
  const to = offline && { to: { users: offline } };
  return stored({ ...message(seq, at), content: { type: 'recalled' }, ...to }, offline);
}

/** The events `first` to `last`. */
export function batchOf(first: number, last: number): StoredEvent[] {
  return Array.from({ length: last - first + 1 }, (_, i) => storedEvent(first + i));
}

/**
 * Runs the suite. `use` hands a fresh, empty log to its callback; `reopen` gives what another
 * instance on the same storage would be.
 */
export function testEventLog(
  use: (test: (log: EventLog, reopen: () => EventLog) => void) => Promise<void>,
): void {
  const withLog = (test: (log: EventLog, reopen: () => EventLog) => void) => () => use(test);
  const seqs = (events: StoredEvent[]) => events.map(({ event }) => event.seq);

  describe('an event log', () => {
    it(
      'begins empty',
      withLog((log) => {
        expect(log).toMatchObject({ head: 0, oldest: 1, oldestAt: undefined });
        expect(log.read(0, 100)).toEqual([]);
        expect(log.newestBefore(Number.MAX_SAFE_INTEGER)).toBe(0);
        log.trim(100);
        expect(log).toMatchObject({ head: 0, oldest: 1 });
      }),
    );

    it(
      'gives back what it was given, to the letter',
      withLog((log, reopen) => {
        const batch = [storedEvent(1), storedEvent(2, 2_000, ['a', 'b']), storedEvent(3)];
        log.append(batch);
        for (const each of [log, reopen()]) {
          expect(each.read(0, 3)).toEqual(batch);
          expect(each).toMatchObject({ head: 3, oldest: 1, oldestAt: 1_000, epoch: log.epoch });
        }
      }),
    );

    it(
      '[R3] finds an event by its user and id, wherever it stands, and no other',
      withLog((log, reopen) => {
        log.append([storedEvent(1)]);
        log.append(batchOf(2, 4));
        const quoting = stored({
          ...message(5),
          from: { id: 'id-2', name: '小红', role: 'member' },
          content: { type: 'text', text: '"id":"id-9","from":{"id":"id-2"' },
        });
        log.append([quoting]);
        for (const each of [log, reopen()]) {
          expect([each.find('u', 'id-1'), each.find('u', 'id-3')]).toEqual(
            log.read(0, 3).filter(({ event }) => event.seq !== 2),
          );
          expect(each.find('id-2', 'id-5')).toEqual(quoting);
          expect(each.find('u', 'id-5')).toBeUndefined();
          expect(each.find('u', 'id-2')).toEqual(storedEvent(2));
          expect(each.find('id-2', 'id-9')).toBeUndefined();
        }
        log.trim(1);
        expect(log.find('u', 'id-1')).toBeUndefined();
      }),
    );

    it(
      'reads any stretch, wherever batches begin and end',
      withLog((log) => {
        for (const [first, last] of [
          [1, 1],
          [2, 4],
          [5, 9],
          [10, 10],
        ] as const) {
          log.append(batchOf(first, last));
        }
        for (let after = 0; after <= 10; after++) {
          for (let upTo = 0; upTo <= 12; upTo++) {
            const expected = Array.from({ length: 10 }, (_, i) => i + 1).filter(
              (seq) => seq > after && seq <= upTo,
            );
            expect(seqs(log.read(after, upTo))).toEqual(expected);
          }
        }
        expect(seqs(log.read(-1_000, 2))).toEqual([1, 2]);
      }),
    );

    it(
      '[R1] refuses a batch that does not follow on its head',
      withLog((log) => {
        log.append(batchOf(1, 2));
        for (const wrong of [batchOf(2, 3), batchOf(4, 4), [storedEvent(3), storedEvent(5)]]) {
          expect(() => log.append(wrong)).toThrow();
        }
        expect(log.head).toBe(2);
        log.append([]);
        log.append(batchOf(3, 3));
        expect(seqs(log.read(0, 9))).toEqual([1, 2, 3]);
      }),
    );

    it(
      'rewrites events with a batch, wherever they stand, and nothing else',
      withLog((log, reopen) => {
        log.append([storedEvent(1)]);
        log.append([
          storedEvent(2),
          storedEvent(3, 3_000, ['away']),
          storedEvent(4),
          storedEvent(5),
        ]);
        log.append(
          [storedEvent(6)],
          [recalledEvent(4), recalledEvent(1), recalledEvent(3, 3_000, ['away'])],
        );
        const expected = [
          recalledEvent(1),
          storedEvent(2),
          recalledEvent(3, 3_000, ['away']),
          recalledEvent(4),
          storedEvent(5),
          storedEvent(6),
        ];
        for (const each of [log, reopen()]) {
          expect(each.read(0, 9)).toEqual(expected);
          expect(each).toMatchObject({ head: 6, oldest: 1, oldestAt: 1_000 });
        }
        log.trim(3);
        log.append([storedEvent(7)], [recalledEvent(2), recalledEvent(5)]);
        for (const each of [log, reopen()]) {
          expect(each.read(0, 9)).toEqual([
            recalledEvent(4),
            recalledEvent(5),
            storedEvent(6),
            storedEvent(7),
          ]);
        }
      }),
    );

    it(
      'finds what concerns questions among all else, until it is recalled or trimmed',
      withLog((log, reopen) => {
        const said = (seq: number, content: Content) => stored({ ...message(seq), content });
        const done = (seq: number, kind: ChatAction['kind'], target: number) => {
          const { content, ...rest } = message(seq);
          return stored({ ...rest, kind, target });
        };
        const [question, answer] = [
          said(2, { type: 'question', text: '为什么？' }),
          said(5, { type: 'answer', question: 2, text: '因为' }),
        ];
        const [vote, resolve] = [done(4, 'vote', 2), done(7, 'resolve', 2)];
        log.append([storedEvent(1), question, storedEvent(3)]);
        log.append([vote]);
        log.append([answer]);
        log.append([storedEvent(6)]);
        log.append([resolve]);
        const questionEvents = () => [log, reopen()].map((each) => each.readQuestionEvents());
        const expectEvents = (...expected: StoredEvent[]) => {
          const events = expected.map(({ event }) => event);
          expect(questionEvents()).toEqual([events, events]);
        };
        expectEvents(question, vote, answer, resolve);
        log.append([done(8, 'recall', 5)], [recalledEvent(5)]);
        expectEvents(question, vote, resolve);
        log.trim(1);
        expectEvents(question, vote, resolve);
        log.trim(2);
        expectEvents(vote, resolve);
        log.trim(8);
        expectEvents();
      }),
    );

    it(
      'knows which events are older than a time',
      withLog((log) => {
        log.append(batchOf(1, 1));
        log.append(batchOf(2, 2));
        expect([0, 1_000, 1_001, 2_000, 2_001].map((time) => log.newestBefore(time))).toEqual([
          0, 0, 1, 1, 2,
        ]);
      }),
    );

    it(
      'forgets what is trimmed, never more, and its head never falls',
      withLog((log, reopen) => {
        log.append(batchOf(1, 2));
        log.append(batchOf(3, 6));
        log.append(batchOf(7, 7));
        log.trim(0);
        expect(log.oldest).toBe(1);
        log.trim(1);
        log.trim(4);
        for (const each of [log, reopen()]) {
          expect(each).toMatchObject({ oldest: 5, head: 7 });
          expect(each.read(0, 9)).toEqual(batchOf(5, 7));
        }
        log.trim(99);
        for (const each of [log, reopen()]) {
          expect(each).toMatchObject({ oldest: 8, oldestAt: undefined, head: 7 });
        }
        log.append(batchOf(8, 8));
        for (const each of [log, reopen()]) {
          expect(each).toMatchObject({ oldest: 8, oldestAt: 8_000, head: 8 });
        }
      }),
    );
  });
}
