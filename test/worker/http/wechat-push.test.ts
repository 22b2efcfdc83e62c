import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { ErrorBody, SessionResponse } from '../../../shared/http.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { keyOfUrl } from '../../../worker/media/media-key.ts';
import { endCheck, findCheck, keepCheck } from '../../../worker/media/open-checks.ts';
import { png } from '../../support/media-files.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import { bearer, Client, newRoom, post, request } from '../support/client.ts';
import { uploaded } from '../support/upload.ts';
import { mediaChecksOf, signedPush } from '../support/wechat.ts';

const PATH = '/api/wechat/push';
const AES_KEY = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const bucket = env.MEDIA as R2Bucket;

let traces = 0;

const verdict = (traceId: string, suggest: string, more: object = {}) => ({
  ToUserName: 'gh_1',
  FromUserName: 'o1',
  CreateTime: 1_800_000_000,
  MsgType: 'event',
  Event: 'wxa_media_check',
  appid: TEST_SECRETS.WECHAT_APPID,
  trace_id: traceId,
  version: 2,
  detail: [{ strategy: 'content_model', errcode: 0, suggest, label: 100, prob: 90 }],
  errcode: 0,
  errmsg: 'ok',
  result: { suggest, label: 20_002 },
  ...more,
});

/** Pushes a body; returns the status and what was answered. */
async function push(
  body: unknown,
  query: URLSearchParams,
  more: Partial<Env> = {},
): Promise<[status: number, answer: string]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await app.request(
    `https://edge-chat.test${PATH}?${query}`,
    { method: 'POST', body: text },
    { ...env, ...more },
    createExecutionContext(),
  );
  const answer = await response.text();
  if (response.ok) return [response.status, answer];
  const { error } = JSON.parse(answer) as { error: ErrorBody };
  return [response.status, error.code];
}

/** A room in which alice has sent a picture that is being checked. */
async function roomWithPicture({ inRoom = true } = {}) {
  const room = newRoom();
  const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
  const picture = await uploaded(png(), inRoom ? { room } : {});
  alice.send({ type: 'send', id: 'p', content: picture });
  await bob.upTo(1);
  const traceId = `trace/${++traces}?`;
  await keepCheck(bucket, traceId, { key: keyOfUrl(picture.url), ...(inRoom && { room }) });
  const isThere = async () => {
    const response = await request(picture.url);
    await response.arrayBuffer();
    return response.status === 200;
  };
  return { alice, bob, picture, traceId, isThere };
}

describe('what a user of WeChat uploads', () => {
  it('is checked by its address, and what comes of that takes it back from everybody', async () => {
    const room = newRoom();
    const login = await post('/api/session', { code: 'openid-o-painter', name: 'painter' });
    const { token } = await login.json<SessionResponse>();
    const painter = await Client.open(`room=${room}`, bearer(token));
    await painter.next('welcome');
    const picture = await uploaded(png(), { room, token });
    painter.send({ type: 'send', id: 'p', content: picture });
    await painter.upTo(1);
    const [check] = await vi.waitFor(async () => {
      const checks = await mediaChecksOf('o-painter');
      expect(checks).toHaveLength(1);
      return checks;
    });
    expect(check?.media_url).toMatch(/^https:\/\//);
    expect(new URL(check?.media_url ?? '').pathname).toBe(picture.url);
    const traceId = check?.traceId ?? '';
    await vi.waitFor(async () => expect(await findCheck(bucket, traceId)).toBeDefined());
    expect(await push(verdict(traceId, 'risky'), await signedPush())).toEqual([200, 'success']);
    await painter.upTo(2);
    const late = await Client.join(room, 'late');
    await late.upTo(2);
    expect(late.inbox.texts()).toEqual(['(recalled)', '(recall)']);
    expect((await request(picture.url)).status).toBe(404);
  });
});

describe('the address for pushes', () => {
  it('says what WeChat asks it to say, when WeChat asks', async () => {
    const query = await signedPush();
    query.set('echostr', '<b>42</b>');
    const response = await request(`${PATH}?${query}`);
    expect(await response.text()).toBe('<b>42</b>');
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain/);
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    query.set('nonce', 'other');
    expect((await request(`${PATH}?${query}`)).status).toBe(403);
  });

  it('takes note of what is not for it', async () => {
    for (const body of [{}, [], { Event: 'subscribe' }, { MsgType: 'text', Content: 'hi' }]) {
      expect(await push(body, await signedPush())).toEqual([200, 'success']);
    }
    expect(await push(verdict('nobody-knows', 'risky'), await signedPush())).toEqual([
      200,
      'success',
    ]);
  });

  it.each([
    ['half a surrogate pair', 'a\ud800'],
    ['more bytes than a name may have', '好'.repeat(256)],
    ['a line break', 'a\nb'],
  ])('[R9] takes an id with %s for none of its checks', async (_, traceId) => {
    expect(await push(verdict(traceId, 'risky'), await signedPush())).toEqual([200, 'success']);
  });

  it('refuses what is too long, and what is no JSON', async () => {
    expect(await push(' '.repeat(16 * 1024 + 1), await signedPush())).toEqual([413, 'too_large']);
    expect(await push('<xml></xml>', await signedPush())).toEqual([400, 'bad_frame']);
  });

  it('without its secret says which is missing', async () => {
    const { WECHAT_PUSH_TOKEN: _, ...bare } = env;
    const response = await app.request(
      `https://edge-chat.test${PATH}?${await signedPush()}`,
      { method: 'POST', body: '{}' },
      bare,
      createExecutionContext(),
    );
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('WECHAT_PUSH_TOKEN');
  });
});

describe('a verdict', () => {
  it.each(['risky', 'review'])(
    '[P8] %s: the picture is gone from the bucket and the room',
    async (suggest) => {
      const { alice, bob, picture, traceId, isThere } = await roomWithPicture();
      expect(await push(verdict(traceId, suggest), await signedPush())).toEqual([200, 'success']);
      expect(await isThere()).toBe(false);
      await bob.upTo(2);
      expect(bob.inbox.events()[1]).toMatchObject({
        kind: 'recall',
        target: 1,
        from: { id: 'system' },
      });
      alice.send({ type: 'send', id: 'again', content: picture });
      expect(await alice.next('reject')).toMatchObject({ id: 'again', code: 'not_found' });

      // WeChat says it again: nothing happens twice.
      expect(await push(verdict(traceId, suggest), await signedPush())).toEqual([200, 'success']);
      await keepCheck(bucket, traceId, { key: keyOfUrl(picture.url), room: 'elsewhere' });
      expect(await push(verdict(traceId, suggest), await signedPush())).toEqual([200, 'success']);
      expect((await alice.say('next')).seq).toBe(3);
    },
  );

  it('on what is not sent yet: it never will be', async () => {
    const room = newRoom();
    const picture = await uploaded(png(), { room });
    await keepCheck(bucket, 'early', { key: keyOfUrl(picture.url), room });
    await push(verdict('early', 'risky'), await signedPush());
    const alice = await Client.join(room, 'alice');
    alice.send({ type: 'send', id: 'p', content: picture });
    expect(await alice.next('reject')).toMatchObject({ code: 'not_found' });
  });

  it('that comes before what was kept of the check is carried out', async () => {
    const { bob, traceId, isThere } = await roomWithPicture();
    const check = await findCheck(bucket, traceId);
    await endCheck(bucket, traceId);
    const looks: boolean[] = [];
    const slow = {
      async get(name: string) {
        const found = await bucket.get(name);
        looks.push(found !== null);
        if (!found && check) await keepCheck(bucket, traceId, check);
        return found;
      },
      delete: (names: string[]) => bucket.delete(names),
    };
    const answer = await push(verdict(traceId, 'risky'), await signedPush(), {
      MEDIA: slow as unknown as R2Bucket,
    });
    expect(answer).toEqual([200, 'success']);
    expect(looks).toEqual([false, true]);
    expect(await isThere()).toBe(false);
    await bob.upTo(2);
    expect(bob.inbox.events().at(-1)).toMatchObject({ kind: 'recall', target: 1 });
  });

  it('on what was uploaded for no room: the file goes', async () => {
    const { traceId, isThere } = await roomWithPicture({ inRoom: false });
    await push(verdict(traceId, 'risky'), await signedPush());
    expect(await isThere()).toBe(false);
  });

  it('pass, or none: everything stays, and the check is over', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const more of [{}, { errcode: -1_008, result: undefined }]) {
      const { alice, traceId, isThere } = await roomWithPicture();
      expect(await push(verdict(traceId, 'pass', more), await signedPush())).toEqual([
        200,
        'success',
      ]);
      expect(await findCheck(bucket, traceId)).toBeUndefined();
      expect(await isThere()).toBe(true);
      expect((await alice.say('next')).seq).toBe(2);
    }
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });

  it('that somebody else signed, or long ago, is refused and changes nothing', async () => {
    const { alice, traceId, isThere } = await roomWithPicture();
    const body = verdict(traceId, 'risky');
    const tampered = await signedPush();
    tampered.set('timestamp', String(Number(tampered.get('timestamp')) + 1));
    const odd = await signedPush();
    odd.set('signature', '不'.repeat(40));
    for (const query of [
      new URLSearchParams(),
      await signedPush({ token: 'guess' }),
      await signedPush({ age: 6 * 60_000 }),
      await signedPush({ age: -6 * 60_000 }),
      tampered,
      odd,
    ]) {
      expect(await push(body, query)).toEqual([403, 'forbidden']);
    }
    expect(await isThere()).toBe(true);
    expect(await findCheck(bucket, traceId)).toBeDefined();
    expect((await alice.say('next')).seq).toBe(2);
  });

  it('that could not be carried out comes again, and is carried out then', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { bob, traceId } = await roomWithPicture();
    const broken = { getByName: () => ({ withdraw: () => Promise.reject(new Error('gone')) }) };
    const rooms = broken as unknown as Env['CHAT_ROOM'];
    const body = verdict(traceId, 'risky');
    expect(await push(body, await signedPush(), { CHAT_ROOM: rooms })).toEqual([
      500,
      'server_error',
    ]);
    expect(await push(body, await signedPush())).toEqual([200, 'success']);
    await bob.upTo(2);
    logged.mockRestore();
  });
});

describe('in safe mode', () => {
  const safe = { WECHAT_PUSH_AES_KEY: AES_KEY };

  /** As WeChat encrypts: padded to 32 bytes, of which a cipher's own padding is the last 16 at most. */
  async function encrypt(
    text: string,
    { key = AES_KEY, appId = TEST_SECRETS.WECHAT_APPID } = {},
  ): Promise<string> {
    const bytes = Uint8Array.from(atob(`${key}=`), (char) => char.charCodeAt(0));
    const encoder = new TextEncoder();
    const [message, app] = [encoder.encode(text), encoder.encode(appId)];
    const length = 20 + message.length + app.length;
    const padding = 32 - (length % 32);
    const plain = new Uint8Array(length + padding).fill(padding);
    plain.set(crypto.getRandomValues(new Uint8Array(16)));
    new DataView(plain.buffer).setUint32(16, message.length);
    plain.set(message, 20);
    plain.set(app, 20 + message.length);
    const algorithm = { name: 'AES-CBC', iv: bytes.slice(0, 16) };
    const aes = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['encrypt']);
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, plain));
    // The block that the cipher adds by itself is not WeChat's.
    return btoa(String.fromCharCode(...sealed.subarray(0, plain.length)));
  }

  async function pushSealed(encrypted: string, signedText = encrypted) {
    const query = await signedPush({ encrypted: signedText });
    return push({ ToUserName: 'gh_1', Encrypt: encrypted }, query, safe);
  }

  it('a verdict of any length is read', async () => {
    for (let length = 0; length < 32; length += 5) {
      const { traceId, isThere } = await roomWithPicture();
      const text = JSON.stringify(verdict(traceId, 'risky', { errmsg: '好'.repeat(length) }));
      expect(await pushSealed(await encrypt(text))).toEqual([200, 'success']);
      expect(await isThere()).toBe(false);
    }
  });

  it('what is open, signed wrongly, or encrypted for somebody else is refused', async () => {
    const { traceId, isThere } = await roomWithPicture();
    const text = JSON.stringify(verdict(traceId, 'risky'));
    const sealed = await encrypt(text);
    expect(await push(JSON.parse(text), await signedPush(), safe)).toEqual([403, 'forbidden']);
    expect(await pushSealed(sealed, 'other')).toEqual([403, 'forbidden']);
    expect(await pushSealed(await encrypt(text, { appId: 'wx-other' }))).toEqual([
      403,
      'forbidden',
    ]);
    const otherKey = AES_KEY.split('').reverse().join('');
    expect(await pushSealed(await encrypt(text, { key: otherKey }))).toEqual([403, 'forbidden']);
    for (const garbage of ['!', 'AAAA', btoa('x'.repeat(64)), sealed.slice(0, 44)]) {
      expect(await pushSealed(garbage)).toEqual([403, 'forbidden']);
    }
    expect(await isThere()).toBe(true);
  });
});
