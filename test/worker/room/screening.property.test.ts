import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeSafety, settle } from '../../support/fake-safety.ts';
import { type FakePeer, RoomHarness } from '../../support/room-harness.ts';

const USERS = ['ann', 'bea', 'cem'] as const;
type Name = (typeof USERS)[number];

const user = fc.constantFrom(...USERS);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('say' as const), user }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(),
      result: fc.constantFrom('pass', 'unavailable', 'unable'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), user }) },
);

/** A client that sends all that has no ack yet again when it comes back, in the order of writing. */
class Writer {
  readonly written: string[] = [];
  readonly #h: RoomHarness;
  readonly #name: Name;
  readonly #connections: FakePeer[] = [];

  constructor(h: RoomHarness, name: Name) {
    this.#h = h;
    this.#name = name;
    this.#connect();
  }

  get acked(): Set<string> {
    return new Set(this.#connections.flatMap(({ inbox }) => inbox.all('ack').map(({ id }) => id)));
  }

  get refused(): string[] {
    return this.#connections.flatMap(({ inbox }) => inbox.all('reject').map(({ code }) => code));
  }

  say(): void {
    const text = `${this.#name}${this.written.length}`;
    this.written.push(text);
    this.#send(text);
  }

  reconnect(): void {
    const peer = this.#connections.at(-1);
    if (peer) this.#h.leave(peer);
    this.#connect();
    const { acked } = this;
    for (const text of this.written) if (!acked.has(text)) this.#send(text);
  }

  #connect(): void {
    // Cem came without WeChat.
    const sealed = this.#name === 'cem' ? {} : { sealedOpenId: this.#name };
    this.#connections.push(this.#h.join({ id: this.#name, name: this.#name, ...sealed }));
  }

  #send(text: string): void {
    const peer = this.#connections.at(-1);
    if (peer) this.#h.say(peer, text, { id: text });
  }
}

it('[R1][R3] however answers come and connections go: all is published once, in its author’s order', async () => {
  await fc.assert(
    // Fewer messages than may be held at once, also when all are sent again.
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const safety = new FakeSafety({ onFailure: 'allow' });
      const h = new RoomHarness({}, safety);
      const reader = h.join('reader');
      const writers = new Map(USERS.map((name) => [name, new Writer(h, name)]));
      for (const each of steps) {
        if (each.do === 'say') writers.get(each.user)?.say();
        else if (each.do === 'reconnect') writers.get(each.user)?.reconnect();
        else safety.asked[each.which % (safety.asked.length || 1)]?.answer(each.result);
        await settle();
      }
      for (const { answer } of safety.asked) answer('pass');
      await h.room.checked();

      const texts = reader.inbox.texts();
      for (const [name, { written, acked, refused }] of writers) {
        expect(texts.filter((text) => text.startsWith(name))).toEqual(written);
        expect([...acked].sort()).toEqual([...written].sort());
        expect(refused).toEqual([]);
      }
      // Each was asked about once at most, and nothing is held any more.
      expect(safety.texts).toEqual([...new Set(safety.texts)]);
      writers.get('ann')?.say();
      await safety.answer(writers.get('ann')?.written.at(-1) ?? '', 'pass');
      expect(reader.inbox.texts()).toHaveLength(texts.length + 1);
      expect(h.faults).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
