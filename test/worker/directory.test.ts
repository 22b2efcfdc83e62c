/** The directory of rooms: what rooms tell it, and what becomes of that. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ListedRoom, RoomsResponse } from '../../shared/http.ts';
import { ChatRoom } from '../../worker/chat-room.ts';
import { directoryStub } from '../../worker/directory.ts';
import type { Env } from '../../worker/env.ts';
import { REPORT_INTERVAL_MS } from '../../worker/room/report.ts';
import { png } from '../support/media-files.ts';
import {
  ADMIN,
  bearer,
  Client,
  guestToken,
  newRoom,
  post,
  request,
  stubOf,
} from './support/client.ts';
import { uploaded } from './support/upload.ts';

const PATIENCE = { timeout: 10_000 };
const MINUTE = 60_000;
const directory = () => directoryStub(env as Env);

async function rooms(): Promise<RoomsResponse> {
  const response = await request('/api/rooms', { headers: ADMIN });
  expect(response.status).toBe(200);
  return await response.json<RoomsResponse>();
}

const listed = async (room: string): Promise<ListedRoom | undefined> =>
  (await rooms()).rooms.find((each) => each.room === room);

/** Makes the report of a room look this old. */
const age = (room: string, ms: number) =>
  runInDurableObject(directory(), (_, { storage }) => {
    storage.sql.exec('UPDATE rooms SET at = at - ? WHERE room = ?', ms, room);
  });

describe('the list of rooms', () => {
  it('[H14] shows a room as soon as somebody enters, and that it is empty as soon as all have left', async () => {
    const room = newRoom();
    await post(`/api/rooms/${room}/notices`, { text: 'hi' }, ADMIN);
    const alice = await Client.join(room, 'alice');
    await vi.waitFor(async () => {
      expect(await listed(room)).toEqual({
        room,
        online: 1,
        head: 1,
        perMinute: 1,
        at: expect.any(Number),
      });
    }, PATIENCE);
    await alice.close();
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 0 });
    }, PATIENCE);
  });

  it('[R8] is told by a room that has slept: when something happens again, and when the last leaves', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    await evictDurableObject(stubOf(room));
    await alice.say('hi');
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 2, head: 1, perMinute: 1 });
    }, PATIENCE);
    await evictDurableObject(stubOf(room));
    for (const client of [alice, bob]) await client.close();
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 0 });
    }, PATIENCE);
  });

  it('is exact also about what a room kept to itself since its last report', async () => {
    const room = newRoom();
    const people = ['alice', 'bob', 'carol'].map((name) => Client.join(room, name));
    const [alice] = await Promise.all(people);
    await alice?.say('hi');
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 3, head: 1, perMinute: 1 });
    }, PATIENCE);
    // Later, too, when the room may report again but has no reason to.
    await age(room, REPORT_INTERVAL_MS);
    expect(await listed(room)).toMatchObject({ online: 3, head: 1 });
    expect(await listed(room)).toMatchObject({ online: 3, head: 1 });
  });

  it('[R8] wakes a room that went quiet once at most, which runs nothing and says nothing', async () => {
    const room = newRoom();
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const alice = await Client.join(room, 'alice');
    await vi.waitFor(async () => expect(await listed(room)).toBeDefined(), PATIENCE);
    // Those of presence are short, and over: nothing waits for the next report.
    expect(timer.mock.calls.filter(([, ms]) => (ms ?? 0) > 1_000)).toEqual([]);
    timer.mockRestore();
    await age(room, REPORT_INTERVAL_MS);
    await listed(room);
    await evictDurableObject(stubOf(room));
    const before = await listed(room);
    alice.send('ping');
    await vi.waitFor(() => expect(alice.inbox.other).toEqual(['pong']), PATIENCE);
    expect(before).toMatchObject({ online: 1 });
    expect(await listed(room)).toEqual(before);
    // It sleeps on: there is no object to be put away.
    await expect(evictDurableObject(stubOf(room))).rejects.toThrow();
  });

  it('[R8] is told by a room that an alarm woke, when it had something to say', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await vi.waitFor(async () => expect(await listed(room)).toBeDefined(), PATIENCE);
    const body = { text: 'soon', at: Date.now() + 60 * MINUTE };
    await post(`/api/rooms/${room}/announcements`, body, ADMIN);
    const stub = stubOf(room);
    // Asked once more after it went quiet: from now on its word stands until it reports.
    await age(room, REPORT_INTERVAL_MS);
    await listed(room);
    await age(room, MINUTE);
    const before = await listed(room);
    expect(before).toMatchObject({ online: 1, head: 0, perMinute: 0 });
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await listed(room)).toEqual(before);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec('UPDATE announcements SET at = at - ?', 60 * MINUTE);
    });
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    await alice.upTo(1);
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 1, head: 1, perMinute: 1 });
    }, PATIENCE);
  });

  it('is told of a picture that was withdrawn, but not of a room that it was never sent in', async () => {
    const [room, never] = [newRoom(), newRoom()];
    await stubOf(never).withdraw('/media/never-sent-anywhere');
    const alice = await Client.join(room, 'alice');
    const content = await uploaded(png(), { room });
    alice.send({ type: 'send', id: 'p', content });
    await alice.upTo(1);
    await age(room, REPORT_INTERVAL_MS);
    await listed(room);
    await evictDurableObject(stubOf(room));
    await stubOf(room).withdraw(content.url);
    await alice.upTo(2);
    await vi.waitFor(async () => {
      expect(await listed(room)).toMatchObject({ online: 1, head: 2 });
    }, PATIENCE);
    expect(await listed(never)).toBeUndefined();
  });

  it('has a room that does not answer as it was', async () => {
    const room = newRoom();
    const at = Date.now();
    await directory().report(room, { online: 5, head: 2, perMinute: 3, at });
    const status = vi.spyOn(ChatRoom.prototype, 'status').mockImplementation(() => {
      throw new Error('this room is broken');
    });
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await listed(room)).toEqual({ room, online: 5, head: 2, perMinute: 3, at });
    status.mockRestore();
    errors.mockRestore();
  });

  it('lets an old report change nothing', async () => {
    const room = newRoom();
    const at = Date.now();
    await directory().report(room, { online: 5, head: 2, perMinute: 1, at, title: '标题' }, true);
    await directory().report(room, { online: 9, head: 1, perMinute: 7, at: at - 1 }, true);
    expect(await listed(room)).toEqual({
      room,
      title: '标题',
      online: 5,
      head: 2,
      perMinute: 1,
      at,
    });
  });

  it('claims no rate that is over, and drops what was empty long ago or silent for a day', async () => {
    const room = newRoom();
    const empty = newRoom();
    const at = Date.now();
    await directory().report(room, { online: 5, head: 2, perMinute: 30, at }, true);
    await directory().report(empty, { online: 0, head: 2, perMinute: 30, at }, true);
    await age(room, MINUTE);
    expect(await listed(room)).toMatchObject({ online: 5, perMinute: 0 });
    await age(empty, 61 * MINUTE);
    const { total } = await rooms();
    expect(await listed(empty)).toBeUndefined();
    await age(room, 24 * 60 * MINUTE);
    expect(await listed(room)).toBeUndefined();
    expect((await rooms()).total).toBe(total - 1);
    // Woken anew, it deletes them with the next report.
    await evictDurableObject(directory());
    await directory().report(newRoom(), { online: 0, head: 0, perMinute: 0, at });
    const left = await runInDurableObject(directory(), (_, { storage }) =>
      storage.sql.exec('SELECT room FROM rooms WHERE room IN (?, ?)', room, empty).toArray(),
    );
    expect(left).toEqual([]);
  });

  it('[H14] puts most people first, gives 200 at most, and says how many there are', async () => {
    const prefix = newRoom();
    const at = Date.now();
    for (let i = 0; i < 210; i++) {
      const report = { online: 1_000 + i, head: 0, perMinute: 0, at };
      await directory().report(`${prefix}-${i}`, report, true);
    }
    const answer = await rooms();
    expect(answer.rooms).toHaveLength(200);
    expect(answer.total).toBeGreaterThanOrEqual(210);
    expect(answer.rooms[0]).toMatchObject({ room: `${prefix}-209`, online: 1_209 });
    const counts = answer.rooms.map(({ online }) => online);
    expect(counts).toEqual([...counts].sort((one, other) => other - one));
  });

  it('is for who has the admin key', async () => {
    const token = await guestToken('alice');
    for (const headers of [{}, bearer(token), bearer('wrong')]) {
      const response = await request('/api/rooms', { headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });

  it('[R2] that is down takes nothing from a room', async () => {
    const room = newRoom();
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec(`CREATE TRIGGER down BEFORE INSERT ON rooms
        BEGIN SELECT RAISE(ABORT, 'down'); END`);
    });
    try {
      const alice = await Client.join(room, 'alice');
      expect(await alice.say('hi')).toMatchObject({ seq: 1 });
      await vi.waitFor(() => {
        expect(errors).toHaveBeenCalledWith('the directory was not told', expect.anything());
      }, PATIENCE);
      expect(await alice.say('still here')).toMatchObject({ seq: 2 });
    } finally {
      await runInDurableObject(directory(), (_, { storage }) => {
        storage.sql.exec('DROP TRIGGER down');
      });
      errors.mockRestore();
    }
  });
});
