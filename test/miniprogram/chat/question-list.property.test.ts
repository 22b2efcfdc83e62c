/** Against the real room: a list that was fetched once and kept up to date is the list fetched later. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type QuestionList, withEvents } from '../../../miniprogram/src/chat/question-list.ts';
import type { Audience, ChatEvent } from '../../../shared/protocol.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const PEOPLE = 4;

type Step =
  | { readonly do: 'ask'; readonly who: number; readonly to: Audience | undefined }
  | { readonly do: 'answer'; readonly back: number; readonly to: Audience | undefined }
  | { readonly do: 'vote' | 'recall'; readonly who: number; readonly back: number }
  | { readonly do: 'resolve'; readonly back: number }
  | { readonly do: 'talk'; readonly who: number }
  /** The events that came so far reach the phones' lists: together, not one by one. */
  | { readonly do: 'hear' }
  | { readonly do: 'fetch'; readonly who: number };

const who = fc.nat(PEOPLE - 1);
const back = fc.nat(20);
const to = fc.constantFrom<(Audience | undefined)[]>(
  undefined,
  undefined,
  undefined,
  { role: 'host' },
  { users: ['p1'] },
  { group: 'red' },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), who, to }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), back, to }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('vote' as const, 'recall' as const), who, back }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resolve' as const), back }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('talk' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hear' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fetch' as const), who }) },
);

class Classroom {
  readonly h = new RoomHarness();
  readonly peers: readonly FakePeer[];
  private readonly lists: QuestionList[];

  constructor() {
    this.h.configure({ hosts: ['p0'] });
    this.peers = Array.from({ length: PEOPLE }, (_, i) =>
      this.h.join({ id: `p${i}`, name: `P${i}`, ...(i === 2 && { group: 'red' }) }),
    );
    this.lists = this.peers.map((peer) => this.fetched(peer));
  }

  take(step: Step): void {
    const { h } = this;
    const target = Math.max(1, h.log.head - ('back' in step ? step.back : 0));
    const host = this.peer(0);
    switch (step.do) {
      case 'ask':
        h.send(this.peer(step.who), { type: 'question', text: 'q' }, step.to && { to: step.to });
        return;
      case 'answer': {
        const content = { type: 'answer', question: target, text: 'a' } as const;
        h.send(host, content, step.to && { to: step.to });
        return;
      }
      case 'talk':
        h.say(this.peer(step.who), 'hi');
        return;
      case 'resolve':
        h.act(host, 'resolve', target);
        return;
      case 'hear':
        this.peers.forEach((_, index) => void this.list(index));
        return;
      case 'fetch':
        this.lists[step.who] = this.fetched(this.peer(step.who));
        return;
      default:
        h.act(this.peer(step.who), step.do, target);
    }
  }

  peer(index: number): FakePeer {
    const peer = this.peers[index];
    if (!peer) throw new Error(`there is no P${index}`);
    return peer;
  }

  /** What the server lists to somebody. */
  fetched(peer: FakePeer): QuestionList {
    return { questions: this.h.room.questions(peer.session), head: this.h.log.head, lacks: false };
  }

  /** The list on somebody's phone, after all that has come to it: also what is in the list already. */
  list(index: number): QuestionList {
    const peer = this.peer(index);
    const events = peer.inbox.events() as ChatEvent[];
    const list = withEvents(this.lists[index] as QuestionList, events, peer.session.id);
    this.lists[index] = list;
    return list;
  }
}

it('is what the server would list, whenever it was fetched and whatever has happened since', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const room = new Classroom();
      for (const each of steps) room.take(each);
      room.peers.forEach((peer, index) => {
        const list = room.list(index);
        // The server has more of an answered question than it lists only beyond ten answers.
        if (list.lacks) return;
        expect(list.questions).toEqual(room.fetched(peer).questions);
      });
    }),
    { numRuns: 300 },
  );
});
