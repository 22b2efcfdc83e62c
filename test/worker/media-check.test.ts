import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { type MediaToCheck, requestMediaCheck } from '../../worker/media/media-check.ts';
import { findCheck } from '../../worker/media/open-checks.ts';
import { checkUpload } from '../../worker/media/upload-check.ts';
import { mediaChecksOf } from './support/wechat.ts';

const base = env.WECHAT_API_BASE ?? '';
const picture = { url: 'https://edge-chat.test/media/k', type: 'image' } as const;

/** Asks with these tokens, one after the other. */
function ask(media: MediaToCheck, ...tokens: string[]): Promise<string> {
  const refused: (string | undefined)[] = [];
  const accessToken = async (token?: string) => {
    refused.push(token);
    return tokens[refused.length - 1] ?? 'token-1';
  };
  return requestMediaCheck({ base, accessToken }, media);
}

describe('a check of WeChat', () => {
  it('is asked for with the address, the kind and the person, and gets an id', async () => {
    const traceId = await ask({ ...picture, openid: 'o-asks' });
    const voice = await ask({ ...picture, type: 'voice', openid: 'o-asks' });
    const common = { media_url: picture.url, version: 2, scene: 2, openid: 'o-asks' };
    expect(await mediaChecksOf('o-asks')).toEqual([
      { ...common, media_type: 2, token: 'token-1', traceId },
      { ...common, media_type: 1, token: 'token-1', traceId: voice },
    ]);
  });

  it('is asked for again, once, with another token', async () => {
    expect(await ask({ ...picture, openid: 'o-stale' }, 'stale', 'token-2')).toMatch(/^trace-/);
    expect((await mediaChecksOf('o-stale')).map(({ token }) => token)).toEqual([
      'stale',
      'token-2',
    ]);
    await expect(ask({ ...picture, openid: 'o-gone' }, 'stale', 'stale')).rejects.toThrow('40001');
    expect(await mediaChecksOf('o-gone')).toHaveLength(2);
  });

  it.each(['errcode-61010', 'errcode-45009', 'status-500', 'html'])(
    'that answers %s was not taken, and nothing secret is said of it',
    async (openid) => {
      const failed = ask({ ...picture, openid }, 'a-secret-token');
      await expect(failed).rejects.toThrow(/^mediaCheckAsync failed/);
      await expect(failed).rejects.not.toThrow(/a-secret-token/);
    },
  );

  it('of a server that is not there was not taken', async () => {
    const accessToken = async () => 'a-secret-token';
    const failed = requestMediaCheck(
      { base: 'http://127.0.0.1:1', accessToken },
      { ...picture, openid: 'o' },
    );
    await expect(failed).rejects.toThrow(/^mediaCheckAsync failed: \w+$/);
  });
});

describe('an upload', () => {
  const bucket = env.MEDIA as R2Bucket;
  const accessToken = async () => 'token-1';

  it('is checked by its full address; what the verdict will be about is kept', async () => {
    for (const room of ['大厅', undefined]) {
      const openid = `o-upload-${room ? 'room' : 'any'}`;
      const check = { base, accessToken, openid: async () => openid };
      const upload = { url: '/media/k1', type: 'image' } as const;
      await checkUpload(bucket, upload, room, 'https://chat.example', check);
      const [call] = await mediaChecksOf(openid);
      expect(call?.media_url).toBe('https://chat.example/media/k1');
      expect(await findCheck(bucket, call?.traceId ?? '')).toEqual({
        key: 'k1',
        ...(room && { room }),
      });
    }
  });

  it('that can not be checked stays, and the log says so', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const upload = { url: '/media/k2', type: 'voice' } as const;
    for (const openid of [
      async () => 'errcode-61010',
      () => Promise.reject(new Error('sealed for somebody else')),
    ]) {
      await checkUpload(bucket, upload, 'lobby', 'https://x.example', {
        base,
        accessToken,
        openid,
      });
    }
    expect(logged.mock.calls).toEqual([
      ['/media/k2 was not checked: mediaCheckAsync failed: errcode 61010'],
      ['/media/k2 was not checked: sealed for somebody else'],
    ]);
    logged.mockRestore();
  });
});
