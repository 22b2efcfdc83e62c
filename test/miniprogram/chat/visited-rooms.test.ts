import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../miniprogram/src/chat/timeline.ts';
import { VisitedRooms } from '../../../miniprogram/src/chat/visited-rooms.ts';
import { MAX_UNREAD_ROOMS } from '../../../shared/limits.ts';
import { MemoryStore } from '../../support/fake-ports.ts';
import { message } from '../../support/frames.ts';

function setUp() {
  const store = new MemoryStore();
  return { store, visited: new VisitedRooms(store, 'u1') };
}

/** A stretch of `count` messages after `start`. */
function snapshot(start: number, count: number, text = 'text'): Snapshot {
  const events = Array.from({ length: count }, (_, i) => message(start + i + 1, text));
  return { epoch: 'e1', start, upTo: start + count, more: start > 0, events };
}

const at = (room: string, visitedAt = 1) => ({ room, visitedAt });

describe('the rooms of the lobby', () => {
  it('stand with the last visited first, each once, with what was seen of it', () => {
    const { visited } = setUp();
    visited.save({ ...at('a'), title: 'A' }, snapshot(0, 3));
    visited.save(at('b'), undefined);
    visited.save(at('a', 2), snapshot(0, 4));
    expect(visited.list).toEqual([{ room: 'a', visitedAt: 2, since: 'e1.4' }, at('b')]);
  });

  it('are 30 at most; of those that go, nothing is kept but what was written', () => {
    const { store, visited } = setUp();
    visited.saveDraft('r0', 'half a sentence');
    store.set(visited.outboxKey('r0'), '[{"id":"x","at":1,"content":{"type":"text","text":"a"}}]');
    for (let i = 0; i <= MAX_UNREAD_ROOMS; i++) visited.save(at(`r${i}`), snapshot(0, 1));
    expect(visited.list).toHaveLength(MAX_UNREAD_ROOMS);
    expect(visited.list.some(({ room }) => room === 'r0')).toBe(false);
    expect(visited.snapshot('r0')).toBeUndefined();
    expect(visited.snapshot('r1')).toBeDefined();
    expect([visited.draft('r0'), visited.waiting('r0')]).toEqual(['half a sentence', 1]);
  });

  it('taken off the list, a room keeps what waits to be sent there', () => {
    const { store, visited } = setUp();
    visited.save(at('a'), snapshot(0, 1));
    store.set(visited.outboxKey('a'), '[{"id":"x","at":1,"content":{"type":"text","text":"a"}}]');
    visited.forget('a');
    expect([visited.list, visited.snapshot('a'), visited.waiting('a')]).toEqual([[], undefined, 1]);
  });

  it('are those of one user', () => {
    const { store, visited } = setUp();
    visited.save(at('a'), snapshot(0, 1));
    const other = new VisitedRooms(store, 'u2');
    expect([other.list, other.snapshot('a')]).toEqual([[], undefined]);
  });
});

describe('a snapshot', () => {
  it('holds the newest 50 without a hole, and knows that there are older ones', () => {
    const { visited } = setUp();
    visited.save(at('a'), snapshot(0, 50));
    expect(visited.snapshot('a')).toEqual(snapshot(0, 50));
    visited.save(at('a'), snapshot(0, 51));
    expect(visited.snapshot('a')).toEqual({ ...snapshot(1, 50), more: true });
  });

  it('of long messages holds as many as there is room for', () => {
    const { store, visited } = setUp();
    visited.save(at('a'), snapshot(10, 50, '"'.repeat(2_000)));
    const kept = visited.snapshot('a');
    expect(kept?.events.length).toBeGreaterThan(1);
    expect(kept?.start).toBe((kept?.events[0]?.seq ?? 0) - 1);
    expect([kept?.upTo, kept?.events.at(-1)?.seq, kept?.more]).toEqual([60, 60, true]);
    expect(store.used).toBeLessThan(151_000);
  });

  it('without an event is the place alone', () => {
    const { visited } = setUp();
    visited.save(at('a'), { ...snapshot(5, 0), upTo: 9 });
    expect(visited.snapshot('a')).toMatchObject({ start: 5, upTo: 9, events: [] });
  });

  it('for which there is no room takes the old one away, and breaks nothing', () => {
    const { store, visited } = setUp();
    visited.save(at('a'), snapshot(0, 1));
    store.quota = store.used + 10;
    visited.save(at('a', 2), snapshot(0, 30));
    expect(visited.snapshot('a')).toBeUndefined();
    store.quota = 0;
    visited.save(at('b'), snapshot(0, 1));
    visited.saveDraft('a', 'x');
    expect(visited.draft('a')).toBe('');
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '5'],
    ['no cursor', JSON.stringify({ ...snapshot(0, 1), epoch: 'a&b' })],
    ['half a number', JSON.stringify({ ...snapshot(0, 1), upTo: 1.5 })],
    ['an end before its start', JSON.stringify({ ...snapshot(0, 1), start: 2 })],
    ['a broken event', JSON.stringify({ ...snapshot(0, 1), events: [{ seq: 1 }] })],
  ])('that is %s is none', (_, text) => {
    const { store, visited } = setUp();
    store.set('room:u1:a', text);
    store.set('rooms:u1', text);
    expect([visited.snapshot('a'), visited.list]).toEqual([undefined, []]);
    visited.save(at('a'), snapshot(0, 1));
    expect(visited.list).toHaveLength(1);
  });
});

it('a draft is there again when the room is opened, until it is empty', () => {
  const { store, visited } = setUp();
  visited.saveDraft('a', '半句');
  expect(new VisitedRooms(store, 'u1').draft('a')).toBe('半句');
  visited.saveDraft('a', '');
  expect([visited.draft('a'), store.values.size]).toEqual(['', 0]);
});
