import type { Peer, Session } from './ports.ts';

interface Entry {
  /** Of the newest connection: a name changed on one device shows at once. */
  session: Session;
  readonly peers: Set<Peer>;
}

/** The users online, each with all their connections [R10]. */
export class Roster {
  readonly #users = new Map<string, Entry>();

  /** Users online. */
  get size(): number {
    return this.#users.size;
  }

  /** Adds a connection. Returns whether the others see a change: a new user, or a changed one. */
  add(peer: Peer): boolean {
    const { session } = peer;
    const entry = this.#users.get(session.id);
    if (!entry) {
      this.#users.set(session.id, { session, peers: new Set([peer]) });
      return true;
    }
    entry.peers.add(peer);
    const before = entry.session;
    entry.session = session;
    return (
      before.name !== session.name ||
      before.avatar !== session.avatar ||
      before.group !== session.group
    );
  }

  /** Removes a connection. Returns whether it was the user's last. */
  remove(peer: Peer): boolean {
    const entry = this.#users.get(peer.session.id);
    if (!entry?.peers.delete(peer) || entry.peers.size > 0) return false;
    this.#users.delete(peer.session.id);
    return true;
  }

  get(userId: string): Session | undefined {
    return this.#users.get(userId)?.session;
  }

  has(userId: string): boolean {
    return this.#users.has(userId);
  }

  hasGroup(group: string): boolean {
    for (const { session } of this.#users.values()) if (session.group === group) return true;
    return false;
  }

  /** In the order in which they came. */
  *sessions(): Generator<Session> {
    for (const { session } of this.#users.values()) yield session;
  }
}
