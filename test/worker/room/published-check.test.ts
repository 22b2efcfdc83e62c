import { describe, expect, it } from 'vitest';
import { GIVE_UP_MS, RUN_MS } from '../../../worker/room/published-check.ts';
import { FakeSafety, settle } from '../../support/fake-safety.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const MINUTE = 60_000;

/** A room that asks WeChat afterwards, with alice, who came by it, and bob, a guest. */
function checkedRoom() {
  const safety = new FakeSafety({ when: 'after' });
  safety.reflex = ({ text }) => (text.includes('risky') ? 'reject' : 'pass');
  const h = new RoomHarness({}, safety);
  const alice = h.join(wechat('alice'));
  const bob = h.join('bob');
  return { h, safety, alice, bob };
}

const wechat = (id: string) => ({ id, name: id, sealedOpenId: `sealed-${id}` });

/** What somebody who comes now reads of it. */
function contents(h: RoomHarness): string[] {
  return h.room.page({ id: 'reader', name: 'reader' }, undefined, 100).events.map(({ event }) => {
    if (event.kind !== 'message') return event.kind;
    return 'text' in event.content ? event.content.text : event.content.type;
  });
}

const said = (peer: FakePeer) => peer.inbox.texts();

describe('a check after a message is published', () => {
  it('[S4] does not hold it, and takes back what does not pass', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'hello');
    h.say(alice, 'risky');
    expect(said(bob)).toEqual(['hello', 'risky']);
    await h.room.checked();
    expect(safety.texts).toEqual(['hello', 'risky']);
    expect(bob.inbox.events().at(-1)).toMatchObject({
      kind: 'recall',
      target: 2,
      from: { id: 'system' },
    });
    expect(contents(h)).toEqual(['hello', 'recalled', 'recall']);
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('blocked words are refused before all the same', () => {
    const { h, alice } = checkedRoom();
    expect(h.send(alice, { type: 'text', text: 'bad' })).toBe('content_rejected');
  });

  it('asks about what users of WeChat say, once, and about nobody else', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(bob, 'risky guest');
    h.post({ type: 'send', id: 'n', content: { type: 'notice', text: 'risky back end' } });
    h.say(alice, 'mine', { id: 'a' });
    h.receive(alice, { type: 'recall', id: 'r', target: 3 });
    h.say(alice, 'mine', { id: 'a' });
    h.say(alice, 'yours');
    await h.room.checked();
    await h.room.checked();
    expect(safety.texts).toEqual(['yours']);
    expect(h.faults).toEqual([]);
  });

  it('a message that its author takes back meanwhile is no fault', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = undefined;
    h.say(alice, 'risky');
    const done = h.room.checked();
    await Promise.resolve();
    await Promise.resolve();
    h.receive(alice, { type: 'recall', id: 'r', target: 1 });
    await safety.answer('risky', 'reject');
    await done;
    expect(contents(h)).toEqual(['recalled', 'recall']);
    expect(h.faults).toEqual([]);
  });

  it('[R8] pauses now and then for what else the alarm is for, and goes on at once', async () => {
    const { h, safety, alice } = checkedRoom();
    const texts = Array.from({ length: 60 }, (_, i) => `${i}`);
    for (const text of texts) h.say(alice, text);
    safety.reflex = () => {
      h.now += 1_000;
      return 'pass';
    };
    let runs = 0;
    for (let due = h.room.nextCheck; due !== undefined; due = h.room.nextCheck) {
      const start = h.now;
      expect(due).toBeLessThanOrEqual(start);
      await h.room.checked();
      // Those that were under way when the time was up are waited for.
      expect(h.now - start).toBeLessThan(RUN_MS + 5_000);
      runs += 1;
    }
    expect(runs).toBeGreaterThan(1);
    expect(safety.texts).toEqual(texts);
  });

  it('[R8] goes on after a sleep where it was, and writes seldom how far it is', async () => {
    const { h, safety, alice } = checkedRoom();
    h.say(alice, '1');
    await h.room.checked();
    const written = safety.marks.length;
    for (const text of ['2', '3', '4']) {
      h.say(alice, text);
      await h.room.checked();
    }
    expect(safety.marks).toHaveLength(written);
    h.now += MINUTE;
    h.say(alice, '5');
    await h.room.checked();
    expect(safety.marks).toHaveLength(written + 1);
    expect(safety.mark.read()).toEqual({ seq: 5, at: h.now });
    h.hibernate();
    h.say(alice, '6');
    await h.room.checked();
    expect(safety.texts).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('what was not checked when the room fell asleep is checked when it wakes', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    safety.reflex = undefined;
    h.say(alice, 'risky');
    h.hibernate();
    safety.reflex = () => 'reject';
    await h.room.checked();
    expect(said(bob)).toEqual(['risky', '(recall)']);
  });

  it('without an answer it is tried again, in growing pauses, and loses nothing', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    safety.reflex = () => 'unavailable';
    h.say(alice, 'risky');
    await h.room.checked();
    expect(h.room.nextCheck).toBe(h.now + 30_000);
    h.say(alice, 'more');
    await h.room.checked();
    expect(safety.texts).toEqual(['risky']);
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      h.now = h.room.nextCheck ?? Number.NaN;
      // Each time as after an eviction: the alarm wakes a room that knows nothing.
      h.hibernate();
      await h.room.checked();
      pauses.push(((h.room.nextCheck ?? Number.NaN) - h.now) / MINUTE);
    }
    expect(pauses).toEqual([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    safety.reflex = ({ text }) => (text === 'risky' ? 'reject' : 'pass');
    h.now = h.room.nextCheck ?? Number.NaN;
    await h.room.checked();
    expect(said(bob)).toEqual(['risky', 'more', '(recall)']);
    expect(safety.texts.at(-1)).toBe('more');
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('after a day it gives up', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = () => 'unavailable';
    h.say(alice, 'old');
    await h.room.checked();
    const { length } = safety.asked;
    h.now += GIVE_UP_MS + 1;
    await h.room.checked();
    expect(safety.asked).toHaveLength(length);
    expect(h.room.nextCheck).toBeUndefined();
    expect(safety.mark.read()).toMatchObject({ seq: 1 });
  });

  it('a single text without an answer does not keep the others waiting, nor is it forgotten', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    h.say(alice, 'first');
    await h.room.checked();
    safety.reflex = ({ text }) => (text === 'odd' ? 'unavailable' : 'pass');
    for (const text of ['odd', 'fine', 'good', 'nice', 'well', 'last']) h.say(alice, text);
    await h.room.checked();
    expect(new Set(safety.texts)).toEqual(
      new Set(['first', 'odd', 'fine', 'good', 'nice', 'well', 'last']),
    );
    expect(h.room.nextCheck).toBe(h.now + 30_000);
    expect(safety.mark.read()?.seq).toBeLessThan(2);
    h.now += MINUTE;
    // A restart goes back to it ...
    h.hibernate();
    await h.room.checked();
    // ... and so does the alarm.
    safety.reflex = ({ text }) => (text === 'odd' ? 'reject' : 'pass');
    h.now = h.room.nextCheck ?? Number.NaN;
    await h.room.checked();
    expect(said(bob).at(-1)).toBe('(recall)');
    expect(contents(h)[1]).toBe('recalled');
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('a user whom WeChat does not check is let be', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = () => 'unable';
    h.say(alice, 'hi');
    await h.room.checked();
    expect(h.room.nextCheck).toBeUndefined();
    expect(contents(h)).toEqual(['hi']);
  });

  it('begins with what is said after it is turned on, and ends when it is turned off', async () => {
    const { h, safety, alice } = checkedRoom();
    h.configure({ check: 'off' });
    h.say(alice, 'risky before');
    await h.room.checked();
    h.configure({ check: 'after' });
    h.say(alice, 'risky now');
    await h.room.checked();
    h.configure({ check: 'off' });
    h.say(alice, 'risky later');
    await h.room.checked();
    expect(safety.texts).toEqual(['risky now']);
    expect(contents(h)).toEqual(['risky before', 'recalled', 'recall', 'risky later']);
    expect(safety.mark.read()).toBeUndefined();
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('what was published before a room asks first is checked to its end, and nothing else', async () => {
    const { h, safety, alice } = checkedRoom();
    const reflex = safety.reflex;
    safety.reflex = () => 'unavailable';
    for (const text of ['risky 1', 'fine', 'risky 2']) h.say(alice, text);
    await h.room.checked();
    h.configure({ check: 'before' });
    safety.reflex = reflex;
    h.say(alice, 'asked before');
    await h.room.checked();
    h.now = h.room.nextCheck ?? Number.NaN;
    await h.room.checked();
    expect(contents(h).slice(0, 4)).toEqual(['recalled', 'fine', 'recalled', 'asked before']);
    expect(safety.texts.filter((text) => text === 'asked before')).toHaveLength(1);
    expect(safety.mark.read()).toBeUndefined();
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('what is asked about when a room begins to ask first is taken back all the same', async () => {
    const { h, safety, alice, bob } = checkedRoom();
    safety.reflex = undefined;
    h.say(alice, 'risky');
    const done = h.room.checked();
    await settle();
    h.configure({ check: 'before' });
    h.say(bob, 'a guest');
    await safety.answer('risky', 'reject');
    await done;
    expect(contents(h)).toEqual(['recalled', 'a guest', 'recall']);
  });

  it('[R8] turned off, it is so at once: what was left to check stays', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = () => 'unavailable';
    h.say(alice, 'risky');
    await h.room.checked();
    h.configure({ check: 'off' });
    expect(h.room.nextCheck).toBeUndefined();
    safety.reflex = () => 'reject';
    h.now += GIVE_UP_MS / 2;
    h.hibernate();
    await h.room.checked();
    expect(contents(h)).toEqual(['risky']);
  });

  it('[R8] where WeChat is not asked any more nothing is due, whatever was left to check', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = () => 'unavailable';
    h.say(alice, 'hm');
    await h.room.checked();
    const { remote } = safety;
    delete safety.remote;
    h.hibernate();
    await h.room.checked();
    expect(h.room.nextCheck).toBeUndefined();
    h.say(alice, 'hello');
    await h.room.checked();
    expect(h.room.nextCheck).toBeUndefined();
    // Asked again the same day, it is asked about what it missed.
    if (remote) safety.remote = remote;
    safety.reflex = () => 'pass';
    h.hibernate();
    await h.room.checked();
    expect(safety.texts).toEqual(['hm', 'hm', 'hello']);
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('what is trimmed meanwhile is not looked for', async () => {
    const { h, safety, alice } = checkedRoom();
    safety.reflex = () => 'unavailable';
    for (const text of ['1', '2', '3']) h.say(alice, text);
    await h.room.checked();
    h.room.trim(2);
    safety.reflex = () => 'pass';
    h.now = h.room.nextCheck ?? Number.NaN;
    await h.room.checked();
    expect(safety.texts).toEqual(['1', '3']);
    expect(h.room.nextCheck).toBeUndefined();
  });

  it('a disk that fails when a message is taken back does not end it', async () => {
    const { h, alice } = checkedRoom();
    h.say(alice, 'risky');
    h.log.failNext = true;
    await h.room.checked();
    expect(h.faults).toHaveLength(1);
    h.now = h.room.nextCheck ?? Number.NaN;
    await h.room.checked();
    expect(contents(h)).toEqual(['recalled', 'recall']);
  });
});
