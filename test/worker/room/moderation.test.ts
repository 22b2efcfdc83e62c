import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModerateFrame } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const KICKED = { code: 4403, reason: 'forbidden' };
const BANNED = { code: 4403, reason: 'banned' };
const ACTIONS: readonly ModerateFrame['action'][] = ['mute', 'unmute', 'kick', 'ban', 'unban'];
const HOUR = 3_600_000;

/** A room with olga, who owns it, ann and hugo, who are hosts, and alice and eve. */
function roomWithHosts() {
  const h = new RoomHarness();
  h.configure({ owner: 'olga', hosts: ['ann', 'hugo'] });
  const [olga, ann, alice, eve] = ['olga', 'ann', 'alice', 'eve'].map((name) => h.join(name)) as [
    FakePeer,
    FakePeer,
    FakePeer,
    FakePeer,
  ];
  return { h, olga, ann, alice, eve };
}

const text = { type: 'text', text: 'hi' } as const;

describe('moderation', () => {
  it('[M4][R1][R7] is an event that everybody sees, with who, whom and until when', () => {
    const { h, ann, alice, eve } = roomWithHosts();
    const until = h.now + HOUR;
    expect(h.moderate(ann, 'mute', 'eve', until)).toBe(1);
    for (const peer of [ann, alice, eve, h.join('late')]) {
      expect(peer.inbox.events()).toEqual([
        {
          kind: 'moderation',
          seq: 1,
          at: h.now,
          id: ann.inbox.all('ack')[0]?.id,
          from: { id: 'ann', name: 'ann', role: 'host' },
          action: 'mute',
          user: 'eve',
          name: 'eve',
          until,
        },
      ]);
    }
  });

  it('[M4] names whom it is about as they were called last, and nobody where nothing is known', () => {
    const { h, ann } = roomWithHosts();
    const gone = h.join({ id: 'u1', name: '小明' });
    const silent = h.join({ id: 'u2', name: '小红' });
    h.say(gone, 'bye');
    for (const peer of [gone, silent]) h.leave(peer);
    h.hibernate();
    for (const user of ['u1', 'u2']) h.moderate(ann, 'ban', user);
    h.room.trim(1);
    h.hibernate();
    h.moderate(ann, 'unban', 'u1');
    const names = ann.inbox.events().flatMap((event) => ('name' in event ? [event.name] : []));
    expect(names).toEqual(['小明', '小明']);
    expect(ann.inbox.events()).toHaveLength(4);
  });

  it('[M1][R9] is for hosts: a member is refused, whoever it is about, and nothing happens', () => {
    const { h, alice, eve } = roomWithHosts();
    for (const action of ACTIONS) {
      for (const user of ['eve', 'alice', 'ann', 'olga', 'nobody']) {
        expect(h.moderate(alice, action, user)).toBe('forbidden');
      }
    }
    expect(h.log.head).toBe(0);
    expect(eve.closed).toBeUndefined();
    expect(h.say(eve, 'still here') && h.log.head).toBe(1);
  });

  it.each(ACTIONS)(
    '[M1][R9] %s: nobody does it to the owner or to themself, only the owner to a host',
    (action) => {
      const { h, olga, ann } = roomWithHosts();
      expect(h.moderate(ann, action, 'olga')).toBe('forbidden');
      expect(h.moderate(ann, action, 'ann')).toBe('forbidden');
      expect(h.moderate(ann, action, 'hugo')).toBe('forbidden');
      expect(h.moderate(olga, action, 'olga')).toBe('forbidden');
      const byOperator = { type: 'moderate', id: 'o', action, user: 'olga' } as const;
      expect(h.post(byOperator)).toMatchObject({ ok: false, refusal: { code: 'forbidden' } });
      expect(h.post({ ...byOperator, user: 'system' })).toMatchObject({ ok: false });
      expect(h.log.head).toBe(0);
      // Though he has never been here: the room knows him by its settings.
      expect(h.moderate(olga, action, 'hugo')).toBe(1);
      expect(h.post({ ...byOperator, user: 'hugo' })).toMatchObject({ ok: true, ack: { seq: 2 } });
    },
  );

  it('[M1][R9] of somebody who was never here is not_found, but a back end knows its users', () => {
    const { h, ann } = roomWithHosts();
    for (const action of ACTIONS) expect(h.moderate(ann, action, 'ghost')).toBe('not_found');
    const ban = { type: 'moderate', id: 'b', action: 'ban', user: 'ghost' } as const;
    expect(h.post(ban)).toMatchObject({ ok: true, ack: { seq: 1 } });
    h.hibernate();
    expect(h.join('ghost').closed).toEqual(BANNED);
    // By the ban the room knows them.
    expect(h.moderate(ann, 'unban', 'ghost')).toBe(2);
    expect(h.join('ghost').closed).toBeUndefined();
  });

  it('[M2][R9] an end in the past, or of what does not last, is a bad frame', () => {
    const { h, ann } = roomWithHosts();
    for (const until of [1, h.now - 1, h.now]) {
      expect(h.moderate(ann, 'mute', 'eve', until)).toBe('bad_frame');
      expect(h.moderate(ann, 'ban', 'eve', until)).toBe('bad_frame');
    }
    for (const action of ['unmute', 'kick', 'unban'] as const) {
      expect(h.moderate(ann, action, 'eve', h.now + HOUR)).toBe('bad_frame');
    }
    expect(h.log.head).toBe(0);
    expect(h.moderate(ann, 'mute', 'eve', h.now + 1)).toBe(1);
    expect(h.moderate(ann, 'ban', 'eve', Number.MAX_SAFE_INTEGER)).toBe(2);
  });

  it('[R3] the same id does it once: who came back after a kick stays', () => {
    const { h, ann, eve } = roomWithHosts();
    const frame: ModerateFrame = { type: 'moderate', id: 'k', action: 'kick', user: 'eve' };
    h.receive(ann, frame, frame);
    expect(eve.closed).toEqual(KICKED);
    const back = h.join('eve');
    h.hibernate();
    h.receive(ann, frame);
    expect(back.closed).toBeUndefined();
    expect(ann.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 1, 1]);
    expect(h.log.head).toBe(1);
  });

  it('[M3] done again it does no harm', () => {
    const { h, ann, alice } = roomWithHosts();
    for (const action of ACTIONS) {
      expect([action, h.moderate(ann, action, 'eve')]).toEqual([action, h.log.head]);
      expect([action, h.moderate(ann, action, 'eve')]).toEqual([action, h.log.head]);
    }
    expect(h.log.head).toBe(10);
    expect(h.sanctions.size).toBe(0);
    expect(h.say(h.join('eve'), 'back') && alice.inbox.texts().at(-1)).toBe('back');
  });

  it('[R2] when it can’t be stored, nothing has changed, in memory as well', () => {
    const { h, ann, eve } = roomWithHosts();
    h.log.failNext = true;
    expect(h.moderate(ann, 'ban', 'eve')).toBe('server_error');
    expect(eve.closed).toBeUndefined();
    expect(h.sanctions.size).toBe(0);
    expect(h.send(eve, text)).toBe(1);
    h.hibernate();
    expect(h.join('eve').closed).toBeUndefined();
  });
});

describe('a mute', () => {
  it('[M5][E11] refuses all that says something, and says for how long; the rest goes on', () => {
    const { h, ann, alice, eve } = roomWithHosts();
    h.say(eve, 'rubbish');
    const question = h.send(alice, { type: 'question', text: 'why?' }) as number;
    h.moderate(ann, 'mute', 'eve', h.now + HOUR);
    h.now += 1_000;
    h.say(eve, 'more', { id: 'm' });
    expect(eve.inbox.take('reject')).toEqual({
      type: 'reject',
      id: 'm',
      code: 'muted',
      message: 'you are muted in this room',
      retryAfter: HOUR - 1_000,
    });
    expect(h.send(eve, { type: 'question', text: 'why me?' })).toBe('muted');
    expect(h.send(eve, text, { to: { users: ['ann'] } })).toBe('muted');
    h.receive(eve, { type: 'typing' });
    expect(alice.inbox.all('typing')).toEqual([]);
    expect(h.act(eve, 'vote', question)).toBe(4);
    expect(h.act(eve, 'recall', 1)).toBe(5);
    h.receive(eve, { type: 'history', id: 'h', before: 9, limit: 9 });
    expect(eve.inbox.take('page')?.events).toHaveLength(5);
    expect(h.send(alice, text)).toBe(6);
    expect(eve.inbox.upTo).toBe(6);
    expect(eve.closed).toBeUndefined();
  });

  it('takes effect within the batch in which it comes, in both directions', () => {
    const { h, ann, eve } = roomWithHosts();
    const moderate = (id: string, action: ModerateFrame['action']) => ({
      peer: ann,
      data: JSON.stringify({ type: 'moderate', id, action, user: 'eve' }),
    });
    const say = (id: string) => ({
      peer: eve,
      data: JSON.stringify({ type: 'send', id, content: text }),
    });
    h.room.receive([say('1'), moderate('a', 'mute'), say('2'), moderate('b', 'unmute'), say('3')]);
    expect(h.log.batches).toBe(1);
    expect(eve.inbox.all('ack').map(({ id }) => id)).toEqual(['1', '3']);
    expect(eve.inbox.all('reject')).toMatchObject([{ id: '2', code: 'muted' }]);
  });

  it('[M2][R8] ends by itself, at the millisecond, without an event and without a timer', () => {
    const { h, ann, eve } = roomWithHosts();
    h.advance(HOUR);
    h.moderate(ann, 'mute', 'eve', h.now + HOUR);
    expect(h.timersRunning).toBe(0);
    h.now += HOUR - 1;
    expect(h.send(eve, text)).toBe('muted');
    h.hibernate();
    expect(h.send(eve, text)).toBe('muted');
    h.now += 1;
    expect(h.send(eve, text)).toBe(2);
    // What is over goes from storage with the next trimming.
    expect(h.sanctions.size).toBe(1);
    h.room.trim(0);
    expect(h.sanctions.size).toBe(0);
  });

  it('of somebody who is away waits for them, for good, until it is lifted', () => {
    const { h, ann, eve } = roomWithHosts();
    h.leave(eve);
    h.moderate(ann, 'mute', 'eve');
    h.hibernate();
    h.now += 1_000 * HOUR;
    h.room.trim(h.log.head);
    h.hibernate();
    const back = h.join('eve');
    h.say(back, 'hi');
    expect(back.inbox.take('reject')).not.toHaveProperty('retryAfter');
    expect(h.moderate(ann, 'unmute', 'eve')).toBe(2);
    expect(h.send(back, text)).toBe(3);
  });

  it('[R3] what was accepted before it still gets its ack', () => {
    const { h, ann, eve } = roomWithHosts();
    const id = h.say(eve, 'hi');
    h.moderate(ann, 'mute', 'eve');
    h.say(eve, 'hi', { id });
    expect(eve.inbox.all('ack').map(({ seq }) => seq)).toEqual([1, 1]);
    expect(eve.inbox.all('reject')).toEqual([]);
  });

  it('comes before the rate', () => {
    const h = new RoomHarness({ rate: { burst: 1, perSecond: 1 } });
    h.configure({ owner: 'olga' });
    const [olga, eve] = [h.join('olga'), h.join('eve')];
    h.moderate(olga, 'mute', 'eve');
    expect([h.send(eve, text), h.send(eve, text)]).toEqual(['muted', 'muted']);
  });

  it('[M9] of a host takes the voice, not the office; who becomes the owner has both', () => {
    const { h, olga, ann } = roomWithHosts();
    h.moderate(olga, 'mute', 'ann');
    expect(h.send(ann, { type: 'notice', text: 'n' })).toBe('muted');
    expect(h.moderate(ann, 'kick', 'eve')).toBe(2);
    h.configure({ owner: 'ann' });
    expect(h.send(ann, text)).toBe(3);
  });
});

describe('a kick', () => {
  it('[M6][R10] ends all connections of the user at once; the others see them go', () => {
    const { h, ann, alice, eve } = roomWithHosts();
    const tablet = h.join('eve');
    h.advance(1_000);
    h.moderate(ann, 'kick', 'eve');
    for (const peer of [eve, tablet]) {
      expect(peer.closed).toEqual(KICKED);
      expect(peer.inbox.events()).toMatchObject([{ action: 'kick', user: 'eve' }]);
      const reject = peer.inbox.take('reject');
      expect(reject).toMatchObject({ code: 'forbidden' });
      expect(reject).not.toHaveProperty('id');
      // Nothing follows: that they left is news for the others.
      expect(peer.inbox.frames.at(-1)).toBe(reject);
    }
    expect(alice.inbox.all('presence').at(-1)).toMatchObject({ online: 3, left: ['eve'] });
    h.say(eve, 'still in the pipe');
    expect(h.log.head).toBe(1);
  });

  it('[M6] is no ban: they may come back, and speak', () => {
    const { h, ann, eve } = roomWithHosts();
    h.moderate(ann, 'kick', 'eve');
    const back = h.join('eve', { epoch: 'e1', seq: eve.inbox.upTo ?? 0 });
    expect(back.inbox.take('welcome')).toMatchObject({ resume: 'recovered', after: 1 });
    expect(h.send(back, text)).toBe(2);
    h.leave(back);
    expect(h.moderate(ann, 'kick', 'eve')).toBe(3);
  });
});

describe('a ban', () => {
  it('[M7][E4][R10] ends all connections at once, and lets none in; the others see them go', () => {
    const { h, ann, alice, eve } = roomWithHosts();
    const tablet = h.join('eve');
    h.advance(1_000);
    h.moderate(ann, 'ban', 'eve', h.now + HOUR);
    for (const peer of [eve, tablet]) {
      expect(peer.closed).toEqual(BANNED);
      expect(peer.inbox.take('reject')).toMatchObject({ code: 'banned', retryAfter: HOUR });
    }
    expect(alice.inbox.all('presence').at(-1)).toMatchObject({ online: 3, left: ['eve'] });
    h.advance(1_000);
    for (const since of [undefined, { epoch: 'e1', seq: 0 }]) {
      h.hibernate();
      const back = h.join('eve', since);
      expect(back.inbox.frames).toEqual([
        {
          type: 'reject',
          code: 'banned',
          message: 'you are banned from this room',
          retryAfter: HOUR - 1_000,
        },
      ]);
      expect(back.closed).toEqual(BANNED);
      expect(h.room.members().online).toBe(3);
    }
    expect(h.room.banOf('eve')).toMatchObject({ code: 'banned' });
    expect(h.room.banOf('alice')).toBeUndefined();
  });

  it('also of connections that slept through it', () => {
    const { h, ann, alice, eve } = roomWithHosts();
    h.hibernate();
    h.moderate(ann, 'ban', 'eve');
    expect(eve.closed).toEqual(BANNED);
    h.hibernate();
    h.post({ type: 'moderate', id: 'b', action: 'ban', user: 'alice' });
    expect(alice.closed).toEqual(BANNED);
  });

  it('is over at its time, or when it is lifted', () => {
    const { h, ann } = roomWithHosts();
    h.moderate(ann, 'ban', 'eve', h.now + HOUR);
    h.moderate(ann, 'mute', 'eve');
    h.now += HOUR - 1;
    expect(h.join('eve').closed).toEqual(BANNED);
    h.now += 1;
    const back = h.join('eve');
    // The mute is another matter.
    expect(h.send(back, text)).toBe('muted');
    h.moderate(ann, 'ban', 'eve');
    h.moderate(ann, 'unmute', 'eve');
    h.hibernate();
    expect(h.join('eve').closed).toEqual(BANNED);
    h.moderate(ann, 'unban', 'eve');
    expect(h.join('eve').closed).toBeUndefined();
    expect(h.sanctions.size).toBe(0);
  });

  it('[M3] banned twice, the second counts', () => {
    const { h, ann } = roomWithHosts();
    h.moderate(ann, 'ban', 'eve');
    expect(h.moderate(ann, 'ban', 'eve', h.now + HOUR)).toBe(2);
    h.hibernate();
    h.now += HOUR;
    expect(h.join('eve').closed).toBeUndefined();
  });

  it('[R9] what comes behind it in the same batch is refused', () => {
    const { h, ann, eve } = roomWithHosts();
    h.say(eve, 'before');
    const frames = [
      { type: 'moderate', id: 'b', action: 'ban', user: 'eve' },
      { type: 'recall', id: 'r', target: 1 },
      { type: 'send', id: 's', content: text },
    ];
    const peers = [ann, eve, eve];
    h.room.receive(
      frames.map((frame, i) => ({ peer: peers[i] as FakePeer, data: JSON.stringify(frame) })),
    );
    expect(eve.inbox.all('reject').map(({ id, code }) => [id, code])).toEqual([
      ['r', 'banned'],
      ['s', 'banned'],
      [undefined, 'banned'],
    ]);
    expect(h.log.head).toBe(2);
  });

  it('[M7][R6] what is written to them meanwhile is kept for the time after it', () => {
    const { h, ann, alice } = roomWithHosts();
    h.moderate(ann, 'ban', 'eve');
    h.say(alice, 'sorry', { to: { users: ['eve'] } });
    expect(alice.inbox.all('ack').at(-1)?.offline).toEqual(['eve']);
    h.moderate(ann, 'unban', 'eve');
    expect(h.join('eve').inbox.texts()).toContain('sorry');
  });

  it('[M9] does not hold for the owner, and holds again when they are that no more', () => {
    const { h, ann } = roomWithHosts();
    h.moderate(ann, 'ban', 'eve');
    h.configure({ owner: 'eve' });
    const eve = h.join('eve');
    expect(h.send(eve, text)).toBe(2);
    h.configure({ owner: '' });
    expect(eve.closed).toEqual(BANNED);
    expect(h.room.members().members?.map(({ id }) => id)).not.toContain('eve');
  });
});

describe('an operator', () => {
  it('[R6] recalls any message; of a private one only those learn who saw it', () => {
    const { h, alice, ann, eve } = roomWithHosts();
    h.say(alice, 'the secret word', { to: { users: ['ann'] } });
    h.now += HOUR;
    const recall = { type: 'recall', id: 'r', target: 1 } as const;
    expect(h.post(recall)).toMatchObject({ ok: true, ack: { seq: 2 } });
    expect(h.post(recall)).toMatchObject({ ok: true, ack: { seq: 2 } });
    expect(h.post({ ...recall, id: 'r2' })).toMatchObject({ refusal: { code: 'not_found' } });
    expect(h.post({ ...recall, target: 2 })).toMatchObject({ ok: true });
    for (const peer of [alice, ann]) {
      expect(peer.inbox.events()[1]).toMatchObject({ kind: 'recall', from: { id: 'system' } });
    }
    expect(eve.inbox.events()).toEqual([]);
    expect(JSON.stringify(h.log.read(0, 9))).not.toContain('secret');
  });
});

const minutes = fc.nat(30);
const step = fc.oneof(
  fc.record({
    do: fc.constant('moderate' as const),
    by: fc.constantFrom('olga', 'ann', 'alice', 'system'),
    user: fc.constantFrom('ann', 'alice', 'eve'),
    action: fc.constantFrom(...ACTIONS),
    minutes: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('speak' as const), user: fc.constantFrom('ann', 'alice', 'eve') }),
  fc.record({ do: fc.constant('wait' as const), minutes }),
  fc.constant({ do: 'hibernate' as const }),
  fc.constant({ do: 'fail' as const }),
  fc.constant({ do: 'trim' as const }),
);

describe('whatever is done to whom, and whenever the room sleeps', () => {
  it('[R2][R8] who may be here and speak is as the events say, and as the clock says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const h = new RoomHarness();
        h.configure({ owner: 'olga', hosts: ['ann'] });
        const peers = new Map(['olga', 'ann', 'alice', 'eve'].map((id) => [id, h.join(id)]));
        /** Until when, by what and whom. */
        const ends = new Map<string, number>();
        const holds = (what: 'mute' | 'ban', user: string) =>
          (ends.get(`${what} ${user}`) ?? 0) > h.now;
        const present = (user: string) => {
          const peer = peers.get(user) as FakePeer;
          if (!peer.closed) return peer;
          const next = h.join(user);
          expect(next.closed).toEqual(holds('ban', user) ? BANNED : undefined);
          peers.set(user, next);
          return next.closed ? undefined : next;
        };
        let id = 0;
        for (const each of steps) {
          if (each.do === 'wait') h.advance(each.minutes * 60_000);
          else if (each.do === 'hibernate') h.hibernate();
          else if (each.do === 'trim') h.room.trim(h.log.head);
          else if (each.do === 'fail') {
            const peer = present('olga') as FakePeer;
            h.log.failNext = true;
            expect(h.moderate(peer, 'ban', 'alice')).toBe('server_error');
            h.log.failNext = false;
          } else if (each.do === 'speak') {
            const peer = present(each.user);
            if (!peer) continue;
            expect(h.send(peer, text)).toBe(holds('mute', each.user) ? 'muted' : h.log.head);
          } else {
            const { by, user, action } = each;
            const until =
              each.minutes === undefined || (action !== 'mute' && action !== 'ban')
                ? undefined
                : h.now + each.minutes * 60_000;
            const ok = by === 'system' || by === 'olga' || (by === 'ann' && user !== 'ann');
            const frame: ModerateFrame = {
              type: 'moderate',
              id: `op-${++id}`,
              action,
              user,
              ...(until !== undefined && { until }),
            };
            if (by === 'system') expect(h.post(frame).ok).toBe(true);
            else {
              const peer = present(by);
              if (!peer) continue;
              expect(h.moderate(peer, action, user, until)).toBe(ok ? h.log.head : 'forbidden');
            }
            if (!ok) continue;
            if (action === 'kick' || action === 'ban') {
              expect(peers.get(user)?.closed).toBeDefined();
            }
            if (action === 'mute' || action === 'ban') {
              ends.set(`${action} ${user}`, until ?? Number.POSITIVE_INFINITY);
            } else if (action !== 'kick') ends.delete(`${action.slice(2)} ${user}`);
          }
        }
        for (const user of ['ann', 'alice', 'eve']) {
          expect(h.room.banOf(user) !== undefined).toBe(holds('ban', user));
        }
      }),
      { numRuns: 200 },
    );
  });
});
