import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { ChatRoom } from '../../worker/chat-room.ts';
import { issueToken } from '../../worker/identity/token.ts';
import { unwrap } from '../../worker/refusal.ts';
import { RoomLog } from '../../worker/room-log.ts';
import { storedEvent } from '../support/log-contract.ts';
import { TEST_SECRETS } from '../support/secrets.ts';
import { ADMIN, bearer, Client, newRoom, post, stubOf } from './support/client.ts';

/** For what comes in its own time: how long it may take says how busy the machine is, nothing else. */
const PATIENCE = { timeout: 10_000 };

describe('a room in workerd', () => {
  it('[R1][R2] everybody sees the same order, and only what the log holds', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    for (let i = 0; i < 8; i++)
      (i % 2 ? alice : bob).send({
        type: 'send',
        id: `m${i}`,
        content: { type: 'text', text: `m${i}` },
      });
    for (const client of [alice, bob]) await client.upTo(8);
    expect(alice.inbox.texts()).toEqual(bob.inbox.texts());
    expect(alice.inbox.events().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const stored = await runInDurableObject(stubOf(room), (_, { storage }) =>
      storage.sql
        .exec<{ lines: string }>('SELECT lines FROM events ORDER BY first')
        .toArray()
        .flatMap(({ lines }) => lines.split('\n').map((line) => JSON.parse(line))),
    );
    expect(stored).toEqual(alice.inbox.events());
  });

  it('[R2] what storage refuses is neither acknowledged nor shown; the room goes on', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    await alice.say('before');
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec(`CREATE TRIGGER full BEFORE INSERT ON events
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    });
    alice.send({ type: 'send', id: 'x', content: { type: 'text', text: 'lost?' } });
    expect(await alice.next('reject')).toMatchObject({
      id: 'x',
      code: 'server_error',
      message: 'something went wrong here: try again',
    });
    expect(await alice.whenClosed()).toEqual({ code: 1011, reason: 'server_error' });
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec('DROP TRIGGER full');
    });
    const again = await Client.join(room, 'alice', `&since=${alice.cursor}`);
    expect(await again.say('lost?', { id: 'x' })).toMatchObject({ seq: 2 });
    await bob.upTo(2);
    expect(bob.inbox.texts()).toEqual(['before', 'lost?']);
  });

  it('[R3][R4][R8] hibernation loses nothing: same socket, same chain, same ack, same roster', async () => {
    const room = newRoom();
    const [alice, bob] = [
      await Client.join(room, '爱丽丝', '&group=red'),
      await Client.join(room, 'bob'),
    ];
    const ack = await alice.say('before', { id: 'once', to: { users: ['guest:bob'] } });
    await evictDurableObject(stubOf(room));

    // On the sockets of before, without a reconnect.
    expect(await alice.say('before', { id: 'once', to: { users: ['guest:bob'] } })).toEqual(ack);
    await alice.say('after 😀');
    await bob.upTo(2);
    expect(bob.inbox.texts()).toEqual(['before', 'after 😀']);
    expect(bob.inbox.events()[1]).toMatchObject({
      seq: 2,
      from: { id: 'guest:爱丽丝', name: '爱丽丝', group: 'red' },
    });

    await evictDurableObject(stubOf(room));
    const carol = await Client.open(`room=${room}&name=carol`);
    const welcome = await carol.next('welcome');
    expect(welcome.online).toBe(3);
    expect(welcome.members?.map(({ name }) => name).sort()).toEqual(['bob', 'carol', '爱丽丝']);

    await evictDurableObject(stubOf(room));
    await bob.close();
    const left = await alice.next('presence', (frame) => frame.left !== undefined);
    expect(left).toEqual({ type: 'presence', online: 2, left: ['guest:bob'] });
  });

  it('[R3] a reconnect after the ack was lost: the same ack, no second event', async () => {
    const room = newRoom();
    const bob = await Client.join(room, 'bob');
    const alice = await Client.join(room, 'alice');
    const ack = await alice.say('once', { id: 'm1' });
    await evictDurableObject(stubOf(room), { webSockets: 'close' });
    await alice.whenClosed();
    const again = await Client.join(room, 'alice');
    expect(await again.say('once', { id: 'm1' })).toEqual(ack);
    const back = await Client.join(room, 'bob', `&since=${bob.cursor}`);
    await back.say('end');
    expect(
      [...bob.inbox.texts(), ...back.inbox.texts()].filter((text) => text === 'once'),
    ).toHaveLength(1);
  });

  it('[R5] resume by cursor, after the room was put away in between', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    await alice.say('1');
    await bob.upTo(1);
    await bob.close();
    await alice.say('2');
    await alice.say('3', { to: { users: ['guest:bob'] } });
    await evictDurableObject(stubOf(room));
    const back = await Client.open(`room=${room}&name=bob&since=${bob.cursor}`);
    expect(await back.next('welcome')).toMatchObject({ resume: 'recovered', after: 1, head: 3 });
    await back.upTo(3);
    expect(back.inbox.texts()).toEqual(['2', '3']);

    const foreign = await Client.open(`room=${room}&name=bob&since=0000.1`);
    expect(await foreign.next('welcome')).toMatchObject({ resume: 'reset', after: 0 });
    await foreign.upTo(3);
    expect(foreign.inbox.texts()).toEqual(['1', '2', '3']);
  });

  it('[T3][T4][R2][R5] what was recalled is gone from storage, and a resume tells of it', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    await bob.say('before');
    const said = await alice.say('the secret word', { id: 'm' });
    const ack = await alice.act('recall', said.seq);
    await evictDurableObject(stubOf(room));
    // Sent again on the socket of before: the same ack, and the text does not come back.
    expect(await alice.say('the secret word', { id: 'm' })).toEqual(said);

    const back = await Client.join(room, 'bob', `&since=${bob.cursor.replace(/\d+$/, '1')}`);
    await back.upTo(ack.seq);
    expect(back.inbox.events()).toMatchObject([
      { seq: 2, kind: 'message', content: { type: 'recalled' } },
      { seq: 3, kind: 'recall', target: 2, from: { id: 'guest:alice' } },
    ]);
    const stored = await runInDurableObject(stubOf(room), (_, { storage }) =>
      JSON.stringify(storage.sql.exec('SELECT * FROM events').toArray()),
    );
    expect(stored).toContain('before');
    expect(stored).not.toContain('secret');
  });

  it('votes count once for each user, across eviction and reconnect', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    alice.send({ type: 'send', id: 'q', content: { type: 'question', text: '为什么？' } });
    await bob.upTo(1);
    const vote = await bob.act('vote', 1);
    await evictDurableObject(stubOf(room), { webSockets: 'close' });
    const back = await Client.join(room, 'bob');
    expect(await back.act('vote', 1)).toMatchObject({ seq: vote.seq, at: vote.at });
    const { questions } = unwrap(await stubOf(room).questions({ id: 'guest:bob', name: 'bob' }));
    expect(questions).toMatchObject([{ seq: 1, votes: 1, voted: true, state: 'open' }]);
  });

  it('[R6] a private message reaches its audience, on all their sockets, and nobody else', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const [bob, tablet, eve] = [
      await Client.join(room, 'bob'),
      await Client.join(room, 'bob'),
      await Client.join(room, 'eve'),
    ];
    await (await Client.join(room, 'dan')).close();
    const ack = await alice.say('psst', { to: { users: ['guest:bob', 'guest:dan'] } });
    expect(ack.offline).toEqual(['guest:dan']);
    for (const client of [alice, bob, tablet, eve]) await client.upTo(1);
    expect([alice, bob, tablet, eve].map(({ inbox }) => inbox.texts())).toEqual([
      ['psst'],
      ['psst'],
      ['psst'],
      [],
    ]);
    const dan = await Client.join(room, 'dan');
    await dan.upTo(1);
    expect(dan.inbox.texts()).toEqual(['psst']);
    eve.send({ type: 'history', id: 'h', before: 99, limit: 50 });
    expect((await eve.next('page')).events).toEqual([]);
  });

  it('[R7] from, at and seq are the server’s, whatever a client claims', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    alice.send(
      JSON.stringify({
        type: 'send',
        id: 'x',
        content: { type: 'text', text: 'I am bob' },
        from: { id: 'guest:bob', name: 'bob', role: 'owner' },
        seq: 99,
        at: 1,
      }),
    );
    await bob.upTo(1);
    const [event] = bob.inbox.events();
    expect(event).toMatchObject({
      seq: 1,
      from: { id: 'guest:alice', name: 'alice', role: 'member' },
    });
    expect(Math.abs((event?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('[C5][R8] a heartbeat is answered without waking the room', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await alice.say('hi');
    await evictDurableObject(stubOf(room));
    const handler = vi.spyOn(ChatRoom.prototype, 'webSocketMessage');
    for (let i = 0; i < 3; i++) alice.send('ping');
    await vi.waitFor(() => expect(alice.inbox.other).toEqual(['pong', 'pong', 'pong']), PATIENCE);
    expect(handler).not.toHaveBeenCalled();
    // Nobody is there to be put away: the object has not been made again.
    await expect(evictDurableObject(stubOf(room))).rejects.toThrow();
    handler.mockRestore();
    await alice.say('awake');
    expect(alice.inbox.upTo).toBe(2);
  });

  it('[R9] bad frames of every kind get their code, and the room works for everybody else', async () => {
    const room = newRoom();
    const bob = await Client.join(room, 'bob');
    const cases: [data: string | ArrayBuffer, code: string][] = [
      ['{', 'bad_frame'],
      [new ArrayBuffer(16), 'bad_frame'],
      ['{"type":"nope","id":"x"}', 'bad_frame'],
      ['{"type":"send","id":"x","content":{"type":"text","text":"  "}}', 'bad_frame'],
      [
        JSON.stringify({
          type: 'send',
          id: 'x',
          content: { type: 'text', text: 'x'.repeat(2_001) },
        }),
        'bad_frame',
      ],
      [
        '{"type":"send","id":"x","content":{"type":"text","text":"a"},"to":{"planet":"mars"}}',
        'bad_frame',
      ],
      [
        '{"type":"send","id":"x","content":{"type":"text","text":"a"},"to":{"users":["guest:ghost"]}}',
        'not_found',
      ],
      ['{"type":"send","id":"x","content":{"type":"text","text":"a"},"replyTo":44}', 'not_found'],
      ['{"type":"send","id":"x","content":{"type":"notice","text":"a"}}', 'forbidden'],
    ];
    for (const [data, code] of cases) {
      const mallory = await Client.join(room, `m${crypto.randomUUID().slice(0, 6)}`);
      mallory.send(data);
      const reject = await mallory.next('reject');
      expect(reject.code).toBe(code);
      expect(reject.message).not.toMatch(/\.ts|\bat \w+ \(|SQLITE/);
      expect((await mallory.say('still welcome')).seq).toBeGreaterThan(0);
      await mallory.close();
    }
    const mallory = await Client.join(room, 'mallory');
    mallory.send('x'.repeat(100 * 1024));
    expect(await mallory.next('reject')).toMatchObject({ code: 'too_large' });
    expect(await mallory.whenClosed()).toEqual({ code: 4413, reason: 'too_large' });
    const flooder = await Client.join(room, 'flooder');
    for (let i = 0; i < 60; i++) {
      flooder.send({ type: 'send', id: `f${i}`, content: { type: 'text', text: 'flood' } });
    }
    expect(await flooder.next('reject')).toMatchObject({ code: 'rate_limited' });
    expect(await flooder.whenClosed()).toEqual({ code: 4429, reason: 'rate_limited' });
    // The burst, and what the bucket refilled while they came: nothing that was not acknowledged.
    const accepted = flooder.inbox.all('ack').length;
    expect(accepted).toBeGreaterThanOrEqual(10);
    expect((await bob.say('all well')).seq).toBe(cases.length + accepted + 1);
  });

  it('[R8][R9] a client that ignores its end does not come back by sending on after a sleep', async () => {
    const room = newRoom();
    const bob = await Client.join(room, 'bob');
    const deaf = await Client.join(room, 'deaf', '', { allowHalfOpen: true });
    deaf.send('x'.repeat(100 * 1024));
    expect(await deaf.next('reject')).toMatchObject({ code: 'too_large' });
    await evictDurableObject(stubOf(room));
    deaf.send({ type: 'send', id: 'm', content: { type: 'text', text: 'still here' } });
    await bob.say('anybody?');
    expect(bob.inbox.texts()).toEqual(['anybody?']);
    expect(await stubOf(room).members({ id: 'guest:bob', name: 'bob' })).toMatchObject({
      value: { members: [{ name: 'bob' }] },
    });
  });

  it('[R10] of a user’s devices the newest gives the name, after a sleep too', async () => {
    const room = newRoom();
    const sessions = ['Old', 'New', 'Newest'].map((name) => ({ id: 'app:1', name }));
    for (const session of sessions) {
      const { token } = await issueToken(session, [TEST_SECRETS.SESSION_SECRET], Date.now());
      const client = await Client.open(`room=${room}`, bearer(token));
      await client.next('welcome');
    }
    await evictDurableObject(stubOf(room));
    expect(await stubOf(room).members({ id: 'app:1', name: 'New' })).toMatchObject({
      value: { members: [{ name: 'Newest' }] },
    });
  });

  it('[R10] a user’s second socket is no second user', async () => {
    const room = newRoom();
    const bob = await Client.join(room, 'bob');
    const [phone, tablet] = [await Client.join(room, 'alice'), await Client.join(room, 'alice')];
    await bob.next('presence', ({ joined }) => joined?.[0]?.id === 'guest:alice');
    await phone.close();
    await tablet.say('still here');
    await bob.upTo(1);
    expect(bob.inbox.all('presence').some(({ left }) => left)).toBe(false);
    await tablet.close();
    expect(await bob.next('presence', ({ left }) => left !== undefined)).toMatchObject({
      online: 1,
      left: ['guest:alice'],
    });
  });

  it('[R8][R10] who leaves while the room sleeps is seen leaving, also several at once', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const others = [await Client.join(room, 'bob'), await Client.join(room, 'carol')];
    await alice.next('presence', ({ online }) => online === 3);
    await evictDurableObject(stubOf(room));
    await Promise.all(others.map((client) => client.close()));
    await vi.waitFor(() => {
      const left = alice.inbox.all('presence').flatMap(({ left: ids = [] }) => ids);
      expect(left.sort()).toEqual(['guest:bob', 'guest:carol']);
    }, PATIENCE);
    expect(alice.inbox.all('presence').at(-1)?.online).toBe(1);
  });

  it('[R8][R10] of a closing socket that lost its attachment the others still hear', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const bob = await Client.join(room, 'bob');
    await alice.next('presence', ({ online }) => online === 2);
    await runInDurableObject(stubOf(room), (_, ctx) => {
      for (const socket of ctx.getWebSockets()) {
        const { session } = socket.deserializeAttachment();
        if (session.name === 'bob') socket.serializeAttachment(null);
      }
    });
    await evictDurableObject(stubOf(room));
    await bob.close();
    expect(await alice.next('presence', ({ members }) => members !== undefined)).toMatchObject({
      online: 1,
      members: [{ id: 'guest:alice' }],
    });
  });

  it('a close is answered with the same code, also one that cannot be sent', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    alice.socket.close(4000, '再见');
    expect(await alice.whenClosed()).toMatchObject({ code: 4000 });
    const bob = await Client.join(room, 'bob');
    bob.socket.close();
    expect((await bob.whenClosed()).code).toBe(1000);
  });
});

describe('retention', () => {
  it('an alarm is set with the first event and drops what is too old, in bulk', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    for (let i = 1; i <= 5; i++) await alice.say(`m${i}`);
    const stub = stubOf(room);
    await vi.waitFor(async () => {
      const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
      expect(alarm).toBeGreaterThan(Date.now() + 30 * 86_400_000);
    }, PATIENCE);
    // Three of them were sent long ago.
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec('UPDATE events SET at = at - ? WHERE first <= 3', 31 * 86_400_000);
    });
    await evictDurableObject(stub);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const bob = await Client.open(`room=${room}&name=bob`);
    expect(await bob.next('welcome')).toMatchObject({ head: 5, oldest: 4, after: 3 });
    await bob.upTo(5);
    expect(bob.inbox.texts()).toEqual(['m4', 'm5']);
    expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
  });

  it('a room that its alarm woke knows its name', async () => {
    const room = `${newRoom()}-直播间`;
    await (await Client.join(room, 'alice')).say('hi');
    await evictDurableObject(stubOf(room));
    await runDurableObjectAlarm(stubOf(room));
    const bob = await Client.open(`room=${encodeURIComponent(room)}&name=bob`);
    expect((await bob.next('welcome')).room.name).toBe(room);
  });

  it('more events than are kept bring the alarm forward, and it trims to the number', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const stub = stubOf(room);
    await runInDurableObject(stub, (_, { storage }) => {
      const log = new RoomLog(storage);
      const now = Date.now();
      for (let first = 1; first <= 11_000; first += 100) {
        log.append(Array.from({ length: 100 }, (_, i) => storedEvent(first + i, now)));
      }
    });
    await evictDurableObject(stub);
    await alice.say('one too many');
    await vi.waitFor(async () => {
      const info = await stub.info();
      expect(info).toMatchObject({ head: 11_001, oldest: 1_002 });
    }, PATIENCE);
  });

  it('a push plans it as well, and no message sets an alarm that is there', async () => {
    const room = newRoom();
    const notice = await post(`/api/rooms/${room}/notices`, { text: '你好' }, ADMIN);
    expect(notice.status).toBe(201);
    const stub = stubOf(room);
    const alarm = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    const planned = await alarm();
    expect(planned).toBeGreaterThan(Date.now());
    const alice = await Client.join(room, 'alice');
    const setAlarm = await runInDurableObject(stub, (_, { storage }) =>
      vi.spyOn(storage, 'setAlarm'),
    );
    for (let i = 0; i < 3; i++) await alice.say(`m${i}`);
    expect(await alarm()).toBe(planned);
    expect(setAlarm).not.toHaveBeenCalled();
    setAlarm.mockRestore();
  });

  it('a room that was emptied goes on counting, after a restart too', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await alice.say('old');
    const stub = stubOf(room);
    await runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec('UPDATE events SET at = 0');
    });
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub);
    expect((await alice.say('new')).seq).toBe(2);
    const late = await Client.open(
      `room=${room}&name=bob&since=${alice.inbox.all('welcome')[0]?.epoch}.0`,
    );
    expect(await late.next('welcome')).toMatchObject({ resume: 'reset', oldest: 2 });
  });
});

describe('storage', () => {
  it('of an older version is brought up to this one, with all that is in it', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    await alice.say('before there were questions');
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec('DROP TABLE announcements');
      storage.sql.exec('DROP TABLE openids');
      storage.sql.exec('DROP TABLE moderation');
      storage.sql.exec('DROP TABLE withdrawn_media');
      storage.sql.exec('DROP INDEX question_events');
      storage.sql.exec('ALTER TABLE events DROP COLUMN questions');
      storage.sql.exec(`UPDATE meta SET value = '1' WHERE key = 'version'`);
    });
    await evictDurableObject(stubOf(room));
    alice.send({ type: 'send', id: 'q', content: { type: 'question', text: 'any?' } });
    await alice.upTo(2);
    expect(alice.inbox.texts()).toEqual(['before there were questions', 'any?']);
    const { questions } = unwrap(await stubOf(room).questions({ id: 'guest:bob', name: 'bob' }));
    expect(questions).toMatchObject([{ seq: 2 }]);
  });

  it('of a newer version is refused instead of damaged', async () => {
    const room = newRoom();
    await (await Client.join(room, 'alice')).close();
    await runInDurableObject(stubOf(room), (_, { storage }) => {
      storage.sql.exec(`UPDATE meta SET value = '999' WHERE key = 'version'`);
    });
    await evictDurableObject(stubOf(room));
    const alice = await Client.open(`room=${room}&name=alice`);
    expect(await alice.next('reject')).toMatchObject({ code: 'server_error' });
    expect(await alice.whenClosed()).toEqual({ code: 1011, reason: 'server_error' });
  });
});
