import { describe, expect, it } from 'vitest';
import { encodeEvent, encodeEventsFrame, encodeFrame } from '../../../shared/codec.ts';
import type { SendFrame } from '../../../shared/protocol.ts';
import { ECHO, EDGE_CHAT } from './wire.ts';

/** A batch as the room sends it, of what these users said under these numbers. */
function batch(said: readonly (readonly [user: string, number: number])[]): Buffer {
  const texts = said.map(([user, number], index) => {
    const { id, content } = JSON.parse(EDGE_CHAT.say(user, number, '你好')) as SendFrame;
    const from = { id: `guest:${user}`, name: user, role: 'member' as const };
    return encodeEvent({ seq: index + 1, at: 1, id, from, kind: 'message', content });
  });
  return Buffer.from(encodeEventsFrame(0, said.length, texts));
}

describe('a member of the benchmarks', () => {
  it('hears each own message of a batch, and nobody else’s', () => {
    const frame = batch([
      ['u1', 41],
      ['u10', 7],
      ['u1', 42],
      ['u2', 43],
    ]);
    expect(EDGE_CHAT.hear(frame, 'u1')).toEqual({ messages: 4, own: [41, 42] });
    expect(EDGE_CHAT.hear(frame, 'u3')).toEqual({ messages: 4, own: [] });
    expect(EDGE_CHAT.hear(frame, undefined)).toEqual({ messages: 4, own: [] });
  });

  it('has not heard a message that was only confirmed', () => {
    const { id } = JSON.parse(EDGE_CHAT.say('u1', 1, '')) as SendFrame;
    const ack = Buffer.from(encodeFrame({ type: 'ack', id, seq: 1, at: 1 }));
    expect(EDGE_CHAT.hear(ack, 'u1')).toEqual({ messages: 0, own: [] });
  });

  it('hears what others echo as it was said', () => {
    const frame = Buffer.from(ECHO.say('u1', 5, '你好'));
    expect(ECHO.hear(frame, 'u1')).toEqual({ messages: 1, own: [5] });
    expect(ECHO.hear(frame, 'u10')).toEqual({ messages: 1, own: [] });
  });
});
