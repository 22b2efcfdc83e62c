import { evictDurableObject, listDurableObjectIds } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { ErrorBody, EventResponse, UnreadResponse } from '../../../shared/http.ts';
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

const HOUR = 3_600_000;

const moderate = (room: string, body: unknown, headers: Record<string, string> = ADMIN) =>
  post(`/api/rooms/${room}/moderation`, body, headers);
const errorOf = async (response: Response) => ({
  status: response.status,
  ...(await response.json<{ error: ErrorBody }>()).error,
});
const exists = async (room: string) =>
  (await listDurableObjectIds(env.CHAT_ROOM)).some((id) => id.equals(stubOf(room).id));

describe('an operator', () => {
  it('[H16][R3][R10] bans with the admin key: at once, in the room’s own order, and once', async () => {
    const room = newRoom();
    const [eve, bob] = [await Client.join(room, 'eve'), await Client.join(room, 'bob')];
    const body = { id: 'case-7', action: 'ban', user: 'guest:eve' };
    const response = await moderate(room, body);
    expect(response.status).toBe(201);
    const answer = await response.json<EventResponse>();
    expect(answer).toEqual({ id: 'case-7', seq: 1, at: expect.any(Number) });
    expect(await (await moderate(room, body)).json()).toEqual(answer);
    expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
    await bob.upTo(1);
    expect(bob.inbox.events()).toMatchObject([
      { action: 'ban', user: 'guest:eve', name: 'eve', from: { id: 'system', role: 'owner' } },
    ]);
    expect((await bob.say('next')).seq).toBe(2);
  });

  it('[H16] bans who was never there, for a room that nobody has entered yet', async () => {
    const room = newRoom();
    expect((await moderate(room, { action: 'ban', user: 'guest:eve' })).status).toBe(201);
    await evictDurableObject(stubOf(room));
    const eve = await Client.open(`room=${room}&name=eve`);
    expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
    expect((await moderate(room, { action: 'unban', user: 'guest:eve' })).status).toBe(201);
    await Client.join(room, 'eve');
  });

  it('mutes and unmutes, a host as well', async () => {
    const room = newRoom();
    await configure(room, { hosts: ['guest:ann'] });
    const ann = await Client.join(room, 'ann');
    const until = Date.now() + HOUR;
    await moderate(room, { action: 'mute', user: 'guest:ann', until });
    ann.send({ type: 'send', id: 'm', content: { type: 'text', text: 'hi' } });
    expect(await ann.next('reject')).toMatchObject({ id: 'm', code: 'muted' });
    await moderate(room, { action: 'unmute', user: 'guest:ann' });
    expect(await ann.say('hi', { id: 'm' })).toMatchObject({ seq: 3 });
  });

  it.each([
    ['without the key', { action: 'ban', user: 'u' }, {}, 401, 'unauthorized'],
    ['an unknown action', { action: 'slow_mode', user: 'u' }, ADMIN, 400, 'bad_frame'],
    ['nobody', { action: 'ban' }, ADMIN, 400, 'bad_frame'],
    ['an end in words', { action: 'ban', user: 'u', until: '2030' }, ADMIN, 400, 'bad_frame'],
    ['an end in the past', { action: 'ban', user: 'u', until: 5 }, ADMIN, 400, 'bad_frame'],
    ['a kick until', { action: 'kick', user: 'u', until: 9e15 }, ADMIN, 400, 'bad_frame'],
    ['the owner', { action: 'mute', user: 'guest:olga' }, ADMIN, 403, 'forbidden'],
    ['broken JSON', '{"action":', ADMIN, 400, 'bad_frame'],
  ])('[R9] %s is refused, and nothing happens', async (_, body, headers, status, code) => {
    const room = newRoom();
    await configure(room, { owner: 'guest:olga' });
    const response = await moderate(room, body, headers as Record<string, string>);
    expect(await errorOf(response)).toMatchObject({ status, code });
    expect((await (await Client.join(room, 'olga')).say('first')).seq).toBe(1);
  });

  it('[H17][R6] takes a message away, a private one as well', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    const eve = await Client.join(room, 'eve');
    await alice.say('the secret word', { to: { users: ['guest:bob'] } });
    const remove = (seq: number | string, headers: Record<string, string> = ADMIN) =>
      request(`/api/rooms/${room}/messages/${seq}`, { method: 'DELETE', headers });
    expect((await remove(1, {})).status).toBe(401);
    expect((await remove(1, bearer(await guestToken('alice')))).status).toBe(401);
    const response = await remove(1);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ seq: 2, at: expect.any(Number) });
    for (const client of [alice, bob, eve]) await client.upTo(2);
    expect(bob.inbox.events()[1]).toMatchObject({ kind: 'recall', target: 1 });
    expect(eve.inbox.events()).toEqual([]);
    const late = await Client.join(room, 'bob');
    await late.upTo(2);
    expect(late.inbox.texts()).toEqual(['(recalled)', '(recall)']);
    for (const seq of [1, 2, 99]) {
      expect(await errorOf(await remove(seq))).toMatchObject({ status: 404, code: 'not_found' });
    }
    for (const seq of ['0', 'x', '1e1', '-1']) {
      expect(await errorOf(await remove(seq))).toMatchObject({ status: 400, code: 'bad_frame' });
    }
  });

  it('[R9] finds no message in a room that nobody entered, and makes none by looking', async () => {
    const room = newRoom();
    const path = `/api/rooms/${room}/messages/1`;
    const response = await request(path, { method: 'DELETE', headers: ADMIN });
    expect(await errorOf(response)).toMatchObject({ status: 404, code: 'not_found' });
    expect(await stubOf(room).info()).not.toHaveProperty('epoch');
  });

  it('slows a room down, and says so to those who are there and those who come', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const response = await configure(room, { slowMode: 60 });
    expect(await response.json()).toEqual({ hosts: [], slowMode: 60 });
    await alice.upTo(1);
    expect(alice.inbox.events()).toMatchObject([
      { kind: 'moderation', action: 'slow_mode', seconds: 60, from: { id: 'system' } },
    ]);
    await configure(room, { slowMode: 60 });
    const headers = bearer(await guestToken('bob'));
    const info = await request(`/api/rooms/${room}`, { headers });
    expect(await info.json()).toMatchObject({ slowMode: 60, head: 1 });
    expect(await (await configure(room, { slowMode: 0 })).json()).toEqual({ hosts: [] });
  });

  it.each([-1, 0.5, 3_601, '60', null])('[R9] a slow mode of %s is refused', async (slowMode) => {
    const room = newRoom();
    const response = await configure(room, { slowMode });
    expect(await errorOf(response)).toMatchObject({ status: 400, code: 'bad_frame' });
    expect(await exists(room)).toBe(false);
  });
});

describe('over HTTP', () => {
  it('[M7] who is banned reads nothing of the room, until the ban is over; the others do', async () => {
    const [room, other] = [newRoom(), newRoom()];
    await (await Client.join(room, 'alice')).say('hi');
    await Client.join(other, 'alice');
    const until = Date.now() + HOUR;
    await moderate(room, { action: 'ban', user: 'guest:eve', until });
    await evictDurableObject(stubOf(room));
    const read = async (name: string, part: string) =>
      request(`/api/rooms/${room}/${part}`, { headers: bearer(await guestToken(name)) });
    const unread = async (name: string) => {
      const rooms = [{ room }, { room: other }];
      const response = await post('/api/rooms/unread', { rooms }, bearer(await guestToken(name)));
      return (await response.json<UnreadResponse>()).rooms;
    };
    for (const part of ['messages', 'members', 'questions']) {
      const response = await read('eve', part);
      expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(await errorOf(response)).toMatchObject({ status: 403, code: 'banned' });
      expect((await read('bob', part)).status).toBe(200);
    }
    expect(await unread('eve')).toMatchObject([
      { room, error: { code: 'banned' } },
      { room: other, unread: 0 },
    ]);
    expect(await unread('bob')).toMatchObject([{ room, unread: 1 }, { room: other }]);
    await moderate(room, { action: 'unban', user: 'guest:eve' });
    expect((await read('eve', 'messages')).status).toBe(200);
    expect(await unread('eve')).toMatchObject([{ room, unread: 1 }, { room: other }]);
  });

  it('who is muted or was kicked reads on', async () => {
    const room = newRoom();
    await (await Client.join(room, 'eve')).say('hi');
    for (const action of ['mute', 'kick']) await moderate(room, { action, user: 'guest:eve' });
    const headers = bearer(await guestToken('eve'));
    expect((await request(`/api/rooms/${room}/messages`, { headers })).status).toBe(200);
  });
});
