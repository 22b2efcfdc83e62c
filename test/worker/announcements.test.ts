/** Announcements where they meet the alarm, sleep and SQLite; what they mean is in room/announcements.test.ts. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { Announcement } from '../../shared/http.ts';
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

const HOUR = 3_600_000;
/** For what comes in its own time: how long it may take says how busy the machine is, nothing else. */
const PATIENCE = { timeout: 10_000 };

async function announce(
  room: string,
  body: object,
  headers: Record<string, string> = ADMIN,
): Promise<Announcement> {
  const response = await post(`/api/rooms/${room}/announcements`, body, headers);
  expect(response.status).toBe(201);
  return await response.json<Announcement>();
}

const alarmOf = (room: string) =>
  runInDurableObject(stubOf(room), (_, { storage }) => storage.getAlarm());

const rowsOf = (room: string) =>
  runInDurableObject(stubOf(room), (_, { storage }) =>
    storage.sql.exec('SELECT id, at, every FROM announcements ORDER BY id').toArray(),
  );

/** As if so much time had passed for the announcements, while the object was down. */
async function letTimePass(room: string, ms: number, webSockets: 'hibernate' | 'close') {
  await runInDurableObject(stubOf(room), (_, { storage }) => {
    storage.sql.exec('UPDATE announcements SET at = at - ?', ms);
  });
  await evictDurableObject(stubOf(room), { webSockets });
}

describe('announcements in workerd', () => {
  it('one for now comes at once, also into an empty room; again under its id it comes no more', async () => {
    const room = newRoom();
    const first = await announce(room, { id: 'a', text: '直播开始了' });
    expect(first).toMatchObject({ id: 'a', text: '直播开始了', by: { id: 'system' } });
    await vi.waitFor(
      async () => expect(await stubOf(room).info()).toMatchObject({ head: 1 }),
      PATIENCE,
    );
    expect(await rowsOf(room)).toEqual([]);
    expect(await announce(room, { id: 'a', text: '直播开始了' })).toMatchObject({ id: 'a' });
    const ann = await Client.join(room, 'ann');
    await ann.upTo(1);
    expect(ann.inbox.events()).toMatchObject([
      { from: { id: 'system', role: 'owner' }, content: { type: 'notice', text: '直播开始了' } },
    ]);
    expect((await ann.say('hi')).seq).toBe(2);
  });

  it('[R8] sleeping sockets hear what is due when the alarm rings', async () => {
    const room = newRoom();
    const ann = await Client.join(room, 'ann');
    const { at } = await announce(room, { id: 'once', text: 'soon', at: Date.now() + HOUR });
    await announce(room, { id: 'tick', text: 'again', every: 60 });
    expect(await alarmOf(room)).toBeLessThan(at);
    await letTimePass(room, HOUR, 'hibernate');
    expect(await runDurableObjectAlarm(stubOf(room))).toBe(true);
    await ann.upTo(2);
    // What was missed 59 times comes once.
    expect(ann.inbox.texts()).toEqual(['again', 'soon']);
    const rows = await rowsOf(room);
    expect(rows).toMatchObject([{ id: 'tick', every: 60 }]);
    expect(await alarmOf(room)).toBe(rows[0]?.at);
    // It rings a second time.
    await runDurableObjectAlarm(stubOf(room));
    expect((await ann.say('hi')).seq).toBe(3);
  });

  it('[R8] what repeats wakes no room that nobody is in, and goes on when somebody is', async () => {
    const room = newRoom();
    const ann = await Client.join(room, 'ann');
    await ann.say('hi');
    const { at } = await announce(room, { text: 'again', every: 60 });
    expect(await alarmOf(room)).toBe(at);
    await letTimePass(room, HOUR, 'close');
    await runDurableObjectAlarm(stubOf(room));
    expect(await stubOf(room).info()).toMatchObject({ head: 1, online: 0 });
    // The alarm is for trimming now, in a month.
    expect(await alarmOf(room)).toBeGreaterThan(Date.now() + 24 * HOUR);
    const bob = await Client.join(room, 'bob');
    await vi.waitFor(
      async () => expect(await alarmOf(room)).toBeLessThan(Date.now() + HOUR),
      PATIENCE,
    );
    expect((await rowsOf(room))[0]?.at).toBe(await alarmOf(room));
    expect((await bob.say('nobody said anything')).seq).toBe(2);
  });

  it('[R2] when storage fails, it is said later, and the rest of what the alarm is for is done', async () => {
    const room = newRoom();
    const ann = await Client.join(room, 'ann');
    await ann.say('old');
    const stub = stubOf(room);
    const execute = (query: string) =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec(query).toArray());
    await announce(room, { id: 'a', text: 'later', at: Date.now() + HOUR });
    await execute(`CREATE TRIGGER full BEFORE INSERT ON events
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    await execute('UPDATE events SET at = 1');
    await letTimePass(room, HOUR, 'hibernate');
    await runDurableObjectAlarm(stub);
    expect(await execute('SELECT * FROM events')).toEqual([]);
    expect(await rowsOf(room)).toMatchObject([{ id: 'a' }]);
    expect(await alarmOf(room)).toBeGreaterThan(Date.now());
    expect(await alarmOf(room)).toBeLessThan(Date.now() + HOUR);
    await execute('DROP TRIGGER full');
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    await ann.upTo(2);
    expect(ann.inbox.texts()).toEqual(['old', 'later']);
    expect(await rowsOf(room)).toEqual([]);
  });

  it('[A3] a host’s are said in the host’s name, whether they are there or not', async () => {
    const room = newRoom();
    const token = await guestToken('ann');
    const settings = await request(`/api/rooms/${room}/settings`, {
      method: 'PUT',
      headers: ADMIN,
      body: JSON.stringify({ hosts: ['guest:ann'] }),
    });
    expect(settings.status).toBe(200);
    const bob = await Client.join(room, 'bob');
    const { by } = await announce(room, { text: '休息一下' }, bearer(token));
    expect(by).toEqual({ id: 'guest:ann', name: 'ann' });
    await bob.upTo(1);
    expect(bob.inbox.events()).toMatchObject([
      { from: { id: 'guest:ann', name: 'ann', role: 'host' }, content: { type: 'notice' } },
    ]);
    // What the token says besides, is not for others.
    expect(JSON.stringify(bob.inbox.events())).not.toContain('expiresAt');
  });
});
