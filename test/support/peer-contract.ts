/** What every connection must do, whatever its socket is. */
import { describe, expect, it } from 'vitest';
import type { Peer, Session } from '../../worker/room/ports.ts';

/** A connection, and what the client at its other end has noticed once everything has arrived. */
export interface Connected {
  readonly peer: Peer;
  heard(): Promise<readonly string[]>;
  ended(): Promise<{ readonly code: number; readonly reason: string } | undefined>;
  /** The client goes, and nobody tells the room. */
  vanish(): void;
}

const SESSION: Session = {
  id: 'u1',
  name: '小明 😀',
  avatar: 'https://chat.example/a.png',
  group: 'red',
  expiresAt: 1_800_000_000_000,
  sealedOpenId: 'sealed',
};

const FRAMES = ['one', '第二 😀', ' '];

/** Runs the suite. `use` hands a way to connect with a session to its callback. */
export function testPeer(
  use: (test: (connect: (session: Session) => Connected) => Promise<void>) => Promise<void>,
): void {
  const connected = (test: (connection: Connected) => Promise<void>) => () =>
    use((connect) => test(connect(SESSION)));

  describe('a peer', () => {
    it(
      'is who it was let in as',
      connected(async ({ peer }) => expect(peer.session).toEqual(SESSION)),
    );

    it(
      '[R1] hands on what is sent, to the letter and in its order',
      connected(async ({ peer, heard, ended }) => {
        for (const text of FRAMES) peer.send(text);
        expect(await heard()).toEqual(FRAMES);
        expect(await ended()).toBeUndefined();
      }),
    );

    it(
      '[C4] ends after what was sent before, with the code and the reason, and once',
      connected(async ({ peer, heard, ended }) => {
        peer.send('before');
        peer.close(4403, 'banned');
        peer.send('after');
        peer.close(1011, 'server_error');
        expect(await ended()).toEqual({ code: 4403, reason: 'banned' });
        expect(await heard()).toEqual(['before']);
      }),
    );

    it(
      'that is gone takes what is sent without a word',
      connected(async ({ peer, vanish }) => {
        vanish();
        peer.send('into the void');
        peer.close(1000, '');
        peer.send('and again');
      }),
    );
  });
}
