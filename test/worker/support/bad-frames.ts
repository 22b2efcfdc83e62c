/** Frames that no client of ours would send, on real sockets of a real room. */
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, inject } from 'vitest';
import { decodeClientFrame } from '../../../shared/codec.ts';
import { CLIENT_FRAME_SCHEMAS } from '../../../shared/protocol.ts';
import { badJson, check, INTERNAL_TEXT } from '../../support/bad-input.ts';
import { inputOf } from '../../support/from-schema.ts';
import { until } from '../../support/test-client.ts';
import { Client, configure, newRoom } from './client.ts';
import { kept } from './kept.ts';

/** Files that share the frames: the test pool grows slower with all that one file asks of it. */
const FILES = 4;
/** In milliseconds, on a busy machine, and for as many more as somebody asks for. */
export const TIMEOUT_MS = Math.max(180_000, inject('badFrames') * 30);

/** Frames that one connection sends: the sixth bad one ends it, and more than ten at once are too many. */
const FRAMES_PER_CONNECTION = 9;
const CONNECTIONS = 20;
const FRAMES_PER_RUN = FRAMES_PER_CONNECTION * CONNECTIONS;

/** Those with most in them come first: half of what is sent are such. */
const [SendSchema, ...OtherSchemas] = [...CLIENT_FRAME_SCHEMAS.values()];
if (!SendSchema) throw new Error('there are no frames');

const binary = fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes).buffer);
const frames = fc.array(
  fc.oneof(
    { weight: 60, arbitrary: badJson(inputOf(v.union([SendSchema, ...OtherSchemas]))) },
    { weight: 60, arbitrary: badJson(inputOf(SendSchema)) },
    { weight: 4, arbitrary: inputOf(SendSchema).map((frame) => JSON.stringify(frame)) },
    { weight: 1, arbitrary: binary },
    { weight: 1, arbitrary: fc.constantFrom('x'.repeat(16_385), '好'.repeat(6_000)) },
  ),
  { minLength: FRAMES_PER_CONNECTION, maxLength: FRAMES_PER_CONNECTION },
);
const connections = fc.array(frames, { minLength: CONNECTIONS, maxLength: CONNECTIONS });

let users = 0;

/** What came of the frames of one connection. */
interface Outcome {
  /** The seqs that were acknowledged. */
  readonly acked: readonly number[];
  /** How many frames were answered at all: what comes behind the end of a connection is not looked at. */
  readonly answered: number;
}

/** Sends these frames as somebody new, and waits until all are answered. */
async function sendAll(
  room: string,
  since: string,
  data: readonly (string | ArrayBuffer)[],
): Promise<Outcome> {
  const client = await Client.join(room, `m${++users}`, `&since=${since}`);
  const texts: string[] = [];
  client.socket.addEventListener('message', ({ data: text }) => {
    texts.push(String(text));
  });
  for (const frame of data) client.send(frame);
  client.send({ type: 'history', id: 'the end', before: 1, limit: 1 });
  const isEnd = (id: string | undefined) => id === 'the end' || undefined;
  await until(
    () =>
      client.closed ??
      isEnd(client.inbox.take('page', ({ id }) => id === 'the end')?.id) ??
      isEnd(client.inbox.take('reject', ({ id }) => id === 'the end')?.id),
    'an answer to each frame',
  );
  for (const text of texts) {
    // What was said comes back to all as it was said: that is no text of ours.
    if (!text.startsWith('{"type":"reject"')) continue;
    expect(text).not.toMatch(INTERNAL_TEXT);
    expect(text.length).toBeLessThan(600);
  }
  const { inbox } = client;
  expect(inbox.all('reject').filter(({ code }) => code === 'server_error')).toEqual([]);
  const refused = data.filter((frame) => !decodeClientFrame(frame).ok).length;
  if (refused > 0) expect(inbox.all('reject').length).toBeGreaterThanOrEqual(1);
  if (client.closed) expect([4400, 4413, 4429]).toContain(client.closed.code);
  else await client.close();
  const [acks, rejects, pages] = [inbox.all('ack'), inbox.all('reject'), inbox.all('page')];
  return {
    acked: acks.map(({ seq }) => seq),
    answered: acks.length + rejects.length + pages.length,
  };
}

/**
 * [R9] No frame breaks a room, or leaves anything behind that was not accepted. Tries a part of
 * BAD_FRAMES, which are 10,000 unless said otherwise.
 */
export async function tryBadFrames(): Promise<void> {
  const room = newRoom();
  await configure(room, { title: '大厅', owner: 'guest:owner', blockedWords: ['六合彩'] });
  // Whom some of the frames are for: what they say in private is accepted.
  const good = await Client.join(room, 'bob', '&group=a');
  const owner = await Client.join(room, 'owner');
  await good.say('before');
  let [accepted, answered] = [0, 0];
  const runs = Math.ceil(inject('badFrames') / FILES / FRAMES_PER_RUN);
  await check(
    fc.asyncProperty(connections, async (hostile) => {
      const before = await kept(room);
      const outcomes = await Promise.all(hostile.map((data) => sendAll(room, good.cursor, data)));
      const said = await good.say('still here');
      await owner.upTo(said.seq);
      const after = await kept(room);
      const acked = outcomes.flatMap(({ acked }) => acked);
      accepted += acked.length;
      answered += outcomes.reduce((sum, outcome) => sum + outcome.answered, 0);
      const added = after.seqs.slice(before.seqs.length);
      expect(new Set(added)).toEqual(new Set([...acked, said.seq]));
      expect(after.tables).toEqual(before.tables);
    }),
    runs,
  );
  // Or else nothing but the reading of frames would have been tried, or only the first few of them.
  expect(accepted).toBeGreaterThan(runs);
  expect(answered).toBeGreaterThan((runs * FRAMES_PER_RUN) / 2);
  expect(good.inbox.all('reject')).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
}
