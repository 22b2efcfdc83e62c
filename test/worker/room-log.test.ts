import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../worker/migrations.ts';
import { RoomLog } from '../../worker/room-log.ts';
import { batchOf, storedEvent, testEventLog } from '../support/log-contract.ts';
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

describe('[R5] what reading costs does not grow with the history', () => {
  /** Rows read for waking up, the newest 50, one page further back, and trimming nothing. */
  async function cost(events: number): Promise<{ rows: number; bytes: number }> {
    return await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const log = new RoomLog(storage.sql);
      storage.transactionSync(() => {
        for (let seq = 1; seq <= events; seq++) log.append([storedEvent(seq)]);
      });
      let bytes = 0;
      const rows = rowsRead(storage.sql, (sql) => {
        const woken = new RoomLog(sql);
        expect(woken).toMatchObject({ head: events, oldest: 1 });
        for (const before of [events + 1, events - 49]) {
          for (const { text } of woken.read(before - 51, before - 1)) bytes += text.length;
        }
        woken.newestBefore(0);
      });
      return { rows, bytes };
    });
  }

  it('100 events or 100,000: the same rows', async () => {
    const [small, large] = [await cost(100), await cost(100_000)];
    expect(large.rows).toBe(small.rows);
    expect(small.rows).toBeLessThan(120);
    expect(large.bytes / small.bytes).toBeLessThan(1.2);
  }, 60_000);
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
