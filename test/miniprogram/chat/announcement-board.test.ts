import { describe, expect, it } from 'vitest';
import { AnnouncementBoard } from '../../../miniprogram/src/chat/announcement-board.ts';
import {
  announce,
  announcements,
  cancelAnnouncement,
  type HttpAnswer,
  type HttpRequest,
} from '../../../miniprogram/src/chat/http.ts';
import type { Announcement, AnnouncementRequest } from '../../../shared/http.ts';
import { flush } from '../../support/fake-ports.ts';
import { SeededRandom } from '../../support/random.ts';

const BY = { id: 'u1', name: '老师' };
const NO = { ok: false, refusal: { code: 'forbidden', message: 'no' } } as const;

/** A server that does, or fails to do, what it is asked. */
class Harness {
  readonly planned = new Map<string, Announcement>();
  readonly requests: AnnouncementRequest[] = [];
  /** What the next call of each kind does: what is asked for, by default. */
  fate: 'done' | 'lost' | 'refused' = 'done';
  lists = 0;
  held: (() => void)[] | undefined;
  changes = 0;
  readonly board = new AnnouncementBoard({
    random: new SeededRandom(1).next,
    list: async () => {
      this.lists++;
      const { held } = this;
      if (held) await new Promise<void>((go) => held.push(go));
      return this.fate === 'done' ? { ok: true, value: [...this.planned.values()] } : { ok: false };
    },
    announce: async (request) => {
      this.requests.push(request);
      if (this.fate === 'refused') return NO;
      const { id = '', text, at = 0, every } = request;
      const value = { id, text, at, ...(every !== undefined && { every }), by: BY };
      if (!this.planned.has(id)) this.planned.set(id, value);
      return this.fate === 'lost' ? { ok: false } : { ok: true, value };
    },
    cancel: async (id) => {
      if (this.fate === 'refused') return NO;
      if (this.fate === 'lost') return { ok: false };
      const was = this.planned.delete(id);
      return was
        ? { ok: true, value: '' }
        : { ok: false, refusal: { code: 'not_found', message: 'no such' } };
    },
    onChange: () => void this.changes++,
  });

  get texts(): string[] | undefined {
    return this.board.planned?.map(({ text }) => text);
  }
}

describe('what a room is going to announce', () => {
  it('is asked for, and stays in view while it is asked for again', async () => {
    const h = new Harness();
    h.planned.set('a', { id: 'a', text: '开会', at: 1, by: BY });
    const loading = h.board.load();
    expect([h.texts, h.board.hasFailed]).toEqual([undefined, false]);
    await loading;
    expect(h.texts).toEqual(['开会']);
    h.fate = 'lost';
    await h.board.load();
    expect([h.texts, h.board.hasFailed]).toEqual([['开会'], true]);
    h.fate = 'done';
    await h.board.load();
    expect(h.board.hasFailed).toBe(false);
  });

  it('is what the last answer says', async () => {
    const h = new Harness();
    h.held = [];
    const first = h.board.load();
    const second = h.board.load();
    h.planned.set('a', { id: 'a', text: '开会', at: 1, by: BY });
    h.held.pop()?.();
    await second;
    h.planned.clear();
    h.held.pop()?.();
    await first;
    expect(h.texts).toEqual(['开会']);
  });

  it('is planned under an id of its own, and listed', async () => {
    const h = new Harness();
    await h.board.plan({ text: '开会', at: 5 });
    await h.board.plan({ text: '开会', at: 5 });
    expect(h.texts).toEqual(['开会', '开会']);
    expect(h.requests[0]).toEqual({ id: expect.any(String), text: '开会', at: 5 });
  });

  it('is not planned twice by who tries again without an answer', async () => {
    const h = new Harness();
    h.fate = 'lost';
    expect(await h.board.plan({ text: '开会', at: 5 })).toEqual({ ok: false });
    h.fate = 'done';
    await h.board.plan({ text: '开会', at: 6 });
    expect(h.texts).toEqual(['开会']);
    // That has its answer: the same once more is one more.
    await h.board.plan({ text: '开会', at: 6 });
    expect(h.texts).toEqual(['开会', '开会']);
    h.fate = 'lost';
    await h.board.plan({ text: '散会', at: 7 });
    h.fate = 'done';
    await h.board.plan({ text: '散会', every: 300 });
    expect(h.planned.size).toBe(4);
  });

  it('that is refused is not planned', async () => {
    const h = new Harness();
    h.fate = 'refused';
    expect(await h.board.plan({ text: '开会', at: 5 })).toEqual(NO);
    expect([h.lists, h.planned.size]).toEqual([0, 0]);
    const [first] = h.requests;
    await h.board.plan({ text: '开会', at: 5 });
    expect(h.requests[1]?.id).not.toBe(first?.id);
  });

  it('is taken back, also when it was gone already', async () => {
    const h = new Harness();
    await h.board.plan({ text: '开会', at: 5 });
    const [planned] = h.board.planned ?? [];
    expect((await h.board.cancel(planned?.id ?? '')).ok).toBe(true);
    expect(h.texts).toEqual([]);
    expect((await h.board.cancel('gone')).ok).toBe(true);
  });

  it('stays when it could not be taken back', async () => {
    const h = new Harness();
    await h.board.plan({ text: '开会', at: 5 });
    const id = h.board.planned?.[0]?.id ?? '';
    h.fate = 'lost';
    expect(await h.board.cancel(id)).toEqual({ ok: false });
    h.fate = 'refused';
    expect(await h.board.cancel(id)).toEqual(NO);
    await flush();
    expect(h.texts).toEqual(['开会']);
  });
});

describe('asking for it over HTTP', () => {
  const asked: HttpRequest[] = [];
  const answering = (body: unknown, status: number) => (request: HttpRequest) => {
    asked.push(request);
    return Promise.resolve<HttpAnswer>({ status, body });
  };

  it('reads, plans and takes back', async () => {
    const one = { id: 'a/b', text: '开会', at: 1, every: 60, by: BY };
    const list = answering({ announcements: [one, { ...one, every: undefined, new: 1 }] }, 200);
    expect(await announcements(list, 'token', '大厅')).toEqual({
      ok: true,
      value: [one, { id: 'a/b', text: '开会', at: 1, by: BY }],
    });
    const wish = { id: 'a/b', text: '开会', every: 60 };
    expect(await announce(answering(one, 201), 'token', '大厅', wish)).toEqual({
      ok: true,
      value: one,
    });
    expect((await cancelAnnouncement(answering('', 204), 'token', '大厅', 'a/b')).ok).toBe(true);
    const path = '/api/rooms/%E5%A4%A7%E5%8E%85/announcements';
    expect(asked).toEqual([
      { method: 'GET', path, token: 'token' },
      { method: 'POST', path, token: 'token', body: wish },
      { method: 'DELETE', path: `${path}/a%2Fb`, token: 'token' },
    ]);
  });

  it('says why not', async () => {
    const body = { error: { code: 'forbidden', message: 'no' } };
    expect(await announcements(answering(body, 403), 'token', 'a')).toEqual(NO);
    expect(await cancelAnnouncement(answering(body, 403), 'token', 'a', 'x')).toEqual(NO);
    expect(await announcements(answering({ announcements: [{}] }, 200), 'token', 'a')).toEqual({
      ok: false,
    });
  });
});
