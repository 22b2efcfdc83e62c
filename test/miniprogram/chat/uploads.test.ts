import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../../miniprogram/src/chat/http.ts';
import { type FileRequest, SessionUploads } from '../../../miniprogram/src/chat/uploads.ts';
import { FakeSessions, flush } from '../../support/fake-ports.ts';

const CONTENT = { type: 'image', url: `/media/${'k'.repeat(20)}`, width: 4, height: 3, size: 9 };

/** A phone whose uploads the test answers, one after the other; `undefined` is no answer. */
function phone(...answers: (HttpAnswer | 'gone' | undefined)[]) {
  const requests: FileRequest[] = [];
  const cancelled: string[] = [];
  const sessions = new FakeSessions();
  const sender = {
    send(request: FileRequest) {
      requests.push(request);
      const next = answers.shift();
      const answer = next ? Promise.resolve(next) : Promise.reject(new Error('no network'));
      return { answer, cancel: () => void cancelled.push(request.file) };
    },
    drop: (file: string) => void cancelled.push(`drop ${file}`),
  };
  return { uploads: new SessionUploads(sender, sessions), requests, sessions, cancelled };
}

const error = (status: number, code: string) => ({
  status,
  body: { error: { code, message: 'no' } },
});

describe('an upload', () => {
  it('goes with the session of the user, and says for which room it is', async () => {
    const { uploads, requests } = phone({ status: 201, body: CONTENT });
    const seen: number[] = [];
    const upload = uploads.upload('a.png', { room: '大厅', onProgress: (done) => seen.push(done) });
    expect(await upload.answer).toEqual({ ok: true, content: CONTENT });
    expect(requests).toMatchObject([{ file: 'a.png', token: 'token', form: { room: '大厅' } }]);
    requests[0]?.onProgress(0.5);
    expect(seen).toEqual([0.5]);
  });

  it('is for no room in particular without one', async () => {
    const { uploads, requests } = phone({ status: 201, body: CONTENT });
    await uploads.upload('a.png').answer;
    expect(requests[0]?.form).toEqual({});
  });

  it('is tried once more with another session when this one has ended', async () => {
    const { uploads, requests } = phone(error(401, 'unauthorized'), { status: 201, body: CONTENT });
    expect(await uploads.upload('a.png').answer).toMatchObject({ ok: true });
    expect(requests.map(({ token }) => token)).toEqual(['token', 'token+1']);
    const twice = phone(error(401, 'unauthorized'), error(401, 'unauthorized'));
    expect(await twice.uploads.upload('a.png').answer).toMatchObject({
      ok: false,
      refusal: { code: 'unauthorized' },
    });
  });

  it('says why there is no session', async () => {
    const { uploads, sessions, requests } = phone();
    sessions.refuse = { ok: false, refusal: { code: 'banned', message: 'no' } };
    expect(await uploads.upload('a.png').answer).toEqual(sessions.refuse);
    expect(requests).toEqual([]);
  });

  it('tells a lost file from a lost network', async () => {
    const { uploads } = phone('gone', undefined);
    expect(await uploads.upload('a.png').answer).toEqual({ ok: false, gone: true });
    expect(await uploads.upload('a.png').answer).toEqual({ ok: false });
  });

  it.each([
    [error(413, 'too_large'), 'too_large'],
    [error(400, 'bad_frame'), 'bad_frame'],
    [{ status: 413, body: '<html>' }, 'too_large'],
    [{ status: 404, body: undefined }, 'bad_frame'],
    [{ status: 502, body: '<html>' }, 'server_error'],
    [{ status: 200, body: { ok: true } }, 'server_error'],
    [{ status: 201, body: { type: 'text', text: 'hi' } }, 'server_error'],
    [{ status: 201, body: { ...CONTENT, url: 'https://evil.example/a.png' } }, 'server_error'],
  ])('is refused by whatever answers: %j is %s', async (answer, code) => {
    const { uploads } = phone(answer);
    expect(await uploads.upload('a.png').answer).toMatchObject({ ok: false, refusal: { code } });
  });

  it('ends where it is when it is cancelled, also before it has begun', async () => {
    const under = phone({ status: 201, body: CONTENT });
    const upload = under.uploads.upload('a.png');
    await flush();
    upload.cancel();
    expect(under.cancelled).toEqual(['a.png']);
    const early = phone({ status: 201, body: CONTENT });
    early.sessions.held = [];
    const waiting = early.uploads.upload('b.png');
    waiting.cancel();
    for (const go of early.sessions.held) go();
    expect(await waiting.answer).toEqual({ ok: false });
    expect(early.requests).toEqual([]);
  });

  it('gives back the place of a file', () => {
    const { uploads, cancelled } = phone();
    uploads.drop('a.png');
    expect(cancelled).toEqual(['drop a.png']);
  });
});
