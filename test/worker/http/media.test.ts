import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../../shared/http.ts';
import { MAX_MEDIA_BYTES } from '../../../shared/limits.ts';
import { app } from '../../../worker/http/app.ts';
import { parseRange } from '../../../worker/http/byte-range.ts';
import { ascii, concat } from '../../support/bytes.ts';
import { jpeg, mp3, png, webp } from '../../support/media-files.ts';
import { bearer, guestToken, request } from '../support/client.ts';
import { upload, uploaded } from '../support/upload.ts';

async function errorOf(response: Response): Promise<[status: number, code: string]> {
  const { error } = await response.json<{ error: ErrorBody }>();
  return [response.status, error.code];
}

async function stored(): Promise<number> {
  return (await env.MEDIA?.list())?.objects.length ?? Number.NaN;
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

describe('an upload', () => {
  it('[P1][H8] is answered with what the server read, and comes back as it was', async () => {
    const file = jpeg({ width: 30, height: 20, orientation: 6 });
    const answer = await uploaded(file);
    expect(answer).toEqual({
      type: 'image',
      url: expect.stringMatching(/^\/media\/[\w-]{56}$/),
      width: 20,
      height: 30,
      size: file.length,
    });
    const response = await request(answer.url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'access-control-allow-origin': '*',
      etag: expect.stringMatching(/^".+"$/),
    });
    expect(await bytesOf(response)).toEqual(file);
  });

  it('[P2] is what its content is, whatever it is called', async () => {
    const picture = await uploaded(webp(), { type: 'audio/mpeg', name: 'song.html' });
    expect(picture).toMatchObject({ type: 'image', width: 640, height: 480 });
    expect((await request(picture.url)).headers.get('Content-Type')).toBe('image/webp');
    const voice = await uploaded(mp3(), { type: 'application/octet-stream', name: 'x.svg' });
    expect(voice).toMatchObject({ type: 'voice', duration: 2_612, size: 41_700 });
    expect((await request(voice.url)).headers.get('Content-Type')).toBe('audio/mpeg');
  });

  it('[P3] of the same file has another address each time', async () => {
    const [first, second] = [await uploaded(png()), await uploaded(png())];
    expect(first.url).not.toBe(second.url);
  });

  it.each<[string, Uint8Array, string | undefined]>([
    ['a page', ascii('<html></html>'), undefined],
    ['a drawing', ascii('<svg xmlns="http://www.w3.org/2000/svg"/>'), undefined],
    ['a picture with a page behind', concat(jpeg(), ascii('<html></html>')), undefined],
    ['a picture that is cut off', jpeg().subarray(0, 50), undefined],
    ['nothing', new Uint8Array(), undefined],
    ['a picture that calls itself a page', jpeg(), 'text/html'],
    ['a picture that calls itself a drawing of text', jpeg(), 'text/xml; charset=utf-8'],
  ])('[P2] of %s is refused, and leaves nothing behind', async (_, file, type) => {
    const before = await stored();
    const response = await upload(file, type === undefined ? {} : { type });
    expect(await errorOf(response)).toEqual([400, 'bad_frame']);
    expect(await stored()).toBe(before);
  });

  it('[P2] of more than 10 MB is refused: by its length, and without one while it is read', async () => {
    const before = await stored();
    const token = await guestToken('alice');
    const file = new Uint8Array(MAX_MEDIA_BYTES + 1);
    expect(await errorOf(await upload(file, { token }))).toEqual([413, 'too_large']);
    // 50 MB, of which no more is taken than is needed to see that it is too much.
    let taken = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (taken === 50) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024));
        taken += 1;
      },
    });
    const headers = { ...bearer(token), 'Content-Type': 'multipart/form-data; boundary=x' };
    const init = { method: 'POST', headers, body };
    expect(await errorOf(await request('/api/media', init))).toEqual([413, 'too_large']);
    expect(taken).toBeLessThan(50);
    expect(await stored()).toBe(before);
  });

  it('without a session, without a file, or for no room that can be, is refused', async () => {
    expect(await errorOf(await request('/api/media', { method: 'POST' }))).toEqual([
      401,
      'unauthorized',
    ]);
    const headers = bearer(await guestToken('alice'));
    const send = (body: FormData | string) =>
      request('/api/media', { method: 'POST', headers, body }).then(errorOf);
    const form = new FormData();
    form.set('file', 'not a file');
    expect(await send(form)).toEqual([400, 'bad_frame']);
    expect(await send('{}')).toEqual([400, 'bad_frame']);
    expect(await errorOf(await upload(png(), { room: 'no/room' }))).toEqual([400, 'bad_frame']);
  });

  it('says what is missing where there is no bucket', async () => {
    const headers = bearer(await guestToken('alice'));
    const form = new FormData();
    form.set('file', new File([png()], 'a.png', { type: 'image/png' }));
    const { MEDIA: _, ...bare } = env;
    const response = await app.request(
      'https://edge-chat.test/api/media',
      { method: 'POST', headers, body: form },
      bare,
      createExecutionContext(),
    );
    expect(response.status).toBe(503);
    expect((await response.json<{ error: ErrorBody }>()).error.message).toContain('MEDIA');
  });
});

describe('who uploads too much', () => {
  it('[P5] is told to wait; nobody else is', async () => {
    const before = await stored();
    const rate: RateLimit = { limit: async ({ key }) => ({ success: key !== 'guest:many' }) };
    const uploadAs = async (name: string) => {
      const body = new FormData();
      body.set('file', new File([png()], 'a.png', { type: 'image/png' }));
      return app.request(
        'https://edge-chat.test/api/media',
        { method: 'POST', headers: bearer(await guestToken(name)), body },
        { ...env, UPLOAD_RATE: rate },
        createExecutionContext(),
      );
    };
    const refused = await uploadAs('many');
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(await errorOf(refused)).toEqual([429, 'rate_limited']);
    expect(await stored()).toBe(before);
    expect((await uploadAs('few')).status).toBe(201);
  });

  it('is found out by the platform, as it is set up here', async () => {
    expect(await env.UPLOAD_RATE?.limit({ key: 'anybody' })).toEqual({ success: true });
  });
});

describe('what is read again', () => {
  it('[H9] is not sent to who has it, nor to who asks for its headers only', async () => {
    const { url, size } = await uploaded(png());
    const head = await request(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('Content-Length')]).toEqual([200, String(size)]);
    expect(await head.text()).toBe('');
    const etag = head.headers.get('ETag') ?? '';
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await request(url, { headers: { 'If-None-Match': tags } });
      expect([response.status, response.headers.get('ETag')]).toEqual([304, etag]);
    }
    const other = await request(url, { headers: { 'If-None-Match': '"other"' } });
    expect(other.status).toBe(200);
    await other.arrayBuffer();
  });

  it('[R9] is sent to who names tags that are none', async () => {
    const file = png();
    const { url } = await uploaded(file);
    const etag = (await request(url, { method: 'HEAD' })).headers.get('ETag') ?? '';
    const bare = etag.replaceAll('"', '');
    for (const tags of [bare, '"unclosed', 'W/"', `${etag}${etag}`, `garbage, ${etag}`]) {
      const response = await request(url, { headers: { 'If-None-Match': tags } });
      expect(response.status).toBe(200);
      expect(await bytesOf(response)).toEqual(file);
    }
  });

  it('[H9] comes in parts, as players ask for it', async () => {
    const file = mp3();
    const { url } = await uploaded(file);
    const part = async (range: string, more: Record<string, string> = {}) => {
      const response = await request(url, { headers: { Range: range, ...more } });
      return [
        response.status,
        response.headers.get('Content-Range'),
        await bytesOf(response),
      ] as const;
    };
    expect(await part('bytes=0-1')).toEqual([206, 'bytes 0-1/41700', file.slice(0, 2)]);
    expect(await part('bytes=41690-')).toEqual([206, 'bytes 41690-41699/41700', file.slice(-10)]);
    expect(await part('bytes=-10')).toEqual([206, 'bytes 41690-41699/41700', file.slice(-10)]);
    expect(await part('bytes=41700-')).toEqual([416, 'bytes */41700', new Uint8Array()]);
    expect(await part('bytes=0-1,5-6')).toEqual([200, null, file]);
    expect(await part('bytes=0-1', { 'If-Range': '"other"' })).toEqual([200, null, file]);
  });

  it.each<[string | undefined, ReturnType<typeof parseRange>]>([
    [undefined, undefined],
    ['', undefined],
    ['bytes=-', undefined],
    ['bytes=5-2', undefined],
    ['pages=1-2', undefined],
    ['bytes=a-b', undefined],
    ['bytes=0-', { offset: 0, length: 10 }],
    ['bytes=9-99', { offset: 9, length: 1 }],
    ['bytes=-99', { offset: 0, length: 10 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
  ])('of ten bytes %s is %o', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });

  it('[H9] nothing is found under an address that was never given', async () => {
    const { url } = await uploaded(png());
    const last = url.endsWith('A') ? 'B' : 'A';
    for (const address of [`${url.slice(0, -1)}${last}`, '/media/x', '/media/..%2fchecks%2f1']) {
      expect(await errorOf(await request(address))).toEqual([404, 'not_found']);
    }
  });
});
