import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { ErrorBody } from '../../../shared/http.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { RoomLog } from '../../../worker/room-log.ts';
import { storedEvent } from '../../support/log-contract.ts';
import { ADMIN, bearer, Client, guestToken, newRoom, request, stubOf } from '../support/client.ts';

const PATIENCE = { timeout: 10_000 };

const exportOf = (room: string) =>
  request(`/api/rooms/${encodeURIComponent(room)}/export`, { headers: ADMIN });

const eventsOf = (text: string): ChatEvent[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** The lines that storage holds. */
const storedLines = (room: string) =>
  runInDurableObject(stubOf(room), (_, { storage }) =>
    storage.sql
      .exec<{ lines: string }>('SELECT lines FROM events ORDER BY first')
      .toArray()
      .map(({ lines }) => `${lines}\n`)
      .join(''),
  );

/** A room with so many events in batches of ten, unless it is said otherwise. About 500 make a chunk. */
async function fullRoom(events: number, batch = 10): Promise<string> {
  const room = newRoom();
  await (await Client.join(room, 'alice')).close();
  await runInDurableObject(stubOf(room), (_, { storage }) => {
    const log = new RoomLog(storage);
    for (let first = 1; first <= events; first += batch) {
      log.append(Array.from({ length: batch }, (_, i) => storedEvent(first + i, Date.now())));
    }
  });
  await evictDurableObject(stubOf(room));
  return room;
}

/** The body of an export as text, whole. */
async function textOf(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}

/** An export that is read on when the test says so: its beginning is. */
async function begin(room: string) {
  const { body, headers } = await exportOf(room);
  if (!body) throw new Error('an export has a body');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let { value: text = '' } = await reader.read();
  return {
    last: headers.get('Edge-Chat-Last-Seq'),
    /** Stops reading. */
    stop: () => reader.cancel(),
    /** Reads on to the end; all the text. */
    async finish(): Promise<string> {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
      }
    },
  };
}

const upTo = (count: number, first = 1) => Array.from({ length: count }, (_, i) => first + i);
const seqsOf = (text: string) => eventsOf(text).map(({ seq }) => seq);

describe('GET /api/rooms/:room/export', () => {
  it('[H19] gives every event as it is stored, private and recalled ones too', async () => {
    const room = `${newRoom()}-直播间`;
    const [ann, bob] = [await Client.join(room, 'ann'), await Client.join(room, 'bob')];
    await ann.say('hello\n"there" 🎉');
    await ann.say('secret', { to: { users: ['guest:bob'] } });
    const { seq } = await bob.say('oops');
    await bob.act('recall', seq);
    const response = await exportOf(room);
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Content-Disposition')).toBe(
      `attachment; filename="${room.replace('直播间', '___')}.ndjson"; ` +
        `filename*=UTF-8''${encodeURIComponent(room)}.ndjson`,
    );
    expect(response.headers.get('Edge-Chat-Last-Seq')).toBe('4');
    const text = await textOf(response);
    expect(text).toBe(await storedLines(room));
    expect(text).not.toContain('oops');
    expect(eventsOf(text)).toMatchObject([
      { seq: 1, content: { text: 'hello\n"there" 🎉' } },
      { seq: 2, content: { text: 'secret' }, to: { users: ['guest:bob'] } },
      { seq: 3, content: { type: 'recalled' } },
      { seq: 4, kind: 'recall', target: 3 },
    ]);
  });

  it('is for operators', async () => {
    const room = newRoom();
    const path = `/api/rooms/${room}/export`;
    for (const headers of [undefined, bearer(await guestToken('ann')), bearer('x'.repeat(40))]) {
      const response = await request(path, headers && { headers });
      expect(response.status).toBe(401);
      const { error } = await response.json<{ error: ErrorBody }>();
      expect(error.code).toBe('unauthorized');
    }
    expect((await request('/api/rooms/a%20b/export', { headers: ADMIN })).status).toBe(400);
  });

  it('of a room that nobody has entered is empty, and makes none', async () => {
    const room = newRoom();
    const response = await exportOf(room);
    expect(response.status).toBe(200);
    expect(response.headers.get('Edge-Chat-Last-Seq')).toBe('0');
    expect(await textOf(response)).toBe('');
    const tables = await runInDurableObject(stubOf(room), (_, { storage }) =>
      storage.sql.exec(`SELECT name FROM sqlite_master WHERE name = 'meta'`).toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('of a room of which nothing is kept is empty, and says so', async () => {
    const room = await fullRoom(20);
    await runInDurableObject(stubOf(room), (_, { storage }) => new RoomLog(storage).trim(20));
    await evictDurableObject(stubOf(room));
    const response = await exportOf(room);
    expect(response.headers.get('Edge-Chat-Last-Seq')).toBe('0');
    expect(await textOf(response)).toBe('');
  });

  it.each([1, 1_500])('reads rows of any size: of %i events', async (batch) => {
    const room = await fullRoom(3_000, batch);
    const text = await textOf(await exportOf(room));
    expect(text).toBe(await storedLines(room));
    expect(seqsOf(text)).toEqual(upTo(3_000));
  });

  it('[H19] ends with what was the newest when it began', async () => {
    const room = await fullRoom(3_000);
    const { last, finish } = await begin(room);
    expect(last).toBe('3000');
    await (await Client.join(room, 'bob')).say('late');
    expect(seqsOf(await finish())).toEqual(upTo(3_000));
  });

  it('[H19] leaves out what is trimmed or recalled before it is read', async () => {
    const room = await fullRoom(6_000);
    const { finish } = await begin(room);
    const response = await request(`/api/rooms/${room}/messages/5500`, {
      method: 'DELETE',
      headers: ADMIN,
    });
    expect(response.status).toBe(200);
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      new RoomLog(storage).trim(5_005);
    });
    const text = await finish();
    const seqs = seqsOf(text);
    const gap = seqs.indexOf(5_006);
    expect(gap).toBeGreaterThan(0);
    expect(gap).toBeLessThan(5_000);
    expect(seqs).toEqual([...upTo(gap), ...upTo(995, 5_006)]);
    expect(eventsOf(text).find(({ seq }) => seq === 5_500)).toMatchObject({
      content: { type: 'recalled' },
    });
  });

  it('reads no further than it is read, and leaves nothing behind when the reader stops', async () => {
    const room = await fullRoom(20_000);
    const reads = await runInDurableObject(stubOf(room), () =>
      vi.spyOn(RoomLog.prototype, 'readLines'),
    );
    const { stop } = await begin(room);
    // The pipes between hold some chunks: a part of the 2,000 batches.
    expect(reads.mock.calls.length).toBeGreaterThan(0);
    expect(reads.mock.calls.length).toBeLessThan(1_000);
    await stop();
    await evictDurableObject(stubOf(room));
    const whenStopped = reads.mock.calls.length;
    const alice = await Client.join(room, 'alice');
    expect((await alice.say('goes on')).seq).toBe(20_001);
    expect(reads.mock.calls.length).toBe(whenStopped);
    expect(whenStopped).toBeLessThan(1_000);
    reads.mockRestore();
  });

  it('[H19] breaks when storage fails half-way: what came is not taken for the whole', async () => {
    const room = await fullRoom(6_000);
    const execute = (query: string) =>
      runInDurableObject(stubOf(room), (_, { storage }) => void storage.sql.exec(query));
    const { finish } = await begin(room);
    await execute('ALTER TABLE events RENAME TO lost');
    await expect(finish()).rejects.toThrow();
    await execute('ALTER TABLE lost RENAME TO events');
    expect(seqsOf(await textOf(await exportOf(room)))).toEqual(upTo(6_000));
  });

  it('breaks when the object is gone half-way', async () => {
    const room = await fullRoom(6_000);
    const { finish } = await begin(room);
    await runInDurableObject(stubOf(room), (_, state) => state.abort('gone')).catch(() => {});
    await expect(finish()).rejects.toThrow();
    await vi.waitFor(async () => {
      expect(seqsOf(await textOf(await exportOf(room)))).toEqual(upTo(6_000));
    }, PATIENCE);
  });
});
