import { describe, expect, it } from 'vitest';
import { HELD_RETRY_MS, MAX_HELD, MAX_HELD_PER_USER } from '../../../worker/room/screening.ts';
import { FakeSafety, settle } from '../../support/fake-safety.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

/** A room that asks WeChat, with alice, who came by it, and bob, a guest. */
function checkedRoom(policy: ConstructorParameters<typeof FakeSafety>[0] = {}) {
  const safety = new FakeSafety(policy);
  const h = new RoomHarness({}, safety);
  const alice = h.join(wechat('alice'));
  const bob = h.join('bob');
  return { h, safety, alice, bob };
}

const wechat = (id: string) => ({ id, name: id, sealedOpenId: `sealed-${id}` });
const rejects = (peer: FakePeer) => peer.inbox.all('reject').map(({ id, code }) => [id, code]);
const acked = (peer: FakePeer) => peer.inbox.all('ack').map(({ id }) => id);

describe('blocked words', () => {
  it('[S1][E13][R9] are refused at once, whoever says them, and nothing is stored', () => {
    const { h, safety, alice, bob } = checkedRoom();
    for (const peer of [alice, bob]) {
      h.say(peer, 'so B-A-D', { id: 'm' });
      expect(rejects(peer)).toEqual([['m', 'content_rejected']]);
      expect(peer.closed).toBeUndefined();
    }
    expect(h.log.head).toBe(0);
    expect(safety.asked).toEqual([]);
    // Its id is free again.
    h.say(bob, 'so good', { id: 'm' });
    expect(acked(bob)).toEqual(['m']);
  });

  it('are looked for in all that is said in words, but not in what a back end says', () => {
    const { h, bob } = checkedRoom();
    h.configure({ hosts: ['bob'] });
    expect(h.send(bob, { type: 'question', text: 'bad?' })).toBe('content_rejected');
    expect(h.send(bob, { type: 'notice', text: 'bad!' })).toBe('content_rejected');
    expect(h.send(bob, { type: 'question', text: 'good?' })).toBe(1);
    expect(h.send(bob, { type: 'answer', question: 1, text: 'bad.' })).toBe('content_rejected');
    const notice = { type: 'notice' as const, text: 'bad' };
    expect(h.post({ type: 'send', id: 'n', content: notice }).ok).toBe(true);
  });

  it('a room has its own besides, and may turn the check off', () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.configure({ blockedWords: ['讨厌'] });
    expect(h.send(bob, { type: 'text', text: '讨 厌！' })).toBe('content_rejected');
    h.configure({ blockedWords: [] });
    expect(h.settings.read().blockedWords).toBeUndefined();
    expect(h.send(bob, { type: 'text', text: '讨 厌！' })).toBe(1);
    h.configure({ check: 'off' });
    expect(h.send(alice, { type: 'text', text: 'bad' })).toBe(2);
    h.configure({ check: '' });
    expect(h.send(bob, { type: 'text', text: 'bad' })).toBe('content_rejected');
    expect(safety.asked).toEqual([]);
  });

  it('[R3] what was accepted once is acknowledged again, though the word is blocked by now', () => {
    const { h, bob } = checkedRoom();
    h.say(bob, 'hello', { id: 'm' });
    h.configure({ blockedWords: ['hello'] });
    h.say(bob, 'hello', { id: 'm' });
    expect(acked(bob)).toEqual(['m', 'm']);
  });

  it('who is muted is told so, and not about the word', () => {
    const { h, bob } = checkedRoom();
    h.post({ type: 'moderate', id: 'x', action: 'mute', user: 'bob' });
    expect(h.send(bob, { type: 'text', text: 'bad' })).toBe('muted');
  });
});

describe('a check before a message is published', () => {
  it('holds it until it has passed; others go on meanwhile', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'one', { id: 'a' });
    expect(safety.asked[0]?.said).toMatchObject({
      text: 'one',
      author: { id: 'alice', sealedOpenId: 'sealed-alice' },
    });
    h.say(bob, 'two');
    expect(bob.inbox.texts()).toEqual(['two']);
    await safety.answer('one', 'pass');
    expect(bob.inbox.texts()).toEqual(['two', 'one']);
    expect(acked(alice)).toEqual(['a']);
    await h.room.checked();
  });

  it('[S1][R9] refuses what does not pass, and leaves nothing behind', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'hm', { id: 'a' });
    await safety.answer('hm', 'reject');
    expect(rejects(alice)).toEqual([['a', 'content_rejected']]);
    expect(h.log.head).toBe(0);
    h.say(alice, 'ok', { id: 'a' });
    await safety.answer('ok', 'pass');
    expect(bob.inbox.texts()).toEqual(['ok']);
  });

  it.each(['unavailable', 'unable'] as const)(
    '[S3] without a verdict (%s) a message is let through where that is the policy',
    async (result) => {
      const { h, safety, alice, bob } = checkedRoom({ onFailure: 'allow' });
      h.say(alice, 'hm');
      await safety.answer('hm', result);
      expect(bob.inbox.texts()).toEqual(['hm']);
    },
  );

  it('[S3] and sent back to wait where it is not; sent again it is checked again', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.configure({ onCheckFailure: 'hold' });
    h.say(alice, 'hm', { id: 'a' });
    await safety.answer('hm', 'unavailable');
    expect(alice.inbox.take('reject')).toMatchObject({
      id: 'a',
      code: 'server_error',
      retryAfter: HELD_RETRY_MS,
    });
    expect(alice.closed).toBeUndefined();
    expect(h.log.head).toBe(0);
    h.say(alice, 'hm', { id: 'a' });
    await safety.answer('hm', 'pass');
    expect(bob.inbox.texts()).toEqual(['hm']);
    expect(safety.texts).toEqual(['hm', 'hm']);
  });

  it('[S2][R1] keeps the order of one user, whatever comes back first', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    for (const text of ['1', '2', '3']) h.say(alice, text);
    h.receive(alice, { type: 'vote', id: 'v', target: 1 });
    expect(safety.texts).toEqual(['1', '2', '3']);
    await safety.answer('3', 'pass');
    await safety.answer('2', 'reject');
    expect(bob.inbox.texts()).toEqual([]);
    expect(alice.inbox.all('reject')).toEqual([]);
    await safety.answer('1', 'pass');
    expect(bob.inbox.texts()).toEqual(['1', '3']);
    // The vote came last: it found that there is no question 1.
    expect(alice.inbox.all('reject').map(({ code }) => code)).toEqual([
      'content_rejected',
      'not_found',
    ]);
    const answers = alice.inbox.frames.filter((frame) => 'id' in frame);
    expect(answers.at(-1)).toMatchObject({ id: 'v' });
  });

  it('[R3] asks once about a message that is sent again, before and after its ack', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'hi', { id: 'a' });
    const again = h.join(wechat('alice'));
    h.say(again, 'hi', { id: 'a' });
    await safety.answer('hi', 'pass');
    h.say(again, 'hi', { id: 'a' });
    expect(safety.texts).toEqual(['hi']);
    expect([...acked(alice), ...acked(again)]).toEqual(['a', 'a', 'a']);
    expect(bob.inbox.texts()).toEqual(['hi']);
  });

  it('publishes what somebody said before they left', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'bye');
    h.leave(alice);
    await safety.answer('bye', 'pass');
    expect(bob.inbox.texts()).toEqual(['bye']);
  });

  it('and not what was held when they were sent away, or silenced', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'spam');
    h.post({ type: 'moderate', id: 'k', action: 'kick', user: 'alice' });
    await safety.answer('spam', 'pass');
    const carol = h.join(wechat('carol'));
    h.say(carol, 'more spam', { id: 'c' });
    h.post({ type: 'moderate', id: 'm', action: 'mute', user: 'carol' });
    await safety.answer('more spam', 'pass');
    expect(rejects(carol)).toEqual([['c', 'muted']]);
    expect(bob.inbox.texts()).toEqual(['(moderation)', '(moderation)']);
  });

  it('is not made for who may not speak anyway', () => {
    const { h, safety, alice } = checkedRoom();
    h.post({ type: 'moderate', id: 'm', action: 'mute', user: 'alice' });
    expect(h.send(alice, { type: 'text', text: 'hi' })).toBe('muted');
    expect(safety.asked).toEqual([]);
  });

  it('[R2] a disk that fails then is told like any other time', async () => {
    const { h, safety, alice } = checkedRoom();
    h.say(alice, 'hi', { id: 'a' });
    h.log.failNext = true;
    await safety.answer('hi', 'pass');
    expect(rejects(alice)).toEqual([['a', 'server_error']]);
    expect(alice.closed).toMatchObject({ code: 1011 });
  });

  it('holds no more of one user than a burst', async () => {
    const { h, safety, alice } = checkedRoom();
    for (let i = 0; i <= MAX_HELD_PER_USER; i++) h.say(alice, `${i}`, { id: `m${i}` });
    expect(rejects(alice)).toEqual([[`m${MAX_HELD_PER_USER}`, 'rate_limited']]);
    for (const { answer } of safety.asked) answer('pass');
    await settle();
    expect(acked(alice)).toHaveLength(MAX_HELD_PER_USER);
    h.say(alice, 'again');
    expect(safety.texts.at(-1)).toBe('again');
  });

  it('holds no more of a room than fits, and says when to come again', async () => {
    const { h, safety, bob } = checkedRoom();
    const users = Math.ceil(MAX_HELD / MAX_HELD_PER_USER) + 1;
    const crowd = Array.from({ length: users }, (_, i) => h.join(wechat(`u${i}`)));
    for (const peer of crowd) for (let i = 0; i < MAX_HELD_PER_USER; i++) h.say(peer, 'hi');
    expect(safety.asked).toHaveLength(MAX_HELD);
    const refused = crowd.flatMap((peer) => peer.inbox.all('reject'));
    expect(refused).toHaveLength(users * MAX_HELD_PER_USER - MAX_HELD);
    expect(refused[0]).toMatchObject({ code: 'server_error', retryAfter: HELD_RETRY_MS });
    h.say(bob, 'guests go on');
    expect(acked(bob)).toHaveLength(1);
    for (const { answer } of safety.asked) answer('pass');
    await settle();
    expect(h.log.head).toBe(MAX_HELD + 1);
  });
});
