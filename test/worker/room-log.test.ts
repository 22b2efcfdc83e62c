import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../worker/migrations.ts';
import { Room } from '../../worker/room/room.ts';
import { RoomLog } from '../../worker/room-log.ts';
import { SqlAddressBook, SqlFlag, SqlSettingsStore } from '../../worker/room-records.ts';
import { batchOf, storedEvent, testEventLog } from '../support/log-contract.ts';
import { FakePeer } from '../support/room-harness.ts';
import { newRoom, stubOf } from './support/client.ts';

testEventLog(async (test) => {
  await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
    migrate(storage);
    test(new RoomLog(storage.sql), () => new RoomLog(storage.sql));
  });
});

/** Storage that counts; `take` gives the rows read and written since it was asked last. */
function counting(sql: SqlStorage): {
  sql: SqlStorage;
  take: () => { read: number; written: number };
} {
  let cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  const exec = (query: string, ...bindings: unknown[]) => {
    const cursor = sql.exec(query, ...bindings);
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
  return { sql: { exec } as SqlStorage, take };
}

/** A room on this storage. */
function roomOn(sql: SqlStorage): Room {
  const ports = {
    name: 'room',
    log: new RoomLog(sql),
    addresses: new SqlAddressBook(sql),
    settings: new SqlSettingsStore(sql),
    someLackRoster: new SqlFlag(sql, 'some_lack_roster'),
    clock: Date.now,
    timer: () => {},
    onFault: () => {},
  };
  return new Room(ports, { rate: { burst: 100, perSecond: 1 }, capacity: 100 });
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
      const { sql, take } = counting(storage.sql);
      const cursor = behind === undefined ? undefined : { epoch: log.epoch, seq: events - behind };
      roomOn(sql).join(peer, cursor);
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

describe('what a room costs, in rows written', () => {
  it('a message or a batch of them one; coming, going, reading, typing and presence none', async () => {
    await runInDurableObject(stubOf(newRoom()), (_, { storage }) => {
      migrate(storage);
      const { sql, take } = counting(storage.sql);
      const room = roomOn(sql);
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
      expect(written(() => room.join(tablet))).toBe(0);
      expect(written(() => frames({ type: 'typing' }))).toBe(0);
      expect(written(() => frames({ type: 'history', id: 'h', before: 3, limit: 9 }))).toBe(0);
      expect(written(() => room.leave(tablet))).toBe(0);
      expect(written(() => room.leave(alice))).toBe(0);
      expect(written(() => room.join(alice))).toBe(0);
    });
  });
});
