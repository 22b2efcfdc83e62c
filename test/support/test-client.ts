/** What every client under test can do, whatever its socket is. */
import { encodeFrame } from '../../shared/codec.ts';
import type {
  ActionFrame,
  ClientFrame,
  ModerateFrame,
  SendFrame,
  ServerFrame,
} from '../../shared/protocol.ts';
import { type FrameOf, Inbox } from './inbox.ts';

const TIMEOUT_MS = 10_000;
const POLL_MS = 5;
/** Unique per user, whichever of their connections it goes over. */
let ids = 0;

/** Resolves with what `look` finds as soon as it finds something; rejects after ten seconds. */
export async function until<Found>(look: () => Found | undefined, what: string): Promise<Found> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** One connection to a real server. */
export abstract class TestClient {
  readonly inbox = new Inbox();
  closed: { code: number; reason: string } | undefined;

  protected abstract transmit(data: string | ArrayBuffer): void;

  /** Sends a frame, or whatever else a hostile client would. */
  send(data: ClientFrame | string | ArrayBuffer): void {
    const isFrame = typeof data === 'object' && 'type' in data;
    this.transmit(isFrame ? encodeFrame(data) : data);
  }

  /** The next frame of a type that was not taken before. */
  next<Type extends ServerFrame['type']>(
    type: Type,
    wanted?: (frame: FrameOf<Type>) => boolean,
  ): Promise<FrameOf<Type>> {
    return until(() => this.inbox.take(type, wanted), type);
  }

  /** Sends a text and waits for its ack. */
  async say(text: string, options: Partial<SendFrame> = {}): Promise<FrameOf<'ack'>> {
    const { id = `t-${++ids}`, ...rest } = options;
    this.send({ type: 'send', id, content: { type: 'text', text }, ...rest });
    return await this.next('ack', (ack) => ack.id === id);
  }

  /** Does something to an event and waits for the ack. */
  async act(type: ActionFrame['type'], target: number): Promise<FrameOf<'ack'>> {
    const id = `t-${++ids}`;
    this.send({ type, id, target });
    return await this.next('ack', (ack) => ack.id === id);
  }

  /** Does something to somebody and waits for the ack. */
  async moderate(
    action: ModerateFrame['action'],
    user: string,
    until?: number,
  ): Promise<FrameOf<'ack'>> {
    const id = `t-${++ids}`;
    this.send({ type: 'moderate', id, action, user, ...(until !== undefined && { until }) });
    return await this.next('ack', (ack) => ack.id === id);
  }

  /** Waits until the connection has been told everything up to `seq`. */
  async upTo(seq: number): Promise<void> {
    await until(() => (this.inbox.upTo ?? 0) >= seq || undefined, `seq ${seq}`);
  }

  /** Where this client would resume. */
  get cursor(): string {
    return `${this.inbox.all('welcome')[0]?.epoch}.${this.inbox.upTo}`;
  }

  /** How the connection ended, once it has. */
  whenClosed(): Promise<{ code: number; reason: string }> {
    return until(() => this.closed, 'the connection to end');
  }
}
