import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outgoing } from '../../../miniprogram/src/chat/outbox.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { ChatMessage, SendFrame } from '../../../shared/protocol.ts';
import { ClientHarness } from '../../support/client-harness.ts';
import { type FakeSocket, type FakeUpload, flush, MemoryStore } from '../../support/fake-ports.ts';
import { events, message, reject, user, welcome } from '../../support/frames.ts';
import { SeededRandom } from '../../support/random.ts';

/** What becomes of the next message that reaches the server. */
const fate = fc.constantFrom(
  'ack',
  'ack twice',
  'event before ack',
  'stored, then cut',
  'cut before it is stored',
  'stored, but silent',
  'lost, and silent',
  'rate_limited' as const,
  'server_error' as const,
  'forbidden' as const,
  'held' as const,
);
/** What becomes of the next upload. */
const uploadFate = fc.constantFrom(
  'done',
  'slow',
  'done, then forgotten',
  'no answer',
  'gone',
  'server_error' as const,
  'too_large' as const,
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'say' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'show' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  fc.constantFrom(
    { do: 'cut' as const },
    { do: 'kill' as const },
    { do: 'reopen' as const },
    { do: 'jump' as const },
  ),
);

const PICTURE = { type: 'image', url: '', width: 4, height: 3, size: 9 } as const;
const urlOf = (file: string, time: number) => `/media/${file.padStart(18, '_')}_${time}`;
const fileOf = (url: string) => url.replace(/^\/media\/_*(.*)_\d+$/, '$1');
const count = (counts: Map<string, number>, key: string) =>
  counts.set(key, (counts.get(key) ?? 0) + 1);

/** A server with one user, who may be refused. */
class Server {
  readonly log: ChatMessage[] = [];
  readonly refused = new Set<string>();
  fates: string[] = [];
  uploadFates: string[] = [];
  /** The addresses of uploads that a message may use. */
  readonly known = new Set<string>();
  /** How often each file was uploaded and the answer arrived, and how often it was lost after that. */
  readonly uploads = new Map<string, number>();
  readonly lost = new Map<string, number>();

  receive(upload: FakeUpload): void {
    const fate = this.uploadFates.shift() ?? 'done';
    const { file } = upload;
    upload.progress(0.5);
    if (fate === 'slow') {
      // The next time it is looked at it is done.
      this.uploadFates.unshift('done');
    } else if (fate.startsWith('done')) {
      count(this.uploads, file);
      const url = urlOf(file, this.uploads.get(file) ?? 0);
      if (fate === 'done') this.known.add(url);
      else count(this.lost, file);
      upload.end({ ok: true, content: { ...PICTURE, url } });
    } else if (fate === 'no answer') upload.end({ ok: false });
    else if (fate === 'gone') {
      this.refused.add(file);
      upload.end({ ok: false, gone: true });
    } else {
      if (fate === 'too_large') this.refused.add(file);
      upload.end({ ok: false, refusal: { code: fate as ErrorCode, message: 'no' } });
    }
  }

  /** Greets a new socket, and catches it up. */
  greet(socket: FakeSocket): void {
    const since = Number(/since=e1\.(\d+)/.exec(socket.url)?.[1] ?? 0);
    const head = this.log.length;
    const resume = socket.url.includes('since') ? 'recovered' : 'fresh';
    socket.say(welcome({ resume, after: since, head }));
    if (head > since) socket.say(events(since, this.log.slice(since), head));
  }

  take(socket: FakeSocket, frame: SendFrame): void {
    const { id } = frame;
    const known = this.log.find((event) => event.id === id);
    if ('url' in frame.content && !known && !this.known.has(frame.content.url)) {
      socket.say(reject('not_found', { id }));
      return;
    }
    const outcome = this.fates.shift() ?? 'ack';
    const store = () => {
      if (known) return;
      const seq = this.log.length + 1;
      this.log.push(message(seq, frame.content, { id, from: user('u1') }));
    };
    const tell = () => {
      const last = this.log.at(-1);
      if (!known && last) socket.say(events(last.seq - 1, [last]));
    };
    const ack = () => {
      const event = this.log.find((each) => each.id === id);
      if (event) socket.say({ type: 'ack', id, seq: event.seq, at: event.at });
    };
    if (outcome.startsWith('ack') || outcome.startsWith('event') || outcome.startsWith('stored')) {
      store();
      if (outcome === 'event before ack') tell();
      if (!outcome.startsWith('stored')) ack();
      if (outcome === 'ack twice') ack();
      if (outcome.startsWith('ack')) tell();
      if (outcome.endsWith('cut')) socket.end();
    } else if (outcome.startsWith('cut')) socket.end();
    else if (!outcome.startsWith('lost')) {
      if (known) {
        ack();
        return;
      }
      if (outcome === 'forbidden') this.refused.add(id);
      if (outcome === 'server_error') socket.say(reject(outcome, { id }));
      else if (outcome === 'held') socket.say(reject('server_error', { id, retryAfter: 500 }));
      else socket.say(reject(outcome as ErrorCode, { id, retryAfter: 500 }));
    }
  }
}

/** The app on the phone; its network is the {@link Server}. */
class Phone {
  readonly #server: Server;
  readonly #answered = new Map<FakeSocket, number>();
  readonly h: ClientHarness;

  constructor(server: Server, store: MemoryStore, random: SeededRandom) {
    this.#server = server;
    this.h = new ClientHarness(store, random);
    this.h.client.open();
  }

  /** Lets time pass, and the server answer what it got. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 500) {
      await this.h.clock.advance(Math.min(left, 500));
      this.#serve();
      await flush();
    }
  }

  #serve(): void {
    for (const upload of this.h.uploads.open) this.#server.receive(upload);
    for (let busy = true; busy; ) {
      busy = false;
      const [socket] = this.h.sockets.open;
      if (!socket) return;
      if (!this.#answered.has(socket)) {
        this.#answered.set(socket, 0);
        this.#server.greet(socket);
        busy = true;
      }
      if (socket.sent.at(-1) === 'ping') socket.say('pong');
      const sends = socket.framesOf('send');
      const answered = this.#answered.get(socket) ?? 0;
      // Never more than one message under way.
      expect(sends.length - answered).toBeLessThanOrEqual(1);
      const frame = sends[answered];
      if (!frame) continue;
      this.#answered.set(socket, answered + 1);
      this.#server.take(socket, frame);
      busy = true;
    }
  }
}

it('[R1][R3] whatever is lost, refused or killed: what was written arrives once, in order, or says that it failed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30 }),
      fc.array(fate, { maxLength: 20 }),
      fc.array(uploadFate, { maxLength: 20 }),
      fc.nat(),
      async (steps, fates, uploadFates, seed) => {
        const server = new Server();
        server.fates = [...fates];
        server.uploadFates = [...uploadFates];
        const store = new MemoryStore();
        const random = new SeededRandom(seed);
        let phone = new Phone(server, store, random);
        const written: string[] = [];
        for (const each of steps) {
          if (each.do === 'say') {
            written.push(`m${written.length}`);
            phone.h.say(written.at(-1) ?? '');
          } else if (each.do === 'show') {
            written.push(`p${written.length}`);
            phone.h.client.send({ content: PICTURE, file: written.at(-1) ?? '' });
          } else if (each.do === 'wait') await phone.pass(each.ms);
          else if (each.do === 'cut') phone.h.sockets.open[0]?.end();
          else if (each.do === 'kill') phone = new Phone(server, store, random);
          else if (each.do === 'jump') phone.h.clock.jump(random.pick([-1, 1]) * 3_600_000);
          else {
            phone.h.client.close();
            phone.h.client.open();
          }
          expect(phone.h.sockets.mostAtOnce).toBeLessThanOrEqual(1);
          expect(phone.h.uploads.mostAtOnce).toBeLessThanOrEqual(1);
        }
        server.fates = [];
        server.uploadFates = [];
        await phone.pass(300_000);

        const nameOf = ({ content, file }: Pick<Outgoing, 'content' | 'file'>) =>
          file ?? ('text' in content ? content.text : 'url' in content ? fileOf(content.url) : '');
        const arrived = server.log.map(({ content }) => nameOf({ content } as Outgoing));
        const failed = phone.h.client.outgoing;
        expect(failed.every(({ state }) => state === 'failed')).toBe(true);
        expect(
          failed.every((item) => {
            const isRefused = server.refused.has(item.id) || server.refused.has(nameOf(item));
            return isRefused || item.refusal;
          }),
        ).toBe(true);
        // A picture may come later than the texts after it, and never before what is of its kind.
        for (const kind of ['m', 'p']) {
          const inOrder = arrived.filter((name) => name.startsWith(kind));
          expect(inOrder).toEqual(
            written.filter((name) => name.startsWith(kind) && arrived.includes(name)),
          );
        }
        expect([...arrived, ...failed.map(nameOf)].sort()).toEqual([...written].sort());
        // What the server has is not uploaded again.
        for (const [file, times] of server.uploads) {
          expect(times).toBeLessThanOrEqual(1 + (server.lost.get(file) ?? 0));
        }
        expect(phone.h.client.timeline.entries.map(({ event }) => event)).toEqual(server.log);
        phone.h.client.close();
        expect(phone.h.clock.running).toBe(0);
        expect(phone.h.uploads.open).toEqual([]);
      },
    ),
    { numRuns: 80 },
  );
});
