/** What SECURITY.md promises and no other test shows: each by trying to get around it. */
import { createExecutionContext, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ErrorBody, SessionResponse } from '../../../shared/http.ts';
import type { ClientFrame } from '../../../shared/protocol.ts';
import { ChatRoom } from '../../../worker/chat-room.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { issueOperatorToken } from '../../../worker/identity/operator.ts';
import { readToken } from '../../../worker/identity/token.ts';
import { sessionHeader } from '../../../worker/session-header.ts';
import { png } from '../../support/media-files.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { until } from '../../support/test-client.ts';
import {
  ADMIN,
  bearer,
  Client,
  configure,
  guestToken,
  newRoom,
  post,
  request,
  stubOf,
} from '../support/client.ts';
import { upload, uploaded } from '../support/upload.ts';

const SECRET = '暗号是芝麻开门';
const LOG_LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;

async function errorOf(response: Response): Promise<[status: number, code: string]> {
  const { error } = await response.json<{ error: ErrorBody }>();
  return [response.status, error.code];
}

/** Calls another deployment of the same Worker. */
function requestWith(changes: Partial<Env>, path: string, init: RequestInit): Promise<Response> {
  const url = `https://other.test${path}`;
  return Promise.resolve(app.request(url, init, { ...env, ...changes }, createExecutionContext()));
}

async function filesFor(room: string): Promise<number> {
  const { objects } = (await env.MEDIA?.list({ include: ['customMetadata'] })) ?? { objects: [] };
  return objects.filter(({ customMetadata }) => customMetadata?.room === room).length;
}

/** Everything that a connection was told, as it came. */
function heard(client: Client): () => string {
  const texts = client.inbox.frames.map((frame) => JSON.stringify(frame));
  client.socket.addEventListener('message', ({ data }) => {
    texts.push(String(data));
  });
  return () => texts.join('\n');
}

/** What the log was told, as a line each. */
function spyOnLogs(): () => string[] {
  const spies = LOG_LEVELS.map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  const textOf = (value: unknown): string =>
    value instanceof Error
      ? `${value.stack} ${textOf(value.cause)}`
      : typeof value === 'string'
        ? value
        : (JSON.stringify(value) ?? '');
  return () => spies.flatMap(({ mock }) => mock.calls.map((call) => call.map(textOf).join(' ')));
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a token', () => {
  it('of another deployment opens nothing here', async () => {
    const theirs = { SESSION_SECRET: 'another-session-secret-of-more-than-32-characters' };
    const login = await requestWith(theirs, '/api/session', {
      method: 'POST',
      body: JSON.stringify({ name: 'alice' }),
    });
    const { token } = await login.json<SessionResponse>();
    const headers = bearer(token);
    expect((await requestWith(theirs, '/api/rooms/lobby', { headers })).status).toBe(200);
    expect(await errorOf(await request('/api/rooms/lobby', { headers }))).toEqual([
      401,
      'unauthorized',
    ]);
    const socket = await Client.open('room=lobby', headers);
    expect(await socket.whenClosed()).toEqual({ code: 4401, reason: 'unauthorized' });
    expect(await errorOf(await upload(png(), { token }))).toEqual([401, 'unauthorized']);
  });

  it('is for one thing: an operator’s opens no room, a user’s no page, also under one secret', async () => {
    const key = TEST_SECRETS.ADMIN_KEY;
    const operator = await issueOperatorToken(key, Date.now());
    await expect(readToken(operator, [key])).rejects.toMatchObject({ status: 401 });
    expect((await request('/api/rooms/lobby', { headers: bearer(operator) })).status).toBe(401);
    const user = await guestToken('alice');
    for (const headers of [bearer(user), { Cookie: `__Secure-edge-chat-operator=${user}` }]) {
      expect((await request('/admin', { headers })).status).toBe(401);
      expect((await request('/api/rooms', { headers })).status).toBe(401);
    }
  });

  it('[R7] says who somebody is, and no header from outside does', async () => {
    const socket = await Client.open(`room=${newRoom()}`, {
      ...bearer(await guestToken('eve')),
      ...sessionHeader({ id: 'app:boss', name: 'boss' }),
    });
    expect((await socket.next('welcome')).self).toEqual({
      id: 'guest:eve',
      name: 'eve',
      role: 'member',
    });
  });
});

describe('the longest of all that is allowed', () => {
  it('is taken by everything that has to carry or keep it', async () => {
    // Of four bytes each, which count as one.
    const letters = (count: number) => '𠀀'.repeat(count);
    const room = letters(64);
    const path = `/api/rooms/${encodeURIComponent(room)}`;
    const body = {
      user: letters(64),
      name: '😀'.repeat(32),
      avatar: `https://a.example/${letters(494)}`,
      group: letters(64),
    };
    const login = await post('/api/session', body, ADMIN);
    const { token, user } = await login.json<SessionResponse>();
    const { user: id, ...shown } = body;
    expect(user).toEqual({ ...shown, id: `app:${id}` });
    for (const headers of [
      bearer(token),
      { 'Sec-WebSocket-Protocol': `edge-chat.v1, bearer.${token}` },
    ]) {
      const client = await Client.open(`room=${encodeURIComponent(room)}`, headers);
      expect((await client.next('welcome')).self).toEqual({ ...user, role: 'member' });
      await evictDurableObject(stubOf(room));
      const picture = await uploaded(png(), { token, room });
      const frame = `${letters(60)}${client.protocol === null ? 1 : 2}`;
      client.send({ type: 'send', id: frame, content: picture, to: { group: letters(64) } });
      expect((await client.next('ack')).id).toBe(frame);
      await client.say('😀'.repeat(2_000));
      await client.close();
    }
    const log = await request(`${path}/export`, { headers: ADMIN });
    expect(log.status).toBe(200);
    expect((await log.text()).split('\n').length).toBe(5);
    expect(
      (await request(`/admin/rooms/${encodeURIComponent(room)}/live`, { headers: ADMIN })).status,
    ).toBe(200);
  });
});

describe('who is banned, with a token that is valid', () => {
  it('gets nothing of the room by any way, and leaves nothing there', async () => {
    const room = newRoom();
    const [alice, eve] = [await Client.join(room, 'alice'), await Client.join(room, 'eve')];
    const token = await guestToken('eve');
    await alice.say('before');
    await eve.upTo(1);
    const ban = await post(
      `/api/rooms/${room}/moderation`,
      { action: 'ban', user: 'guest:eve' },
      ADMIN,
    );
    expect(ban.status).toBe(201);
    expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
    await alice.say(SECRET);

    for (const since of ['', `&since=${eve.cursor}`]) {
      const again = await Client.open(`room=${room}${since}`, bearer(token));
      expect(await again.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
      expect(again.inbox.frames.map(({ type }) => type)).toEqual(['reject']);
    }
    for (const part of ['messages', 'members', 'questions', 'announcements']) {
      const response = await request(`/api/rooms/${room}/${part}`, { headers: bearer(token) });
      expect([part, ...(await errorOf(response))]).toEqual([part, 403, 'banned']);
    }
    const unread = await post('/api/rooms/unread', { rooms: [{ room }] }, bearer(token));
    expect(await unread.text()).not.toContain(SECRET);
    expect(await errorOf(await upload(png(), { token, room }))).toEqual([403, 'banned']);
    expect(await filesFor(room)).toBe(0);
    expect((await upload(png(), { token, room: newRoom() })).status).toBe(201);
    expect((await upload(png(), { room })).status).toBe(201);
  });

  it('is found out without waking a room that nobody has entered', async () => {
    const room = newRoom();
    expect((await upload(png(), { room })).status).toBe(201);
    const info = await request(`/api/rooms/${room}`, { headers: bearer(await guestToken('a')) });
    expect(await info.json()).not.toHaveProperty('epoch');
  });
});

describe('[R6] what is private', () => {
  it('reaches nobody else by any path: not even that it was there can be asked', async () => {
    const room = newRoom();
    const [alice, bob, eve] = [
      await Client.join(room, 'alice'),
      await Client.join(room, 'bob'),
      await Client.join(room, 'eve'),
    ];
    // A host sees no more than a member of what is not for the hosts.
    await configure(room, { hosts: ['guest:eve', 'guest:bob'] });
    const { cursor } = eve;
    const hears = heard(eve);
    const to = { users: ['guest:bob'] };
    const picture = await uploaded(png(), { room });
    const say = async (id: string, content: object) => {
      alice.send({ type: 'send', id, content, to } as ClientFrame);
      return (await alice.next('ack', (ack) => ack.id === id)).seq;
    };
    const [text, question, image] = [
      await say('t', { type: 'text', text: SECRET }),
      await say('q', { type: 'question', text: `${SECRET}？` }),
      await say('i', picture),
    ];
    await bob.act('vote', question);
    await bob.say(`re: ${SECRET}`, { replyTo: text, to: { users: ['guest:alice'] } });
    bob.send({
      type: 'send',
      id: 'a',
      content: { type: 'answer', question, text: SECRET },
    });
    const { seq: last } = await bob.next('ack', (ack) => ack.id === 'a');
    await bob.upTo(last);
    expect(bob.inbox.texts().filter((said) => said.includes(SECRET))).toHaveLength(4);
    await eve.upTo(last);

    // What is hidden is refused word for word as what never was.
    const missing = last + 100;
    const wishes = (seq: number): ClientFrame[] => [
      { type: 'recall', id: `r${seq}`, target: seq },
      { type: 'vote', id: `v${seq}`, target: seq },
      { type: 'resolve', id: `s${seq}`, target: seq },
      { type: 'send', id: `p${seq}`, content: { type: 'text', text: 'a' }, replyTo: seq },
      {
        type: 'send',
        id: `a${seq}`,
        content: { type: 'answer', question: seq, text: 'a' },
      },
    ];
    const refusals = async (seq: number) => {
      const prober = await Client.join(room, 'eve', `&since=${eve.cursor}`);
      const sent = wishes(seq);
      for (const frame of sent) prober.send(frame);
      await until(
        () => prober.inbox.all('reject').length === sent.length || undefined,
        'all refusals',
      );
      await prober.close();
      // A sentence names the seq that was asked for.
      const unnamed = (message: string) => message.replace(` ${seq} `, ' N ');
      return prober.inbox
        .all('reject')
        .map(({ code, message }) => ({ code, message: unnamed(message) }));
    };
    const expected = await refusals(missing);
    expect(expected.every(({ code }) => code === 'not_found')).toBe(true);
    // Between two probes the bucket fills up again: a sleep of the room empties it of all it counted.
    for (const seq of [question, text, image]) {
      await evictDurableObject(stubOf(room), { webSockets: 'close' });
      expect(await refusals(seq)).toEqual(expected);
    }

    const parts: string[] = [hears()];
    for (const since of ['', `&since=${cursor}`, '&since=0000.0']) {
      const fresh = await Client.join(room, 'eve', since);
      const hearsToo = heard(fresh);
      await fresh.upTo(last);
      fresh.send({ type: 'history', id: 'h', before: last + 1, limit: 100 });
      await fresh.next('page');
      parts.push(hearsToo());
      await fresh.close();
    }
    const token = bearer(await guestToken('eve'));
    for (const part of ['', '/messages?limit=100', '/members', '/questions', '/announcements']) {
      const response = await request(`/api/rooms/${room}${part}`, { headers: token });
      expect(response.status).toBe(200);
      parts.push(await response.text());
    }
    const unread = await post('/api/rooms/unread', { rooms: [{ room }] }, token);
    parts.push(await unread.text());
    parts.push(await (await request('/api/rooms', { headers: ADMIN })).text());
    for (const page of ['', '/live', '/live?show=people', `/recall?seq=${text}`, '/person']) {
      const response = await request(`/admin/rooms/${room}${page}`, { headers: ADMIN });
      expect(response.status).toBe(200);
      parts.push(await response.text());
    }
    for (const part of parts) {
      expect(part).not.toContain(SECRET);
      expect(part).not.toContain(picture.url);
    }
    // It was there all along: the log of an operator has it.
    const log = await request(`/api/rooms/${room}/export`, { headers: ADMIN });
    expect(await log.text()).toContain(SECRET);
  });
});

describe('who has no session', () => {
  it('learns nothing of which rooms, people and files there are', async () => {
    const room = newRoom();
    await (await Client.join(room, 'alice')).say('hi');
    const nowhere = newRoom();
    const answers = async (name: string) => {
      const paths = ['', '/messages', '/members', '/questions', '/announcements', '/export'];
      return Promise.all(
        paths.map(async (part) => {
          const response = await request(`/api/rooms/${name}${part}`);
          return [response.status, await response.text()];
        }),
      );
    };
    expect(await answers(room)).toEqual(await answers(nowhere));
    for (const [status] of await answers(room)) expect(status).toBe(401);
    const { url } = await uploaded(png());
    const guesses = [`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`, '/media/1', '/media/'];
    for (const guess of guesses) expect((await request(guess)).status).toBe(404);
  });
});

describe('the admin key', () => {
  it.each(['test-admin-key', `${TEST_SECRETS.ADMIN_KEY.slice(0, -1)}x`, 'x'])(
    'is compared as a whole, by its hash, also with %s',
    async (key) => {
      const hashed = vi.spyOn(crypto.subtle, 'digest');
      expect((await request('/api/rooms', { headers: bearer(key) })).status).toBe(401);
      const inputs = hashed.mock.calls.map(([, data]) =>
        new TextDecoder().decode(data as ArrayBufferView),
      );
      expect(inputs).toEqual(expect.arrayContaining([key, TEST_SECRETS.ADMIN_KEY]));
    },
  );
});

describe('the log', () => {
  it('holds no secret, no token and nothing that was said, whatever fails', async () => {
    const lines = spyOnLogs();
    const code = 'openid-o-in-no-log';
    const login = await post('/api/session', { code, name: '小明' });
    const { token } = await login.json<SessionResponse>();
    const room = newRoom();
    const phone = await Client.open(`room=${room}`, bearer(token));
    await phone.next('welcome');
    await phone.say(`${SECRET} #errcode-45009`);
    await uploaded(png(), { token, room });
    await post('/api/session', { code: 'status-502' });
    await request('/api/rooms', { headers: bearer(`${TEST_SECRETS.ADMIN_KEY}x`) });
    await request('/admin/login', {
      method: 'POST',
      headers: { Origin: 'https://edge-chat.test' },
      body: new URLSearchParams({ key: `${TEST_SECRETS.ADMIN_KEY}x` }),
    });
    await post(`/api/rooms/${room}/notices`, `{"text":"${SECRET}`, ADMIN);
    const broken = vi.spyOn(ChatRoom.prototype, 'page').mockImplementation(() => {
      throw new Error('storage is gone');
    });
    const failed = await request(`/api/rooms/${room}/messages`, { headers: bearer(token) });
    expect(await errorOf(failed)).toEqual([500, 'server_error']);
    broken.mockRestore();

    const logged = lines();
    expect(logged.some((line) => line.includes('storage is gone'))).toBe(true);
    expect(logged.some((line) => line.includes('code2Session'))).toBe(true);
    expect(logged.some((line) => line.includes('errcode 45009'))).toBe(true);
    const secrets = [...Object.values(TEST_SECRETS), token, 'o-in-no-log', SECRET, 'access_token'];
    // The appid is no secret, but there is no need for it either.
    for (const secret of secrets) expect(logged.join('\n')).not.toContain(secret);
  });

  it('has no line that somebody made up', async () => {
    const lines = spyOnLogs();
    const forged = '\nERROR forged\u2028\u001b[31m';
    const name = encodeURIComponent(`eve${forged}`);
    await (await Client.open(`room=${newRoom()}&name=${name}`)).next('welcome');
    await (await Client.open(`room=${encodeURIComponent(forged)}&name=eve`)).next('reject');
    await post('/api/session', { code: `errcode-${forged}` });
    await post('/api/session', { code: 'status-502', name: forged });
    vi.spyOn(ChatRoom.prototype, 'moderate').mockRejectedValue(new Error('storage is gone'));
    const moderation = { action: 'ban', user: `eve\u2028forged`, id: `i\u2028forged` };
    await post(`/api/rooms/${newRoom()}/moderation`, moderation, ADMIN);
    expect(lines().length).toBeGreaterThan(0);
    for (const line of lines()) {
      expect(line).not.toContain('forged');
      expect(line).not.toContain('\u001b');
    }
  });
});
