import { describe, expect, it } from 'vitest';
import type { MediaContent } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const RECALLED = { type: 'recalled' };
const SYSTEM = { id: 'system', name: 'system' };

function picture(name: string): MediaContent {
  return { type: 'image', url: `/media/${name.padEnd(56, 'x')}`, width: 30, height: 20, size: 99 };
}

/** A room with alice and bob in it, and a picture that alice has uploaded. */
function roomWithPicture() {
  const h = new RoomHarness();
  const [alice, bob] = ['alice', 'bob'].map((name) => h.join(name)) as [FakePeer, FakePeer];
  const uploaded = h.media.put('alice', picture('a'));
  return { h, alice, bob, uploaded };
}

describe('a picture', () => {
  it('[P4][R7] is what the server has read, whatever the client says of it', () => {
    const { h, alice, bob, uploaded } = roomWithPicture();
    const claimed = { type: 'image', url: uploaded.url, width: 1, height: 9_999, size: 1 } as const;
    expect(h.send(alice, claimed)).toBe(1);
    expect(h.send(alice, { type: 'voice', url: uploaded.url, duration: 5, size: 1 })).toBe(2);
    for (const peer of [alice, bob, h.join('late')]) {
      expect(peer.inbox.events()).toMatchObject([{ content: uploaded }, { content: uploaded }]);
    }
    expect(h.log.read(0, 2)[0]?.event).toMatchObject({ content: uploaded });
  });

  it('[P4][R9] that is not there, or that somebody else uploaded, is refused and leaves nothing', () => {
    const { h, alice, bob, uploaded } = roomWithPicture();
    expect(h.send(alice, picture('unknown'))).toBe('not_found');
    expect(h.send(bob, uploaded)).toBe('not_found');
    expect(h.log.head).toBe(0);
  });

  it('[R6] to one person reaches that one only', () => {
    const { h, alice, bob, uploaded } = roomWithPicture();
    const eve = h.join('eve');
    h.send(alice, uploaded, { to: { users: ['bob'] } });
    expect(bob.inbox.events()).toMatchObject([{ content: uploaded }]);
    expect(eve.inbox.events()).toEqual([]);
  });

  it('is held up by a mute like any message', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.configure({ hosts: ['ann'] });
    h.moderate(h.join('ann'), 'mute', 'alice');
    expect(h.send(alice, uploaded)).toBe('muted');
  });
});

describe('a picture that is recalled', () => {
  it('is gone, file and all, and can not be sent again', () => {
    const { h, alice, bob, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    expect(h.act(bob, 'recall', 1)).toBe('forbidden');
    expect(h.media.discarded).toEqual([]);
    h.act(alice, 'recall', 1);
    expect(h.media.discarded).toEqual([uploaded.url]);
    expect(h.log.read(0, 1)[0]?.text).not.toContain(uploaded.url);
    for (const asleep of [false, true]) {
      if (asleep) h.hibernate();
      expect(h.send(alice, uploaded)).toBe('not_found');
    }
  });

  it('in the same batch in which it is sent, is gone as well', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.receive(
      alice,
      { type: 'send', id: 'm', content: uploaded },
      { type: 'recall', id: 'r', target: 1 },
      { type: 'send', id: 'n', content: uploaded },
    );
    expect(alice.inbox.all('reject')).toMatchObject([{ id: 'n', code: 'not_found' }]);
    expect(h.media.discarded).toEqual([uploaded.url]);
    expect(h.log.batches).toBe(1);
  });

  it('[R2] stays while its recall is not stored', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    h.log.failNext = true;
    expect(h.act(alice, 'recall', 1)).toBe('server_error');
    expect(h.media.discarded).toEqual([]);
    expect(h.send(h.join('alice'), uploaded)).toBe(2);
  });

  it('a text is recalled as ever: nothing is discarded', () => {
    const { h, alice } = roomWithPicture();
    h.say(alice, '/media/a');
    h.act(alice, 'recall', 1);
    expect(h.media.discarded).toEqual([]);
  });
});

describe('what is withdrawn', () => {
  it('is recalled wherever it stands, private or not, and never sent again', () => {
    const { h, alice, bob, uploaded } = roomWithPicture();
    const other = h.media.put('bob', picture('b'));
    h.send(alice, uploaded);
    h.send(bob, other);
    h.send(alice, uploaded, { to: { users: ['bob'] } });
    h.hibernate();
    h.room.withdraw(uploaded.url, SYSTEM);
    expect(h.log.read(0, 3).map(({ event }) => 'content' in event && event.content)).toEqual([
      RECALLED,
      other,
      RECALLED,
    ]);
    expect(bob.inbox.events().slice(-2)).toMatchObject([
      { kind: 'recall', target: 1, from: { id: 'system', role: 'owner' } },
      { kind: 'recall', target: 3, from: { id: 'system' } },
    ]);
    expect(h.media.discarded).toEqual([uploaded.url]);
    expect(h.send(alice, uploaded)).toBe('not_found');
  });

  it('[R3] twice, is so once', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    h.room.withdraw(uploaded.url, SYSTEM);
    h.room.withdraw(uploaded.url, SYSTEM);
    expect(h.log.head).toBe(2);
  });

  it('[R3] is not taken for what a back end has said under an id that looks like it', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    h.post({ type: 'send', id: 'withdrawn-1', content: { type: 'notice', text: 'hi' } });
    h.room.withdraw(uploaded.url, SYSTEM);
    expect(h.log.read(0, 1)[0]?.event).toMatchObject({ content: RECALLED });
  });

  it('before it is sent, can not be sent', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.room.withdraw(uploaded.url, SYSTEM);
    expect(h.send(alice, uploaded)).toBe('not_found');
    expect(h.log.head).toBe(0);
  });

  it('is found in a long history', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    for (let i = 0; i < 2_100; i++) h.say(alice, 'x');
    const again = h.send(alice, uploaded);
    h.room.withdraw(uploaded.url, SYSTEM);
    expect(again).toBe(2_102);
    expect(h.log.read(0, 1)[0]?.event).toMatchObject({ content: RECALLED });
    expect(h.log.read(2_101, 2_102)[0]?.event).toMatchObject({ content: RECALLED });
  });

  it('[R2] when that can not be stored, nothing has changed', () => {
    const { h, alice, uploaded } = roomWithPicture();
    h.send(alice, uploaded);
    h.log.failNext = true;
    expect(() => h.room.withdraw(uploaded.url, SYSTEM)).toThrow('SQLITE_FULL');
    expect(h.media.discarded).toEqual([]);
    expect(h.send(alice, uploaded)).toBe(2);
  });
});
