/** Moderation where it meets sockets, sleep and SQLite; what it means is in room/moderation.test.ts. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { ADMIN, Client, configure, newRoom, request, stubOf } from './support/client.ts';

const HOUR = 3_600_000;

/** A room with a guest ann, who is a host, in it. */
async function roomWithHost(settings: object = {}) {
  const room = newRoom();
  const response = await configure(room, { hosts: ['guest:ann'], ...settings });
  expect(response.status).toBe(200);
  return { room, ann: await Client.join(room, 'ann') };
}

/** The rows that are kept of who is muted or banned. */
function rowsOf(room: string) {
  return runInDurableObject(stubOf(room), (_, { storage }) =>
    storage.sql.exec('SELECT * FROM moderation ORDER BY user').toArray(),
  );
}

async function expectBanned(room: string, name: string, more = ''): Promise<void> {
  const client = await Client.open(`room=${room}&name=${name}${more}`);
  expect(await client.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
  expect(client.inbox.frames).toMatchObject([{ type: 'reject', code: 'banned' }]);
}

describe('moderation in workerd', () => {
  it('[R8][R10] a ban ends sockets that sleep, on all devices, and outlives eviction and reconnects', async () => {
    const { room, ann } = await roomWithHost();
    const eves = [await Client.join(room, 'eve'), await Client.join(room, 'eve')];
    const bob = await Client.join(room, 'bob');
    await ann.say('hi');
    await evictDurableObject(stubOf(room));
    const { seq } = await ann.moderate('ban', 'guest:eve');
    for (const eve of eves) {
      expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'banned' });
      expect(eve.inbox.all('reject')).toMatchObject([{ code: 'banned' }]);
      expect(eve.inbox.events().at(-1)).toMatchObject({ seq, action: 'ban', name: 'eve' });
    }
    await bob.next('presence', ({ left }) => left?.includes('guest:eve') ?? false);
    await expectBanned(room, 'eve');
    await evictDurableObject(stubOf(room), { webSockets: 'close' });
    await expectBanned(room, 'eve', `&since=${eves[0]?.cursor}`);

    const back = await Client.join(room, 'ann');
    await back.moderate('unban', 'guest:eve');
    expect(await rowsOf(room)).toEqual([]);
    expect((await (await Client.join(room, 'eve')).say('back')).seq).toBe(seq + 2);
  });

  it('[R8] a kick ends a sleeping socket, and what it still sends counts for nothing', async () => {
    const { room, ann } = await roomWithHost();
    const eve = await Client.join(room, 'eve', '', { allowHalfOpen: true });
    await evictDurableObject(stubOf(room));
    await ann.moderate('kick', 'guest:eve');
    expect(await eve.next('reject')).toMatchObject({ code: 'forbidden' });
    expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'forbidden' });
    await evictDurableObject(stubOf(room));
    eve.send({ type: 'send', id: 'm', content: { type: 'text', text: 'still here' } });
    expect((await ann.say('anybody?')).seq).toBe(2);
    const back = await Client.join(room, 'eve');
    expect((await back.say('back')).seq).toBe(3);
  });

  it('a mute holds across eviction, until its time', async () => {
    const { room, ann } = await roomWithHost();
    const eve = await Client.join(room, 'eve');
    const until = Date.now() + HOUR;
    await ann.moderate('mute', 'guest:eve', until);
    expect(await rowsOf(room)).toEqual([
      { user: 'guest:eve', muted_until: until, banned_until: null },
    ]);
    await evictDurableObject(stubOf(room));
    eve.send({ type: 'send', id: 'm', content: { type: 'text', text: 'hi' } });
    const reject = await eve.next('reject');
    expect(reject).toMatchObject({ id: 'm', code: 'muted' });
    expect(reject.retryAfter).toBeGreaterThan(0);
    expect(reject.retryAfter).toBeLessThanOrEqual(HOUR);
    // As if that hour had passed.
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec('UPDATE moderation SET muted_until = 1');
    });
    await evictDurableObject(stubOf(room));
    expect((await eve.say('hi', { id: 'm' })).seq).toBe(2);
    // What is over goes with the next trimming, which is due once the oldest event is.
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec('UPDATE events SET at = 1 WHERE first = 1');
    });
    await evictDurableObject(stubOf(room));
    await runDurableObjectAlarm(stubOf(room));
    expect(await rowsOf(room)).toEqual([]);
  });

  it('one for good and one until a time are two things, kept to the millisecond', async () => {
    const { room, ann } = await roomWithHost();
    await (await Client.join(room, 'eve')).close();
    const until = Date.now() + HOUR;
    await ann.moderate('mute', 'guest:eve', until);
    await ann.moderate('ban', 'guest:eve');
    await evictDurableObject(stubOf(room));
    await ann.moderate('unmute', 'guest:eve');
    expect(await rowsOf(room)).toEqual([
      { user: 'guest:eve', muted_until: null, banned_until: Number.MAX_SAFE_INTEGER },
    ]);
    await evictDurableObject(stubOf(room));
    await expectBanned(room, 'eve');
  });

  it('[R2] when the event can’t be stored, neither is the ban, nor the setting', async () => {
    const { room, ann } = await roomWithHost();
    const eve = await Client.join(room, 'eve');
    const stub = stubOf(room);
    const execute = (query: string) =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec(query).toArray());
    await execute(`CREATE TRIGGER full BEFORE INSERT ON events
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    ann.send({ type: 'moderate', id: 'b', action: 'ban', user: 'guest:eve' });
    expect(await ann.next('reject')).toMatchObject({ id: 'b', code: 'server_error' });
    expect(await rowsOf(room)).toEqual([]);
    const slowDown = () =>
      request(`/api/rooms/${room}/settings`, {
        method: 'PUT',
        headers: ADMIN,
        body: JSON.stringify({ slowMode: 60 }),
      });
    expect((await slowDown()).status).toBe(500);
    const settings = `SELECT value FROM meta WHERE key = 'settings'`;
    expect(await execute(settings)).toEqual([{ value: '{"hosts":["guest:ann"]}' }]);
    await execute('DROP TRIGGER full');
    for (const text of ['still', 'here']) await eve.say(text);
    expect((await slowDown()).status).toBe(200);
    expect(await execute(settings)).toEqual([{ value: '{"hosts":["guest:ann"],"slowMode":60}' }]);
    await eve.upTo(3);
    expect(eve.inbox.texts()).toEqual(['still', 'here', '(moderation)']);
  });

  it('[R8] slow mode remembers through a sleep who spoke when', async () => {
    const { room, ann } = await roomWithHost({ slowMode: 3_600 });
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    expect(alice.inbox.all('welcome')[0]?.room).toEqual({ name: room, slowMode: 3_600 });
    await alice.say('once');
    await evictDurableObject(stubOf(room));
    alice.send({ type: 'send', id: 'm', content: { type: 'text', text: 'twice' } });
    const reject = await alice.next('reject');
    expect(reject).toMatchObject({ id: 'm', code: 'slow_mode' });
    expect(reject.retryAfter).toBeGreaterThan(0);
    await bob.say('my turn');
    await ann.say('one');
    await ann.say('two');
    await bob.upTo(5);
    expect(bob.inbox.texts()).toEqual(['(moderation)', 'once', 'my turn', 'one', 'two']);
  });
});
