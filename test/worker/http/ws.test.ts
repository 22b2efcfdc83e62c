import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { app } from '../../../worker/http/app.ts';
import { Client, guestToken, newRoom, request } from '../support/client.ts';

const UPGRADE = { Upgrade: 'websocket' };

describe('[C4][R9] a connection that is refused is told why, over the accepted socket', () => {
  it.each([
    ['no room', 'name=alice', 4400, 'bad_frame'],
    ['a bad room name', 'room=a%20b&name=alice', 4400, 'bad_frame'],
    ['a room name that climbs', 'room=..%2Fadmin&name=alice', 4400, 'bad_frame'],
    ['a room name too long', `room=${'x'.repeat(65)}&name=alice`, 4400, 'bad_frame'],
    ['a bad cursor', 'room=lobby&name=alice&since=yesterday', 4400, 'bad_frame'],
    ['an empty cursor', 'room=lobby&name=alice&since=', 4400, 'bad_frame'],
    ['nobody', 'room=lobby', 4401, 'unauthorized'],
    ['a blank name', 'room=lobby&name=%20', 4400, 'bad_frame'],
    ['a name too long', `room=lobby&name=${'x'.repeat(33)}`, 4400, 'bad_frame'],
    ['a bad group', 'room=lobby&name=alice&group=a%20b', 4400, 'bad_frame'],
  ])('%s', async (_, query, closeCode, code) => {
    const socket = await Client.open(query);
    expect(await socket.next('reject')).toMatchObject({ code });
    expect(await socket.whenClosed()).toEqual({ code: closeCode, reason: code });
  });

  it('[C3] a plain GET answers 426', async () => {
    const response = await request('/ws?room=lobby&name=alice');
    expect(response.status).toBe(426);
    expect(response.headers.get('Upgrade')).toBe('websocket');
  });

  it('a HEAD enters no room, whatever it asks for', async () => {
    const room = newRoom();
    // Not by a fetch, which makes a GET of whatever asks for an upgrade.
    const response = await app.request(
      `https://x/ws?room=${room}&name=alice`,
      { method: 'HEAD', headers: UPGRADE },
      env,
    );
    expect(response.status).toBe(426);
    const info = await request(`/api/rooms/${room}`, {
      headers: { Authorization: `Bearer ${await guestToken('bob')}` },
    });
    expect(await info.json()).not.toHaveProperty('epoch');
  });

  it('[C1] a browser is told, too: the subprotocol is selected even for a refusal', async () => {
    const socket = await Client.open('room=lobby', {
      'Sec-WebSocket-Protocol': 'edge-chat.v1, bearer.x',
    });
    expect(socket.protocol).toBe('edge-chat.v1');
    expect(await socket.next('reject')).toMatchObject({ code: 'unauthorized' });
  });

  it('[E3] on a plain deploy no guest gets in', async () => {
    const { ALLOW_GUESTS: _, ...production } = env;
    const response = await app.request(
      'https://x/ws?room=lobby&name=alice',
      { headers: UPGRADE },
      production,
    );
    const socket = response.webSocket;
    const frames: string[] = [];
    socket?.addEventListener('message', ({ data }) => frames.push(String(data)));
    const closed = new Promise<number>((resolve) => {
      socket?.addEventListener('close', ({ code }) => resolve(code));
    });
    socket?.accept();
    expect(await closed).toBe(4401);
    expect(frames.join()).toContain('guests are not allowed here');
  });
});

describe('browser origins', () => {
  it.each([
    ['https://edge-chat.test', true],
    ['https://chat.example', true],
    ['http://localhost:5173', true],
    ['http://localhost', false],
    ['http://localhost:x', false],
    ['http://localhost.evil.example', false],
    ['https://evil.example', false],
    ['null', false],
  ])('[E3] a page of %s: %s', async (Origin, allowed) => {
    const socket = await Client.open('room=lobby&name=alice', { Origin });
    if (allowed) await socket.next('welcome');
    else expect(await socket.whenClosed()).toEqual({ code: 4403, reason: 'forbidden' });

    const api = await request('/api/rooms/lobby', {
      method: 'OPTIONS',
      headers: { Origin, 'Access-Control-Request-Method': 'GET' },
    });
    expect(api.headers.get('Access-Control-Allow-Origin')).toBe(allowed ? Origin : null);
  });

  it('a phone sends what origin it likes: its token in a header shows that no page is behind it', async () => {
    const phone = await Client.open('room=lobby', {
      Origin: 'https://servicewechat.com',
      Authorization: `Bearer ${await guestToken('phone')}`,
    });
    await phone.next('welcome');
  });
});

describe('rooms', () => {
  it('are apart: nothing of one is heard in another', async () => {
    const [one, two] = [newRoom(), newRoom()];
    const [alice, bob] = [await Client.join(one, 'alice'), await Client.join(two, 'bob')];
    await alice.say('in one');
    await bob.say('in two');
    await bob.upTo(1);
    expect(bob.inbox.texts()).toEqual(['in two']);
    expect(alice.inbox.texts()).toEqual(['in one']);
  });

  it('[C2] have one name, however it was typed, and may be called in Chinese', async () => {
    const name = `直播间-é-${newRoom()}`;
    const [alice, bob] = [
      await Client.join(name.normalize('NFD'), 'alice'),
      await Client.join(name.normalize('NFC'), '鲍勃'),
    ];
    expect(alice.inbox.all('welcome')[0]?.room.name).toBe(name.normalize('NFC'));
    await alice.say('你好');
    await bob.upTo(1);
    expect(bob.inbox.texts()).toEqual(['你好']);
  });
});
