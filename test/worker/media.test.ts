import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { MediaContent } from '../../shared/protocol.ts';
import { MediaKeys, readKey, urlOfKey } from '../../worker/media/media-key.ts';
import { jpeg, mp3, png } from '../support/media-files.ts';
import { TEST_SECRETS } from '../support/secrets.ts';
import { until } from '../support/test-client.ts';
import { ADMIN, Client, guestToken, newRoom, post, request, stubOf } from './support/client.ts';
import { uploaded } from './support/upload.ts';

/** For what comes in its own time: how long it may take says how busy the machine is, nothing else. */
const PATIENCE = { timeout: 10_000 };

let sent = 0;

/** Sends a content; returns its seq, or the code of its refusal. */
async function send(client: Client, content: MediaContent): Promise<number | string> {
  const id = `media-${++sent}`;
  client.send({ type: 'send', id, content });
  const { inbox } = client;
  return await until(
    () =>
      inbox.take('ack', (frame) => frame.id === id)?.seq ??
      inbox.take('reject', (frame) => frame.id === id)?.code,
    'an answer',
  );
}

async function statusOf(url: string): Promise<number> {
  const response = await request(url);
  await response.arrayBuffer();
  return response.status;
}

describe('a picture in a room', () => {
  it('[R7] is shown to all as the server read it, after a sleep, too', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    const picture = await uploaded(jpeg({ width: 40, height: 30, orientation: 8 }), { room });
    const lie = { ...picture, width: 1, height: 2, size: 3 } as MediaContent;
    expect(await send(alice, lie)).toBe(1);
    await evictDurableObject(stubOf(room));
    const voice = await uploaded(mp3(), { room, type: 'audio/mp3' });
    expect(await send(alice, voice)).toBe(2);
    await bob.upTo(2);
    expect(bob.inbox.events()).toMatchObject([
      { content: { ...picture, width: 30, height: 40 } },
      { content: voice },
    ]);
  });

  it('[P4] that somebody else uploaded, or for another room, or that nobody did, is refused', async () => {
    const room = newRoom();
    const [alice, bob] = [await Client.join(room, 'alice'), await Client.join(room, 'bob')];
    const elsewhere = await uploaded(png(), { room: newRoom() });
    expect(await send(alice, elsewhere)).toBe('not_found');
    const here = await uploaded(png(), { room });
    expect(await send(bob, here)).toBe('not_found');
    const forged = `${here.url.slice(0, -1)}${here.url.endsWith('A') ? 'B' : 'A'}`;
    expect(await send(alice, { ...here, url: forged })).toBe('not_found');
    expect(await send(alice, await uploaded(png()))).toBe(1);
    expect(await send(alice, here)).toBe(2);
  });

  it('[P6] that is recalled is deleted, also by an operator', async () => {
    const room = newRoom();
    const alice = await Client.join(room, 'alice');
    const pictures = [await uploaded(png(), { room }), await uploaded(png(), { room })] as const;
    for (const picture of pictures) await send(alice, picture);
    await alice.act('recall', 1);
    await expect.poll(() => statusOf(pictures[0].url), PATIENCE).toBe(404);
    expect(await statusOf(pictures[1].url)).toBe(200);
    await request(`/api/rooms/${room}/messages/2`, { method: 'DELETE', headers: ADMIN });
    await expect.poll(() => statusOf(pictures[1].url), PATIENCE).toBe(404);
    await evictDurableObject(stubOf(room));
    expect(await send(alice, pictures[0])).toBe('not_found');
  });

  it('[P7] is the face of who uploaded it, by its full address', async () => {
    const token = await guestToken('alice');
    const { url } = await uploaded(png(), { token });
    const avatar = `https://edge-chat.test${url}`;
    const response = await post('/api/session', { name: 'alice', avatar });
    expect(await response.json()).toMatchObject({ user: { avatar } });
    // By these names the bucket knows what may go after a while, and what has to stay.
    const face = url.slice('/media/'.length);
    const picture = (await uploaded(png(), { token, room: newRoom() })).url.slice('/media/'.length);
    expect(await env.MEDIA?.head(`faces/${face}`)).not.toBeNull();
    expect(await env.MEDIA?.head(`rooms/${picture}`)).not.toBeNull();
  });
});

describe('the key of an upload', () => {
  const keys = new MediaKeys([TEST_SECRETS.SESSION_SECRET]);
  const upload = {
    facts: { type: 'image', format: 'webp', width: 12_000, height: 1 },
    size: 10_485_760,
  } as const;
  const owner = { user: 'guest:爱丽丝', room: '大厅' };

  it('holds what was read, and is different each time', () => {
    const [key, other] = [keys.make(upload, owner), keys.make(upload, owner)];
    expect(key).not.toBe(other);
    expect(keys.open(key, owner)).toEqual(upload);
    expect(readKey(key)).toEqual(upload);
    const voice = {
      facts: { type: 'voice', format: 'wav', duration: 60_000 },
      size: 1,
    } as const;
    expect(keys.open(keys.make(voice, owner), owner)).toEqual(voice);
  });

  it('opens to its owner in its room only, unless it is for any', () => {
    const key = keys.make(upload, owner);
    expect(keys.open(key, { ...owner, user: 'guest:bob' })).toBeUndefined();
    expect(keys.open(key, { ...owner, room: 'other' })).toBeUndefined();
    const anywhere = keys.make(upload, { user: owner.user });
    expect(keys.open(anywhere, owner)).toEqual(upload);
    expect(keys.open(anywhere, { ...owner, room: 'other' })).toEqual(upload);
    expect(keys.open(anywhere, { ...owner, user: 'guest:bob' })).toBeUndefined();
  });

  it('is no key with any character of it changed, or under another secret', () => {
    const key = keys.make(upload, owner);
    for (let at = 0; at < key.length; at++) {
      const changed = `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`;
      expect(keys.open(changed, owner), `at ${at}`).toBeUndefined();
    }
    const others = new MediaKeys(['another-secret-of-more-than-32-characters']);
    expect(others.open(key, owner)).toBeUndefined();
    // Old pictures are found after the secret has changed.
    expect(readKey(key)).toEqual(upload);
    for (const bad of ['', 'x', `${key}A`, key.slice(1), 'é'.repeat(56), ' '.repeat(56)]) {
      expect(keys.open(bad, owner)).toBeUndefined();
      expect(readKey(bad)).toBeUndefined();
    }
    expect(urlOfKey(key)).toMatch(/^\/media\/[\w-]{56}$/);
  });
});
