/** The half of a room that delivers: it knows the connections and nothing of how events are made. */
import { encodeEventsFrame } from '../../shared/codec.ts';
import { canSee, type Viewer } from './audience.ts';
import type { Peer, Session, StoredEvent } from './ports.ts';

/**
 * A mini-program takes frames of at most 1 MB. A character is at most three bytes, so a frame of
 * this many characters and one more event stays well below.
 */
const MAX_FRAME_CHARACTERS = 256 * 1024;

/** Everybody who is connected. Each is always told everything up to the head of the log [R4]. */
export class FanOut {
  readonly #peers = new Set<Peer>();
  readonly #viewerOf: (session: Session) => Viewer;

  /** `viewerOf` gives what decides a session's view at the moment of delivery. */
  constructor(viewerOf: (session: Session) => Viewer) {
    this.#viewerOf = viewerOf;
  }

  /** Connections, not users. */
  get size(): number {
    return this.#peers.size;
  }

  add(peer: Peer): void {
    this.#peers.add(peer);
  }

  has(peer: Peer): boolean {
    return this.#peers.has(peer);
  }

  /** Returns whether the peer was there. */
  remove(peer: Peer): boolean {
    return this.#peers.delete(peer);
  }

  [Symbol.iterator](): Iterator<Peer> {
    return this.#peers.values();
  }

  /** Sends the same text to all whom `wanted` does not leave out. */
  broadcast(text: string, wanted?: (peer: Peer) => boolean): void {
    for (const peer of this.#peers) if (!wanted || wanted(peer)) peer.send(text);
  }

  /**
   * Delivers a batch to everybody, to each what they may see [R6]. Peers with the same view get the
   * same text. Who may see none of it gets an empty frame: their chain goes on, and their cursor
   * keeps up, without a word kept about them between two batches.
   */
  deliver(after: number, batch: readonly StoredEvent[]): void {
    const upTo = after + batch.length;
    const restricted = batch.filter(({ event }) => event.to);
    if (restricted.length === 0) {
      this.broadcast(frameOf(after, upTo, batch));
      return;
    }
    const frames = new Map<string, string>();
    for (const peer of this.#peers) {
      const viewer = this.#viewerOf(peer.session);
      const view = restricted.map(({ event }) => (canSee(viewer, event) ? '1' : '0')).join('');
      let frame = frames.get(view);
      if (frame === undefined) {
        const visible = batch.filter(({ event }) => canSee(viewer, event));
        frame = frameOf(after, upTo, visible);
        frames.set(view, frame);
      }
      peer.send(frame);
    }
  }

  /** Brings one peer from `after` to `head`, in frames of bearable size. */
  catchUp(peer: Peer, after: number, head: number, events: readonly StoredEvent[]): void {
    let from = after;
    let chunk: StoredEvent[] = [];
    let size = 0;
    for (const stored of events) {
      if (size > 0 && size + stored.text.length > MAX_FRAME_CHARACTERS) {
        const upTo = stored.event.seq - 1;
        peer.send(frameOf(from, upTo, chunk));
        from = upTo;
        chunk = [];
        size = 0;
      }
      chunk.push(stored);
      size += stored.text.length;
    }
    if (head > from) peer.send(frameOf(from, head, chunk));
  }
}

function frameOf(after: number, upTo: number, events: readonly StoredEvent[]): string {
  return encodeEventsFrame(
    after,
    upTo,
    events.map(({ text }) => text),
  );
}
