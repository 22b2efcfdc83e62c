/** What operators read of a room. */
import { describe, expect, it } from 'vitest';
import { FOR_GOOD } from '../../../worker/room/sanctions.ts';
import { RoomHarness } from '../../support/room-harness.ts';

const HOUR = 3_600_000;

describe('the overview', () => {
  it('lists who is there, who is not allowed to, and the settings', () => {
    const room = new RoomHarness();
    room.configure({ title: '大厅', hosts: ['ann'], slowMode: 5 });
    const ann = room.join({ id: 'ann', name: '安' });
    const bob = room.join({ id: 'bob', name: '老王', group: 'red' });
    room.say(bob, 'hi');
    room.moderate(ann, 'mute', 'bob', room.now + HOUR);
    room.moderate(ann, 'ban', 'bob');
    expect(room.room.overview()).toMatchObject({
      name: 'lobby',
      title: '大厅',
      slowMode: 5,
      online: 1,
      settings: { title: '大厅', hosts: ['ann'], slowMode: 5 },
      members: [{ id: 'ann', name: '安', role: 'host' }],
      sanctioned: [{ id: 'bob', name: '老王', mutedUntil: room.now + HOUR, bannedUntil: FOR_GOOD }],
    });
  });

  it('names no sanction that is over', () => {
    const room = new RoomHarness();
    room.post({ type: 'moderate', id: '1', action: 'mute', user: 'bob', until: room.now + HOUR });
    room.post({
      type: 'moderate',
      id: '2',
      action: 'ban',
      user: 'eve',
      until: room.now + 2 * HOUR,
    });
    room.advance(HOUR);
    expect(room.room.overview().sanctioned).toEqual([{ id: 'eve', bannedUntil: room.now + HOUR }]);
    room.hibernate();
    expect(room.room.overview().sanctioned).toHaveLength(1);
    room.advance(HOUR);
    expect(room.room.overview().sanctioned).toEqual([]);
  });

  it('of a crowd lists 200, and counts all', () => {
    const room = new RoomHarness();
    room.joinCrowd(205);
    const { online, members } = room.room.overview();
    expect([online, members.length]).toEqual([205, 200]);
  });
});

describe('the journal', () => {
  it('[R6] says that somebody whispered, and to whom, but never what', () => {
    const room = new RoomHarness();
    room.configure({ hosts: ['cat'] });
    const [ann, bob] = [room.join('ann'), room.join('bob')];
    const to = { users: ['bob'] };
    room.say(ann, 'hello');
    room.say(ann, 'the secret word', { to });
    room.send(bob, { type: 'question', text: 'the secret question' }, { to: { role: 'host' } });
    room.act(ann, 'recall', 2);
    const { events } = room.room.journal(undefined, 10);
    expect(JSON.stringify(events)).not.toContain('secret');
    expect(events).toMatchObject([
      { content: { type: 'text', text: 'hello' } },
      { from: { id: 'ann' }, to, content: { type: 'recalled' } },
      { from: { id: 'bob' }, to: { role: 'host' }, content: { type: 'private' } },
      { kind: 'recall', target: 2, to },
    ]);
  });

  it('is read page by page, back to the oldest that is kept', () => {
    const room = new RoomHarness();
    const ann = room.join('ann');
    for (let i = 1; i <= 7; i++) room.say(ann, `m${i}`);
    room.room.trim(1);
    const seqs = (before?: number) => {
      const { events, ...rest } = room.room.journal(before, 3);
      return { seqs: events.map(({ seq }) => seq), ...rest };
    };
    expect(seqs()).toEqual({ seqs: [5, 6, 7], oldest: 5, more: true });
    expect(seqs(5)).toEqual({ seqs: [2, 3, 4], oldest: 2, more: false });
    expect(seqs(2)).toEqual({ seqs: [], oldest: 2, more: false });
    expect(seqs(1)).toEqual({ seqs: [], oldest: 2, more: false });
    expect(seqs(99)).toMatchObject({ seqs: [5, 6, 7] });
  });

  it('of a room in which nothing happened is empty', () => {
    const nothing = { events: [], oldest: 1, more: false };
    expect(new RoomHarness().room.journal(undefined, 10)).toEqual(nothing);
  });
});
