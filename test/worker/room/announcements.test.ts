import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Announcement, AnnouncementRequest } from '../../../shared/http.ts';
import { timeAfter } from '../../../worker/room/announcements.ts';
import type { Session } from '../../../worker/room/ports.ts';
import { FakeSafety } from '../../support/fake-safety.ts';
import { RoomHarness } from '../../support/room-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 366 * DAY;

const ANN: Session = { id: 'ann', name: '安', avatar: 'https://x.example/a.png', expiresAt: 1 };
const OWNER: Session = { id: 'owner', name: 'owner' };
const BOB: Session = { id: 'bob', name: 'bob' };

/** A room of an owner and its host ann. */
class Hall extends RoomHarness {
  constructor(safety?: FakeSafety) {
    super({}, safety);
    this.configure({ owner: 'owner', hosts: ['ann'] });
  }

  /** What came of it: the announcement, or the code of the refusal. */
  set(
    asker: Session | undefined,
    { id = 'a', text = 'hear, hear', ...when }: Partial<AnnouncementRequest> = {},
  ): Announcement | string {
    const outcome = this.announcements.set(asker, { id, text, ...when });
    return outcome.ok ? outcome.value : outcome.refusal.code;
  }

  list(asker?: Session): readonly Announcement[] | string {
    const outcome = this.announcements.list(asker);
    return outcome.ok ? outcome.value : outcome.refusal.code;
  }

  remove(asker: Session | undefined, id: string): null | string {
    const outcome = this.announcements.remove(asker, id);
    return outcome.ok ? outcome.value : outcome.refusal.code;
  }

  /** Waits, and does at each time what is due then, as the object's alarm would. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = this.announcements.due();
      if (due === undefined || due > end) break;
      this.now = Math.max(due, this.now);
      this.announcements.run(this.now);
    }
    this.now = end;
  }

  /** All notices of the log: since when (in minutes from the beginning), from whom and what. */
  said(since: number): string[] {
    return this.log.read(0, this.log.head).flatMap(({ event }) => {
      if (event.kind !== 'message' || event.content.type !== 'notice') return [];
      const { from, content, at } = event;
      return [`${(at - since) / MINUTE} ${from.id} ${from.role}: ${content.text}`];
    });
  }
}

describe('Announcements', () => {
  it('one without times comes now, one that repeats for the first time after its pause', () => {
    const hall = new Hall();
    const start = hall.now;
    hall.join(BOB);
    expect(hall.set(ANN)).toEqual({
      id: 'a',
      text: 'hear, hear',
      at: start,
      by: { id: 'ann', name: '安' },
    });
    expect(hall.set(undefined, { id: 'b', text: 'tick', every: 120 })).toEqual({
      id: 'b',
      text: 'tick',
      at: start + 2 * MINUTE,
      every: 120,
      by: { id: 'system', name: 'system' },
    });
    hall.pass(6 * MINUTE);
    expect(hall.said(start)).toEqual([
      '0 ann host: hear, hear',
      '2 system owner: tick',
      '4 system owner: tick',
      '6 system owner: tick',
    ]);
    expect(hall.list()).toMatchObject([{ id: 'b', at: start + 8 * MINUTE }]);
  });

  it('lists the next one first, to hosts and operators', () => {
    const hall = new Hall();
    hall.set(ANN, { id: 'late', at: hall.now + HOUR });
    hall.set(undefined, { id: 'soon', at: hall.now + MINUTE });
    for (const asker of [ANN, OWNER, undefined]) {
      expect(hall.list(asker)).toMatchObject([{ id: 'soon' }, { id: 'late' }]);
    }
    expect(hall.list(BOB)).toBe('forbidden');
    expect(JSON.stringify(hall.list())).not.toContain('avatar');
  });

  it('hosts and operators take back what anybody has set', () => {
    const hall = new Hall();
    hall.set(OWNER, { id: 'a' });
    hall.set(undefined, { id: 'b' });
    hall.set(ANN, { id: 'c' });
    expect(hall.remove(BOB, 'a')).toBe('forbidden');
    expect(hall.remove(ANN, 'a')).toBeNull();
    expect(hall.remove(ANN, 'a')).toBe('not_found');
    expect(hall.remove(ANN, 'b')).toBeNull();
    expect(hall.remove(undefined, 'c')).toBeNull();
    expect(hall.list()).toEqual([]);
    hall.pass(HOUR);
    expect(hall.said(0)).toEqual([]);
  });

  it('[A2][R3] the same id is the same announcement, before and after it was said', () => {
    const hall = new Hall();
    const at = hall.now + MINUTE;
    const first = hall.set(ANN, { at });
    expect(hall.set(ANN, { at: hall.now + HOUR, text: 'other', every: 60 })).toEqual(first);
    expect(hall.set(OWNER, { at })).toBe('bad_frame');
    expect(hall.set(undefined, { at })).toBe('bad_frame');
    hall.pass(HOUR);
    expect(hall.list()).toEqual([]);
    const { head } = hall.log;
    expect(hall.set(ANN, { at, text: 'other' })).toEqual(first);
    expect(hall.set(ANN, { text: 'other' })).toEqual(first);
    hall.hibernate();
    expect(hall.set(ANN, { at })).toEqual(first);
    hall.pass(HOUR);
    expect(hall.log.head).toBe(head);
  });

  it('[R3] an alarm that rings twice says nothing twice, even if the store lost what came of it', () => {
    const hall = new Hall();
    hall.join(BOB);
    const planned = { id: 'a', text: 'hi', at: hall.now };
    hall.announcementStore.write(planned);
    hall.announcementStore.write({ ...planned, id: 'b', every: 60 });
    hall.announcements.run(hall.now);
    hall.announcements.run(hall.now);
    expect(hall.log.head).toBe(2);
    hall.announcementStore.write(planned);
    hall.announcementStore.write({ ...planned, id: 'b', every: 60 });
    hall.hibernate();
    hall.announcements.run(hall.now);
    expect(hall.log.head).toBe(2);
    expect(hall.list()).toMatchObject([{ id: 'b', at: hall.now + MINUTE }]);
  });

  it('[R3] ids and times that look alike are not taken for each other', () => {
    const hall = new Hall();
    hall.join(BOB);
    hall.set(undefined, { id: `${hall.now + MINUTE}:a`, text: 'once', at: hall.now + MINUTE });
    hall.set(undefined, { id: 'a', text: 'again', every: 60 });
    hall.set(undefined, { id: 'once:a', text: 'and again', every: 60 });
    hall.pass(MINUTE);
    expect(hall.log.head).toBe(3);
  });

  it('[A4] what repeats is not said to nobody, and does not wake the room; the rest is', () => {
    const hall = new Hall();
    const start = hall.now;
    hall.set(undefined, { id: 'tick', text: 'tick', every: 600 });
    hall.set(undefined, { id: 'once', text: 'once', at: start + HOUR });
    expect(hall.announcements.due()).toBe(start + HOUR);
    hall.pass(65 * MINUTE);
    expect(hall.said(start)).toEqual(['60 system owner: once']);
    expect(hall.announcements.due()).toBeUndefined();
    expect(hall.list()).toMatchObject([{ id: 'tick', at: start + 70 * MINUTE }]);
    const bob = hall.join(BOB);
    hall.announcements.resume();
    expect(hall.announcements.due()).toBe(start + 70 * MINUTE);
    hall.pass(20 * MINUTE);
    hall.leave(bob);
    hall.pass(DAY);
    expect(hall.said(start).slice(1)).toEqual(['70 system owner: tick', '80 system owner: tick']);
  });

  it('who comes back hardly late, as after a restart of the server, still hears it', () => {
    const hall = new Hall();
    const start = hall.now;
    hall.set(undefined, { text: 'tick', every: 600 });
    hall.now = start + 10 * MINUTE + 59_999;
    hall.join(BOB);
    const { writes } = hall.announcementStore;
    hall.announcements.resume();
    expect(hall.announcementStore.writes).toBe(writes);
    hall.announcements.run(hall.now);
    expect(hall.log.head).toBe(1);
    expect(hall.announcements.due()).toBe(start + 20 * MINUTE);
  });

  it.each([
    ['no host any more', (hall: Hall) => hall.configure({ hosts: [] })],
    [
      'banned',
      (hall: Hall) => hall.post({ type: 'moderate', id: 'm', action: 'ban', user: 'ann' }),
    ],
  ])(
    '[A5] those of a host who is %s are dropped when their time comes, the others go on',
    (_, happen) => {
      const hall = new Hall();
      const start = hall.now;
      hall.join(BOB);
      hall.set(ANN, { id: 'once', at: start + MINUTE });
      hall.set(ANN, { id: 'tick', every: 120 });
      hall.set(OWNER, { id: 'other', text: 'other', every: 180 });
      happen(hall);
      expect(hall.list()).toHaveLength(3);
      hall.pass(3 * MINUTE);
      expect(hall.said(start)).toEqual(['3 owner owner: other']);
      expect(hall.list()).toMatchObject([{ id: 'other' }]);
    },
  );

  it('[A3] who is a host again by the time has lost nothing, and speaks with the role of then', () => {
    const hall = new Hall();
    const start = hall.now;
    hall.set(ANN, { at: start + MINUTE });
    hall.configure({ hosts: [] });
    hall.configure({ owner: 'ann' });
    hall.pass(MINUTE);
    expect(hall.said(start)).toEqual(['1 ann owner: hear, hear']);
  });

  it('[A5] while its host is muted its times pass; the host may look after it, and set none', () => {
    const hall = new Hall();
    const start = hall.now;
    hall.join(BOB);
    hall.set(ANN, { id: 'once', at: start + MINUTE });
    hall.set(ANN, { id: 'tick', text: 'tick', every: 120 });
    hall.set(ANN, { id: 'gone', every: 120 });
    const until = start + 5 * MINUTE;
    hall.post({ type: 'moderate', id: 'm', action: 'mute', user: 'ann', until });
    expect(hall.set(ANN, { id: 'new' })).toBe('muted');
    expect(hall.list(ANN)).toHaveLength(3);
    expect(hall.remove(ANN, 'gone')).toBeNull();
    hall.pass(6 * MINUTE);
    expect(hall.said(start)).toEqual(['6 ann host: tick']);
  });

  it('slow mode and the rate limit are not for announcements', () => {
    const hall = new Hall();
    hall.configure({ slowMode: 3_600 });
    const { head } = hall.log;
    for (let i = 0; i < 20; i++) hall.set(ANN, { id: `${i}` });
    hall.pass(0);
    expect(hall.log.head).toBe(head + 20);
  });

  it('refuses with the reason, and keeps nothing of it', () => {
    const hall = new Hall();
    const { now } = hall;
    hall.post({ type: 'moderate', id: 'm', action: 'ban', user: 'bob' });
    expect(hall.set(BOB)).toBe('banned');
    expect(hall.list(BOB)).toBe('banned');
    expect(hall.remove(BOB, 'a')).toBe('banned');
    expect(hall.set({ id: 'eve', name: 'eve' })).toBe('forbidden');
    expect(hall.set(ANN, { at: now - MINUTE - 1 })).toBe('bad_frame');
    expect(hall.set(ANN, { at: now + YEAR + 1 })).toBe('bad_frame');
    expect(hall.set(ANN, { at: Number.MAX_SAFE_INTEGER, every: 60 })).toBe('bad_frame');
    expect(hall.list()).toEqual([]);
    // Hardly in the past is now.
    expect(hall.set(ANN, { at: now - MINUTE })).toMatchObject({ at: now });
    for (let i = 1; i < 20; i++) {
      expect(hall.set(ANN, { id: `${i}`, at: now + YEAR })).toMatchObject({ at: now + YEAR });
    }
    expect(hall.set(ANN, { id: '20' })).toBe('forbidden');
    expect(hall.set(ANN, { id: '19' })).toMatchObject({ id: '19' });
    expect(hall.remove(ANN, '3')).toBeNull();
    expect(hall.set(ANN, { id: '20' })).toMatchObject({ id: '20' });
  });

  it('[R2] what can’t be stored is still due, and holds up none of the others', () => {
    const hall = new Hall();
    const bob = hall.join(BOB);
    const { now } = hall;
    hall.set(undefined, { id: 'a', text: 'a', at: now });
    hall.set(undefined, { id: 'b', text: 'b', at: now });
    hall.log.failNext = true;
    expect(() => hall.announcements.run(now)).toThrow('SQLITE_FULL');
    expect(hall.list()).toMatchObject([{ id: 'a' }]);
    expect(bob.inbox.texts()).toEqual(['b']);
    hall.announcements.run(now);
    expect(bob.inbox.texts()).toEqual(['b', 'a']);
    expect(hall.list()).toEqual([]);
  });

  it('a clock that is set back repeats nothing', () => {
    const hall = new Hall();
    hall.join(BOB);
    const start = hall.now;
    hall.set(undefined, { every: 60 });
    hall.pass(3 * MINUTE);
    hall.now = start + MINUTE;
    hall.pass(2 * MINUTE);
    expect(hall.log.head).toBe(3);
    hall.pass(MINUTE);
    expect(hall.log.head).toBe(4);
  });

  it('[A6] what nobody may say, no host plans; what back ends plan is not checked', () => {
    const hall = new Hall(new FakeSafety());
    const start = hall.now;
    expect(hall.set(ANN, { text: 'a b.a.d one' })).toBe('content_rejected');
    expect(hall.set(OWNER, { text: 'bad', every: 60 })).toBe('content_rejected');
    expect(hall.list()).toEqual([]);
    expect(hall.set(undefined, { text: 'bad' })).toMatchObject({ text: 'bad' });
    hall.pass(0);
    expect(hall.said(start)).toEqual(['0 system owner: bad']);
    hall.configure({ check: 'off' });
    expect(hall.set(ANN, { id: 'b', text: 'bad' })).toMatchObject({ text: 'bad' });
  });

  it('[A6] what nobody may say any more by its time is dropped, and asked for again it was said', () => {
    const hall = new Hall(new FakeSafety());
    const start = hall.now;
    hall.join(BOB);
    hall.set(ANN, { id: 'a', text: 'buy here' });
    hall.set(ANN, { id: 'b', text: 'buy here', every: 60 });
    hall.pass(MINUTE);
    hall.configure({ blockedWords: ['buy'] });
    expect(hall.set(ANN, { id: 'a', text: 'buy here' })).toMatchObject({ id: 'a', at: start });
    expect(hall.set(ANN, { id: 'b', text: 'buy here', every: 60 })).toMatchObject({ id: 'b' });
    hall.pass(HOUR);
    expect(hall.said(start)).toEqual(['0 ann host: buy here', '1 ann host: buy here']);
    expect(hall.list()).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    '[A6] WeChat is asked first, where it is asked %s',
    async (when) => {
      const safety = new FakeSafety({ when, onFailure: 'hold' });
      const hall = new Hall(safety);
      const vet = async (asker: Session | undefined, text: string, id = text) =>
        (await hall.announcements.vet(asker, { id, text }))?.code;
      const ann = { ...ANN, sealedOpenId: 'sealed' };
      safety.reflex = ({ text }) => (text === 'down' ? 'unavailable' : 'reject');
      expect(await vet(ann, 'risky')).toBe('content_rejected');
      expect(await vet(ann, 'down')).toBe('server_error');
      expect(safety.texts).toEqual(['risky', 'down']);
      // Where it would change nothing, or has nothing to say, it is not asked.
      expect(await vet(ann, 'bad')).toBe('content_rejected');
      expect(await vet({ ...BOB, sealedOpenId: 'sealed' }, 'a member')).toBeUndefined();
      expect(await vet(OWNER, 'no user of WeChat')).toBeUndefined();
      expect(await vet(undefined, 'a back end')).toBeUndefined();
      hall.set(ann, { id: 'known', text: 'known' });
      expect(await vet(ann, 'known')).toBeUndefined();
      hall.pass(0);
      expect(await vet(ann, 'known')).toBeUndefined();
      hall.configure({ check: 'off' });
      expect(await vet(ann, 'unchecked')).toBeUndefined();
      expect(safety.texts).toEqual(['risky', 'down']);
    },
  );

  it('[A4] holds for all schedules: on the grid, each time once, no more than the alarm rang', () => {
    const everyArb = fc.integer({ min: 60, max: 30 * 86_400 });
    fc.assert(
      fc.property(
        everyArb,
        fc.integer({ min: -MINUTE, max: DAY }),
        fc.array(
          fc.record({
            wait: fc.integer({ min: 0, max: 3 * DAY }),
            what: fc.constantFrom('ring', 'ring', 'sleep', 'leave', 'join'),
          }),
          { maxLength: 30 },
        ),
        (every, delay, steps) => {
          const hall = new Hall();
          const start = hall.now;
          const planned = hall.set(undefined, { text: 'x', every, at: start + delay });
          if (typeof planned === 'string') throw new Error(planned);
          const onGrid = (time: number) => (time - planned.at) % (every * 1_000) === 0;
          let bob = hall.join(BOB);
          let isHere = true;
          for (const { wait, what } of steps) {
            hall.now += wait;
            const before = { head: hall.log.head, due: hall.announcements.due() };
            if (what === 'ring') {
              hall.announcements.run(hall.now);
              const isDue = before.due !== undefined && before.due <= hall.now;
              expect(hall.log.head).toBe(before.head + (isDue ? 1 : 0));
              if (isDue) expect(hall.announcements.due()).toBeGreaterThan(hall.now);
            } else if (what === 'sleep') {
              hall.hibernate();
              expect(hall.announcements.due()).toBe(before.due);
            } else if (what === 'leave' && isHere) {
              hall.leave(bob);
              isHere = false;
              expect(hall.announcements.due()).toBeUndefined();
            } else if (what === 'join' && !isHere) {
              bob = hall.join(BOB);
              isHere = true;
              hall.announcements.resume();
              expect(hall.announcements.due()).toBeGreaterThan(hall.now - MINUTE);
            }
            const due = hall.announcements.due();
            expect(due === undefined).toBe(!isHere);
            if (due !== undefined) expect(onGrid(due)).toBe(true);
          }
          const events = hall.log.read(0, hall.log.head);
          const ids = new Set(events.flatMap(({ event }) => ('id' in event ? event.id : [])));
          expect(ids.size).toBe(hall.log.head);
        },
      ),
    );
  });

  it('the next time is the first of the grid that is later', () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    fc.assert(
      fc.property(time, time, fc.integer({ min: 60, max: 30 * 86_400 }), (at, now, every) => {
        const next = timeAfter({ at, every }, now) ?? Number.NaN;
        expect(next).toBeGreaterThan(now);
        expect(next - at).toBeGreaterThanOrEqual(0);
        expect((next - at) % (every * 1_000)).toBe(0);
        expect(next === at || next - every * 1_000 <= now).toBe(true);
        expect(timeAfter({ at }, now)).toBeUndefined();
      }),
    );
  });
});
