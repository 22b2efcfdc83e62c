import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Audience, ChatEvent, UnknownEvent } from '../../../shared/protocol.ts';
import type { Session } from '../../../worker/room/ports.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

/** A person whose phone loses the connection, comes back by cursor, and sends again what has no ack. */
class Person {
  readonly session: Session;
  readonly #h: RoomHarness;
  #peer: FakePeer | undefined;
  #epoch = '';
  #upTo: number | undefined;
  /** What the screen shows. */
  timeline: (ChatEvent | UnknownEvent)[] = [];
  /** Just before the first event that the screen could show. */
  start = 0;
  readonly outbox = new Map<string, { text: string; to?: Audience }>();
  readonly acked = new Map<string, number>();
  readonly resets: string[] = [];
  #read = 0;

  constructor(h: RoomHarness, id: string, group?: string) {
    this.#h = h;
    this.session = { id, name: id, ...(group && { group }) };
  }

  connect(): void {
    if (this.#peer) return;
    const cursor = this.#upTo === undefined ? undefined : { epoch: this.#epoch, seq: this.#upTo };
    this.#peer = this.#h.join(this.session, cursor);
    this.#read = 0;
    this.listen();
  }

  /** `lossy`: what the room sent since the last look never arrives. */
  drop(lossy: boolean): void {
    if (!this.#peer) return;
    if (!lossy) this.listen();
    // Listening may bring the news that the room has ended it.
    if (this.#peer) this.#h.leave(this.#peer);
    this.#peer = undefined;
  }

  listen(): void {
    for (; this.#peer && this.#read < this.#peer.inbox.frames.length; this.#read++) {
      const frame = this.#peer.inbox.frames[this.#read];
      if (frame?.type === 'welcome') {
        this.#epoch = frame.epoch;
        if (frame.resume !== 'recovered') {
          if (frame.resume === 'reset') this.resets.push(frame.resume);
          this.timeline = [];
          this.start = frame.after;
        } else if (frame.after !== this.#upTo) throw new Error('recovered from elsewhere');
        this.#upTo = frame.after;
      } else if (frame?.type === 'events') {
        this.timeline.push(...frame.events);
        this.#upTo = frame.upTo;
      } else if (frame?.type === 'ack') {
        const before = this.acked.get(frame.id);
        if (before !== undefined && before !== frame.seq) throw new Error('[R3] two acks differ');
        this.acked.set(frame.id, frame.seq);
        this.outbox.delete(frame.id);
      } else if (frame?.type === 'reject' && frame.code !== 'server_error') {
        this.outbox.delete(frame.id ?? '');
      }
    }
    if (this.#peer?.closed) this.#peer = undefined;
  }

  /** Sends what has no ack, oldest first, `times` over, as one batch. */
  flushOutbox(times: number): void {
    const frames = [...this.outbox].map(([id, { text, to }]) => ({
      type: 'send' as const,
      id,
      content: { type: 'text' as const, text },
      ...(to && { to }),
    }));
    const { length } = frames;
    if (this.#peer && length > 0) {
      this.#h.receive(this.#peer, ...Array.from({ length: times }, () => frames).flat());
    }
  }
}

/** [R6] said once more, in other words than the room's. */
function maySee({ id, group }: Session, { to, from }: ChatEvent): boolean {
  if (to === undefined || from.id === id) return true;
  const audience = new Map(Object.entries(to));
  const users = audience.get('users') as string[] | undefined;
  const isHost = id === 'p0';
  return (
    users?.some((user) => user === id) ||
    (group !== undefined && audience.get('group') === group) ||
    (isHost && audience.has('role'))
  );
}

const who = fc.nat(3);
const audience: fc.Arbitrary<Audience | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.subarray(['p0', 'p1', 'p2', 'p3'], { minLength: 1 }).map((users) => ({ users })),
  fc.constantFrom('red', 'blue').map((group) => ({ group })),
  fc.constant({ role: 'host' as const }),
);
const step = fc.oneof(
  fc.record({ do: fc.constant('write' as const), who, to: audience }),
  fc.record({ do: fc.constant('flush' as const), who, times: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constant('connect' as const), who }),
  fc.record({ do: fc.constant('drop' as const), who, lossy: fc.boolean() }),
  fc.record({ do: fc.constant('listen' as const), who }),
  fc.record({ do: fc.constant('hibernate' as const) }),
  fc.record({ do: fc.constant('fail' as const) }),
  fc.record({ do: fc.constant('trim' as const), part: fc.nat(100) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2_000) }),
);

describe('whatever happens to connections, room and storage', () => {
  it('[R1][R3][R4][R5][R6] all timelines equal the log as each may see it, and nothing is lost or doubled', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const h = new RoomHarness();
        h.room.configure({ owner: 'p0' });
        const people = [
          new Person(h, 'p0', 'red'),
          new Person(h, 'p1', 'red'),
          new Person(h, 'p2', 'blue'),
          new Person(h, 'p3'),
        ];
        for (const person of people) person.connect();
        const written = new Map<string, string>();
        let count = 0;
        for (const each of steps) {
          const person = people['who' in each ? each.who : 0] as Person;
          if (each.do === 'write') {
            const id = `w${++count}`;
            const text = `${person.session.id} says ${id}`;
            written.set(id, text);
            person.outbox.set(id, { text, ...(each.to && { to: each.to }) });
          } else if (each.do === 'flush') person.flushOutbox(each.times);
          else if (each.do === 'connect') person.connect();
          else if (each.do === 'drop') person.drop(each.lossy);
          else if (each.do === 'listen') person.listen();
          else if (each.do === 'hibernate') h.hibernate();
          else if (each.do === 'fail') h.log.failNext = true;
          else if (each.do === 'trim') h.room.trim(Math.floor((h.log.head * each.part) / 100));
          else h.advance(each.ms);
        }
        // In the end everybody is back and has sent what was left.
        h.log.failNext = false;
        for (const person of people) {
          person.connect();
          person.listen();
          person.connect();
          person.flushOutbox(1);
        }
        for (const person of people) person.listen();

        const log = h.log.read(0, h.log.head).map(({ event }) => event);
        const ids = log.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const person of people) {
          expect(person.outbox.size).toBe(0);
          const visible = log.filter((event) => maySee(person.session, event));
          const from = Math.max(person.start + 1, h.log.oldest);
          const shown = person.timeline.filter(({ seq }) => seq >= from);
          expect(shown).toEqual(visible.filter(({ seq }) => seq >= from));
          for (const [id, seq] of person.acked) {
            const event = log.find((each) => each.seq === seq);
            if (event) expect(event).toMatchObject({ id, content: { text: written.get(id) } });
            else expect(seq).toBeLessThan(h.log.oldest);
          }
        }
      }),
      {
        numRuns: 300,
        // Found once: the room ends a connection, and the person learns of it while hanging up.
        examples: [
          [
            [
              { do: 'write', who: 0, to: undefined },
              { do: 'fail' },
              { do: 'flush', who: 0, times: 1 },
              { do: 'drop', who: 0, lossy: false },
            ],
          ],
        ],
      },
    );
  });
});
