import { describe, expect, it } from 'vitest';
import type { Audience } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

/** A room with ann, who is a host, and alice, bob and eve; bob is in the group red. */
function classroom() {
  const h = new RoomHarness();
  h.configure({ owner: 'olga', hosts: ['ann'] });
  const [ann, alice, bob, eve] = ['ann', 'alice', 'bob', 'eve'].map((name) =>
    h.join({ id: name, name, ...(name === 'bob' && { group: 'red' }) }),
  ) as [FakePeer, FakePeer, FakePeer, FakePeer];
  const ask = (peer: FakePeer, text: string, to?: Audience) =>
    h.send(peer, { type: 'question', text }, to && { to });
  const answer = (peer: FakePeer, question: number, text: string, to?: Audience) =>
    h.send(peer, { type: 'answer', question, text }, to && { to });
  /** The list as somebody gets it: after a sleep it must be the same. */
  const list = (peer: FakePeer) => {
    const awake = h.room.questions(peer.session);
    h.hibernate();
    expect(h.room.questions(peer.session)).toEqual(awake);
    return awake;
  };
  return { h, ann, alice, bob, eve, ask, answer, list };
}

describe('questions', () => {
  it('[Q1] anybody may ask, hosts answer, everybody gets both as messages', () => {
    const { ann, alice, bob, ask, answer, list } = classroom();
    expect(ask(alice, '为什么？')).toBe(1);
    expect(answer(bob, 1, '不知道')).toBe('forbidden');
    expect(answer(ann, 1, '因为')).toBe(2);
    expect(bob.inbox.events()).toMatchObject([
      { seq: 1, from: { id: 'alice' }, content: { type: 'question', text: '为什么？' } },
      { seq: 2, from: { id: 'ann' }, content: { type: 'answer', question: 1, text: '因为' } },
    ]);
    expect(list(bob)).toMatchObject([
      {
        seq: 1,
        from: { id: 'alice', name: 'alice', role: 'member' },
        text: '为什么？',
        votes: 0,
        voted: false,
        state: 'answered',
        answers: [{ seq: 2, from: { id: 'ann', role: 'host' }, text: '因为' }],
      },
    ]);
  });

  it('[Q2][H6] are listed by votes and age while they are open, then those that are not, newest first', () => {
    const { h, ann, alice, bob, eve, ask, answer, list } = classroom();
    for (let i = 1; i <= 6; i++) ask(alice, `q${i}`);
    h.say(bob, 'no question');
    for (const [peer, target] of [
      [bob, 3],
      [eve, 3],
      [ann, 4],
      [bob, 1],
      [eve, 2],
    ] as const) {
      expect(h.act(peer, 'vote', target)).toEqual(expect.any(Number));
    }
    answer(ann, 1, 'yes');
    expect(h.act(ann, 'resolve', 6)).toEqual(expect.any(Number));
    const listed = list(eve).map(({ seq, votes, voted, state }) => [seq, votes, voted, state]);
    expect(listed).toEqual([
      [3, 2, true, 'open'],
      [2, 1, true, 'open'],
      [4, 1, false, 'open'],
      [5, 0, false, 'open'],
      [6, 0, false, 'resolved'],
      [1, 1, false, 'answered'],
    ]);
  });

  it('[H6] are listed up to 200, the newest, each with the newest ten answers', () => {
    const { ann, alice, ask, answer, list } = classroom();
    for (let i = 1; i <= 205; i++) ask(alice, `q${i}`);
    for (let i = 1; i <= 12; i++) answer(ann, 205, `a${i}`);
    const listed = list(alice);
    expect(listed).toHaveLength(200);
    expect(listed[0]?.seq).toBe(6);
    expect(listed.at(-1)?.answers?.map(({ text }) => text)).toEqual(
      Array.from({ length: 10 }, (_, i) => `a${i + 3}`),
    );
  });

  it('[Q6] go with what is trimmed', () => {
    const { h, alice, bob, ask, list } = classroom();
    ask(alice, 'old');
    h.act(bob, 'vote', 1);
    ask(alice, 'new');
    h.room.trim(1);
    expect(list(bob).map(({ text }) => text)).toEqual(['new']);
    expect(h.act(bob, 'vote', 1)).toBe('not_found');
  });

  it('[Q6] go when they are recalled, and their votes with them; a recalled answer is none', () => {
    const { h, ann, alice, bob, ask, answer, list } = classroom();
    ask(alice, 'q1');
    ask(alice, 'q2');
    h.act(bob, 'vote', 1);
    answer(ann, 2, 'a');
    expect(h.act(ann, 'recall', 4)).toBe(5);
    expect(list(bob)).toMatchObject([{ seq: 1 }, { seq: 2, state: 'open' }]);
    expect(list(bob)[1]).not.toHaveProperty('answers');
    expect(h.act(alice, 'recall', 1)).toBe(6);
    expect(list(bob).map(({ seq }) => seq)).toEqual([2]);
    expect(h.act(bob, 'vote', 1)).toBe('not_found');
    expect(h.act(ann, 'resolve', 1)).toBe('not_found');
    expect(answer(ann, 1, 'too late')).toBe('not_found');
  });
});

describe('a vote', () => {
  it('[Q3] counts once for each user: a second one is acknowledged as the first, after a sleep too', () => {
    const { h, alice, bob, eve, ask, list } = classroom();
    ask(alice, 'q');
    const first = h.act(bob, 'vote', 1);
    const at = h.now;
    h.now += 5_000;
    expect(first).toBe(2);
    expect(h.act(bob, 'vote', 1)).toBe(2);
    h.hibernate();
    expect(h.act(h.join('bob'), 'vote', 1)).toBe(2);
    expect(bob.inbox.all('ack').map((ack) => ack.at)).toEqual([at, at]);
    expect(h.act(eve, 'vote', 1)).toBe(3);
    expect(list(bob)[0]).toMatchObject({ votes: 2, voted: true });
    expect(h.log.head).toBe(3);
  });

  it('[R1][R3] counts once within a batch, too, also for a question of the same batch', () => {
    const { h, alice, bob, list } = classroom();
    const vote = { type: 'vote', target: 1 } as const;
    h.room.receive([
      {
        peer: alice,
        data: '{"type":"send","id":"q","content":{"type":"question","text":"why?"}}',
      },
      { peer: bob, data: JSON.stringify({ ...vote, id: 'v1' }) },
      { peer: bob, data: JSON.stringify({ ...vote, id: 'v2' }) },
      { peer: bob, data: JSON.stringify({ ...vote, id: 'v1' }) },
      { peer: alice, data: '{"type":"recall","id":"r","target":1}' },
      { peer: bob, data: JSON.stringify({ ...vote, id: 'v3' }) },
    ]);
    expect(bob.inbox.all('ack').map(({ seq }) => seq)).toEqual([2, 2, 2]);
    expect(bob.inbox.take('reject')).toMatchObject({ id: 'v3', code: 'not_found' });
    expect(h.log.batches).toBe(1);
    expect(list(bob)).toEqual([]);
  });

  it('[R2] that could not be stored does not count, and can be given again', () => {
    const { h, alice, bob, ask, list } = classroom();
    ask(alice, 'q');
    h.log.failNext = true;
    expect(h.act(bob, 'vote', 1)).toBe('server_error');
    expect(list(alice)[0]?.votes).toBe(0);
    expect(h.act(h.join('bob'), 'vote', 1)).toBe(2);
    expect(list(alice)[0]?.votes).toBe(1);
  });

  it('[Q3][R9] is for open questions of others', () => {
    const { h, ann, alice, bob, eve, ask, answer, list } = classroom();
    ask(alice, 'answered');
    ask(alice, 'resolved');
    h.say(alice, 'no question');
    expect(h.act(bob, 'vote', 1)).toBe(4);
    answer(ann, 1, 'a');
    h.act(ann, 'resolve', 2);
    expect(h.act(alice, 'vote', 1)).toBe('forbidden');
    expect(h.act(eve, 'vote', 1)).toBe('too_late');
    expect(h.act(eve, 'vote', 2)).toBe('too_late');
    for (const target of [3, 4, 99]) expect(h.act(eve, 'vote', target)).toBe('not_found');
    // Who has voted in time has voted.
    expect(h.act(bob, 'vote', 1)).toBe(4);
    expect(list(eve).map(({ votes }) => votes)).toEqual([0, 1]);
  });
});

describe('to resolve', () => {
  it('[Q4] is for hosts, for questions, and twice is harmless', () => {
    const { h, ann, alice, bob, ask, answer, list } = classroom();
    ask(alice, 'q');
    h.say(alice, 'no question');
    expect(h.act(alice, 'resolve', 1)).toBe('forbidden');
    for (const target of [2, 99]) expect(h.act(ann, 'resolve', target)).toBe('not_found');
    answer(ann, 1, 'a');
    expect(h.act(ann, 'resolve', 1)).toBe(4);
    expect(h.act(h.join('olga'), 'resolve', 1)).toBe(4);
    expect(h.act(ann, 'resolve', 1)).toBe(4);
    expect(bob.inbox.events().at(-1)).toMatchObject({ seq: 4, kind: 'resolve', target: 1 });
    expect(list(bob)).toMatchObject([{ state: 'resolved', answers: [{ text: 'a' }] }]);
    // There may be more to say.
    expect(answer(ann, 1, 'and also')).toBe(5);
    expect(list(bob)).toMatchObject([{ state: 'resolved', answers: [{}, { text: 'and also' }] }]);
  });
});

describe('[R6] a private question', () => {
  it.each<[string, Audience]>([
    ['to users', { users: ['ann', 'bob'] }],
    ['to the hosts', { role: 'host' }],
  ])('[F9] %s: it, its votes, answers and end are for its asker and them', (_, to) => {
    const { h, ann, alice, bob, eve, ask, answer, list } = classroom();
    expect(ask(alice, 'the secret word', to)).toBe(1);
    const voter = 'role' in to ? h.join('olga') : bob;
    for (const type of ['vote', 'resolve', 'recall'] as const) {
      expect(h.act(eve, type, 1)).toBe(type === 'resolve' ? 'forbidden' : 'not_found');
    }
    h.act(voter, 'vote', 1);
    answer(ann, 1, 'the secret answer');
    h.act(ann, 'resolve', 1);
    expect(h.log.head).toBe(4);
    for (const peer of [alice, ann, voter]) {
      expect(peer.inbox.events().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(list(peer)).toMatchObject([
        { seq: 1, to, votes: 1, state: 'resolved', answers: [{ seq: 3, to }] },
      ]);
    }
    expect(list(eve)).toEqual([]);
    for (const peer of [eve, h.join('eve'), h.join('eve', { epoch: 'e1', seq: 0 })]) {
      expect(peer.inbox.events()).toEqual([]);
    }
    expect(h.room.page(eve.session, undefined, 9).events).toEqual([]);
    // Recalled by another host, the answer goes for its asker, too, who is in no audience.
    h.act(ann, 'recall', 3);
    expect(alice.inbox.events().at(-1)).toMatchObject({ kind: 'recall', target: 3, to });
    expect(eve.inbox.events()).toEqual([]);
  });

  it('[Q5] to a group: its members and the asker, who is not in it', () => {
    const { h, alice, bob, eve, ask, list } = classroom();
    ask(alice, 'reds?', { group: 'red' });
    h.act(bob, 'vote', 1);
    expect(alice.inbox.events()).toMatchObject([{ seq: 1 }, { kind: 'vote', from: { id: 'bob' } }]);
    expect([alice, bob, eve].map((peer) => list(peer).length)).toEqual([1, 1, 0]);
  });

  it('[Q5] is answered to fewer, but never to more', () => {
    const { h, ann, alice, bob, eve, ask, answer } = classroom();
    ask(alice, 'q', { users: ['ann', 'bob'] });
    const wider: Audience[] = [{ users: ['alice', 'eve'] }, { role: 'host' }, { group: 'red' }];
    for (const to of wider) expect(answer(ann, 1, 'a', to)).toBe('forbidden');
    expect(answer(ann, 1, 'for you', { users: ['alice'] })).toBe(2);
    expect(answer(ann, 1, 'for bob', { users: ['bob'] })).toBe(3);
    expect([alice, bob, eve].map(({ inbox }) => inbox.texts())).toEqual([
      ['q', 'for you', 'for bob'],
      ['q', 'for bob'],
      [],
    ]);
    expect(ask(alice, 'hosts?', { role: 'host' })).toBe(4);
    expect(answer(ann, 4, 'a', { users: ['alice', 'olga'] })).toBe('not_found');
    h.leave(h.join('olga'));
    expect(answer(ann, 4, 'a', { users: ['alice', 'olga'] })).toBe(5);
    expect(answer(ann, 4, 'a', { users: ['alice', 'bob'] })).toBe('forbidden');
    expect(answer(ann, 4, 'a', { role: 'host' })).toBe(6);
  });

  it('who is not online is told to the host who answers', () => {
    const { h, ann, alice, ask, answer } = classroom();
    ask(alice, 'q', { role: 'host' });
    h.leave(alice);
    answer(ann, 1, 'a');
    expect(ann.inbox.take('ack')?.offline).toEqual(['olga', 'alice']);
    expect(h.join('alice').inbox.texts()).toEqual(['q', 'a']);
  });

  it('[Q2] a public question that is answered in private is open to the others', () => {
    const { h, ann, alice, bob, ask, answer, list } = classroom();
    ask(alice, 'q');
    answer(ann, 1, 'between us', { users: ['alice'] });
    expect(list(alice)).toMatchObject([{ state: 'answered', answers: [{ text: 'between us' }] }]);
    expect(list(bob)).toEqual([expect.objectContaining({ state: 'open', votes: 0, text: 'q' })]);
    expect(list(bob)[0]).not.toHaveProperty('answers');
    expect(h.act(bob, 'vote', 1)).toBe(3);
  });
});

describe('the unread summary', () => {
  it('counts what was said, not what was done, and its last is what was said last', () => {
    const { h, ann, alice, bob, eve, ask, answer } = classroom();
    ask(alice, 'q');
    answer(ann, 1, 'a');
    ask(alice, 'q2');
    h.act(bob, 'vote', 3);
    h.act(ann, 'resolve', 3);
    const { unread, last } = h.room.unread(eve.session, undefined);
    expect(unread).toBe(3);
    expect(last?.event).toMatchObject({ seq: 3, content: { type: 'question' } });
    expect(h.room.unread(eve.session, { epoch: 'e1', seq: 3 })).toMatchObject({ unread: 0 });
  });
});
