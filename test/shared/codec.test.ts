import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  decodeClientFrame,
  decodeEvent,
  decodeServerFrame,
  encodeEvent,
  encodeEventsFrame,
  encodeFrame,
  encodePageFrame,
} from '../../shared/codec.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import {
  type ChatAction,
  type ChatEvent,
  type ChatMessage,
  type ChatSanction,
  type ChatSlowMode,
  CLIENT_FRAME_SCHEMAS,
} from '../../shared/protocol.ts';
import { isWellFormed } from '../../shared/text.ts';

const send = (fields: object) =>
  JSON.stringify({ type: 'send', id: 'a', content: { type: 'text', text: 'hi' }, ...fields });
const moderate = (fields: object) =>
  JSON.stringify({ type: 'moderate', id: 'a', action: 'mute', user: 'eve', ...fields });
const image = (fields: object) =>
  send({
    content: {
      type: 'image',
      url: `/media/${'k'.repeat(56)}`,
      width: 3,
      height: 2,
      size: 9,
      ...fields,
    },
  });
const text = (value: unknown) => send({ content: { type: 'text', text: value } });

function refusalOf(data: string | ArrayBuffer): { code: ErrorCode; message: string; id?: string } {
  const decoded = decodeClientFrame(data);
  if (decoded.ok) throw new Error(`accepted: ${JSON.stringify(decoded.frame)}`);
  return { ...decoded.refusal, ...(decoded.id !== undefined && { id: decoded.id }) };
}

describe('[R9] what is not a frame is refused, and says what is wrong', () => {
  const wrong: [what: string, data: string | ArrayBuffer, message: RegExp][] = [
    ['nothing', '', /one JSON object/],
    ['broken JSON', '{"type":"send"', /one JSON object/],
    ['an array', '[]', /one JSON object/],
    ['null', 'null', /one JSON object/],
    ['a number', '1', /one JSON object/],
    ['a binary frame', new ArrayBuffer(8), /text, not binary/],
    ['no type', '{}', /type must be one of/],
    ['an unknown type', '{"type":"shout"}', /type must be one of/],
    ['a type of the wrong kind', '{"type":1}', /type must be one of/],
    ['a type that every object has', '{"type":"constructor"}', /type must be one of/],
    ['a missing id', send({ id: undefined }), /^id/],
    ['an empty id', send({ id: '' }), /^id/],
    ['an id of the wrong type', send({ id: 7 }), /^id: id must be a string/],
    ['an id that is too long', send({ id: 'x'.repeat(65) }), /^id: .*64/],
    ['an id with a line break', send({ id: 'a\nb' }), /^id: .*control/],
    ['no content', send({ content: undefined }), /^content/],
    ['content of the wrong type', send({ content: 'hi' }), /^content/],
    ['what only the server says', send({ content: { type: 'recalled' } }), /^content\.type/],
    ['a blank question', send({ content: { type: 'question', text: ' ' } }), /^content\.text/],
    [
      'an answer to nothing',
      send({ content: { type: 'answer', text: 'a' } }),
      /^content\.question/,
    ],
    ['a picture from elsewhere', image({ url: 'https://a.example/1.png' }), /^content\.url/],
    ['a picture that climbs', image({ url: '/media/../api/rooms/lobby' }), /^content\.url/],
    ['a picture without sides', image({ width: undefined }), /^content\.width/],
    ['a picture that is too wide', image({ width: 12_001 }), /^content\.width/],
    ['a picture that is too large', image({ size: 10 * 1024 * 1024 + 1 }), /^content\.size/],
    [
      'a voice of half a millisecond',
      image({ type: 'voice', duration: 0.5 }),
      /^content\.duration/,
    ],
    ['a voice of more than a minute', image({ type: 'voice', duration: 60_001 }), /^content\.dur/],
    ['a vote for nothing', '{"type":"vote","id":"v"}', /^target/],
    ['a recall without an id', '{"type":"recall","target":1}', /^id/],
    ['a target that is no place', '{"type":"resolve","id":"r","target":0}', /^target/],
    ['an unknown moderation', moderate({ action: 'shame' }), /^action/],
    ['a slow mode by frame', moderate({ action: 'slow_mode', seconds: 5 }), /^action/],
    ['a moderation of nobody', moderate({ user: '' }), /^user/],
    ['a moderation of many', moderate({ user: ['a', 'b'] }), /^user/],
    ['a moderation without an id', moderate({ id: undefined }), /^id/],
    ['a mute until a date in words', moderate({ until: '2030-01-01' }), /^until: must be a time/],
    ['a mute until a fraction', moderate({ until: 1.5 }), /^until/],
    ['a mute until never', moderate({ until: 0 }), /^until/],
    ['an unknown content', send({ content: { type: 'poll', text: 'hi' } }), /^content\.type/],
    ['empty text', text(''), /^content\.text: text must not be blank/],
    ['blank text', text(' \n\t\u3000'), /must not be blank/],
    ['invisible text', text('\u200b\u200d\ufeff\u2800\u3164'), /must not be blank/],
    ['text of the wrong type', text(5), /text must be a string/],
    ['text that is too long', text('好'.repeat(2001)), /2000 characters/],
    ['half a surrogate pair', text('a\ud800b'), /well-formed/],
    ['an audience of nobody', send({ to: { users: [] } }), /^to/],
    ['an empty audience', send({ to: {} }), /^to/],
    ['an unknown audience', send({ to: { role: 'king' } }), /^to/],
    ['an audience of two kinds', send({ to: { users: ['a'], group: 'b' } }), /^to/],
    ['an audience with more to it', send({ to: { group: 'b', except: ['a'] } }), /^to/],
    ['too large an audience', send({ to: { users: [...Array(51).keys()].map(String) } }), /^to/],
    [
      'too many mentions',
      send({ content: { type: 'text', text: 'a', mentions: [...Array(21).keys()].map(String) } }),
      /mentions: at most 20/,
    ],
    ['a reply to nothing', send({ replyTo: 0 }), /^replyTo/],
    ['a reply to a fraction', send({ replyTo: 1.5 }), /^replyTo/],
    ['a huge number', send({ replyTo: 1e308 }), /^replyTo/],
    ['history without limit', '{"type":"history","id":"h","before":5}', /^limit/],
    ['history of too much', '{"type":"history","id":"h","before":5,"limit":101}', /^limit/],
    ['history from nowhere', '{"type":"history","id":"h","before":-1,"limit":5}', /^before/],
  ];
  it.each(wrong)('%s', (_, data, message) => {
    const refusal = refusalOf(data);
    expect(refusal.code).toBe('bad_frame');
    expect(refusal.message).toMatch(message);
  });

  it('[F1] a frame of more than 16 KiB, counted in bytes', () => {
    const frame = (length: number) => `{"type":"typing","x":"${'好'.repeat(length)}"}`;
    const fits = Math.floor((16 * 1024 - frame(0).length) / 3);
    expect(decodeClientFrame(frame(fits)).ok).toBe(true);
    expect(refusalOf(frame(fits + 1)).code).toBe('too_large');
    expect(refusalOf('x'.repeat(100 * 1024)).code).toBe('too_large');
    expect(refusalOf(new ArrayBuffer(100 * 1024)).code).toBe('too_large');
  });

  it('names the frame by its id where that can be read', () => {
    expect(refusalOf(send({ id: 'm1', content: {} })).id).toBe('m1');
    expect(refusalOf('{"type":"shout","id":"m2"}').id).toBe('m2');
    expect(refusalOf(send({ id: 5 }))).not.toHaveProperty('id');
  });

  it('never throws, and never says more than a line', () => {
    const json = fc.json({ maxDepth: 4 });
    const near = fc.record({
      type: fc.constantFrom('send', 'recall', 'moderate', 'history', 'typing', '__proto__'),
      id: fc.anything(),
      target: fc.anything(),
      action: fc.anything(),
      user: fc.anything(),
      until: fc.anything(),
      content: fc.anything(),
      to: fc.anything(),
      before: fc.anything(),
      limit: fc.anything(),
    });
    const data = fc.oneof(
      fc.string({ unit: 'binary' }),
      json,
      near.map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(data, (frame) => {
        const decoded = decodeClientFrame(frame);
        if (!decoded.ok) expect(decoded.refusal.message.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 2_000 },
    );
  });

  it('quotes nothing that would break the line, or turn it around', () => {
    for (const evil of ['a\r\nb', '\u0000', '\u2028', '\u202e', '\u2066', '\ud800', '\u001b[31m']) {
      const { message } = refusalOf(moderate({ action: evil }));
      expect(message).toContain('\ufffd');
      expect(message).not.toMatch(/[\p{Cc}\p{Surrogate}\u2028\u202e\u2066]/u);
    }
    const cut = refusalOf(moderate({ action: `${'x'.repeat(100)}${'😀'.repeat(99)}` })).message;
    expect(isWellFormed(cut)).toBe(true);
    expect(isWellFormed(refusalOf(moderate({ action: `x${'😀'.repeat(99)}` })).message)).toBe(true);
  });

  it('deep nesting and prototype keys do no harm', () => {
    expect(refusalOf(`{"type":${'['.repeat(8_000)}`).code).toBe('bad_frame');
    expect(refusalOf(`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`).code).toBe('bad_frame');
    const decoded = decodeClientFrame('{"type":"typing","__proto__":{"polluted":true}}');
    expect(decoded).toEqual({ ok: true, frame: { type: 'typing' } });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('what is a frame is read as it was meant', () => {
  it('a plain text is read as the schema reads it, whatever stands around it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('', ' ', '\u200b', '👍', '\ud800', '字'.repeat(2_000), '👍'.repeat(2_001)),
    );
    const odd = fc.option(fc.oneof(text, fc.constantFrom(null, 0, 1, [], {})), { nil: undefined });
    const frame = fc.record({
      type: fc.constant('send'),
      id: fc.oneof(text, fc.constantFrom('m1', 'é', 'e\u0301', 'x'.repeat(64), 'x'.repeat(65), 7)),
      content: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({ type: fc.constant('text'), text, mentions: odd, x: odd }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ type: fc.constantFrom('question', 'notice', 1), text }),
        },
        { weight: 1, arbitrary: fc.constantFrom(null, 'text', [], {}) },
      ),
      to: odd,
      replyTo: odd,
      again: fc.option(fc.oneof(fc.boolean(), text), { nil: undefined }),
      y: odd,
    });
    fc.assert(
      fc.property(frame, (sent) => {
        const wire = JSON.stringify(sent);
        const schema = CLIENT_FRAME_SCHEMAS.get('send');
        if (!schema) throw new Error('there is no schema');
        const expected = v.safeParse(schema, JSON.parse(wire));
        const decoded = decodeClientFrame(wire);
        expect(decoded.ok).toBe(expected.success);
        if (decoded.ok) expect(decoded.frame).toEqual(expected.output);
      }),
      { numRuns: 3_000 },
    );
  });

  it('[F3] unknown fields are ignored, so that the wire can grow', () => {
    const decoded = decodeClientFrame(send({ mood: 'happy' }));
    expect(decoded).toEqual({
      ok: true,
      frame: { type: 'send', id: 'a', content: { type: 'text', text: 'hi' } },
    });
  });

  it('[R7] what a client claims about who and when is dropped', () => {
    const decoded = decodeClientFrame(send({ from: { id: 'boss' }, at: 1, seq: 99 }));
    expect(decoded.ok && Object.keys(decoded.frame)).toEqual(['type', 'id', 'content']);
  });

  it('[F2] a byte-order mark and blanks around a frame are nobody’s problem', () => {
    expect(decodeClientFrame(`\ufeff  ${send({})}\r\n`).ok).toBe(true);
    expect(decodeServerFrame('\ufeff{"type":"presence","online":1} ')?.ok).toBe(true);
  });

  it('[F6] a text of 2,000 characters fits, in Chinese and in emoji', () => {
    expect(decodeClientFrame(text('好'.repeat(2000))).ok).toBe(true);
    expect(decodeClientFrame(text('😀'.repeat(2000))).ok).toBe(true);
    expect(decodeClientFrame(text('👨‍👩‍👧')).ok).toBe(true);
  });

  it('[F4] an id is measured and compared as people see it', () => {
    const id = '😀'.repeat(64);
    expect(decodeClientFrame(send({ id }))).toMatchObject({ ok: true, frame: { id } });
    expect(decodeClientFrame(send({ to: { users: ['guest:e\u0301'] } }))).toMatchObject({
      frame: { to: { users: ['guest:\u00e9'] } },
    });
  });

  it('a user who is named twice is in the audience once', () => {
    const decoded = decodeClientFrame(send({ to: { users: ['a', 'b', 'a'] } }));
    expect(decoded.ok && decoded.frame.type === 'send' && decoded.frame.to).toEqual({
      users: ['a', 'b'],
    });
  });

  it('[F3] a client skips frames and events that a newer server may send', () => {
    expect(decodeServerFrame('{"type":"hologram","x":1}')).toBeUndefined();
    const from = { id: 'a', name: 'a', role: 'member' };
    const message = {
      kind: 'message',
      seq: 3,
      at: 3,
      id: 'x',
      from,
      content: { type: 'text', text: 'hi' },
    };
    const events = [
      { kind: 'dance', seq: 2, at: 2 },
      message,
      { ...message, seq: 4, content: { type: 'smell' } },
      { kind: 'moderation', seq: 5, at: 5, id: 'y', from, action: 'shame', user: 'u' },
    ];
    const decoded = decodeServerFrame(
      JSON.stringify({ type: 'events', after: 1, upTo: 5, events }),
    );
    expect(decoded).toMatchObject({
      ok: true,
      frame: {
        events: [
          { kind: 'unknown', seq: 2 },
          { kind: 'message', seq: 3 },
          { kind: 'unknown', seq: 4 },
          { kind: 'unknown', seq: 5 },
        ],
      },
    });
  });

  it('events written as text come out as the frames that the schemas describe', () => {
    const common = {
      seq: fc.constant(11),
      at: fc.nat(),
      id: fc.stringMatching(/^[a-z0-9]{1,64}$/),
      from: fc.constant({ id: 'u', name: '小明', role: 'member' as const }),
    };
    const words = fc.string({ unit: 'grapheme', minLength: 1 }).map((s) => `x${s}`);
    const message = fc.record<ChatMessage>({
      kind: fc.constant('message'),
      ...common,
      content: fc.oneof(
        fc.record({ type: fc.constantFrom('text', 'question', 'notice'), text: words }),
        fc.record({ type: fc.constant('answer'), question: fc.constant(3), text: words }),
        fc.constant({ type: 'recalled' as const }),
      ),
    });
    const action = fc.record<ChatAction>({
      kind: fc.constantFrom('recall', 'vote', 'resolve'),
      ...common,
      target: fc.integer({ min: 1, max: 10 }),
      to: fc.constant({ group: 'red' }),
      also: fc.constant(['v']),
    });
    const sanction = fc.record<ChatSanction>({
      kind: fc.constant('moderation'),
      ...common,
      action: fc.constantFrom('mute', 'unmute', 'kick', 'ban', 'unban'),
      user: words,
      name: words,
      until: fc.integer({ min: 1 }),
    });
    const slowMode = fc.record<ChatSlowMode>({
      kind: fc.constant('moderation'),
      ...common,
      action: fc.constant('slow_mode'),
      seconds: fc.nat(3_600),
    });
    const event: fc.Arbitrary<ChatEvent> = fc.oneof(message, action, sanction, slowMode);
    fc.assert(
      fc.property(event, (value) => {
        const line = encodeEvent(value);
        expect(line).not.toContain('\n');
        expect(decodeEvent(line)).toEqual(value);
        expect(decodeServerFrame(encodeEventsFrame(10, 11, [line]))).toEqual({
          ok: true,
          frame: { type: 'events', after: 10, upTo: 11, events: [value] },
        });
        expect(decodeServerFrame(encodePageFrame('"p\\', [line], 11, true))).toEqual({
          ok: true,
          frame: { type: 'page', id: '"p\\', events: [value], oldest: 11, more: true },
        });
      }),
    );
  });

  it('a heartbeat is no frame: the platform answers it before the room would', () => {
    expect(refusalOf('ping').code).toBe('bad_frame');
    expect(encodeFrame({ type: 'typing' })).toBe('{"type":"typing"}');
  });
});
