import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../worker/migrations.ts';
import { Room } from '../../worker/room/room.ts';
import { RoomLog } from '../../worker/room-log.ts';
import { SqlAddressBook, SqlSettingsStore } from '../../worker/room-records.ts';
import { batchOf, storedEvent, testEventLog } from '../support/log-contract.ts';
import { FakePeer } from '../support/room-harness.ts';
import { Client, newRoom, stubOf } from './support/client.ts';

testEventLog(async (test) => {
  await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
    migrate(storage);
    test(new RoomLog(storage.sql), () => new RoomLog(storage.sql));
  });
});

/** Runs `work` and counts the rows that storage read for it. */
function rowsRead(sql: SqlStorage, work: (counted: SqlStorage) => void): number {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const counted = {
    exec: (query: string, ...bindings: unknown[]) => {
      const cursor = sql.exec(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    },
  } as SqlStorage;
  work(counted);
  return cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0);
}

describe('[R5] what joining costs does not grow with the history', () => {
  /** Rows read and characters sent for waking the room and letting somebody in. */
  async function joinCost(
    events: number,
    behind?: number,
  ): Promise<{ rows: number; sent: number }> {
    return await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage.sql);
      storage.transactionSync(() => {
        for (let seq = 1; seq <= events; seq++) log.append([storedEvent(seq)]);
      });
      const peer = new FakePeer({ id: 'alice', name: 'alice' });
      const rows = rowsRead(storage.sql, (sql) => {
        const ports = {
          name: 'room',
          log: new RoomLog(sql),
          addresses: new SqlAddressBook(sql),
          settings: new SqlSettingsStore(sql),
          clock: Date.now,
          timer: () => {},
          onFault: () => {},
        };
        const room = new Room(ports, { rate: { burst: 1, perSecond: 1 }, capacity: 1 });
        room.join(
          peer,
          behind === undefined ? undefined : { epoch: log.epoch, seq: events - behind },
        );
      });
      expect(peer.inbox.events()).toHaveLength(behind ?? 50);
      expect(peer.inbox.upTo).toBe(events);
      const frames = [...peer.inbox.all('welcome'), ...peer.inbox.all('events')];
      return { rows, sent: frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0) };
    });
  }

  it.each([
    ['without a cursor', undefined, 54],
    ['with a cursor, 60 events behind', 60, 64],
  ])(
    '100 events or 100,000, %s: the same rows',
    async (_, behind, rows) => {
      const [small, large] = [await joinCost(100, behind), await joinCost(100_000, behind)];
      expect([small.rows, large.rows]).toEqual([rows, rows]);
      // Larger numbers have more digits; there is no other difference.
      expect(large.sent / small.sent).toBeLessThan(1.1);
    },
    60_000,
  );
});

describe('[R2] a write that fails', () => {
  it('leaves the log as it was', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage.sql);
      log.append(batchOf(1, 3));
      storage.sql.exec(`CREATE TRIGGER full BEFORE INSERT ON events
        BEGIN SELECT RAISE(ABORT, 'full'); END`);
      expect(() => log.append(batchOf(4, 5))).toThrow();
      expect(log).toMatchObject({ head: 3, oldest: 1 });
      storage.sql.exec('DROP TRIGGER full');
      log.append(batchOf(4, 5));
      expect(new RoomLog(storage.sql).read(0, 9)).toHaveLength(5);
    });
  });
});

describe('what a room costs', () => {
  it('a message is one row, a heartbeat, a page and a second visit none', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await alice.say('first');
    const rows = () =>
      runInDurableObject(stubOf(room), (_, { storage }) => {
        const { sql } = storage;
        const count = (table: string) =>
          sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n;
        return { events: count('events'), addresses: count('addresses'), meta: count('meta') };
      });
    const before = await rows();
    await alice.say('second');
    alice.send('ping');
    alice.send({ type: 'typing' });
    alice.send({ type: 'history', id: 'h', before: 3, limit: 10 });
    await alice.next('page');
    await Client.join(room, 'alice');
    expect(await rows()).toEqual({ ...before, events: before.events + 1 });
  });
});
