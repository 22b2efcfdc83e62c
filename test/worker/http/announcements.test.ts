import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Announcement, AnnouncementsResponse, ErrorBody } from '../../../shared/http.ts';
import {
  ADMIN,
  bearer,
  Client,
  guestToken,
  newRoom,
  post,
  request,
  stubOf,
} from '../support/client.ts';

const HOUR = 3_600_000;
type Headers = Record<string, string>;

const announce = (room: string, body: unknown, headers: Headers = ADMIN) =>
  post(`/api/rooms/${encodeURIComponent(room)}/announcements`, body, headers);
const list = (room: string, headers: Headers = ADMIN) =>
  request(`/api/rooms/${room}/announcements`, { headers });
const cancel = (room: string, id: string, headers: Headers = ADMIN) =>
  request(`/api/rooms/${room}/announcements/${encodeURIComponent(id)}`, {
    method: 'DELETE',
    headers,
  });
const listed = async (room: string) =>
  (await (await list(room)).json<AnnouncementsResponse>()).announcements;

async function expectRefusal(response: Response, status: number, code: string): Promise<void> {
  const { error } = await response.json<{ error: ErrorBody }>();
  expect([response.status, error.code, error.message]).toEqual([status, code, expect.any(String)]);
}

/** Whether there is anything in this room's storage. */
const exists = (room: string) =>
  runInDurableObject(
    stubOf(room),
    (_, { storage }) =>
      storage.sql.exec(`SELECT 1 FROM sqlite_master WHERE name = 'meta'`).toArray().length > 0,
  );

describe('announcements over HTTP', () => {
  let host: Headers;
  let member: Headers;
  beforeAll(async () => {
    [host, member] = [bearer(await guestToken('ann')), bearer(await guestToken('bob'))];
  });

  /** A room whose host is ann. */
  async function roomWithHost(): Promise<string> {
    const room = newRoom();
    const response = await request(`/api/rooms/${room}/settings`, {
      method: 'PUT',
      headers: ADMIN,
      body: JSON.stringify({ hosts: ['guest:ann'] }),
    });
    expect(response.status).toBe(200);
    return room;
  }

  it('[H11][H12][H13] are set, listed and taken back, by a host and by an operator', async () => {
    const room = await roomWithHost();
    const at = Date.now() + HOUR;
    const set = await announce(room, { text: '开播', at, every: 60 }, host);
    expect(set.status).toBe(201);
    const { id, ...rest } = await set.json<Announcement>();
    expect(rest).toEqual({ text: '开播', at, every: 60, by: { id: 'guest:ann', name: 'ann' } });
    const other = await announce(room, { id: '公告 1/2', text: '下播', at: at - 1 });
    expect(await other.json()).toEqual({
      id: '公告 1/2',
      text: '下播',
      at: at - 1,
      by: { id: 'system', name: '系统' },
    });
    const all = await list(room, host);
    expect(all.status).toBe(200);
    expect((await all.json<AnnouncementsResponse>()).announcements).toMatchObject([
      { id: '公告 1/2' },
      { id },
    ]);
    const gone = await cancel(room, '公告 1/2', host);
    expect([gone.status, await gone.text()]).toEqual([204, '']);
    expect((await cancel(room, id)).status).toBe(204);
    expect(await listed(room)).toEqual([]);
    await expectRefusal(await cancel(room, id), 404, 'not_found');
  });

  it('[A2] under the same id there is one, whatever is said the second time', async () => {
    const room = await roomWithHost();
    const at = Date.now() + HOUR;
    const first = await (await announce(room, { id: 'a', text: 'one', at }, host)).json();
    const again = await announce(room, { id: 'a', text: 'two', every: 60 }, host);
    expect([again.status, await again.json()]).toEqual([201, first]);
    await expectRefusal(await announce(room, { id: 'a', text: 'one', at }), 400, 'bad_frame');
    expect(await listed(room)).toEqual([first]);
  });

  it('[A1] are nothing for members, strangers, and who is banned or muted', async () => {
    const room = await roomWithHost();
    await announce(room, { id: 'a', text: 'hi', at: Date.now() + HOUR });
    const all = (headers: Headers) => [
      announce(room, { text: 'hi' }, headers),
      list(room, headers),
      cancel(room, 'a', headers),
    ];
    for (const each of all(member)) await expectRefusal(await each, 403, 'forbidden');
    for (const headers of [{}, bearer('nonsense'), bearer('x'.repeat(40))] as Headers[]) {
      for (const each of all(headers)) await expectRefusal(await each, 401, 'unauthorized');
    }
    const moderate = (action: string) =>
      post(`/api/rooms/${room}/moderation`, { action, user: 'guest:ann' }, ADMIN);
    await moderate('mute');
    await expectRefusal(await announce(room, { text: 'hi' }, host), 403, 'muted');
    await moderate('ban');
    for (const each of all(host)) await expectRefusal(await each, 403, 'banned');
    expect(await listed(room)).toMatchObject([{ id: 'a' }]);
  });

  it('of a room that nobody has entered are none, and asking makes no room', async () => {
    const room = newRoom();
    expect(await listed(room)).toEqual([]);
    await expectRefusal(await cancel(room, 'a'), 404, 'not_found');
    await expectRefusal(await announce(room, { text: 'hi' }, member), 403, 'forbidden');
    await expectRefusal(await list(room, member), 403, 'forbidden');
    await expectRefusal(await cancel(room, 'a', member), 403, 'forbidden');
    expect(await exists(room)).toBe(false);
    expect((await announce(room, { text: 'hi', at: Date.now() + HOUR })).status).toBe(201);
    expect(await exists(room)).toBe(true);
  });

  it.each([
    ['no text', {}],
    ['blank text', { text: ' \n\u200b' }],
    ['text too long', { text: 'x'.repeat(2_001) }],
    ['half a character', { text: '\ud800' }],
    ['at as text', { text: 'hi', at: 'tomorrow' }],
    ['at in the past', { text: 'hi', at: Date.now() - HOUR }],
    ['at in seconds', { text: 'hi', at: Math.floor(Date.now() / 1_000) + 3_600 }],
    ['at of no day', { text: 'hi', at: 1e15 }],
    ['at beyond what numbers hold', '{"text":"hi","at":1e400}'],
    ['at between milliseconds', { text: 'hi', at: Date.now() + HOUR + 0.5 }],
    ['every second', { text: 'hi', every: 1 }],
    ['every 59 seconds', { text: 'hi', every: 59 }],
    ['every -60 seconds', { text: 'hi', every: -60 }],
    ['every 60.5 seconds', { text: 'hi', every: 60.5 }],
    ['every 31 days', { text: 'hi', every: 31 * 86_400 }],
    ['every 1e300 seconds', { text: 'hi', every: 1e300 }],
    ['an empty id', { text: 'hi', id: '' }],
    ['an id too long', { text: 'hi', id: 'x'.repeat(65) }],
    ['an id with a line break', { text: 'hi', id: 'a\nb' }],
    ['no JSON', 'hi'],
  ])('[A1] %s is refused', async (_, body) => {
    const room = newRoom();
    await expectRefusal(await announce(room, body), 400, 'bad_frame');
    expect(await listed(room)).toEqual([]);
  });

  it('[A1] a room has 20 of them, and no more', async () => {
    const room = newRoom();
    const at = Date.now() + HOUR;
    for (let i = 0; i < 20; i++) {
      expect((await announce(room, { id: `${i}`, text: 'hi', at: at + i })).status).toBe(201);
    }
    await expectRefusal(await announce(room, { text: 'hi', at }), 403, 'forbidden');
    expect((await announce(room, { id: '7', text: 'hi', at })).status).toBe(201);
    expect(await listed(room)).toHaveLength(20);
    expect((await cancel(room, '7')).status).toBe(204);
    expect((await announce(room, { id: '7', text: 'hi', at })).status).toBe(201);
  });
});

describe('the admin key', () => {
  it('[H3][H4][H20] reads of a room what it shows, and who is in it, but not what is said', async () => {
    const room = newRoom();
    const ann = await Client.join(room, 'ann');
    await ann.say('hi');
    const read = (path: string) => request(`/api/rooms/${room}${path}`, { headers: ADMIN });
    expect(await (await read('')).json()).toMatchObject({ name: room, online: 1, head: 1 });
    expect(await (await read('/members')).json()).toMatchObject({
      online: 1,
      members: [{ id: 'guest:ann' }],
    });
    for (const path of ['/messages', '/questions']) {
      await expectRefusal(await read(path), 401, 'unauthorized');
    }
    const unread = await post('/api/rooms/unread', { rooms: [{ room }] }, ADMIN);
    await expectRefusal(unread, 401, 'unauthorized');
  });

  it('is asked for as before: a wrong one, or none, reads nothing', async () => {
    const room = newRoom();
    for (const headers of [{}, bearer('x'.repeat(40))] as Headers[]) {
      for (const path of ['', '/members']) {
        const response = await request(`/api/rooms/${room}${path}`, { headers });
        await expectRefusal(response, 401, 'unauthorized');
      }
    }
  });
});
