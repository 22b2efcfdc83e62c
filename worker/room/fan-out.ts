/** The half of a room that delivers: it knows the connections and nothing of how events are made. */
import { encodeEventsFrame } from '../../shared/codec.ts';
import { canSee, type Viewer } from './audience.ts';
import type { Peer, Session, StoredEvent } from './ports.ts';

/**
 * A mini-program takes frames of at most 1 MB. A character is at most three bytes, so a frame of
 * this many characters and one more event stays well below.
 */
export const MAX_FRAME_CHARACTERS = 256 * 1024;

/** Everybody who is connected. Each is always told everything up to the head of the log [R4]. */
export class FanOut {
  readonly #peers = new Set<Peer>();
  readonly #viewerOf: (session: Session) => Viewer;
  /** No session ends before this, in milliseconds since 1970. */
  #nextExpiry = Number.POSITIVE_INFINITY;

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
    this.#nextExpiry = Math.min(this.#nextExpiry, expiryOf(peer));
  }

  has(peer: Peer): boolean {
    return this.#peers.has(peer);
  }

  /** Returns whether the peer was there. */
  remove(peer: Peer): boolean {
    return this.#peers.delete(peer);
  }

  /** Those whose session has run out at `now`; costs nothing while there can be none. */
  expired(now: number): Peer[] {
    if (now < this.#nextExpiry) return [];
    const peers = [...this.#peers];
    const staying = peers.filter((peer) => expiryOf(peer) > now);
    this.#nextExpiry = Math.min(...staying.map(expiryOf));
    return peers.filter((peer) => expiryOf(peer) <= now);
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
    const head = after + batch.length;
    const restricted = batch.filter(({ event }) => event.to);
    if (restricted.length === 0) {
      for (const frame of framesOf(after, head, batch)) this.broadcast(frame);
      return;
    }
    const framesByView = new Map<string, string[]>();
    for (const peer of this.#peers) {
      const viewer = this.#viewerOf(peer.session);
      const view = restricted.map(({ event }) => (canSee(viewer, event) ? '1' : '0')).join('');
      let frames = framesByView.get(view);
      if (!frames) {
        frames = framesOf(
          after,
          head,
          batch.filter(({ event }) => canSee(viewer, event)),
        );
        framesByView.set(view, frames);
      }
      for (const frame of frames) peer.send(frame);
    }
  }

  /** Brings one peer from `after` to `head` with the events that it may see. */
  catchUp(peer: Peer, after: number, head: number, events: readonly StoredEvent[]): void {
    for (const frame of framesOf(after, head, events)) peer.send(frame);
  }
}

/** The frames that lead from `after` to `head`: as few as possible, each of bearable size. */
function framesOf(after: number, head: number, events: readonly StoredEvent[]): string[] {
  const frames: string[] = [];
  let from = after;
  let texts: string[] = [];
  let size = 0;
  for (const { event, text } of events) {
    if (size > 0 && size + text.length > MAX_FRAME_CHARACTERS) {
      frames.push(encodeEventsFrame(from, event.seq - 1, texts));
      from = event.seq - 1;
      texts = [];
      size = 0;
    }
    texts.push(text);
    size += text.length;
  }
  if (head > from) frames.push(encodeEventsFrame(from, head, texts));
  return frames;
}

function expiryOf({ session }: Peer): number {
  return session.expiresAt ?? Number.POSITIVE_INFINITY;
}
