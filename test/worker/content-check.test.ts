/** Content checks from the socket to WeChat and back. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionResponse } from '../../shared/http.ts';
import type { Env } from '../../worker/env.ts';
import { app } from '../../worker/http/app.ts';
import { roomSafety } from '../../worker/safety/room-safety.ts';
import { until } from '../support/test-client.ts';
import { ADMIN, bearer, Client, configure, newRoom, post, stubOf } from './support/client.ts';
import { callsWith } from './support/wechat.ts';

beforeEach(() => {
  const spies = [
    vi.spyOn(console, 'error').mockImplementation(() => {}),
    vi.spyOn(console, 'warn').mockImplementation(() => {}),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
});

/** Somebody who came by WeChat. */
async function phone(room: string, openid: string): Promise<Client> {
  const response = await post('/api/session', { code: `openid-${openid}`, name: openid });
  const { token } = await response.json<SessionResponse>();
  const client = await Client.open(`room=${room}`, bearer(token));
  await client.next('welcome');
  return client;
}

/** Says something under `id`, and waits for the answer. */
async function sayOf(client: Client, text: string, id: string = crypto.randomUUID()) {
  client.send({ type: 'send', id, content: { type: 'text', text } });
  const { inbox } = client;
  const isAnswer = (frame: { id?: string | undefined }) => frame.id === id;
  return await until(() => inbox.take('ack', isAnswer) ?? inbox.take('reject', isAnswer), 'answer');
}

describe('before a message is published', () => {
  it('WeChat decides on what a host has the room announce', async () => {
    const room = newRoom();
    const session = await post('/api/session', { code: 'openid-o-host', name: '主持人' });
    const { token, user } = await session.json<SessionResponse>();
    await configure(room, { hosts: [user.id] });
    const path = `/api/rooms/${room}/announcements`;
    const refused = await post(path, { text: `#risky ${room}` }, bearer(token));
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ error: { code: 'content_rejected' } });
    const text = `hello ${room}`;
    expect((await post(path, { text }, bearer(token))).status).toBe(201);
    expect(await callsWith(text)).toMatchObject([{ openid: 'o-host' }]);
    const bob = await Client.join(room, 'bob');
    await bob.upTo(1);
    expect(bob.inbox.texts()).toEqual([text]);
  });

  it('WeChat decides on it', async () => {
    const room = newRoom();
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    expect(await sayOf(ann, 'hello')).toMatchObject({ type: 'ack', seq: 1 });
    for (const verdict of ['risky', 'review']) {
      expect(await sayOf(ann, `#${verdict} ${room}`)).toMatchObject({ code: 'content_rejected' });
    }
    expect(await sayOf(ann, 'bye')).toMatchObject({ type: 'ack', seq: 2 });
    await bob.upTo(2);
    expect(bob.inbox.texts()).toEqual(['hello', 'bye']);
    const stored = await runInDurableObject(stubOf(room), (_, { storage }) =>
      storage.sql.exec<{ lines: string }>('SELECT lines FROM events').toArray(),
    );
    expect(JSON.stringify(stored)).not.toContain('#risky');
  });

  it('of those who came without WeChat it is not asked, nor of the back end', async () => {
    const room = newRoom();
    const bob = await Client.join(room, 'bob');
    expect(await sayOf(bob, `#risky guest ${room}`)).toMatchObject({ type: 'ack' });
    const notice = { text: `#risky 六合彩 ${room}` };
    expect((await post(`/api/rooms/${room}/notices`, notice, ADMIN)).status).toBe(201);
    expect(await callsWith(room)).toEqual([]);
  });

  it('a blocked word is enough, and is not shown to WeChat', async () => {
    const room = newRoom();
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    for (const client of [ann, bob]) {
      for (const text of [
        `六 合\n彩 ${room}`,
        `<b>六合彩</b> ${room}`,
        `${'好'.repeat(1_900)}六合彩`,
      ]) {
        expect(await sayOf(client, text)).toMatchObject({ code: 'content_rejected' });
      }
    }
    expect(await callsWith(room)).toEqual([]);
  });

  it('without an answer it is let through, at once from the second on', async () => {
    const room = newRoom();
    const ann = await phone(room, 'o-ann');
    expect(await sayOf(ann, `#status-500 ${room}`)).toMatchObject({ type: 'ack', seq: 1 });
    expect(await sayOf(ann, `#risky, but nobody knows ${room}`)).toMatchObject({ seq: 2 });
    expect(await callsWith(room)).toHaveLength(1);
  });

  it('or waits, where the room wants that: sent again under its id it goes through once', async () => {
    const room = newRoom();
    await configure(room, { onCheckFailure: 'hold' });
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    expect(await sayOf(ann, `#errcode-61010 ${room}`, 'm')).toMatchObject({
      code: 'server_error',
      retryAfter: 5_000,
    });
    expect(ann.closed).toBeUndefined();
    expect(await sayOf(ann, `now it goes ${room}`, 'm')).toMatchObject({ type: 'ack', seq: 1 });
    await bob.upTo(1);
    expect(bob.inbox.texts()).toEqual([`now it goes ${room}`]);
  });

  it('[S2] WeChat that does not answer holds nobody for more than its time', async () => {
    const room = newRoom();
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    ann.send({ type: 'send', id: 's', content: { type: 'text', text: `#silent ${room}` } });
    expect(await sayOf(bob, 'meanwhile')).toMatchObject({ type: 'ack', seq: 1 });
    expect(await ann.next('ack')).toMatchObject({ id: 's', seq: 2 });
  });

  it('[R8] works on a socket that slept', async () => {
    const room = newRoom();
    const ann = await phone(room, 'o-ann');
    await evictDurableObject(stubOf(room), { webSockets: 'hibernate' });
    expect(await sayOf(ann, '#risky')).toMatchObject({ code: 'content_rejected' });
    expect(await sayOf(ann, 'fine')).toMatchObject({ type: 'ack', seq: 1 });
  });
});

describe('after a message is published', () => {
  it('[S4] it is taken back everywhere', async () => {
    const room = newRoom();
    await configure(room, { check: 'after' });
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    expect(await sayOf(ann, '#risky')).toMatchObject({ type: 'ack', seq: 1 });
    await bob.upTo(2);
    expect(bob.inbox.texts()).toEqual(['#risky', '(recall)']);
    const late = await Client.join(room, 'late');
    await late.upTo(2);
    expect(late.inbox.texts()).toEqual(['(recalled)', '(recall)']);
    const stored = await runInDurableObject(stubOf(room), (_, { storage }) =>
      storage.sql.exec<{ lines: string }>('SELECT lines FROM events').toArray(),
    );
    expect(JSON.stringify(stored)).not.toContain('#risky');
  });

  it('what an operator does is answered, though nobody’s message has begun the checks yet', async () => {
    const room = newRoom();
    await configure(room, { check: 'after' });
    const { status } = await post(`/api/rooms/${room}/notices`, { text: '欢迎' }, ADMIN);
    expect(status).toBe(201);
    expect((await configure(room, { title: '大厅' })).status).toBe(200);
    const ban = { action: 'ban', user: 'guest:eve' };
    expect((await post(`/api/rooms/${room}/moderation`, ban, ADMIN)).status).toBe(201);
  });

  it('without an answer an alarm is set, and what it wakes finds the message again', async () => {
    const room = newRoom();
    await configure(room, { check: 'after' });
    const [ann, bob] = [await phone(room, 'o-ann'), await Client.join(room, 'bob')];
    const before = Date.now();
    expect(await sayOf(ann, `#status-502 ${room}`)).toMatchObject({ type: 'ack', seq: 1 });
    const stub = stubOf(room);
    const alarm = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    await vi.waitFor(async () => {
      const at = (await alarm()) ?? Number.POSITIVE_INFINITY;
      expect(at).toBeGreaterThanOrEqual(before + 30_000);
      expect(at).toBeLessThanOrEqual(Date.now() + 30_000);
    });
    expect(await callsWith(room)).toHaveLength(1);
    // WeChat thinks otherwise once it is back. All sockets are gone by then.
    await ann.close();
    await bob.close();
    await setVerdict(room, 'risky');
    await evictDurableObject(stub, { webSockets: 'close' });
    await runInDurableObject(stub, (instance) => instance.alarm());
    expect(await callsWith(room)).toHaveLength(2);
    const late = await Client.join(room, 'late');
    await late.upTo(2);
    expect(late.inbox.texts()).toEqual(['(recalled)', '(recall)']);
  });

  it('what was not checked when the server went down is checked when somebody comes', async () => {
    const room = newRoom();
    await configure(room, { check: 'after' });
    const ann = await phone(room, 'o-ann');
    await sayOf(ann, `#status-502 ${room}`);
    await vi.waitFor(async () => expect(await callsWith(room)).toHaveLength(1));
    await setVerdict(room, 'risky');
    await evictDurableObject(stubOf(room), { webSockets: 'close' });
    const bob = await Client.join(room, 'bob');
    await bob.upTo(2);
    expect(bob.inbox.events().at(-1)).toMatchObject({ kind: 'recall', from: { id: 'system' } });
  });

  it('what was checked is not asked about again after a restart', async () => {
    const room = newRoom();
    await configure(room, { check: 'after' });
    const ann = await phone(room, 'o-ann');
    const { storage } = await runInDurableObject(stubOf(room), (_, ctx) => ({
      storage: ctx.storage.sql.exec('SELECT * FROM openids').toArray(),
    }));
    expect(storage).toEqual([]);
    await sayOf(ann, `one ${room}`);
    await vi.waitFor(async () => expect(await callsWith(room)).toHaveLength(1));
    await runInDurableObject(stubOf(room), (_, ctx) => {
      const [row] = ctx.storage.sql.exec('SELECT * FROM openids').toArray();
      expect(JSON.stringify(row)).not.toContain('o-ann');
      // As if it had been a minute ago that the mark was written.
      ctx.storage.sql.exec(`UPDATE meta SET value = '{"seq":1,"at":0}' WHERE key = 'check_mark'`);
    });
    await evictDurableObject(stubOf(room));
    await sayOf(ann, `two ${room}`);
    await vi.waitFor(async () => expect(await callsWith(`two ${room}`)).toHaveLength(1));
    expect(await callsWith(`one ${room}`)).toHaveLength(1);
  });
});

/** What WeChat says from now on of texts with this part in them. */
async function setVerdict(part: string, verdict: string): Promise<void> {
  const query = new URLSearchParams({ text: part, is: verdict });
  await fetch(`${env.WECHAT_API_BASE}/stand-in/verdict?${query}`, { method: 'PUT' });
}

describe('the settings of a room', () => {
  it('[H18] are kept, and given back to who sets them alone', async () => {
    const room = newRoom();
    const words = ['讨厌', 'ＢＡＤ word'];
    const set = { check: 'after', onCheckFailure: 'hold', blockedWords: words };
    expect(await (await configure(room, set)).json()).toMatchObject(set);
    const bob = await Client.join(room, 'bob');
    await evictDurableObject(stubOf(room));
    for (const text of ['讨-厌', 'Bad!Word', 'b\na\nd w o r d']) {
      expect(await sayOf(bob, text)).toMatchObject({ code: 'content_rejected' });
    }
    const shown = JSON.stringify([await stubOf(room).info(), bob.inbox.frames]);
    expect(shown).not.toContain('讨厌');
    const cleared = { check: '', onCheckFailure: '', blockedWords: [] };
    expect(await (await configure(room, cleared)).json()).toEqual({ hosts: [] });
    expect(await sayOf(bob, '讨厌')).toMatchObject({ type: 'ack' });
  });

  it('take as many words as there may be, of the longest kind', async () => {
    const room = newRoom();
    const word = (i: number) => `${'😀龘'.repeat(14)}${String(i).padStart(4, '0')}`;
    const blockedWords = Array.from({ length: 500 }, (_, i) => word(i));
    expect((await configure(room, { blockedWords })).status).toBe(200);
    const bob = await Client.join(room, 'bob');
    expect(await sayOf(bob, `...${word(499)}...`)).toMatchObject({ code: 'content_rejected' });
    expect(await sayOf(bob, `...${word(500)}...`)).toMatchObject({ type: 'ack' });
  });

  it.each([
    [{ check: 'always' }],
    [{ check: true }],
    [{ check: null }],
    [{ onCheckFailure: 'maybe' }],
    [{ blockedWords: 'word' }],
    [{ blockedWords: [''] }],
    [{ blockedWords: ['   ', '\n'] }],
    [{ blockedWords: ['🎉'] }],
    [{ blockedWords: ['\u200b'] }],
    [{ blockedWords: [5] }],
    [{ blockedWords: ['x'.repeat(33)] }],
    [{ blockedWords: ['\ud800x'] }],
    [{ blockedWords: Array.from({ length: 501 }, (_, i) => `w${i}`) }],
  ])('[R9] that make no sense are refused: %j', async (settings) => {
    const room = newRoom();
    const response = await configure(room, settings);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'bad_frame' } });
    const bob = await Client.join(room, 'bob');
    expect(await sayOf(bob, 'w1')).toMatchObject({ type: 'ack' });
  });
});

describe('nicknames', () => {
  it.each(['六合彩', '加我·约 炮'])('[S1] %s is nobody’s', async (name) => {
    for (const body of [{ name }, { name, code: 'openid-o-name' }]) {
      const response = await post('/api/session', body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ error: { code: 'content_rejected' } });
    }
    const socket = await Client.open(`room=${newRoom()}&name=${encodeURIComponent(name)}`);
    expect(await socket.next('reject')).toMatchObject({ code: 'content_rejected' });
    await socket.whenClosed();
  });

  it('are a back end’s own business', async () => {
    expect((await post('/api/session', { user: '1', name: '六合彩' }, ADMIN)).status).toBe(200);
  });
});

describe('a deployment', () => {
  const requestWith = (changes: Partial<Env>, path: string, init: RequestInit) => {
    const all = { ...env, ...changes };
    return app.request(`https://edge-chat.test${path}`, init, all, createExecutionContext());
  };
  const said = { author: { id: 'wx:1' }, blockedWords: [] };
  const upgrade = { headers: { Upgrade: 'websocket' } };

  it.each([
    [{ CONTENT_CHECK: 'wechat', WECHAT_SECRET: '' }, 'WECHAT_SECRET'],
    [{ CONTENT_CHECK: 'everything' }, 'CONTENT_CHECK must be one of words, wechat, off'],
    [{ CONTENT_CHECK_WHEN: 'never' }, 'CONTENT_CHECK_WHEN must be one of before, after'],
    [{ CONTENT_CHECK_FAILURE: 'panic' }, 'CONTENT_CHECK_FAILURE must be one of allow, hold'],
  ])('set up like %j says what is wrong, and lets nobody in', async (changes, message) => {
    const response = await requestWith(changes, `/ws?room=${newRoom()}&name=bob`, upgrade);
    const socket = response.webSocket;
    if (!socket) throw new Error('no socket');
    const frames: string[] = [];
    socket.addEventListener('message', ({ data }) => void frames.push(String(data)));
    socket.accept();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    expect(JSON.parse(frames[0] ?? '')).toMatchObject({ type: 'reject', code: 'server_error' });
    expect(frames[0]).toContain(message);
  });

  it('set up wrong still keeps what is there, and does not take its alarms along', () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const safety = roomSafety({ ...env, CONTENT_CHECK: 'wechat', WECHAT_SECRET: '' });
    expect(safety?.remote).toBeUndefined();
    expect(safety?.words.check({ ...said, text: '六合彩' })).toBe('reject');
    expect(logged).toHaveBeenCalledOnce();
  });

  it('may do without any check', async () => {
    const init = { method: 'POST', body: JSON.stringify({ name: '六合彩' }) };
    const response = await requestWith({ CONTENT_CHECK: 'off' }, '/api/session', init);
    expect(response.status).toBe(200);
  });
});
