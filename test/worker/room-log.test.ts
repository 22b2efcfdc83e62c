import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../shared/codec.ts';
import { migrate } from '../../worker/migrations.ts';
import type { Peer } from '../../worker/room/ports.ts';
import { Room } from '../../worker/room/room.ts';
import { RoomLog } from '../../worker/room-log.ts';
import { RoomMedia } from '../../worker/room-media.ts';
import {
  SqlAddressBook,
  SqlFlag,
  SqlSanctionStore,
  SqlSettingsStore,
} from '../../worker/room-records.ts';
import { batchOf, recalledEvent, storedEvent, testEventLog } from '../support/log-contract.ts';
import { FakePeer } from '../support/room-harness.ts';
import { newRoom, stubOf } from './support/client.ts';

testEventLog(async (test) => {
  await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
    migrate(storage);
    test(new RoomLog(storage), () => new RoomLog(storage));
  });
});

/** As much of a Durable Object's storage as a room is put on. */
type Storage = Pick<DurableObjectStorage, 'sql' | 'transactionSync'>;

/** Storage that counts; `take` gives the rows read and written since it was asked last. */
function counting(storage: DurableObjectStorage): {
  storage: Storage;
  take: () => { read: number; written: number };
} {
  let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const exec = (query: string, ...bindings: unknown[]) => {
    const cursor = storage.sql.exec(query, ...bindings);
    cursors.push(cursor);
    return cursor;
  };
  const take = () => {
    const rows = { read: 0, written: 0 };
    for (const { rowsRead, rowsWritten } of cursors) {
      rows.read += rowsRead;
      rows.written += rowsWritten;
    }
    cursors = [];
    return rows;
  };
  const transactionSync = <Result>(work: () => Result) => storage.transactionSync(work);
  return { storage: { sql: { exec } as SqlStorage, transactionSync }, take };
}

/** A room on this storage, in which nobody is too fast. */
function roomOn(storage: Storage): Room {
  const { sql } = storage;
  const ports = {
    name: 'room',
    log: new RoomLog(storage),
    addresses: new SqlAddressBook(sql),
    settings: new SqlSettingsStore(sql),
    sanctions: new SqlSanctionStore(sql),
    media: new RoomMedia({ sql, room: 'room', keys: undefined, discard: () => {} }),
    atomically: <Result>(work: () => Result) => storage.transactionSync(work),
    someLackRoster: new SqlFlag(sql, 'some_lack_roster'),
    clock: Date.now,
    timer: () => {},
    onFault: () => {},
  };
  const rate = { burst: 10_000, perSecond: 1 };
  return new Room(ports, { rate, joins: rate, capacity: 100 });
}

describe('[R5] what joining costs does not grow with the history', () => {
  /** Rows read and characters sent for waking the room and letting somebody in. */
  async function joinCost(
    events: number,
    behind?: number,
  ): Promise<{ rows: number; sent: number }> {
    return await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage);
      storage.transactionSync(() => {
        for (let seq = 1; seq <= events; seq++) log.append([storedEvent(seq)]);
      });
      const peer = new FakePeer({ id: 'alice', name: 'alice' });
      const { storage: counted, take } = counting(storage);
      const cursor = behind === undefined ? undefined : { epoch: log.epoch, seq: events - behind };
      roomOn(counted).join(peer, cursor);
      const { read: rows } = take();
      expect(peer.inbox.events()).toHaveLength(behind ?? 50);
      expect(peer.inbox.upTo).toBe(events);
      const frames = [...peer.inbox.all('welcome'), ...peer.inbox.all('events')];
      return { rows, sent: frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0) };
    });
  }

  it.each([
    ['without a cursor', undefined, 50],
    ['with a cursor, 60 events behind', 60, 60],
  ])(
    '100 events or 100,000, %s: the same rows',
    async (_, behind, events) => {
      const [small, large] = [await joinCost(100, behind), await joinCost(100_000, behind)];
      expect(large.rows).toBe(small.rows);
      expect(large.rows).toBeLessThan(events + 10);
      // Larger numbers have more digits; there is no other difference.
      expect(large.sent / small.sent).toBeLessThan(1.1);
    },
    60_000,
  );
});

describe('[R3] what is sent again after a long absence', () => {
  const say = (peer: Peer, id: string, again = false) => {
    const content = { type: 'text' as const, text: id };
    return { peer, data: encodeFrame({ type: 'send', id, content, ...(again && { again }) }) };
  };

  it('is found as the room has written it, by one look at each row, whatever its id', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const { storage: counted, take } = counting(storage);
      const room = roomOn(counted);
      const [alice, bob] = ['alice', 'bob'].map((id) => new FakePeer({ id, name: id })) as [
        FakePeer,
        FakePeer,
      ];
      for (const peer of [alice, bob]) room.join(peer);
      // Its author is in every event of theirs, and quoted by others.
      for (const id of ['a1', 'alice']) room.receive([say(alice, id)]);
      for (let i = 0; i < 100; i++) room.receive([say(alice, `later${i}`)]);
      room.receive([say(bob, '"id":"alice","from":{"id":"alice"')]);
      for (let batch = 0; batch < 25; batch++) {
        room.receive(Array.from({ length: 100 }, (_, i) => say(bob, `b${batch}.${i}`)));
      }
      take();
      for (const id of ['alice', 'a1', 'unheard of']) room.receive([say(alice, id, true)]);
      const acks = alice.inbox.all('ack').map(({ seq }) => seq);
      expect(acks.slice(-3)).toEqual([2, 1, 2_604]);
      const { rows } = storage.sql
        .exec<{ rows: number }>('SELECT count(*) AS rows FROM events')
        .one();
      expect(take().read).toBeLessThan(3 * rows + 20);
    });
  });
});

describe('[R2] a write that fails', () => {
  it('leaves the log as it was, also what was to be rewritten with it', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage);
      log.append(batchOf(1, 3));
      storage.sql.exec(`CREATE TRIGGER full BEFORE INSERT ON events
        BEGIN SELECT RAISE(ABORT, 'full'); END`);
      expect(() => log.append(batchOf(4, 5), [recalledEvent(2)])).toThrow();
      expect(log).toMatchObject({ head: 3, oldest: 1 });
      expect(log.read(0, 9)).toEqual(batchOf(1, 3));
      storage.sql.exec('DROP TRIGGER full');
      log.append(batchOf(4, 5));
      expect(new RoomLog(storage).read(0, 9)).toHaveLength(5);
    });
  });
});

describe('a batch that is larger than a row may be', () => {
  it('goes into as few rows as hold it', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage);
      const users = Array.from({ length: 50 }, (_, i) => `${'😀'.repeat(120)}${i}`);
      const batch = Array.from({ length: 256 }, (_, i) => storedEvent(i + 1, 1_000, users));
      log.append(batch);
      expect(log.read(0, 256)).toEqual(batch);
      const sizes = storage.sql
        .exec<{ size: number }>(
          'SELECT length(CAST(lines AS BLOB)) + length(CAST(offline AS BLOB)) AS size FROM events',
        )
        .toArray();
      expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThan(2_000_000);
      expect(sizes.length).toBeLessThan(32);
    });
  });
});

describe('what the list of questions costs', () => {
  it('grows with the questions, not with the history, and is paid once until the room sleeps', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage);
      storage.transactionSync(() => {
        for (let seq = 1; seq <= 1_000; seq++) log.append([storedEvent(seq)]);
      });
      const { storage: counted, take } = counting(storage);
      const alice = new FakePeer({ id: 'alice', name: 'alice' });
      const ask = (id: string) =>
        JSON.stringify({ type: 'send', id, content: { type: 'question', text: 'why?' } });
      const awake = roomOn(counted);
      awake.join(alice);
      for (let i = 0; i < 5; i++) awake.receive([{ peer: alice, data: ask(`q${i}`) }]);
      const room = roomOn(counted);
      take();
      expect(room.questions(alice.session)).toHaveLength(5);
      expect(take().read).toBeLessThanOrEqual(2 * 5);
      expect(room.questions(alice.session)).toHaveLength(5);
      expect(take().read).toBe(0);
    });
  });
});

describe('what a room costs, in rows written', () => {
  it('a message or a batch of them one; coming, going, reading, typing and presence none', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const { storage: counted, take } = counting(storage);
      const room = roomOn(counted);
      const alice = new FakePeer({ id: 'alice', name: 'alice', group: 'red' });
      const tablet = new FakePeer(alice.session);
      const written = (work: () => void) => {
        take();
        work();
        return take().written;
      };
      const frames = (...data: object[]) =>
        room.receive(data.map((each) => ({ peer: alice, data: JSON.stringify(each) })));
      const send = (id: string) => ({ type: 'send', id, content: { type: 'text', text: 'hi' } });

      expect(written(() => room.join(alice))).toBe(2);
      expect(written(() => frames(send('1')))).toBe(1);
      expect(written(() => frames(send('2'), send('3'), send('4')))).toBe(1);
      expect(written(() => frames(send('1')))).toBe(0);
      expect(written(() => frames({ type: 'recall', id: 'r1', target: 1 }))).toBe(2);
      const recalls = [2, 3, 4].map((target) => ({ type: 'recall', id: `r${target}`, target }));
      expect(written(() => frames(...recalls))).toBe(2);
      const ask = { type: 'send', id: 'q', content: { type: 'question', text: 'why?' } };
      const votes = ['bob', 'carol', 'dan'].map((name) => {
        const peer = new FakePeer({ id: name, name });
        room.join(peer);
        return { peer, data: JSON.stringify({ type: 'vote', id: 'v', target: 9 }) };
      });
      expect(written(() => frames(ask))).toBe(2);
      expect(written(() => room.receive(votes))).toBe(2);
      expect(written(() => room.questions(alice.session))).toBe(0);
      const system = { id: 'system', name: 'system' };
      const moderate = (id: string, action: 'mute' | 'unmute' | 'kick') => () =>
        room.post({ type: 'moderate', id, action, user: 'bob' }, system);
      expect(written(moderate('m1', 'mute'))).toBe(2);
      expect(written(moderate('m2', 'mute'))).toBe(1);
      expect(written(moderate('m3', 'unmute'))).toBe(2);
      expect(written(moderate('m4', 'kick'))).toBe(1);
      expect(written(() => room.configure({ slowMode: 1 }, system, 's1'))).toBe(2);
      const inSlowMode = votes.map(({ peer }) => ({ peer, data: JSON.stringify(send('5')) }));
      expect(written(() => room.receive(inSlowMode))).toBe(1);
      room.configure({ slowMode: 0 }, system, 's2');
      expect(written(() => room.join(tablet))).toBe(0);
      expect(written(() => frames({ type: 'typing' }))).toBe(0);
      expect(written(() => frames({ type: 'history', id: 'h', before: 3, limit: 9 }))).toBe(0);
      expect(written(() => room.leave(tablet))).toBe(0);
      expect(written(() => room.leave(alice))).toBe(0);
      expect(written(() => room.join(alice))).toBe(0);
    });
  });
});
