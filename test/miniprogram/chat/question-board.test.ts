import { describe, expect, it } from 'vitest';
import type { Result } from '../../../miniprogram/src/chat/http.ts';
import { type HttpAnswer, questions, withSession } from '../../../miniprogram/src/chat/http.ts';
import { QuestionBoard } from '../../../miniprogram/src/chat/question-board.ts';
import type { RoomChange } from '../../../miniprogram/src/chat/room-client.ts';
import { noChange } from '../../../miniprogram/src/chat/timeline.ts';
import type { ListedQuestion, QuestionsResponse } from '../../../shared/http.ts';
import type { Role } from '../../../shared/protocol.ts';
import { FakeClock, FakeSessions, flush } from '../../support/fake-ports.ts';
import { AT, action, message, user } from '../../support/frames.ts';

const listed = (seq: number, votes = 0): ListedQuestion => ({
  seq,
  at: AT + seq,
  from: user('u2'),
  text: `q${seq}`,
  votes,
  voted: false,
  state: 'open',
});
const ask = (seq: number) => message(seq, { type: 'question', text: `q${seq}` });

/** A board whose questions are answered when, and as, the test says. */
class Harness {
  readonly clock = new FakeClock();
  readonly room = {
    self: { id: 'u1', role: 'member' as Role },
    isCaughtUp: true,
    timeline: { cursor: { epoch: 'e1' } },
  };
  readonly waiting: ((result: Result<QuestionsResponse>) => void)[] = [];
  asked = 0;
  changes = 0;
  readonly board = new QuestionBoard({
    room: this.room,
    clock: this.clock,
    random: () => 0.5,
    ask: () => {
      this.asked++;
      return new Promise((answer) => void this.waiting.push(answer));
    },
    onChange: () => void this.changes++,
  });

  get shown(): string[] | undefined {
    return this.board.questions?.map(({ seq, votes }) => `${seq}+${votes}`);
  }

  /** The connection begins, or goes on. */
  connect(resume: 'reset' | 'recovered' = 'reset'): void {
    const timeline = { ...noChange(), cleared: resume === 'reset' };
    this.tell({ timeline, room: true, connection: true });
  }

  tell(change: RoomChange): void {
    this.board.tell(change);
  }

  async answer(head: number, ...list: ListedQuestion[]): Promise<void> {
    this.waiting.shift()?.({ ok: true, value: { questions: list, epoch: 'e1', head } });
    await flush();
  }

  async fail(): Promise<void> {
    this.waiting.shift()?.({ ok: false });
    await flush();
  }
}

describe('the questions of a room', () => {
  it('are asked for once, when all that was missed is there', async () => {
    const h = new Harness();
    h.room.isCaughtUp = false;
    h.connect();
    expect(h.asked).toBe(0);
    h.room.isCaughtUp = true;
    h.tell({ connection: true });
    expect([h.asked, h.shown]).toEqual([1, undefined]);
    h.tell({ connection: true });
    await h.answer(3, listed(2));
    expect([h.asked, h.shown]).toEqual([1, ['2+0']]);
    h.connect('recovered');
    h.tell({ connection: true });
    expect(h.asked).toBe(1);
  });

  it('take in what happens, also what comes before the answer does', async () => {
    const h = new Harness();
    h.connect();
    h.tell({ events: [ask(3), action(4, 'vote', 2)] });
    h.tell({ events: [action(5, 'vote', 2)] });
    // Up to 4 it is in there.
    await h.answer(4, listed(2, 1), listed(3));
    expect(h.shown).toEqual(['2+2', '3+0']);
    h.tell({ events: [action(6, 'vote', 3), action(7, 'recall', 2)] });
    expect(h.shown).toEqual(['3+1']);
    const { changes } = h;
    h.tell({ events: [message(8)] });
    expect(h.changes).toBe(changes);
  });

  it('are asked for anew when the connection could not go on, and stay in view meanwhile', async () => {
    const h = new Harness();
    h.connect();
    await h.answer(2, listed(2));
    h.connect('reset');
    // What follows on a stretch that is not known says nothing about the old list.
    h.tell({ events: [action(90, 'vote', 2)] });
    expect([h.asked, h.shown, h.board.hasFailed]).toEqual([2, ['2+0'], false]);
    await h.answer(95, listed(2, 7), listed(80));
    expect(h.shown).toEqual(['2+7', '80+0']);
  });

  it('that were asked for before the connection began anew are no answer any more', async () => {
    const h = new Harness();
    h.connect();
    h.connect();
    expect(h.asked).toBe(2);
    await h.answer(1, listed(1));
    expect(h.shown).toBeUndefined();
    await h.answer(9, listed(9));
    expect(h.shown).toEqual(['9+0']);
  });

  it('of another log are not taken for those of this one', async () => {
    const h = new Harness();
    h.room.timeline.cursor = { epoch: 'e2' };
    h.connect();
    await h.answer(1, listed(1));
    expect([h.shown, h.board.hasFailed]).toEqual([undefined, true]);
  });

  it('are asked for anew by who has become a host', async () => {
    const h = new Harness();
    h.connect();
    await h.answer(2, listed(2));
    h.room.self.role = 'host';
    h.connect('recovered');
    expect(h.asked).toBe(2);
    await h.answer(2, listed(1), listed(2));
    expect(h.shown).toEqual(['1+0', '2+0']);
    // While they are there.
    h.room.self.role = 'member';
    h.tell({ room: true, presence: true });
    expect(h.asked).toBe(3);
    h.tell({ room: true });
    expect(h.asked).toBe(3);
  });

  it('are tried for again after a failure, a few times and later each time', async () => {
    const h = new Harness();
    h.connect();
    const pauses: (number | undefined)[] = [];
    for (let tries = 1; tries <= 4; tries++) {
      expect(h.asked).toBe(tries);
      await h.fail();
      expect(h.board.hasFailed).toBe(true);
      pauses.push(h.clock.next);
      await h.clock.advance(60_000);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, undefined]);
    expect(h.asked).toBe(4);
    h.board.refresh();
    expect([h.asked, h.board.hasFailed]).toEqual([5, false]);
    h.board.refresh();
    expect(h.asked).toBe(5);
    await h.answer(1, listed(1));
    expect([h.shown, h.board.hasFailed]).toEqual([['1+0'], false]);
    h.board.refresh();
    expect(h.asked).toBe(5);
  });

  it('wait for the connection after a failure without one', async () => {
    const h = new Harness();
    h.connect();
    h.room.isCaughtUp = false;
    await h.fail();
    await h.clock.advance(60_000);
    expect(h.asked).toBe(1);
    h.room.isCaughtUp = true;
    h.connect('recovered');
    expect(h.asked).toBe(2);
  });

  it('of which only the server has more are asked for when somebody wants to see them', async () => {
    const h = new Harness();
    h.connect();
    await h.answer(200, ...Array.from({ length: 200 }, (_, i) => listed(i + 1)));
    h.tell({ events: [action(201, 'recall', 50)] });
    expect([h.asked, h.shown?.length, h.board.hasFailed]).toEqual([1, 199, false]);
    h.board.refresh();
    h.board.refresh();
    expect(h.asked).toBe(2);
    await h.fail();
    // It is still right, as far as it goes.
    h.tell({ events: [action(202, 'vote', 51)] });
    expect([h.board.hasFailed, h.shown?.[0]]).toEqual([false, '51+1']);
    h.board.refresh();
    await h.answer(202, listed(51, 1), listed(1));
    h.board.refresh();
    expect([h.asked, h.shown]).toEqual([3, ['51+1', '1+0']]);
  });

  it('are let be when the page is gone', async () => {
    const h = new Harness();
    h.connect();
    const { changes } = h;
    h.board.stop();
    await h.answer(1, listed(1));
    expect([h.shown, h.changes]).toEqual([undefined, changes]);
    const other = new Harness();
    other.connect();
    await other.fail();
    other.board.stop();
    expect(other.clock.running).toBe(0);
  });
});

describe('asking for them over HTTP', () => {
  const answer = (body: unknown, status = 200): Promise<HttpAnswer> =>
    Promise.resolve({ status, body });

  it('names the room, and reads what a newer server adds without it', async () => {
    const paths: string[] = [];
    const all = { questions: [{ ...listed(1), answers: [{ ...listed(2), likes: 3 }] }], head: 2 };
    const result = await questions(
      (request) => {
        paths.push(`${request.method} ${request.path} ${request.token}`);
        return answer({ ...all, epoch: 'e1', more: true });
      },
      'token',
      '大厅',
    );
    expect(paths).toEqual(['GET /api/rooms/%E5%A4%A7%E5%8E%85/questions token']);
    const { votes: _, voted: _voted, state: _state, ...said } = listed(2);
    expect(result).toEqual({
      ok: true,
      value: { questions: [{ ...listed(1), answers: [said] }], head: 2, epoch: 'e1' },
    });
  });

  it.each([{}, { questions: [] }, { questions: [{ seq: 1 }], head: 1 }, 'oops'])(
    'makes nothing of %j',
    async (body) => {
      expect(await questions(() => answer(body), 'token', 'a')).toEqual({ ok: false });
    },
  );

  it('renews a session that is not accepted any more, once', async () => {
    const sessions = new FakeSessions();
    const tokens: string[] = [];
    const refused = { ok: false, refusal: { code: 'unauthorized', message: 'no' } } as const;
    const result = await withSession(sessions, (token) => {
      tokens.push(token);
      return Promise.resolve(refused);
    });
    expect(result).toEqual(refused);
    expect(tokens).toEqual(['token', 'token+1']);
    const banned = { ok: false, refusal: { code: 'banned', message: 'no' } } as const;
    expect(await withSession(sessions, () => Promise.resolve(banned))).toEqual(banned);
    sessions.refuse = { ok: false };
    expect(await withSession(sessions, () => Promise.reject(new Error('asked')))).toEqual({
      ok: false,
    });
  });
});
