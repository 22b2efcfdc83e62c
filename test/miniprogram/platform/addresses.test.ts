import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocal, socketAddress } from '../../../miniprogram/src/platform/endpoint.ts';
import { lobbyUrl, queryValue, roomUrl } from '../../../miniprogram/src/platform/navigation.ts';

/** The query of an address as WeChat hands it to a page: cut up, not decoded. */
function rawQuery(url: string): Record<string, string> {
  const pairs = (url.split('?')[1] ?? '').split('&').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

describe('pages', () => {
  it('are told the room, in Chinese as well', () => {
    expect(roomUrl('大厅')).toBe('/pages/room/index?room=%E5%A4%A7%E5%8E%85');
    expect(queryValue(rawQuery(roomUrl('大厅')), 'room')).toBe('大厅');
    expect(lobbyUrl('大厅')).toBe('/pages/lobby/index?room=%E5%A4%A7%E5%8E%85');
    expect(lobbyUrl()).toBe('/pages/lobby/index');
  });

  it('get back any name that was put into an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(queryValue(rawQuery(roomUrl(name)), 'room')).toBe(name);
      }),
    );
  });

  it('take a broken encoding as it stands, and what is missing as empty', () => {
    for (const value of ['%', '%E5%A4', '100%', '%zz']) {
      expect(queryValue({ room: value }, 'room')).toBe(value);
    }
    expect(queryValue({ room: '大厅' }, 'room')).toBe('大厅');
    expect(queryValue({ room: undefined }, 'room')).toBe('');
    expect(queryValue({}, 'room')).toBe('');
  });
});

describe('the server', () => {
  it('is connected to where it is, as safely as it is reached', () => {
    expect(socketAddress('https://chat.example')).toBe('wss://chat.example/ws');
    expect(socketAddress('http://localhost:8787')).toBe('ws://localhost:8787/ws');
    expect(socketAddress('https://http.example/base')).toBe('wss://http.example/base/ws');
  });

  it('is one for development when it isn’t safe', () => {
    expect(isLocal('http://localhost:8787')).toBe(true);
    expect(isLocal('http://192.168.1.2:8787')).toBe(true);
    expect(isLocal('https://chat.example')).toBe(false);
  });
});
