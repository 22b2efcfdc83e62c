import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Announcement, AnnouncementsResponse, NoticeResponse } from '../../shared/http.ts';
import { NodeClient } from '../support/node-client.ts';
import { ProjectCopy, Server } from '../support/server.ts';
import { until } from '../support/test-client.ts';

/** Announces a body, sends a part of it, and resets the connection once that has arrived. */
async function cutUpload(server: Server): Promise<void> {
  const socket = connect(server.port, 'localhost');
  const head = 'POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n';
  await new Promise((done) => socket.write(`${head}${' '.repeat(5_000)}`, done));
  for (let i = 0; i < 5; i++) await server.isUp();
  socket.resetAndDestroy();
  await once(socket, 'close');
  for (let i = 0; i < 25; i++) await server.isUp();
}

describe('npm start in two folders at once', () => {
  it('comes up in both', async () => {
    const copies = [new ProjectCopy(), new ProjectCopy()];
    const starting = copies.map(({ folder }) => Server.start(folder, ['--persist-to', 'state']));
    try {
      const started = await Promise.all(starting);
      for (const server of started) await server.isUp();
    } finally {
      for (const each of await Promise.allSettled(starting)) {
        if (each.status === 'fulfilled') each.value.kill();
      }
      for (const copy of copies) copy.remove();
    }
  });
});

describe('npm start in a fresh clone', () => {
  const copy = new ProjectCopy();
  const state = ['--persist-to', join(copy.folder, 'state')];
  let server: Server;

  afterAll(() => {
    server?.kill();
    copy.remove();
  });

  it('makes secrets, passes flags on, and says what to do next', async () => {
    server = await Server.start(copy.folder, state);
    expect(copy.devVar('SESSION_SECRET')).toMatch(/^[0-9a-f]{64}$/);
    expect(copy.devVar('ADMIN_KEY')).not.toBe(copy.devVar('SESSION_SECRET'));
    expect(server.output).not.toContain(copy.devVar('ADMIN_KEY'));
    expect(server.output).toContain(
      `npx wscat -c "ws://localhost:${server.port}/ws?room=lobby&name=alice"`,
    );
  });

  it('a second one on the same state is refused, before it can do harm', () => {
    const second = spawnSync('npm', ['start', '--', ...state], {
      cwd: copy.folder,
      encoding: 'utf8',
    });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(
      `The server at http://localhost:${server.port} uses the state in`,
    );
    const samePort = ['--port', String(server.port), '--persist-to', join(copy.folder, 'other')];
    const third = spawnSync('npm', ['start', '--', ...samePort], {
      cwd: copy.folder,
      encoding: 'utf8',
    });
    expect(third.status).toBe(1);
    expect(third.stderr).toContain(`Port ${server.port} is in use`);
  });

  it('the push that is printed works as it is', () => {
    const command = /curl -X POST[\s\S]*?-d '.*'/.exec(server.output)?.[0] ?? '';
    const curl = spawnSync('sh', ['-c', command], { cwd: copy.folder, encoding: 'utf8' });
    expect(JSON.parse(curl.stdout)).toMatchObject({ seq: 1 });
  });

  it('wscat gets in with the very line that is printed, and talks', async () => {
    const line = /npx (wscat -c .*name=alice")/.exec(server.output)?.[1] ?? '';
    const wscat = spawn('npx', ['-c', line], { cwd: copy.folder, detached: true });
    let output = '';
    wscat.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    const says = (text: string) => until(() => output.includes(text) || undefined, text);
    await says('"type":"welcome"');
    const typed = /^ +(\{"type":"send","id":"1".*\})$/m.exec(server.output)?.[1] ?? '';
    wscat.stdin.write(`${typed}\n`);
    await says('"type":"ack"');
    await says('你好 👋');
    process.kill(-(wscat.pid as number), 'SIGKILL');
  });

  it('[R2][R3][R5][R6] people talk; kill -9; all is there again, once', async () => {
    const url = (name: string, since?: string) =>
      server.ws({ room: '大厅', name, ...(since && { since }) });
    const [alice, bob] = [await NodeClient.join(url('alice')), await NodeClient.join(url('bob'))];
    await alice.say('public 你好 👋');
    await bob.close();
    const toBob = { to: { users: ['guest:bob'] } };
    const ack = await alice.say('for bob, later', { id: 'private-1', ...toBob });
    expect(ack.offline).toEqual(['guest:bob']);
    const secret = copy.devVar('SESSION_SECRET');
    const ban = await fetch(server.http('/api/rooms/court/moderation'), {
      method: 'POST',
      headers: { Authorization: `Bearer ${copy.devVar('ADMIN_KEY')}` },
      body: JSON.stringify({ action: 'ban', user: 'guest:eve' }),
    });
    expect(ban.status).toBe(201);

    server.kill();
    await alice.whenClosed();
    server = await Server.start(copy.folder, state);
    expect(copy.devVar('SESSION_SECRET')).toBe(secret);

    const back = await NodeClient.join(url('bob', bob.cursor));
    expect(back.inbox.all('welcome')[0]?.resume).toBe('recovered');
    await back.upTo(2);
    expect([...bob.inbox.texts(), ...back.inbox.texts()]).toEqual([
      'public 你好 👋',
      'for bob, later',
    ]);
    const again = await NodeClient.join(url('alice', alice.cursor));
    expect(await again.say('for bob, later', { id: 'private-1', ...toBob })).toEqual(ack);
    expect((await again.say('and on')).seq).toBe(3);
    await back.upTo(3);
    const eve = await NodeClient.join(url('eve'));
    await eve.upTo(3);
    expect(eve.inbox.texts()).toEqual(['public 你好 👋', 'and on']);
    const banned = new NodeClient(server.ws({ room: 'court', name: 'eve' }));
    expect(await banned.next('reject')).toMatchObject({ code: 'banned' });
  });

  it('a back end pushes with the key of .dev.vars', async () => {
    const alice = await NodeClient.join(server.ws({ room: 'push', name: 'alice' }));
    const response = await fetch(server.http('/api/rooms/push/notices'), {
      method: 'POST',
      headers: { Authorization: `Bearer ${copy.devVar('ADMIN_KEY')}` },
      body: JSON.stringify({ text: '直播开始了' }),
    });
    expect(response.status).toBe(201);
    expect(((await response.json()) as NoticeResponse).seq).toBe(1);
    await alice.upTo(1);
    expect(alice.inbox.texts()).toEqual(['直播开始了']);
  });

  it('an upload that is cut off takes nobody’s connection with it', async () => {
    const alice = await NodeClient.join(server.ws({ room: 'steady', name: 'alice' }));
    for (let i = 0; i < 3; i++) await cutUpload(server);
    await alice.say('still here');
    expect(alice.closed).toBeUndefined();
    expect(server.output).not.toContain('is started again');
  });

  it('[R3] an announcement whose time comes while the server is dead comes once it lives, once', async () => {
    const headers = { Authorization: `Bearer ${copy.devVar('ADMIN_KEY')}` };
    const announce = async (at: number) => {
      const response = await fetch(server.http('/api/rooms/timed/announcements'), {
        method: 'POST',
        headers,
        body: JSON.stringify({ id: 'a', text: '下播了', at }),
      });
      expect(response.status).toBe(201);
      return (await response.json()) as Announcement;
    };
    const { at } = await announce(Date.now() + 2_000);
    server.kill();
    server = await Server.start(copy.folder, state);
    // Nobody is there: it is the alarm that wakes the room.
    const planned = async () => {
      const response = await fetch(server.http('/api/rooms/timed/announcements'), { headers });
      return ((await response.json()) as AnnouncementsResponse).announcements;
    };
    await expect.poll(planned, { timeout: 30_000 }).toEqual([]);
    expect((await announce(at)).id).toBe('a');
    const alice = await NodeClient.join(server.ws({ room: 'timed', name: 'alice' }));
    await alice.upTo(1);
    expect(alice.inbox.texts()).toEqual(['下播了']);
    expect((await alice.say('bye')).seq).toBe(2);
  });

  it('[R2] wrangler ends by itself: it is started again, and what was said is there', async () => {
    const before = await NodeClient.join(server.ws({ room: 'revived', name: 'alice' }));
    await before.say('still there?');
    server.killWrangler();
    await before.whenClosed();
    await until(() => server.output.includes('is started again') || undefined, 'another wrangler');
    await server.isUp();
    const after = await NodeClient.join(
      server.ws({ room: 'revived', name: 'alice', since: before.cursor }),
    );
    expect(after.inbox.all('welcome')[0]?.resume).toBe('recovered');
  });

  it('[R1][R4] a busy room sends many messages as one frame, to all in the same order', async () => {
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        NodeClient.join(server.ws({ room: 'busy', name: `p${i}` })),
      ),
    );
    for (let i = 0; i < 10; i++) {
      for (const person of people) {
        person.send({ type: 'send', id: `m${i}`, content: { type: 'text', text: `m${i}` } });
      }
    }
    for (const person of people) await person.upTo(200);
    const seen = new Set(people.map(({ inbox }) => JSON.stringify(inbox.events())));
    expect(seen.size).toBe(1);
    const first = people[0]?.inbox.all('events') ?? [];
    expect(first.length).toBeLessThan(200);
    expect(first.some(({ events }) => events.length > 1)).toBe(true);
  });
});
