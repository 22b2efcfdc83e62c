/** What an operator finds in the logs. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Env } from '../../worker/env.ts';
import { logLevel } from '../../worker/env.ts';
import { Logbook, type RefusalLine } from '../../worker/logbook.ts';
import { bearer, Client, guestToken, newRoom, request } from './support/client.ts';

const PATIENCE = { timeout: 10_000 };
const REFUSED: RefusalLine = { event: 'refusal', code: 'muted', room: 'lobby', user: 'wx:1' };
const ENDED = { event: 'connection', room: 'lobby', user: 'wx:1', code: 1000, seconds: 5 } as const;

/** What goes to the console from here on. */
function watchConsole(): object[] {
  const lines: object[] = [];
  for (const method of ['info', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((line) => lines.push(line));
  }
  return lines;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the logbook', () => {
  it.each([
    ['info', [ENDED, REFUSED]],
    ['warn', [REFUSED]],
    ['error', []],
  ] as const)('at %s', (level, expected) => {
    const lines = watchConsole();
    const logbook = new Logbook();
    logbook.connection(level, ENDED, 0);
    logbook.refusal(level, REFUSED, 0);
    expect(lines).toEqual(expected);
  });

  it('leaves most of a flood out, and says how much', () => {
    const lines = watchConsole();
    const logbook = new Logbook();
    for (let i = 0; i < 1_000; i++) logbook.refusal('info', REFUSED, 0);
    expect(lines).toHaveLength(100);
    logbook.refusal('info', REFUSED, 1_000);
    expect(lines.at(-1)).toEqual({ ...REFUSED, dropped: 900 });
    logbook.refusal('info', REFUSED, 1_000);
    expect(lines.at(-1)).toEqual(REFUSED);
  });

  it('is on unless it is told otherwise', () => {
    expect(logLevel({} as Env)).toBe('info');
    expect(logLevel({ LOG_LEVEL: 'error' } as Env)).toBe('error');
    expect(logLevel({ LOG_LEVEL: 'verbose' } as Env)).toBe('info');
  });
});

describe('the logs of a room', () => {
  it('tell who was there and what was refused, and nothing of what was said', async () => {
    const ends = vi.spyOn(Logbook.prototype, 'connection');
    const refusals = vi.spyOn(Logbook.prototype, 'refusal');
    const room = newRoom();
    const token = await guestToken('alice');
    const alice = await Client.open(`room=${room}`, bearer(token));
    await alice.next('welcome');
    await alice.say('a secret');
    alice.send({ type: 'recall', id: 'r', target: 99 });
    await alice.next('reject');
    alice.socket.close(3001, 'bye');
    await vi.waitFor(() => expect(ends).toHaveBeenCalled(), PATIENCE);
    const user = 'guest:alice';
    expect(ends.mock.calls).toEqual([
      [
        'error',
        { event: 'connection', room, user, code: 3001, seconds: expect.any(Number) },
        expect.any(Number),
      ],
    ]);
    expect(refusals.mock.calls).toEqual([
      [
        'error',
        { event: 'refusal', room, user, code: 'not_found', ended: false },
        expect.any(Number),
      ],
    ]);
    const all = JSON.stringify([ends.mock.calls, refusals.mock.calls]);
    for (const part of ['secret', token]) expect(all).not.toContain(part);
  });
});

describe('the logs of the Worker', () => {
  it('tell what was refused, by the pattern of its path', async () => {
    const refusals = vi.spyOn(Logbook.prototype, 'refusal');
    const token = await guestToken('alice');
    await request('/api/rooms/secret-room/settings', { method: 'PUT', headers: bearer(token) });
    await request('/media/some-secret-key');
    await request('/api/rooms/lobby/messages?before=x', { headers: bearer(token) });
    await Client.open('room=secret-room', bearer('x.y.z'));
    await request('/admin/rooms/lobby', { headers: bearer('wrong') });
    const common = { event: 'refusal', method: 'GET' };
    expect(refusals.mock.calls.map(([, line]) => line)).toEqual([
      {
        ...common,
        method: 'PUT',
        code: 'unauthorized',
        status: 401,
        route: '/api/rooms/:room/settings',
      },
      { ...common, code: 'not_found', status: 404, route: '/media/:key' },
      {
        ...common,
        code: 'bad_frame',
        status: 400,
        route: '/api/rooms/:room/messages',
        user: 'guest:alice',
      },
      { ...common, code: 'unauthorized', status: 401, route: '/ws' },
      { ...common, code: 'unauthorized', status: 401, route: expect.stringContaining('/admin') },
    ]);
  });
});
