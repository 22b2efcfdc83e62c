/** `GET /api/metrics`: all rooms in numbers. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { directoryStub, type RoomLoad } from '../../worker/directory.ts';
import type { Env } from '../../worker/env.ts';
import { NOTHING } from '../../worker/room/tally.ts';
import { ADMIN, bearer, Client, guestToken, newRoom, request } from './support/client.ts';

const PATIENCE = { timeout: 10_000 };
const HOUR = 60 * 60_000;
const directory = () => directoryStub(env as Env);

/** The numbers, by name and label. */
async function metrics(): Promise<Map<string, number>> {
  const response = await request('/api/metrics', { headers: ADMIN });
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => /^[^#]/.test(line));
  return new Map(
    lines.map((line) => {
      const [, name = '', value] = /^edge_chat_(\S+) (\d+)$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

/** How much each number has grown since `before`, as far as it has. */
async function growth(before: ReadonlyMap<string, number>): Promise<Record<string, number>> {
  const grown = [...(await metrics())].map(
    ([name, value]) => [name, value - (before.get(name) ?? 0)] as const,
  );
  return Object.fromEntries(grown.filter(([, value]) => value !== 0));
}

const load = (more: Partial<RoomLoad['tally']> = {}, connections = 0): RoomLoad => ({
  connections,
  tally: { ...NOTHING, ...more },
});

describe('[H21] the metrics', () => {
  it('say what rooms have reported', async () => {
    const before = await metrics();
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await vi.waitFor(async () => {
      expect(await growth(before)).toMatchObject({ rooms: 1, users_online: 1, connections: 1 });
    }, PATIENCE);
    await alice.say('hi');
    alice.send('{');
    await alice.next('reject');
    await alice.close();
    await vi.waitFor(async () => {
      expect(await growth(before)).toEqual({
        events_total: 1,
        connects_total: 1,
        frames_total: 2,
        'refusals_total{code="bad_frame"}': 1,
        room_events_per_minute_max: expect.any(Number),
      });
    }, PATIENCE);
  });

  it('add up what came late, and count no event twice nor forget one', async () => {
    const before = await metrics();
    const room = newRoom();
    const at = Date.now();
    const report = { online: 2, perMinute: 0, at };
    const refusals = { muted: 2 };
    await directory().report(
      room,
      { ...report, head: 10 },
      false,
      load({ events: 3, frames: 3 }, 4),
    );
    // It fell asleep with four more, and woke with another.
    await directory().report(
      room,
      { ...report, head: 15, at: at + 1 },
      false,
      load({ events: 1, refusals }, 5),
    );
    // An older one that was overtaken.
    await directory().report(
      room,
      { ...report, head: 12, at: at - 1 },
      false,
      load({ events: 2, frames: 2 }, 9),
    );
    // Somebody asked it.
    await directory().report(room, { ...report, head: 16, at: at + 2 }, true);
    expect(await growth(before)).toMatchObject({
      rooms: 1,
      users_online: 2,
      connections: 5,
      events_total: 3 + 5 + 1,
      frames_total: 5,
      'refusals_total{code="muted"}': 2,
    });
  });

  it('never fall, also when rooms are forgotten and come again', async () => {
    const before = await metrics();
    const room = newRoom();
    const at = Date.now();
    const empty = { online: 0, perMinute: 0 };
    await directory().report(
      room,
      { ...empty, head: 7, at },
      false,
      load({ events: 7, connects: 1 }),
    );
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec('UPDATE rooms SET at = at - ? WHERE room = ?', 2 * HOUR, room);
    });
    // Woken anew, it forgets old rooms with the next report.
    await evictDurableObject(directory());
    await directory().report(newRoom(), { ...empty, head: 0, at });
    const known = await runInDurableObject(directory(), (_, { storage }) =>
      storage.sql.exec('SELECT 1 FROM rooms WHERE room = ?', room).toArray(),
    );
    expect(known).toEqual([]);
    expect(await growth(before)).toMatchObject({ events_total: 7, connects_total: 1 });
    await directory().report(
      room,
      { ...empty, head: 9, at },
      false,
      load({ events: 2, connects: 1 }),
    );
    expect(await growth(before)).toMatchObject({ events_total: 9, connects_total: 2 });
  });

  it('say how busy the busiest room is, as long as it is', async () => {
    const at = Date.now();
    const room = newRoom();
    const busy = { online: 1, head: 5_000, perMinute: 4_321 };
    await directory().report(room, { ...busy, at }, false, load({}, 3_000));
    const during = await metrics();
    expect(during.get('room_events_per_minute_max')).toBe(4_321);
    expect(during.get('room_connections_max')).toBe(3_000);
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec('UPDATE rooms SET at = at - 60000 WHERE room = ?', room);
    });
    expect((await metrics()).get('room_events_per_minute_max')).toBeLessThan(4_321);
  });

  it('are kept by a directory of before', async () => {
    const room = newRoom();
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec('DROP TABLE past');
      for (const column of ['connections', 'tally']) {
        storage.sql.exec(`ALTER TABLE rooms DROP COLUMN ${column}`);
      }
      storage.sql.exec('INSERT INTO rooms VALUES (?, NULL, 1, 5, 0, ?, 0)', room, Date.now());
    });
    await evictDurableObject(directory());
    const before = await metrics();
    await directory().report(room, { online: 1, head: 6, perMinute: 0, at: Date.now() });
    expect(await growth(before)).toMatchObject({ events_total: 1 });
  });

  it('are for who has the admin key', async () => {
    for (const headers of [{}, bearer('wrong'), bearer(await guestToken('alice'))]) {
      expect((await request('/api/metrics', { headers })).status).toBe(401);
    }
  });

  it('are in the text format of Prometheus', async () => {
    const text = await (await request('/api/metrics', { headers: ADMIN })).text();
    expect(text).toMatch(
      /^# HELP edge_chat_rooms .+\n# TYPE edge_chat_rooms gauge\nedge_chat_rooms \d+\n/,
    );
    expect(text.endsWith('\n')).toBe(true);
    const line = /^(# (HELP|TYPE) edge_chat_\w+ .+|edge_chat_\w+(\{code="\w+"\})? \d+)?$/;
    for (const each of text.split('\n')) expect(each).toMatch(line);
  });
});
