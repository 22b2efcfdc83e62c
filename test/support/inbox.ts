/** What a client under test has received: decoded by the real codec, and checked for gaps. */
import { decodeServerFrame } from '../../shared/codec.ts';
import type { ChatEvent, ServerFrame, UnknownEvent } from '../../shared/protocol.ts';

export type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;

/** Frames in the order in which they came. Throws at the first that breaks the contract. */
export class Inbox {
  readonly frames: ServerFrame[] = [];
  /** Whatever was not JSON of the protocol, such as a heartbeat's answer. */
  readonly other: string[] = [];
  readonly #taken = new Set<ServerFrame>();
  #upTo: number | undefined;

  /** Adds what came on the wire. */
  push(text: string): void {
    if (!text.startsWith('{')) {
      this.other.push(text);
      return;
    }
    const decoded = decodeServerFrame(text);
    if (!decoded?.ok) throw new Error(`not a frame of the protocol: ${text}`);
    this.#follow(decoded.frame);
    this.frames.push(decoded.frame);
  }

  /** Where this client's chain ends [R4]. */
  get upTo(): number | undefined {
    return this.#upTo;
  }

  /** All frames of a type. */
  all<Type extends ServerFrame['type']>(type: Type): FrameOf<Type>[] {
    return this.frames.filter((frame): frame is FrameOf<Type> => frame.type === type);
  }

  /** The next frame of a type that was not taken before, if it is there. */
  take<Type extends ServerFrame['type']>(
    type: Type,
    wanted: (frame: FrameOf<Type>) => boolean = () => true,
  ): FrameOf<Type> | undefined {
    const frame = this.all(type).find((each) => !this.#taken.has(each) && wanted(each));
    if (frame) this.#taken.add(frame);
    return frame;
  }

  /** The events that arrived live or on catching up, in order. */
  events(): (ChatEvent | UnknownEvent)[] {
    return this.all('events').flatMap(({ events }) => events);
  }

  /** What was said, as a person would read it. */
  texts(): string[] {
    return this.events().map((event) => {
      if (!('content' in event)) return `(${event.kind})`;
      return 'text' in event.content ? event.content.text : `(${event.content.type})`;
    });
  }

  /** [R4] `events.after` equals the last `upTo`, at first `welcome.after`. */
  #follow(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#upTo = frame.after;
    if (frame.type !== 'events') return;
    if (frame.after !== this.#upTo) {
      throw new Error(`broken chain: after ${frame.after} does not follow ${this.#upTo}`);
    }
    let seq = frame.after;
    for (const event of frame.events) {
      if (event.seq <= seq) throw new Error(`out of order: ${event.seq} comes after ${seq}`);
      seq = event.seq;
    }
    if (seq > frame.upTo) throw new Error(`event ${seq} is beyond upTo ${frame.upTo}`);
    this.#upTo = frame.upTo;
  }
}
