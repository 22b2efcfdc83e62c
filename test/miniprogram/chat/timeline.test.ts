import { describe, expect, it } from 'vitest';
import { joinChanges, noChange, Timeline } from '../../../miniprogram/src/chat/timeline.ts';
import { action, message, user, welcome } from '../../support/frames.ts';

function timeline(...args: Parameters<Timeline['append']>): Timeline {
  const it = new Timeline('u1');
  it.begin(welcome({ head: args[1] }));
  it.append(...args);
  return it;
}

const texts = (it: Timeline) =>
  it.entries.map(({ content }) => ('text' in content ? content.text : content.type));

describe('the chain', () => {
  it('[R4] goes on where it was; hidden events leave no hole', () => {
    const it = timeline(0, 3, [message(1), message(3)]);
    expect(it.append(3, 7, [])).toEqual(noChange());
    expect(it.append(7, 8, [message(8)])?.appended.map(({ event }) => event.seq)).toEqual([8]);
    expect(it.cursor).toEqual({ epoch: 'e1', seq: 8 });
  });

  it('[R4] a gap is noticed, and nothing of what comes after it is shown', () => {
    const it = timeline(0, 1, [message(1)]);
    expect(it.append(2, 3, [message(3)])).toBeUndefined();
    expect([it.upTo, texts(it)]).toEqual([1, ['text 1']]);
  });

  it('a frame that comes twice, overlaps or is out of order shows each message once, in order', () => {
    const it = timeline(0, 2, [message(2), message(1), message(2)]);
    expect(it.append(0, 2, [message(1), message(2)])).toEqual(noChange());
    it.append(1, 3, [message(3), message(2), message(9)]);
    expect(texts(it)).toEqual(['text 1', 'text 2', 'text 3']);
  });

  it('events of a kind that is not known are passed over', () => {
    const it = timeline(0, 2, [{ kind: 'unknown', seq: 1, at: 1 }, message(2)]);
    expect([it.upTo, texts(it)]).toEqual([2, ['text 2']]);
  });
});

describe('a connection begins', () => {
  it('[R5] recovered: what is shown stays', () => {
    const it = timeline(0, 2, [message(1), message(2)]);
    expect(it.begin(welcome({ resume: 'recovered', after: 2, head: 5 }))).toEqual(noChange());
    expect(texts(it)).toHaveLength(2);
  });

  it.each([
    ['reset', { resume: 'reset', after: 60, head: 110 }],
    ['recovered from elsewhere', { resume: 'recovered', after: 60, head: 110 }],
  ] as const)('[R5] %s: all is cleared, and what was before can be asked for', (_, more) => {
    const it = timeline(0, 2, [message(1), message(2)]);
    expect(it.begin(welcome(more)).cleared).toBe(true);
    expect([texts(it), it.upTo, it.before, it.hasOlder]).toEqual([[], 60, 61, true]);
    expect(it.find(1)).toBeUndefined();
  });

  it('[R5] recovered at the same number, but of another log: all is cleared', () => {
    const it = timeline(0, 2, [message(1), message(2)]);
    const change = it.begin(welcome({ resume: 'recovered', epoch: 'e2', after: 2, head: 2 }));
    expect([change.cleared, texts(it), it.cursor?.epoch]).toEqual([true, [], 'e2']);
  });

  it('[R5] with everything there is, or all that is kept, there is nothing older', () => {
    const it = new Timeline('u1');
    it.begin(welcome({ after: 0, oldest: 1 }));
    expect(it.hasOlder).toBe(false);
    it.begin(welcome({ after: 100, oldest: 101 }));
    expect(it.hasOlder).toBe(false);
    it.begin(welcome({ after: 100, oldest: 100 }));
    expect(it.hasOlder).toBe(true);
  });
});

describe('history', () => {
  it('stands before what is there; asked twice it stands there once', () => {
    const it = new Timeline('u1');
    it.begin(welcome({ after: 10, head: 11 }));
    it.append(10, 11, [message(11)]);
    const change = it.prepend([message(9), message(8), message(11)], 8, true);
    expect(change.prepended.map(({ event }) => event.seq)).toEqual([8, 9]);
    expect([it.before, it.hasOlder]).toEqual([8, true]);
    it.prepend([message(8), message(9)], 8, true);
    expect(it.prepend([message(3)], 1, false).prepended).toHaveLength(1);
    expect(texts(it)).toEqual(['text 3', 'text 8', 'text 9', 'text 11']);
    expect([it.before, it.hasOlder]).toEqual([1, false]);
  });

  it('a page of another time that would leave a hole changes nothing', () => {
    const it = new Timeline('u1');
    it.begin(welcome({ after: 10, head: 11 }));
    expect(it.prepend([message(12)], 12, false)).toEqual(noChange());
    expect([it.before, it.hasOlder]).toEqual([11, true]);
  });
});

describe('what becomes of a message', () => {
  it('recalled: nothing of it is left, neither on the screen nor in storage', () => {
    const it = timeline(0, 2, [message(1, 'secret'), message(2)]);
    const change = it.append(2, 3, [action(3, 'recall', 1, user('u3'))]);
    expect(change?.updated).toMatchObject([
      { content: { type: 'recalled' }, recalledBy: { id: 'u3' } },
    ]);
    expect(change?.appended).toEqual([]);
    expect(texts(it)).toEqual(['recalled', 'text 2']);
    expect(JSON.stringify([it.snapshot(), it.entries])).not.toContain('secret');
  });

  it('recalled before its page came: nothing of it is kept', () => {
    const it = new Timeline('u1');
    it.begin(welcome({ after: 1, head: 2 }));
    it.append(1, 2, [action(2, 'recall', 1)]);
    it.prepend([message(1, 'secret')], 1, false);
    expect(texts(it)).toEqual(['recalled']);
    expect(JSON.stringify([it.snapshot(), it.entries])).not.toContain('secret');
  });

  it('said and recalled in one frame: shown recalled, once', () => {
    const it = timeline(0, 1, []);
    const change = it.append(1, 3, [message(2, 'secret'), action(3, 'recall', 2)]);
    expect(change).toEqual({ ...noChange(), appended: it.entries });
    expect(texts(it)).toEqual(['recalled']);
    expect(it.find(2)?.recalledBy).toEqual(user('u2'));
  });

  it('a question counts each voter once, and knows whether the reader is one', () => {
    const it = timeline(0, 1, [message(1, { type: 'question', text: '?' })]);
    it.append(1, 4, [action(2, 'vote', 1), action(3, 'vote', 1), action(4, 'vote', 1, user('u3'))]);
    expect(it.find(1)).toMatchObject({ votes: 2, voted: false });
    const change = it.append(4, 5, [action(5, 'vote', 1, user('u1'))]);
    expect(change?.updated).toMatchObject([{ votes: 3, voted: true, answered: false }]);
  });

  it('a question is answered as long as there is an answer that was not recalled', () => {
    const answer = { type: 'answer', question: 1, text: '!' } as const;
    const it = timeline(0, 3, [
      message(1, { type: 'question', text: '?' }),
      message(2, answer),
      message(3, answer),
    ]);
    expect(it.find(1)).toMatchObject({ answered: true, resolved: false });
    it.append(3, 4, [action(4, 'recall', 2)]);
    expect(it.find(1)?.answered).toBe(true);
    const change = it.append(4, 6, [action(5, 'recall', 3), action(6, 'resolve', 1)]);
    expect(it.find(1)).toMatchObject({ answered: false, resolved: true });
    expect(change?.updated.map(({ event }) => event.seq).sort()).toEqual([1, 3]);
  });

  it('an action on what is not here is remembered until it is', () => {
    const it = new Timeline('u1');
    it.begin(welcome({ after: 1, head: 3 }));
    it.append(1, 3, [action(2, 'vote', 1), action(3, 'resolve', 1)]);
    const change = it.prepend([message(1, { type: 'question', text: '?' })], 1, false);
    expect(change.prepended).toMatchObject([{ votes: 1, resolved: true }]);
    expect(change.updated).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('there is none before the first welcome', () => {
    expect(new Timeline('u1').snapshot()).toBeUndefined();
    expect(new Timeline('u1').cursor).toBeUndefined();
  });

  it('stays as it was taken', () => {
    const it = timeline(0, 1, [message(1)]);
    const snapshot = it.snapshot();
    it.append(1, 2, [message(2)]);
    expect(snapshot?.events).toHaveLength(1);
  });

  it('brings back all of it, in place of what was there', () => {
    const snapshot = timeline(0, 7, [message(2), action(3, 'vote', 2)]).snapshot();
    if (!snapshot) throw new Error('no snapshot');
    const other = timeline(0, 1, [message(1, 'old')]);
    const change = other.restore({ ...snapshot, start: 1, more: true });
    expect(change).toMatchObject({ cleared: true, appended: [{ votes: 1 }] });
    expect([texts(other), other.upTo, other.before, other.hasOlder]).toEqual([
      ['text 2'],
      7,
      2,
      true,
    ]);
    const empty = new Timeline('u1');
    expect(empty.restore({ ...snapshot, start: 7, events: [] })).toEqual({
      ...noChange(),
      cleared: true,
    });
    expect(empty.upTo).toBe(7);
  });
});

describe('two changes as one', () => {
  const [a, b] = timeline(0, 2, [message(1), message(2)]).entries;
  if (!a || !b) throw new Error('no entries');

  it('keeps what stands before before, and what comes after after', () => {
    const first = { ...noChange(), appended: [a], prepended: [a], updated: [a] };
    const second = { ...noChange(), appended: [b], prepended: [b], updated: [b] };
    expect(joinChanges(first, second)).toEqual({
      cleared: false,
      appended: [a, b],
      prepended: [b, a],
      updated: [a, b],
    });
    expect(joinChanges({ ...first, cleared: true }, second)?.cleared).toBe(true);
  });

  it('a clearing one leaves nothing of the first', () => {
    const second = { ...noChange(), cleared: true, appended: [b] };
    expect(joinChanges({ ...noChange(), appended: [a] }, second)).toBe(second);
    expect(joinChanges(undefined, second)).toBe(second);
    expect(joinChanges(second, undefined)).toBe(second);
  });
});

describe('memory is given back', () => {
  it('all but the newest go, can be asked for again, and come back as they were', () => {
    const it = timeline(0, 5, [
      message(1),
      message(2),
      message(3),
      message(4),
      action(5, 'recall', 2),
    ]);
    const all = it.entries;
    it.keepNewest(3);
    expect(it.entries).toEqual(all.slice(2));
    expect([it.size, it.before, it.hasOlder, it.upTo]).toEqual([2, 3, true, 5]);
    expect(it.find(1)).toBeUndefined();
    it.prepend([message(1), message(2, undefined, { content: { type: 'recalled' } })], 1, false);
    expect(texts(it)).toEqual(['text 1', 'recalled', 'text 3', 'text 4']);
    expect(it.hasOlder).toBe(false);
  });

  it('nothing goes while there is little', () => {
    const it = timeline(0, 2, [message(1), message(2)]);
    it.keepNewest(2);
    expect([it.size, it.hasOlder]).toEqual([2, false]);
  });
});
