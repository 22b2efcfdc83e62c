/** The operator's pages at /admin, as a browser asks for them. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { AnnouncementsResponse } from '../../../shared/http.ts';
import { MAX_ANNOUNCEMENTS } from '../../../shared/limits.ts';
import { directoryStub, RoomDirectory } from '../../../worker/directory.ts';
import type { Env } from '../../../worker/env.ts';
import { app } from '../../../worker/http/app.ts';
import { issueOperatorToken } from '../../../worker/identity/operator.ts';
import { png } from '../../support/media-files.ts';
import { TEST_SECRETS } from '../../support/secrets.ts';
import {
  ADMIN,
  bearer,
  Client,
  configure,
  guestToken,
  newRoom,
  post,
  request,
} from '../support/client.ts';
import { uploaded } from '../support/upload.ts';

const ORIGIN = 'https://edge-chat.test';
const HTML = { Accept: 'text/html,application/xhtml+xml' };
const KEY = TEST_SECRETS.ADMIN_KEY;
const COOKIE = '__Secure-edge-chat-operator';
const HOUR = 3_600_000;
const PATIENCE = { timeout: 10_000 };

type Fields = Record<string, string>;

/** Sends a form as a browser does from one of these pages. */
const submit = (path: string, fields: Fields, headers: Fields = {}) =>
  request(path, {
    method: 'POST',
    headers: { ...HTML, Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin', ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });

const get = (path: string, headers: Fields = {}) =>
  request(path, { headers: { ...HTML, ...headers }, redirect: 'manual' });

async function logIn(): Promise<Fields> {
  const response = await submit('/admin/login', { key: KEY });
  expect(response.status).toBe(303);
  const [pair = ''] = (response.headers.get('Set-Cookie') ?? '').split(';');
  return { Cookie: pair };
}

/** The page of a logged in operator. */
async function page(path: string): Promise<string> {
  const response = await get(path, await logIn());
  expect(response.status).toBe(200);
  return await response.text();
}

const at = (room: string, rest = '') => `/admin/rooms/${encodeURIComponent(room)}${rest}`;
const person = (room: string, user: string, action: string) =>
  at(room, `/person?${new URLSearchParams({ user, action })}`);

describe('the door', () => {
  it('[R9] without the key shows nothing but a form for it, with the code', async () => {
    for (const path of [
      '/admin',
      '/admin/live',
      '/admin/rooms/x',
      '/admin/rooms/x/live',
      '/admin/no',
    ]) {
      const response = await get(path);
      expect(response.status).toBe(401);
      const text = await response.text();
      expect(text).toContain('name="key"');
      expect(text).toContain('unauthorized');
      expect(text).not.toContain('http-equiv');
    }
  });

  it('[R9] answers who asks for no page with the code, as the API does', async () => {
    for (const headers of [
      {},
      { Accept: '*/*' },
      bearer('wrong'),
      bearer(await guestToken('ann')),
    ]) {
      const response = await request('/admin', { headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });

  it('lets in with the key as a bearer, too', async () => {
    const room = newRoom();
    expect((await request('/admin', { headers: ADMIN })).status).toBe(200);
    const body = new URLSearchParams({ text: 'hi' });
    const init = { method: 'POST', headers: ADMIN, body, redirect: 'manual' } as const;
    expect((await request(at(room, '/announce'), init)).status).toBe(303);
  });

  it('gives for the right key a cookie that no script and no other site gets', async () => {
    const response = await submit('/admin/login', { key: KEY });
    expect(response.headers.get('Location')).toBe('/admin');
    const cookie = response.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(new RegExp(`^${COOKIE}=`));
    for (const part of ['Path=/admin', 'HttpOnly', 'Secure', 'SameSite=Strict', 'Max-Age=43200']) {
      expect(cookie).toContain(part);
    }
    expect(cookie).not.toContain(KEY);
    expect((await get('/admin', await logIn())).status).toBe(200);
  });

  it.each(['', 'wrong', `${KEY}x`, KEY.slice(1)])('refuses the key "%s"', async (key) => {
    const response = await submit('/admin/login', { key });
    expect(response.status).toBe(401);
    expect(response.headers.get('Set-Cookie')).toBeNull();
    const text = await response.text();
    expect(text).toContain('密钥不正确');
    expect(text).not.toContain(KEY);
  });

  it('over http, as in development, gives a cookie that works there', async () => {
    const init = {
      method: 'POST',
      headers: { ...HTML, Origin: 'http://localhost:8787' },
      body: new URLSearchParams({ key: KEY }),
    };
    const response = await app.request('http://localhost:8787/admin/login', init, env);
    const cookie = response.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/^edge-chat-operator=/);
    expect(cookie).not.toContain('Secure');
    const headers = { ...HTML, Cookie: cookie.split(';')[0] ?? '' };
    const home = await app.request('http://localhost:8787/admin', { headers }, env);
    expect(home.status).toBe(200);
  });

  it('refuses a cookie that was changed, has expired, or is of another key', async () => {
    const good = await issueOperatorToken(KEY, Date.now());
    const [head, claims, signature] = good.split('.');
    const forged = btoa(JSON.stringify({ aud: 'edge-chat-operator', exp: 9e9 })).replace(/=/g, '');
    const unsigned = btoa(JSON.stringify({ alg: 'none' })).replace(/=/g, '');
    const session = await guestToken('ann');
    const tokens = [
      `${head}.${forged}.${signature}`,
      `${unsigned}.${claims}.`,
      `${good.slice(0, -3)}AAA`,
      await issueOperatorToken(KEY, Date.now() - 12 * HOUR),
      await issueOperatorToken(`${KEY}-of-before`, Date.now()),
      session,
      KEY,
    ];
    expect((await get('/admin', { Cookie: `${COOKIE}=${good}` })).status).toBe(200);
    for (const token of tokens) {
      const response = await get('/admin', { Cookie: `${COOKIE}=${token}` });
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('登录已失效');
    }
    const almost = await issueOperatorToken(KEY, Date.now() - 12 * HOUR + 60_000);
    expect((await get('/admin', { Cookie: `${COOKIE}=${almost}` })).status).toBe(200);
  });

  it('leads back to where somebody wanted to go, and nowhere else', async () => {
    const wanted = await (await get('/admin/rooms/x/live?show=people')).text();
    expect(wanted).toContain('name="next" value="/admin/rooms/x"');
    const leadsTo = async (next: string) =>
      (await submit('/admin/login', { key: KEY, next })).headers.get('Location');
    expect(await leadsTo('/admin/rooms/x?done=mute')).toBe('/admin/rooms/x?done=mute');
    for (const next of [
      'https://evil.example/admin',
      '//evil.example/admin',
      '/api/rooms',
      'x',
      '/adminx',
    ]) {
      expect(await leadsTo(next)).toBe('/admin');
    }
  });

  it('opens at the address with a slash as well', async () => {
    const response = await get('/admin/', await logIn());
    expect([301, 302]).toContain(response.status);
    expect(response.headers.get('Location')).toMatch(/\/admin$/);
  });

  it('logs out', async () => {
    const response = await submit('/admin/logout', {}, await logIn());
    expect(response.status).toBe(303);
    expect(response.headers.get('Set-Cookie')).toMatch(new RegExp(`^${COOKIE}=;.*Max-Age=0`));
  });

  it.each([
    ['another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    [
      'another name of the domain',
      { Origin: 'https://x.edge-chat.test', 'Sec-Fetch-Site': 'same-site' },
    ],
    ['an old browser on another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': '' }],
    ['a page that hides its origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
    ['who says nothing of it', { Origin: '', 'Sec-Fetch-Site': '' }],
  ])('refuses forms of %s, and nothing happens', async (_, headers: Fields) => {
    const room = newRoom();
    const cookie = await logIn();
    const sent = Object.entries({ ...HTML, ...cookie, ...headers }).filter(([, value]) => value);
    const send = (path: string, fields: Fields) =>
      request(path, {
        method: 'POST',
        headers: sent,
        body: new URLSearchParams(fields),
        redirect: 'manual',
      });
    for (const path of ['/announce', '/settings', '/recall?seq=1', '/person?user=u&action=ban']) {
      const response = await send(at(room, path), { text: 'hi', title: 'x' });
      expect(response.status).toBe(403);
      expect(await response.text()).toContain('不是从运营台发出的');
    }
    const login = await send('/admin/login', { key: KEY });
    expect([login.status, login.headers.get('Set-Cookie')]).toEqual([403, null]);
    const info = await request(`/api/rooms/${room}`, { headers: bearer(await guestToken('ann')) });
    expect(await info.json()).toMatchObject({ head: 0 });
  });

  it('says that the key has to be set where there is none', async () => {
    const bare: Env = { ...env, ADMIN_KEY: '' };
    const headers = { ...HTML, Origin: 'http://x.test' };
    const body = new URLSearchParams({ key: '' });
    for (const response of [
      await app.request('http://x.test/admin', { headers }, bare),
      await app.request('http://x.test/admin/login', { method: 'POST', headers, body }, bare),
    ]) {
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('wrangler secret put ADMIN_KEY');
    }
  });

  it('sends all pages with headers that allow no script and no other site', async () => {
    const cookie = await logIn();
    const room = newRoom();
    for (const path of [
      '/admin',
      '/admin/live',
      at(room),
      at(room, '/live'),
      at(room, '/settings'),
      '/admin/no',
    ]) {
      const response = await get(path, cookie);
      const policy = response.headers.get('Content-Security-Policy') ?? '';
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'nonce-[^']+'; img-src 'self'; form-action 'self'; /,
      );
      expect(policy).toContain("frame-ancestors 'self'; base-uri 'none'");
      expect(policy).not.toContain('script');
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(response.headers.get('Referrer-Policy')).toBe('same-origin');
      expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(response.headers.get('Strict-Transport-Security')).toBeNull();
      const text = await response.text();
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '-';
      expect(text).toContain(`<style nonce="${nonce}">`);
      expect(text).not.toMatch(/<script|javascript:|\son[a-z]+=/i);
    }
  });
});

describe('the list of rooms', () => {
  it('shows who is live, and leads to any room by name', async () => {
    const room = newRoom();
    await configure(room, { title: '大厅' });
    const [ann, bob] = [await Client.join(room, 'ann'), await Client.join(room, 'bob')];
    await ann.say('hi');
    await bob.upTo(1);
    await vi.waitFor(async () => {
      const text = await page('/admin/live');
      expect(text).toContain('大厅');
      expect(text).toContain(`href="/admin/rooms/${room}"`);
      expect(text).toContain('2 人在线');
    }, PATIENCE);
    expect(await page('/admin/live')).toContain('http-equiv="refresh" content="5"');
    const found = await get(`/admin/rooms?room=${encodeURIComponent(' 大厅 ')}`, await logIn());
    expect([found.status, found.headers.get('Location')]).toEqual([
      303,
      `/admin/rooms/${encodeURIComponent('大厅')}`,
    ]);
    const bad = await get('/admin/rooms?room=a%20%22b', await logIn());
    expect(bad.status).toBe(400);
    const text = await bad.text();
    expect(text).toContain('value="a &quot;b"');
    expect(text).toContain('role="alert"');
  });
});

describe('the list of rooms in trouble', () => {
  it('marks what may have changed without a word', async () => {
    const room = newRoom();
    const report = { online: 7, head: 1, perMinute: 9, at: Date.now() - 2 * HOUR };
    await directoryStub(env).report(room, report, true);
    const text = await page('/admin/live');
    const row = text.slice(text.indexOf(`/admin/rooms/${room}"`)).split('</li>')[0];
    for (const each of ['7 人在线', '0 条/分钟', '2 小时前', '久未更新'])
      expect(row).toContain(each);
  });

  it('says that it can’t be had, and tries again by itself', async () => {
    const cookie = await logIn();
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    const list = vi.spyOn(RoomDirectory.prototype, 'list').mockImplementation(() => {
      throw new Error('the directory is down');
    });
    const response = await get('/admin/live', cookie);
    list.mockRestore();
    errors.mockRestore();
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain('服务器出错');
    expect(text).toContain('http-equiv="refresh"');
    expect(text).not.toContain('is down');
  });
});

describe('a room', () => {
  it('shows who is there, what happened, and what can be done', async () => {
    const room = newRoom();
    await configure(room, { owner: 'guest:olga', hosts: ['guest:ann'] });
    const [ann] = [await Client.join(room, 'ann'), await Client.join(room, 'olga')];
    const bob = await Client.join(room, 'bob', '&group=red');
    await ann.say('大家好');
    bob.send({ type: 'send', id: 'q', content: { type: 'question', text: '为什么？' } });
    await ann.upTo(2);
    await bob.say('说错了');
    await ann.act('recall', 3);
    await ann.act('resolve', 2);
    await ann.moderate('mute', 'guest:bob');
    const text = await page(at(room, '/live'));
    const words = ['主持人', '房主', 'red', '大家好', '提问', '为什么？', '消息已撤回'];
    for (const each of [...words, '撤回了 #3', '关闭了提问 #2', '成员 · 3', '永久']) {
      expect(text).toContain(each);
    }
    expect(text).not.toContain('说错了');
    expect(text).toContain('user=guest%3Abob&amp;action=unmute');
    expect(text).not.toContain('user=guest%3Aolga&amp;action=');
    expect(text.indexOf('关闭了提问 #2')).toBeLessThan(text.indexOf('大家好'));
  });

  it('[H20][R6] says of a private message that it was, between whom, and never what', async () => {
    const room = newRoom();
    const [ann] = [await Client.join(room, 'ann'), await Client.join(room, 'bob')];
    await ann.say('the secret word', { to: { users: ['guest:bob'] } });
    for (const path of ['/live', '/recall?seq=1']) {
      const text = await page(at(room, path));
      expect(text).not.toContain('secret');
      expect(text).toContain('内容不可见');
      expect(text).toMatch(/<bdi>(guest:)?bob<\/bdi>/);
    }
  });

  it('takes nothing that users write for markup, nor lets it lead anywhere', async () => {
    const evil = "\"><script>alert(1)</script><a href='x'>&amp;";
    const room = newRoom();
    await configure(room, { title: evil, hosts: [`x:${evil}`], owner: `y:${evil}` });
    const client = await Client.join(room, evil.slice(0, 32), `&group=${encodeURIComponent('组')}`);
    await client.say(`${evil} \u202e`);
    await post(`/api/rooms/${room}/moderation`, { action: 'ban', user: `z:${evil}` }, ADMIN);
    const user = encodeURIComponent(`z:${evil}`);
    const pages = ['', '/live', '/settings', '/announce', `/announce?to=${user}`, '/recall?seq=1'];
    for (const path of [...pages, `/person?user=${user}`, `/person?user=${user}&action=unban`]) {
      const text = await page(at(room, path));
      expect(text).not.toContain('<script');
      expect(text).not.toContain("<a href='x'");
      expect(text).toContain('&lt;script&gt;');
    }
    const style = /unicode-bidi: isolate/.test(await page(at(room, '/live')));
    expect(style).toBe(true);
  });

  it('is read page by page, and only the newest page loads itself again', async () => {
    const room = newRoom();
    for (let i = 1; i <= 60; i++) {
      await post(`/api/rooms/${room}/notices`, { text: `m-${i}-` }, ADMIN);
    }
    const newest = await page(at(room, '/live'));
    expect(newest).toContain('m-60-');
    expect(newest).toContain('m-11-');
    expect(newest).not.toContain('m-10-');
    expect(newest).toContain('http-equiv="refresh"');
    expect(newest).toContain('/live?before=11"');
    const older = await page(at(room, '/live?before=11'));
    expect(older).toContain('m-10-');
    expect(older).toContain('m-1-');
    expect(older).not.toContain('m-11-');
    expect(older).not.toContain('http-equiv="refresh"');
    expect(older).not.toContain('before=');
    expect(await page(at(room, '/live?paused=yes'))).not.toContain('http-equiv="refresh"');
    expect((await get(at(room, '/live?before=x'), await logIn())).status).toBe(400);
  });

  it('that nobody entered is shown empty, and not made by looking', async () => {
    const room = newRoom();
    expect(await page(at(room, '/live'))).toContain('还没有人进入过');
    for (const path of ['', '/settings', '/announce', '/person']) await page(at(room, path));
    const info = await request(`/api/rooms/${room}`, { headers: bearer(await guestToken('ann')) });
    expect(await info.json()).not.toHaveProperty('epoch');
  });

  it.each([
    '/admin/rooms/a%20b',
    '/admin/rooms/x/recall?seq=1',
    '/admin/rooms/x/recall',
    '/admin/nowhere',
    '/admin/rooms/x/person?user=',
  ])('[R9] %s is refused with a page that says so', async (path) => {
    const response = await get(path, await logIn());
    expect([400, 404]).toContain(response.status);
    expect(await response.text()).toContain('role="alert"');
  });
});

describe('an operator at the page', () => {
  it('mutes for a while, unmutes, removes and bans: at once, and each form once [R3]', async () => {
    const room = newRoom();
    const cookie = await logIn();
    const eve = await Client.join(room, 'eve');
    const ann = await Client.join(room, 'ann');
    const act = (action: string, fields: Fields = {}) =>
      submit(person(room, 'guest:eve', action), { id: action, ...fields }, cookie);
    const before = Date.now();
    const muted = await act('mute', { lasting: '10' });
    expect([muted.status, muted.headers.get('Location')]).toEqual([303, at(room, '?done=mute')]);
    expect(await page(at(room, '?done=mute'))).toContain('已禁言');
    expect((await act('mute', { lasting: '10' })).status).toBe(303);
    await ann.upTo(1);
    const [event] = ann.inbox.events();
    expect(event).toMatchObject({ action: 'mute', user: 'guest:eve', from: { id: 'system' } });
    const until = event?.kind === 'moderation' && 'until' in event ? (event.until ?? 0) : 0;
    expect(until).toBeGreaterThanOrEqual(before + 600_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 600_000);
    eve.send({ type: 'send', id: 'm', content: { type: 'text', text: 'hi' } });
    expect(await eve.next('reject')).toMatchObject({ code: 'muted' });
    await act('unmute');
    await eve.say('hi', { id: 'm' });
    await act('kick');
    expect(await eve.whenClosed()).toEqual({ code: 4403, reason: 'forbidden' });
    await act('ban', { lasting: '' });
    await ann.upTo(5);
    expect(ann.inbox.events().at(-1)).toMatchObject({ action: 'ban' });
    expect(ann.inbox.events().at(-1)).not.toHaveProperty('until');
    // Away, and still to be found.
    const text = await page(at(room, '/live'));
    expect(text).toContain('禁言与封禁 · 1');
    expect(text).toContain('user=guest%3Aeve&amp;action=unban');
    await act('unban');
    await Client.join(room, 'eve');
  });

  it('is told what the room refuses, and finds the form as it was', async () => {
    const room = newRoom();
    const cookie = await logIn();
    await configure(room, { owner: 'guest:olga' });
    const owner = await submit(
      person(room, 'guest:olga', 'ban'),
      { id: 'x', lasting: '60' },
      cookie,
    );
    expect(owner.status).toBe(403);
    const text = await owner.text();
    expect(text).toContain('这个操作不被允许');
    expect(text).toContain('nobody can moderate the owner');
    expect(text).toContain('<option value="60" selected>');
    const odd = await submit(person(room, 'guest:eve', 'mute'), { lasting: 'long' }, cookie);
    expect(odd.status).toBe(400);
    const blank = await submit(
      at(room, '/announce'),
      { text: ' ', audience: 'group', group: '红 队' },
      cookie,
    );
    expect(blank.status).toBe(400);
    expect(await blank.text()).toContain('value="红 队"');
    const settings = await submit(
      at(room, '/settings'),
      { title: '新名字', slowMode: '99999' },
      cookie,
    );
    expect(settings.status).toBe(400);
    const form = await settings.text();
    expect(form).toContain('value="新名字"');
    expect(form).toContain('value="99999"');
  });

  it('announces to all, to some, to the hosts, each once', async () => {
    const room = newRoom();
    const cookie = await logIn();
    await configure(room, { hosts: ['guest:ann'] });
    const ann = await Client.join(room, 'ann');
    const bob = await Client.join(room, 'bob', '&group=red');
    const announce = (fields: Fields) => submit(at(room, '/announce'), fields, cookie);
    for (let i = 0; i < 2; i++) {
      const response = await announce({ id: 'a', text: '第一行\r\n第二行' });
      expect(response.headers.get('Location')).toBe(at(room, '?done=announce'));
    }
    await announce({ id: 'b', text: 'to bob', audience: 'users', users: ' guest:bob \r\n\r\n' });
    await announce({ id: 'c', text: 'to hosts', audience: 'hosts', group: 'ignored' });
    await announce({ id: 'd', text: 'to red', audience: 'group', group: 'red' });
    await announce({ id: 'e', text: 'end' });
    for (const client of [ann, bob]) await client.upTo(5);
    expect(ann.inbox.texts()).toEqual(['第一行\n第二行', 'to hosts', 'end']);
    expect(bob.inbox.texts()).toEqual(['第一行\n第二行', 'to bob', 'to red', 'end']);
    const bad = await announce({ id: 'f', text: 'x', audience: 'moon' });
    expect(bad.status).toBe(400);
    const many = Array.from({ length: 51 }, (_, i) => `u${i}`).join('\n');
    expect((await announce({ text: 'x', audience: 'users', users: many })).status).toBe(400);
    expect((await announce({ text: '字'.repeat(2_000) })).status).toBe(303);
    expect((await announce({ text: '字'.repeat(100_000) })).status).toBe(413);
  });

  it('is told what to do when there are as many announcements as there can be', async () => {
    const room = newRoom();
    const cookie = await logIn();
    const plan = (id: number) =>
      submit(at(room, '/announcements'), { id: `${id}`, text: `公告 ${id}`, delay: '90' }, cookie);
    for (let i = 1; i <= MAX_ANNOUNCEMENTS; i++) expect((await plan(i)).status).toBe(303);
    const refused = await plan(MAX_ANNOUNCEMENTS + 1);
    expect(refused.status).toBe(403);
    const answer = await refused.text();
    expect(answer).toContain('最多安排 20 条公告，请先删除一条。');
    expect(answer).toContain('公告 21</textarea>');
    expect(answer).not.toContain('这个操作不被允许');
  });

  it('plans announcements, sees which there are, and takes them back', async () => {
    const room = newRoom();
    const cookie = await logIn();
    const plan = (fields: Fields) => submit(at(room, '/announcements'), fields, cookie);
    expect(await page(at(room, '/announcements'))).toContain('已安排 0 条，最多 20 条');
    const before = Date.now();
    const rules = { id: 'rules', text: '请<b>文明</b>发言', delay: '', every: '1.5' };
    for (let i = 0; i < 2; i++) {
      const response = await plan(rules);
      expect(response.headers.get('Location')).toBe(at(room, '/announcements?done=announcements'));
    }
    await plan({ id: 'draw', text: '抽奖', delay: '90', every: '' });
    const listed = await request(`/api/rooms/${room}/announcements`, { headers: ADMIN });
    const { announcements } = await listed.json<AnnouncementsResponse>();
    expect(announcements.map(({ id, every }) => [id, every])).toEqual([
      ['rules', 90],
      ['draw', undefined],
    ]);
    expect(announcements[1]?.at).toBeGreaterThanOrEqual(before + 90 * 60_000);
    expect(announcements[1]?.at).toBeLessThanOrEqual(Date.now() + 90 * 60_000);
    const text = await page(at(room, '/announcements'));
    expect(text).toContain('请&lt;b&gt;文明&lt;/b&gt;发言');
    expect(text).toContain('每 1.5 分钟一次');
    expect((await plan({ remove: 'rules' })).status).toBe(303);
    expect(await page(at(room, '/announcements'))).not.toContain('文明');
    expect((await plan({ remove: 'rules' })).status).toBe(404);
    const refused = await plan({ id: 'x', text: '太快了', delay: '', every: '0.5' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('太快了');
  });

  it('saves the log as a file', async () => {
    const room = newRoom();
    const ann = await Client.join(room, 'ann');
    await ann.say('留个记录');
    const response = await get(at(room, '/export'), await logIn());
    expect(response.headers.get('Content-Disposition')).toMatch(/^attachment; /);
    expect(JSON.parse(await response.text())).toMatchObject({
      seq: 1,
      content: { text: '留个记录' },
    });
    expect((await get(at(room, '/export'))).status).toBe(401);
  });

  it('sees pictures in the log, but none that are private', async () => {
    const room = newRoom();
    const [ann] = [await Client.join(room, 'ann'), await Client.join(room, 'bob')];
    const token = await guestToken('ann');
    const open = await uploaded(png(), { room, token });
    const secret = await uploaded(png(), { room, token });
    ann.send({ type: 'send', id: 'a', content: open });
    ann.send({ type: 'send', id: 'b', content: secret, to: { users: ['guest:bob'] } });
    await ann.upTo(2);
    const text = await page(at(room, '/live'));
    expect(text).toContain(`src="${open.url}"`);
    expect(text).not.toContain(secret.url);
  });

  it('takes a message away after a look at it', async () => {
    const room = newRoom();
    const cookie = await logIn();
    const ann = await Client.join(room, 'ann');
    await ann.say('说错了');
    expect(await page(at(room, '/recall?seq=1'))).toContain('说错了');
    const recall = () => submit(at(room, '/recall?seq=1'), { id: 'r' }, cookie);
    expect((await recall()).headers.get('Location')).toBe(at(room, '?done=recall'));
    expect((await recall()).status).toBe(303);
    await ann.upTo(2);
    const again = await submit(at(room, '/recall?seq=1'), { id: 'r2' }, cookie);
    expect(again.status).toBe(404);
    expect(await page(at(room, '/live'))).not.toContain('说错了');
  });

  it('changes the settings', async () => {
    const room = newRoom();
    const cookie = await logIn();
    const change = (fields: Fields) => submit(at(room, '/settings'), fields, cookie);
    const fields = {
      title: ' 大厅 ',
      owner: 'guest:olga',
      hosts: 'a\r\nb\r\n\r\na',
      slowMode: '30',
      check: 'after',
      onCheckFailure: 'hold',
      blockedWords: '加微信\r\n刷单',
    };
    expect((await change(fields)).headers.get('Location')).toBe(at(room, '?done=settings'));
    const text = await page(at(room, '/settings'));
    expect(text).toContain('value="大厅"');
    expect(text).toContain('value="guest:olga"');
    expect(text).toContain('a\nb</textarea>');
    expect(text).toContain('value="30"');
    expect(text).toMatch(/value="after" +selected/);
    expect(text).toMatch(/value="hold" +selected/);
    expect(text).toContain('加微信\n刷单</textarea>');
    const nothing = {
      title: '',
      owner: '',
      hosts: '',
      slowMode: '',
      check: '',
      onCheckFailure: '',
    };
    await change({ ...nothing, blockedWords: '' });
    const kept = await configure(room, {});
    expect(await kept.json()).toEqual({ hosts: [] });
  });

  it.for([
    ['小明', '明'],
    ['ann', 'a'],
    ['👩‍👧 ann', '👩‍👧'],
    ['<b>', '&lt;'],
  ] as const)('shows %s by the letter %s', async ([name, letter]) => {
    const room = newRoom();
    await Client.join(room, name);
    expect(await page(at(room, '/live'))).toContain(`aria-hidden="true"><bdi>${letter}</bdi>`);
  });

  it('offers who is in no list by their id', async () => {
    const room = newRoom();
    expect(await page(at(room, '/person'))).toContain('name="user"');
    const text = await page(at(room, '/person?user=app%3A42'));
    expect(text).toContain('app:42');
    expect(text).toContain('不在线');
    expect(text).toContain('action=ban');
    expect(text).not.toContain('action=kick');
  });
});
