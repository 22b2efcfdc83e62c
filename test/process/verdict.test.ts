import { describe, expect, it } from 'vitest';
import { Timeline } from '../../miniprogram/src/chat/timeline.ts';
import type { ChatEvent } from '../../shared/protocol.ts';
import { action, message, user } from '../support/frames.ts';
import {
  briefly,
  type Person,
  type PersonRecord,
  type RoomRecord,
  type Said,
  textWith,
} from './chaos/record.ts';
import { judge, type Verdict } from './chaos/verdict.ts';

const ANN: Person = { id: 'ann', group: 'red', isHost: true };
const BEN: Person = { id: 'ben', group: 'red', isHost: false };
const CEM: Person = { id: 'cem', group: 'blue', isHost: false };

/** What is said, in the order of the log: 1 to all, 2 to ben, 3 to the hosts, 4 to group red. */
const SAID: readonly Said[] = [
  { id: 'a1', author: 'ann', kind: 'text', token: 'ann/0' },
  { id: 'a2', author: 'ann', kind: 'text', token: 'ann/1', to: { users: ['ben'] } },
  { id: 'c1', author: 'cem', kind: 'question', token: 'cem/0', to: { role: 'host' } },
  { id: 'b1', author: 'ben', kind: 'text', token: 'ben/0', to: { group: 'red' } },
  { id: 'a3', author: 'ann', kind: 'answer', token: 'ann/2', question: 'cem/0' },
];

const LOG: readonly ChatEvent[] = [
  ...SAID.map(({ id, author, token, to }, index) =>
    message(index + 1, textWith(token), { id, from: user(author), ...(to && { to }) }),
  ),
  // Of a private question, and so for those alone who see that.
  { ...action(6, 'resolve', 3, user('ann')), id: 'a4', to: { role: 'host' }, also: ['cem'] },
];

const VISIBLE: ReadonlyMap<Person, readonly number[]> = new Map([
  [ANN, [1, 2, 3, 4, 5, 6]],
  [BEN, [1, 2, 4]],
  [CEM, [1, 3, 5, 6]],
]);

function recordOf(person: Person): PersonRecord {
  const seqs = VISIBLE.get(person) ?? [];
  const events = LOG.filter(({ seq }) => seqs.includes(seq));
  const timeline = new Timeline(person.id);
  timeline.append(0, 6, events);
  const own = LOG.filter(({ from, kind }) => from.id === person.id && kind === 'message');
  return {
    person,
    written: own.map(({ id }) => id),
    unsent: new Set(),
    sent: new Map(),
    acks: own.map(({ id, seq, at }) => ({ id, seq, at })),
    stretches: [{ path: 'live', after: 0, upTo: 6, events: briefly(events) }],
    tokens: new Set(SAID.filter((_, index) => seqs.includes(index + 1)).map(({ token }) => token)),
    shown: timeline.entries,
    upTo: 6,
    faults: [],
  };
}

const ROOM: RoomRecord = {
  room: 'lobby',
  log: LOG,
  last: 6,
  said: SAID,
  pushAcks: [],
  people: [ANN, BEN, CEM].map(recordOf),
};

/** The room, but for something of one person. */
function withPerson(person: Person, change: (record: PersonRecord) => Partial<PersonRecord>) {
  const people = ROOM.people.map((record) =>
    record.person === person ? { ...record, ...change(record) } : record,
  );
  return judge({ ...ROOM, people });
}

/** The room, but for its log. */
function withLog(change: (log: readonly ChatEvent[]) => readonly ChatEvent[]) {
  const log = change(LOG);
  return judge({ ...ROOM, log, last: log.at(-1)?.seq ?? 0 });
}

function brokenParts(verdict: Verdict): string[] {
  return Object.entries(verdict).flatMap(([part, { length }]) => (length > 0 ? part : []));
}

describe('the verdict on chaos', () => {
  it('finds nothing where all is well', () => {
    expect(brokenParts(judge(ROOM))).toEqual([]);
  });

  it('[R2] finds what was acknowledged and is not stored', () => {
    const ack = { id: 'c9', seq: 9, at: 1 };
    expect(brokenParts(withPerson(CEM, ({ acks }) => ({ acks: [...acks, ack] })))).toEqual([
      'lost',
    ]);
    expect(brokenParts(judge({ ...ROOM, pushAcks: [ack] }))).toEqual(['lost']);
    // Another event took its number.
    expect(brokenParts(withPerson(CEM, () => ({ acks: [{ id: 'c9', seq: 3, at: 1 }] })))).toEqual([
      'lost',
    ]);
    expect(brokenParts(withPerson(CEM, () => ({ written: ['c1', 'c9'] })))).toEqual(['lost']);
    expect(withLog((log) => log.slice(0, 4)).lost).not.toEqual([]);
    expect(brokenParts(judge({ ...ROOM, last: 7 }))).toContain('lost');
  });

  it('[R2] finds what was shown and is not stored', () => {
    const verdict = withPerson(CEM, ({ stretches }) => ({
      stretches: [...stretches, { path: 'live', after: 5, upTo: 6, events: [{ seq: 6, id: 'z' }] }],
    }));
    expect(brokenParts(verdict)).toEqual(['lost']);
  });

  it('[R4][R5] finds what was passed over, live, in history and on the screen', () => {
    for (const path of ['live', 'history', 'http'] as const) {
      const verdict = withPerson(BEN, () => ({
        stretches: [{ path, after: 0, upTo: 3, events: [{ seq: 1, id: 'a1' }] }],
      }));
      expect(brokenParts(verdict)).toEqual(['lost']);
    }
    expect(brokenParts(withPerson(BEN, ({ shown }) => ({ shown: shown.slice(1) })))).toEqual([
      'lost',
    ]);
    expect(brokenParts(withPerson(BEN, () => ({ upTo: 5 })))).toEqual(['lost']);
    expect(brokenParts(withPerson(BEN, () => ({ tokens: new Set() })))).toEqual(['lost']);
  });

  it('[R3] finds what is there twice', () => {
    expect(
      brokenParts(
        withLog((log) => [
          ...log,
          message(7, textWith('ben/0'), { id: 'b1', from: user('ben'), to: { group: 'red' } }),
        ]),
      ),
    ).toContain('doubled');
    const votes = [7, 8].map((seq) => action(seq, 'vote', 1, user('ben')));
    expect(withLog((log) => [...log, ...votes]).doubled).toEqual(['lobby: 8 is a second vote']);
    const twice = withPerson(BEN, ({ shown }) => ({ shown: shown.flatMap((e) => [e, e]) }));
    expect(brokenParts(twice)).toEqual(['doubled']);
    const acks = [1, 2].map((seq) => ({ id: 'a1', seq, at: LOG[seq - 1]?.at ?? 0 }));
    expect(brokenParts(withPerson(ANN, () => ({ acks })))).toContain('doubled');
  });

  it('[R1] finds what is not in its order', () => {
    const verdict = withPerson(ANN, ({ written }) => ({ written: [...written].reverse() }));
    expect(brokenParts(verdict)).toEqual(['reordered']);
    const screen = withPerson(BEN, ({ shown }) => ({ shown: [...shown].reverse() }));
    expect(brokenParts(screen)).toEqual(['reordered']);
    const live = withPerson(BEN, ({ stretches }) => ({
      stretches: stretches.map((each) => ({ ...each, events: [...each.events].reverse() })),
    }));
    expect(brokenParts(live)).toEqual(['reordered']);
  });

  it('[R6] finds what was seen by somebody whom it was not for', () => {
    for (const [seq, id] of [
      [2, 'a2'],
      [4, 'b1'],
    ] as const) {
      const verdict = withPerson(CEM, ({ stretches }) => ({
        stretches: [
          ...stretches,
          { path: 'history', after: seq - 1, upTo: seq, events: [{ seq, id }] },
        ],
      }));
      expect(brokenParts(verdict)).toEqual(['leaked']);
    }
    // The answer to a private question, and that it was resolved.
    const about = withPerson(BEN, ({ stretches }) => ({
      stretches: [...stretches, { path: 'live', after: 4, upTo: 6, events: briefly(LOG.slice(4)) }],
    }));
    expect(about.leaked).toHaveLength(2);
    const told = withPerson(BEN, ({ tokens }) => ({ tokens: new Set([...tokens, 'ann/2']) }));
    expect(brokenParts(told)).toEqual(['leaked']);
    const shown = withPerson(BEN, () => ({ shown: recordOf(ANN).shown }));
    expect(brokenParts(shown)).toEqual(['leaked']);
  });

  it('finds what is there and was refused, or was never said', () => {
    expect(brokenParts(withPerson(BEN, () => ({ unsent: new Set(['b1']) })))).toEqual(['wrong']);
    const stranger = message(7, textWith('nobody/0'), { from: user('ben') });
    expect(brokenParts(withLog((log) => [...log, stranger]))).toContain('wrong');
    const swapped = withLog((log) =>
      log.map((event) =>
        event.seq === 1 ? message(1, textWith('ann/1'), { id: 'a1', from: user('ann') }) : event,
      ),
    );
    expect(brokenParts(swapped)).toContain('wrong');
    expect(brokenParts(withPerson(BEN, () => ({ faults: ['a broken chain'] })))).toEqual(['wrong']);
  });

  it('takes a repeated vote or resolve for what it is', () => {
    const ack = { id: 'again', seq: 6, at: LOG[5]?.at ?? 0 };
    const frame = { type: 'resolve' as const, id: 'again', target: 3 };
    const acks = (target: number) =>
      withPerson(ANN, (record) => ({
        acks: [...record.acks, ack],
        sent: new Map([['again', { ...frame, target }]]),
      }));
    expect(brokenParts(acks(3))).toEqual([]);
    expect(brokenParts(acks(1))).toEqual(['lost']);
  });
});
