import { evictDurableObject, listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type {
  ErrorBody,
  MembersResponse,
  NoticeResponse,
  PageResponse,
  QuestionsResponse,
  RoomResponse,
  UnreadResponse,
} from '../../../shared/http.ts';
import type { Audience, SendContent } from '../../../shared/protocol.ts';
import { withRetry } from '../../../worker/http/retry.ts';
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

async function get<Answer>(path: string, name: string): Promise<Answer> {
  const response = await request(path, { headers: bearer(await guestToken(name)) });
  expect(response.status).toBe(200);
  return await response.json<Answer>();
}
const put = (path: string, body: unknown, headers: Record<string, string>) =>
  request(path, { method: 'PUT', headers, body: JSON.stringify(body) });
const codeOf = async (response: Response) =>
  (await response.json<{ error: ErrorBody }>()).error.code;

describe('reading a room', () => {
  it('[H3][H4][H5] its state, its members and its history', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    for (let i = 1; i <= 5; i++) await alice.say(`m${i}`);
    expect(await get<RoomResponse>(`/api/rooms/${room}`, 'eve')).toMatchObject({
      name: room,
      online: 2,
      head: 5,
      oldest: 1,
      epoch: alice.inbox.all('welcome')[0]?.epoch,
    });
    const { online, members } = await get<MembersResponse>(`/api/rooms/${room}/members`, 'eve');
    expect(online).toBe(2);
    expect(members?.map(({ id }) => id)).toEqual(['guest:alice', 'guest:bob']);
    const page = await get<PageResponse>(`/api/rooms/${room}/messages?limit=2`, 'eve');
    expect(page).toMatchObject({ oldest: 4, more: true, events: [{ seq: 4 }, { seq: 5 }] });
    const older = await get<PageResponse>(`/api/rooms/${room}/messages?limit=9&before=4`, 'eve');
    expect(older).toMatchObject({ oldest: 1, more: false });
    expect(older.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await bob.close();
  });

  it('[H5][R6] private messages are read by those whom they concern, and nobody else', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await Client.join(room, 'bob');
    await alice.say('secret', { to: { users: ['guest:bob'] } });
    const messages = async (name: string) =>
      (await get<PageResponse>(`/api/rooms/${room}/messages`, name)).events.length;
    expect([await messages('alice'), await messages('bob'), await messages('eve')]).toEqual([
      1, 1, 0,
    ]);
    const summary = async (name: string) => {
      const response = await post(
        '/api/rooms/unread',
        { rooms: [{ room }] },
        bearer(await guestToken(name)),
      );
      return (await response.json<UnreadResponse>()).rooms[0];
    };
    expect(await summary('bob')).toMatchObject({
      unread: 1,
      last: { content: { text: 'secret' } },
    });
    expect(await summary('eve')).toEqual({ room, unread: 0, epoch: expect.any(String), head: 1 });
  });

  it('[H6][R6] its questions, with votes and answers, as the caller may see them', async () => {
    const room = newRoom();
    await put(`/api/rooms/${room}/settings`, { hosts: ['guest:ann'] }, ADMIN);
    const [ann, alice, bob] = [
      await Client.join(room, 'ann'),
      await Client.join(room, 'alice'),
      await Client.join(room, 'bob'),
    ];
    const say = async (client: Client, content: SendContent, to?: Audience) => {
      const id = crypto.randomUUID();
      client.send({ type: 'send', id, content, ...(to && { to }) });
      return (await client.next('ack', (ack) => ack.id === id)).seq;
    };
    const [first, second, secret] = [
      await say(alice, { type: 'question', text: 'first' }),
      await say(alice, { type: 'question', text: 'second' }),
      await say(alice, { type: 'question', text: 'secret' }, { role: 'host' }),
    ];
    await bob.act('vote', second);
    const answer = await say(ann, { type: 'answer', question: secret, text: 'secret, too' });
    const questions = async (name: string) =>
      (await get<QuestionsResponse>(`/api/rooms/${room}/questions`, name)).questions;
    expect(await questions('bob')).toEqual([
      {
        seq: second,
        at: expect.any(Number),
        from: { id: 'guest:alice', name: 'alice', role: 'member' },
        text: 'second',
        votes: 1,
        voted: true,
        state: 'open',
      },
      expect.objectContaining({ seq: first, votes: 0, voted: false, state: 'open' }),
    ]);
    for (const name of ['alice', 'ann']) {
      expect((await questions(name))[2]).toMatchObject({
        seq: secret,
        to: { role: 'host' },
        state: 'answered',
        answers: [{ seq: answer, text: 'secret, too', from: { id: 'guest:ann', role: 'host' } }],
      });
    }
    const { epoch, head } = await get<QuestionsResponse>(`/api/rooms/${room}/questions`, 'bob');
    expect({ epoch, head }).toEqual({ epoch: bob.inbox.all('welcome')[0]?.epoch, head: answer });
    await alice.act('recall', first);
    expect((await questions('bob')).map(({ seq }) => seq)).toEqual([second]);
    expect((await request(`/api/rooms/${room}/questions`)).status).toBe(401);
  });

  it('[T2][R6] a recalled message is recalled over HTTP and in summaries, and so to nobody else', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await Client.join(room, 'bob');
    const { seq } = await alice.say('secret', { to: { users: ['guest:bob'] } });
    await alice.act('recall', seq);
    const read = async (name: string) => {
      const { events } = await get<PageResponse>(`/api/rooms/${room}/messages`, name);
      const response = await post(
        '/api/rooms/unread',
        { rooms: [{ room }] },
        bearer(await guestToken(name)),
      );
      return { events, summary: (await response.json<UnreadResponse>()).rooms[0] };
    };
    const content = { type: 'recalled' };
    expect(await read('bob')).toMatchObject({
      events: [
        { seq, content },
        { kind: 'recall', target: seq },
      ],
      summary: { unread: 0, head: 2, last: { seq, content } },
    });
    const eve = await read('eve');
    expect(eve.events).toEqual([]);
    expect(eve.summary).not.toHaveProperty('last');
  });

  it('[H3] a room that nobody entered is empty, and looking at it makes nothing', async () => {
    const room = newRoom();
    expect(await get<RoomResponse>(`/api/rooms/${room}`, 'eve')).toMatchObject({
      online: 0,
      head: 0,
    });
    expect(await get<PageResponse>(`/api/rooms/${room}/messages`, 'eve')).toEqual({
      events: [],
      oldest: 1,
      more: false,
    });
    expect(await get<MembersResponse>(`/api/rooms/${room}/members`, 'eve')).toEqual({
      online: 0,
      members: [],
    });
    expect(await get<QuestionsResponse>(`/api/rooms/${room}/questions`, 'eve')).toEqual({
      questions: [],
      head: 0,
    });
    const unread = await post(
      '/api/rooms/unread',
      { rooms: [{ room }] },
      bearer(await guestToken('eve')),
    );
    expect(await unread.json()).toEqual({ rooms: [{ room, unread: 0, head: 0 }] });
    const tables = await runInDurableObject(stubOf(room), (_, { storage }) =>
      storage.sql.exec(`SELECT name FROM sqlite_master WHERE type = 'table'`).toArray(),
    );
    expect(tables).toEqual([]);
  });

  it.each(['before=0', 'before=x', 'limit=0', 'limit=101', 'limit=1e1', 'before=-1'])(
    '[R9] ?%s is refused',
    async (query) => {
      const headers = bearer(await guestToken('eve'));
      const response = await request(`/api/rooms/lobby/messages?${query}`, { headers });
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toBe('bad_frame');
    },
  );

  it('[R9] a bad room name, an unknown route', async () => {
    const headers = bearer(await guestToken('eve'));
    expect((await request('/api/rooms/a%20b', { headers })).status).toBe(400);
    expect((await request('/api/nothing', { headers })).status).toBe(404);
    expect((await request('/nothing')).status).toBe(404);
  });
});

it('[H10] says that it is there, and which protocol it speaks', async () => {
  expect(await (await request('/healthz')).json()).toEqual({ ok: true, protocol: 1 });
});

describe('unread counts', () => {
  it('[H7] of many rooms in one request, own messages not counted', async () => {
    const rooms = [newRoom(), newRoom(), newRoom()];
    const token = bearer(await guestToken('bob'));
    const asked = [];
    for (const room of rooms) {
      const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
      await alice.say('seen');
      await bob.upTo(1);
      asked.push({ room, since: bob.cursor });
      await bob.say('mine');
      await alice.say('new 1');
      await alice.say('new 2');
    }
    asked.push({ room: rooms[0], since: 'other.5' });
    const response = await post('/api/rooms/unread', { rooms: asked }, token);
    const answer = await response.json<UnreadResponse>();
    expect(answer.rooms.map((each) => 'unread' in each && each.unread)).toEqual([2, 2, 2, 3]);
    expect(answer.rooms[0]).toMatchObject({
      room: rooms[0],
      head: 4,
      last: { content: { text: 'new 2' } },
    });
  });

  it.each([
    ['none', []],
    ['too many', Array.from({ length: 31 }, (_, i) => ({ room: `r${i}` }))],
    ['a bad name', [{ room: 'a b' }]],
    ['a bad cursor', [{ room: 'a', since: '5' }]],
  ])('[R9] %s is refused', async (_, rooms) => {
    const response = await post('/api/rooms/unread', { rooms }, bearer(await guestToken('bob')));
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('bad_frame');
  });
});

describe('a room that is out of order', () => {
  it('[H7] is listed with its error; the rest of the lobby is there', async () => {
    const [good, bad] = [newRoom(), newRoom()];
    await (await Client.join(good, 'alice')).say('hi');
    await Client.join(bad, 'alice');
    await runInDurableObject(stubOf(bad), (_, { storage }) => {
      storage.sql.exec(`UPDATE meta SET value = '999' WHERE key = 'version'`);
    });
    await evictDurableObject(stubOf(bad));
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const rooms = [{ room: bad }, { room: good }];
    const response = await post('/api/rooms/unread', { rooms }, bearer(await guestToken('bob')));
    logged.mockRestore();
    expect(await response.json()).toMatchObject({
      rooms: [
        { room: bad, error: { code: 'server_error', message: expect.not.stringContaining('999') } },
        { room: good, unread: 1 },
      ],
    });
  });
});

describe('asking a room again', () => {
  const failing = (...faults: unknown[]) =>
    vi.fn(async () => {
      if (faults.length > 0) throw faults.shift();
      return 'answer';
    });
  const retryable = Object.assign(new Error('moved'), { retryable: true });
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);

  it('helps when the platform says so, at most twice, after a while', async () => {
    const twice = failing(retryable, retryable);
    expect(await withRetry(twice, wait)).toBe('answer');
    expect(twice).toHaveBeenCalledTimes(3);
    expect(waits.every((ms) => ms >= 0 && ms <= 200)).toBe(true);
    await expect(withRetry(failing(retryable, retryable, retryable), wait)).rejects.toBe(retryable);
  });

  it('is not done to a room that is overloaded, or for a fault of ours', async () => {
    for (const fault of [
      Object.assign(new Error(), { retryable: true, overloaded: true }),
      new Error(),
    ]) {
      const once = failing(fault);
      await expect(withRetry(once, wait)).rejects.toBe(fault);
      expect(once).toHaveBeenCalledTimes(1);
    }
  });
});

describe('server push', () => {
  const notify = (room: string, body: unknown, headers: Record<string, string> = ADMIN) =>
    post(`/api/rooms/${room}/notices`, body, headers);

  it('to all, to users, to a group; live and kept', async () => {
    const room = newRoom();
    const [alice, red] = [
      await Client.join(room, 'alice'),
      await Client.join(room, 'red', '&group=red'),
    ];
    const response = await notify(room, { text: '直播开始了' });
    expect(response.status).toBe(201);
    expect(await response.json<NoticeResponse>()).toMatchObject({ seq: 1, at: expect.any(Number) });
    await notify(room, { text: 'for alice', to: { users: ['guest:alice', 'guest:late'] } });
    await notify(room, { text: 'for red', to: { group: 'red' } });
    for (const client of [alice, red]) await client.upTo(3);
    expect(alice.inbox.texts()).toEqual(['直播开始了', 'for alice']);
    expect(red.inbox.texts()).toEqual(['直播开始了', 'for red']);
    expect(alice.inbox.events()[0]).toMatchObject({
      content: { type: 'notice' },
      from: { id: 'system', name: '系统', role: 'owner' },
    });
    const late = await Client.join(room, 'late');
    await late.upTo(3);
    expect(late.inbox.texts()).toEqual(['直播开始了', 'for alice']);
  });

  it('[H15] tells the back end who was away, and the same id makes one notice', async () => {
    const room = newRoom();
    const body = { id: 'order-42', text: '您的订单已发货', to: { users: ['app:7'] } };
    const [first, second] = [await notify(room, body), await notify(room, body)];
    const answer = await first.json<NoticeResponse>();
    expect(answer).toMatchObject({ id: 'order-42', seq: 1, offline: ['app:7'] });
    expect(await second.json()).toEqual(answer);
  });

  it.each([
    ['no key', { text: 'x' }, {}, 401, 'unauthorized'],
    [
      'a wrong key',
      { text: 'x' },
      bearer('wrong-key-that-is-as-long-as-a-real-one'),
      401,
      'unauthorized',
    ],
    ['no text', {}, ADMIN, 400, 'bad_frame'],
    ['a blank text', { text: ' ' }, ADMIN, 400, 'bad_frame'],
    ['an unknown audience', { text: 'x', to: { everyone: true } }, ADMIN, 400, 'bad_frame'],
    ['broken JSON', '{"text":', ADMIN, 400, 'bad_frame'],
    ['an oversized body', { text: 'x', more: 'x'.repeat(17_000) }, ADMIN, 413, 'too_large'],
  ])('[R9] %s is refused, and nothing is published', async (_, body, headers, status, code) => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const response = await notify(room, body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    expect(await codeOf(response)).toBe(code);
    expect((await alice.say('first')).seq).toBe(1);
  });

  it('[R9] a session token is no admin key', async () => {
    const response = await notify(newRoom(), { text: 'x' }, bearer(await guestToken('alice')));
    expect(response.status).toBe(401);
  });
});

describe('settings', () => {
  it('[H18] give a room a title, an owner and hosts, for good', async () => {
    const room = newRoom();
    const [ann, bob] = [await Client.join(room, 'ann'), await Client.join(room, 'bob')];
    const response = await put(
      `/api/rooms/${room}/settings`,
      { title: '问答直播', owner: 'guest:ann', hosts: ['guest:bob'] },
      ADMIN,
    );
    expect(response.status).toBe(200);
    const roles = new Map<string, string>();
    while (roles.size < 2) {
      const { joined = [] } = await bob.next('presence');
      for (const { id, role } of joined) if (role !== 'member') roles.set(id, role);
    }
    expect(Object.fromEntries(roles)).toEqual({ 'guest:ann': 'owner', 'guest:bob': 'host' });
    const asker = await Client.join(room, 'asker');
    await asker.say('help', { to: { role: 'host' } });
    for (const client of [ann, bob]) await client.upTo(1);
    expect(ann.inbox.texts()).toEqual(['help']);

    await evictDurableObject(stubOf(room));
    expect(await get<RoomResponse>(`/api/rooms/${room}`, 'x')).toMatchObject({ title: '问答直播' });
    const cleared = await put(`/api/rooms/${room}/settings`, { title: '', hosts: [] }, ADMIN);
    expect(await cleared.json()).toEqual({ owner: 'guest:ann', hosts: [] });
  });

  it('[R9] without the key, or with nonsense, nothing changes', async () => {
    const room = newRoom();
    expect((await put(`/api/rooms/${room}/settings`, { title: 'x' }, {})).status).toBe(401);
    const bad = await put(`/api/rooms/${room}/settings`, { hosts: 'ann' }, ADMIN);
    expect(bad.status).toBe(400);
    const ids = await listDurableObjectIds(env.CHAT_ROOM);
    expect(ids.some((id) => id.equals(stubOf(room).id))).toBe(false);
  });
});
