import { abortAllDurableObjects, evictDurableObject } from 'cloudflare:test';
import { expect, vi } from 'vitest';
import type { Outgoing } from '../../miniprogram/src/chat/outbox.ts';
import type { Session } from '../../miniprogram/src/chat/ports.ts';
import { Timeline } from '../../miniprogram/src/chat/timeline.ts';
import type { PageResponse, RoomResponse, SessionResponse } from '../../shared/http.ts';
import type { ChatEvent } from '../../shared/protocol.ts';
import { Phone as SupportPhone } from '../support/phone.ts';
import { SeededRandom } from '../support/random.ts';
import { ADMIN, bearer, newRoom, stubOf } from '../worker/support/client.ts';
import { ChaosSockets, Traffic, turn } from './network.ts';
import { post, request } from './worker.ts';

type Phone = SupportPhone<ChaosSockets>;

const STEPS = 25;
/** So many rounds of half a second of the phones' time: who is not done then is stuck. */
const MAX_SETTLE_ROUNDS = 600;

/** What people do. */
const OPERATIONS: ((phone: Phone, world: World) => void)[] = [
  (phone) => phone.say(),
  (phone) => phone.say(),
  (phone, { phones, random }) => phone.say({ to: { users: [random.pick(phones).user.id] } }),
  (phone, { random }) => {
    const { entries } = phone.client.timeline;
    if (entries.length > 0) phone.say({ replyTo: random.pick(entries).event.seq });
  },
  (phone) => phone.say({ content: { type: 'question', text: '?' } }),
  (phone, { random }) => {
    const questions = phone.client.timeline.entries.filter(
      ({ content }) => content.type === 'question',
    );
    const question = questions.length > 0 ? random.pick(questions).event.seq : 1;
    phone.say({ content: { type: 'answer', question, text: '!' } });
  },
  (phone) => phone.act('recall'),
  (phone) => phone.act('vote'),
  (phone) => phone.act('resolve'),
  (phone) => phone.client.tellTyping(),
  (phone) => void phone.client.loadOlder(),
];

/** What happens to them. */
const ACCIDENTS: ((phone: Phone, world: World) => void | Promise<void>)[] = [
  (phone) => phone.sockets.last?.cut(),
  (phone) => {
    if (phone.sockets.last) phone.sockets.last.isDead = true;
  },
  (phone) => {
    if (phone.sockets.last) phone.sockets.last.isSlow = true;
  },
  (phone) => phone.sockets.last?.deliver(),
  (phone) => phone.hide(),
  (phone) => phone.show(),
  (phone, { random }) => phone.changeNetwork(random.pick(['wifi', '4g', 'none'])),
  (phone) => phone.kill(),
  (phone) => {
    phone.hide();
    phone.kill();
  },
  (phone) => {
    phone.client.close();
    phone.client.open();
  },
  (phone, { random }) => phone.advance(random.pick([3_000, 16_000, 40_000])),
  (_, { room }) => hibernate(room),
  () => abortAllDurableObjects(),
];

interface World {
  readonly room: string;
  readonly phones: readonly Phone[];
  readonly random: SeededRandom;
}

/** The server is put away; its sockets stay. It waits for a moment without work: nobody waits for that. */
function hibernate(room: string): void {
  evictDurableObject(stubOf(room)).catch(() => {});
}

async function guest(name: string): Promise<Session> {
  return await (await post('/api/session', { name })).json<SessionResponse>();
}

/** The whole log as `session` may see it. */
async function logOf(room: string, { token }: Session): Promise<ChatEvent[]> {
  const log: ChatEvent[] = [];
  for (let before = '', more = true; more; ) {
    const path = `/api/rooms/${room}/messages?limit=100${before}`;
    const page = await (await request(path, { headers: bearer(token) })).json<PageResponse>();
    log.unshift(...page.events);
    before = `&before=${page.oldest}`;
    more = page.more;
  }
  return log;
}

/** A room with a past that is longer than what a newcomer is given. */
async function prefill(room: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await post(`/api/rooms/${room}/notices`, { text: `notice ${i}` }, ADMIN);
  }
}

/** What was answered or replied to may be gone, or not for everybody to answer. */
function isRefused({ state, refusal }: Outgoing): boolean {
  return state === 'failed' && ['forbidden', 'not_found', 'too_late'].includes(refusal?.code ?? '');
}

async function settle({ room, phones }: World, traffic: Traffic, token: string): Promise<void> {
  for (const phone of phones) phone.settle();
  for (let round = 0; round < MAX_SETTLE_ROUNDS; round++) {
    await traffic.quiet();
    const isDone = phones.every(
      ({ client }) => client.isCaughtUp && client.outgoing.every(isRefused),
    );
    if (isDone) {
      const answer = await request(`/api/rooms/${room}`, { headers: bearer(token) });
      const { head } = await answer.json<RoomResponse>();
      if (phones.every(({ client }) => client.timeline.upTo === head)) return;
    }
    for (const phone of phones) await phone.advance(500);
  }
  const stuck = phones.map(({ name, client }) => ({
    name,
    state: client.state,
    upTo: client.timeline.upTo,
    outgoing: client.outgoing,
  }));
  throw new Error(`not settled: ${JSON.stringify(stuck)}`);
}

async function run(seed: number, sessions: readonly Session[]): Promise<void> {
  const random = new SeededRandom(seed);
  const traffic = new Traffic();
  const room = newRoom();
  if (seed % 20 === 0) await prefill(room);
  const owner = sessions[0]?.user.id;
  await request(`/api/rooms/${room}/settings`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', ...ADMIN },
    body: JSON.stringify({ owner }),
  });
  const [first, ...others] = sessions.slice(0, 2 + random.below(3));
  if (!first) throw new Error('nobody is there');
  const phoneOf = (name: string, session: Session) =>
    new SupportPhone(name, session, room, { sockets: new ChaosSockets(traffic, random), random });
  const phones = [
    phoneOf('tablet', first),
    ...[first, ...others].map((session, i) => phoneOf(`phone${i}`, session)),
  ];
  // Everybody is there once: messages to strangers are refused.
  await traffic.quiet();
  for (let step = 0; step < STEPS; step++) {
    const act = random.pick(random.chance(55) ? OPERATIONS : ACCIDENTS);

    await act(random.pick(phones), { room, phones, random });
    for (const phone of phones) {
      if (phone.isInFront) await phone.advance(random.below(700));
    }
    if (random.chance(40)) await traffic.quiet();
    else if (random.chance(50)) await turn();
  }
  await settle({ room, phones, random }, traffic, first.token);

  const seen = new Map<number, ChatEvent>();
  for (const session of [first, ...others]) {
    const log = await logOf(room, session);
    for (const event of log) seen.set(event.seq, event);
    for (const phone of phones.filter(({ user }) => user.id === session.user.id)) {
      const { timeline } = phone.client;
      const whole = new Timeline(session.user.id);
      whole.append(0, timeline.upTo, log);
      // [R4][R6] What is shown is what the log holds for this user, without a hole.
      expect(timeline.entries, phone.name).toEqual(
        whole.entries.filter(({ event }) => event.seq >= timeline.before),
      );
      expect(timeline.before > 1, `${phone.name} knows that there is more`).toBe(timeline.hasOlder);
    }
  }
  const log = [...seen.values()].sort((a, b) => a.seq - b.seq);
  for (const phone of phones) {
    const written = new Set(phone.written);
    const arrived = log.map(({ id }) => id).filter((id) => written.has(id));
    const refused = new Set(phone.client.outgoing.map(({ id }) => id));
    // [R1][R3][R9] Once, in the order in which it was written there, or not at all.
    expect(arrived, phone.name).toEqual(phone.written.filter((id) => !refused.has(id)));
    expect(phone.sockets.mostAtOnce).toBe(1);
    phone.client.close();
  }
}

/**
 * Phones that lose everything but their storage lose no message: in `count` rooms, each with its own
 * seed, from `first` on. A seed that fails names itself.
 */
export async function runSeeds(first: number, count: number): Promise<void> {
  // The Worker says so whenever a room is torn down under a request; here it happens all the time.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const sessions = await Promise.all(['ann', 'ben', 'cem', 'dee'].map(guest));
  for (let seed = first; seed < first + count; seed++) {
    await run(seed, sessions).catch((reason) => {
      throw new Error(`seed ${seed}: ${reason}`, { cause: reason });
    });
  }
}
