import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  ActionFrame,
  Audience,
  ChatEvent,
  EventFrame,
  UnknownEvent,
} from '../../../shared/protocol.ts';
import type { Session } from '../../../worker/room/ports.ts';
import { Chronicle } from '../../support/chronicle.ts';
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
  readonly outbox = new Map<string, EventFrame>();
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
        for (const event of frame.events) this.#show(event);
        this.#upTo = frame.upTo;
      } else if (frame?.type === 'ack') {
        const before = this.acked.get(frame.id);
        // What is trimmed is not recognised any more.
        if (before !== undefined && before !== frame.seq && before >= this.#h.log.oldest) {
          throw new Error('[R3] two acks differ');
        }
        this.acked.set(frame.id, frame.seq);
        this.outbox.delete(frame.id);
      } else if (frame?.type === 'reject' && frame.code !== 'server_error') {
        this.outbox.delete(frame.id ?? '');
      }
    }
    if (this.#peer?.closed) this.#peer = undefined;
  }

  /** What is recalled goes from the screen, too. */
  #show(event: ChatEvent | UnknownEvent): void {
    this.timeline.push(event);
    if (event.kind !== 'recall') return;
    this.timeline = this.timeline.map((each) =>
      each.seq === event.target && each.kind === 'message'
        ? { ...each, content: { type: 'recalled' as const } }
        : each,
    );
  }

  /** Sends what has no ack, oldest first, `times` over, as one batch. */
  flushOutbox(times: number): void {
    const frames = [...this.outbox.values()];
    const { length } = frames;
    if (this.#peer && length > 0) {
      this.#h.receive(this.#peer, ...Array.from({ length: times }, () => frames).flat());
    }
  }
}

const isHost = (id: string) => id === 'p0' || id === 'p1';

const who = fc.nat(3);
const audience: fc.Arbitrary<Audience | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.subarray(['p0', 'p1', 'p2', 'p3'], { minLength: 1 }).map((users) => ({ users })),
  fc.constantFrom('red', 'blue').map((group) => ({ group })),
  fc.constant({ role: 'host' as const }),
);
const kind = fc.constantFrom('text' as const, 'question' as const, 'answer' as const);
/** How far back from the head; one step forward is what the same batch may make. */
const back = fc.integer({ min: -1, max: 8 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('write' as const), who, kind, back, to: audience }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('recall' as const, 'vote' as const, 'resolve' as const),
      who,
      back,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('flush' as const),
      who,
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  fc.record({ do: fc.constant('connect' as const), who }),
  fc.record({ do: fc.constant('drop' as const), who, lossy: fc.boolean() }),
  fc.record({ do: fc.constant('listen' as const), who }),
  fc.record({ do: fc.constant('hibernate' as const) }),
  fc.record({ do: fc.constant('fail' as const) }),
  fc.record({ do: fc.constant('trim' as const), part: fc.nat(100) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2_000) }),
);

describe('whatever happens to connections, room and storage', () => {
  it('[R1][R3][R4][R5][R6] all timelines and lists equal the log as each may see it, and nothing is lost or doubled', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const h = new RoomHarness();
        h.configure({ owner: 'p0', hosts: ['p1'] });
        const people = [
          new Person(h, 'p0', 'red'),
          new Person(h, 'p1', 'red'),
          new Person(h, 'p2', 'blue'),
          new Person(h, 'p3'),
        ];
        for (const person of people) person.connect();
        const chronicle = new Chronicle(isHost);
        const write = (person: Person, frame: EventFrame) => {
          chronicle.written.set(frame.id, frame);
          person.outbox.set(frame.id, frame);
        };
        const keepUp = () => {
          for (const { event } of h.log.read(chronicle.events.size, h.log.head)) {
            chronicle.events.set(event.seq, event);
          }
        };
        let count = 0;
        for (const each of steps) {
          const person = people['who' in each ? each.who : 0] as Person;
          const id = `w${++count}`;
          const target = Math.max(1, h.log.head - ('back' in each ? each.back : 0));
          if (each.do === 'write') {
            const text = `${person.session.id} says ${id}`;
            const { kind: type, to } = each;
            const content = type === 'answer' ? { type, question: target, text } : { type, text };
            write(person, { type: 'send', id, content, ...(to && { to }) });
          } else if (each.do === 'recall' || each.do === 'vote' || each.do === 'resolve') {
            write(person, { type: each.do, id, target });
          } else if (each.do === 'flush') person.flushOutbox(each.times);
          else if (each.do === 'connect') person.connect();
          else if (each.do === 'drop') person.drop(each.lossy);
          else if (each.do === 'listen') person.listen();
          else if (each.do === 'hibernate') h.hibernate();
          else if (each.do === 'fail') h.log.failNext = true;
          else if (each.do === 'trim') h.room.trim(Math.floor((h.log.head * each.part) / 100));
          else if (each.do === 'wait') h.advance(each.ms);
          keepUp();
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

        keepUp();

        const log = h.log.read(0, h.log.head).map(({ event }) => event);
        const ids = log.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        // [R3] Nobody votes twice, under whatever id.
        const votes = log.flatMap((event) =>
          event.kind === 'vote' ? [`${event.from.id} ${event.target}`] : [],
        );
        expect(new Set(votes).size).toBe(votes.length);
        // Nothing is left of what was recalled.
        for (const event of log) {
          if (event.kind !== 'message') continue;
          expect(event.content.type === 'recalled').toBe(chronicle.wasRecalled(event.seq));
        }
        const questions = people.map(({ session }) => h.room.questions(session));
        h.hibernate();
        for (const [index, person] of people.entries()) {
          const { session } = person;
          expect(person.outbox.size).toBe(0);
          const visible = log.filter((event) => chronicle.maySee(session, event));
          const from = Math.max(person.start + 1, h.log.oldest);
          const shown = person.timeline.filter(({ seq }) => seq >= from);
          expect(shown).toEqual(visible.filter(({ seq }) => seq >= from));
          const listed = h.room.questions(session);
          expect(listed).toEqual(questions[index]);
          expect(listed.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
            visible.flatMap((event) =>
              event.kind === 'message' && event.content.type === 'question' ? [event.seq] : [],
            ),
          );
          for (const each of listed) expect(each).toMatchObject(chronicle.tally(session, each.seq));
          for (const [id, seq] of person.acked) {
            const event = chronicle.events.get(seq);
            const frame = chronicle.written.get(id);
            expect(event?.from.id === session.id || frame?.type === 'resolve').toBe(true);
            if (event?.id === id) continue;
            // Only what can be done but once is acknowledged as something done before.
            expect(['vote', 'resolve']).toContain(frame?.type);
            const { type: kind, target } = frame as ActionFrame;
            expect(event).toMatchObject({ kind, target });
          }
        }
      }),
      {
        numRuns: 300,
        // Found once: the room ends a connection, and the person learns of it while hanging up.
        examples: [
          [
            [
              { do: 'write', who: 0, kind: 'text', back: 0, to: undefined },
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
