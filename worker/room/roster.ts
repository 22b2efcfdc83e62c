import type { Peer, Session } from './ports.ts';

/** What the others see of a connection that came or went. */
export type RosterChange = 'none' | 'joined' | 'left' | 'details';

/** The users online, each with all their connections, the newest last [R10]. */
export class Roster {
  readonly #users = new Map<string, Set<Peer>>();

  /** Users online. */
  get size(): number {
    return this.#users.size;
  }

  /** Adds a connection as the user's newest. */
  add(peer: Peer): RosterChange {
    const { id } = peer.session;
    const peers = this.#users.get(id);
    if (!peers) {
      this.#users.set(id, new Set([peer]));
      return 'joined';
    }
    const before = newestOf(peers);
    peers.add(peer);
    return sameDetails(before, peer.session) ? 'none' : 'details';
  }

  /** Removes a connection. */
  remove(peer: Peer): RosterChange {
    const { id } = peer.session;
    const peers = this.#users.get(id);
    if (!peers) return 'none';
    const before = newestOf(peers);
    if (!peers.delete(peer)) return 'none';
    if (peers.size === 0) {
      this.#users.delete(id);
      return 'left';
    }
    return sameDetails(before, newestOf(peers)) ? 'none' : 'details';
  }

  /** The user as on their newest connection: a name changed on one device shows at once. */
  get(userId: string): Session | undefined {
    const peers = this.#users.get(userId);
    return peers && newestOf(peers);
  }

  has(userId: string): boolean {
    return this.#users.has(userId);
  }

  hasGroup(group: string): boolean {
    for (const peers of this.#users.values()) {
      for (const { session } of peers) if (session.group === group) return true;
    }
    return false;
  }

  /** A user's connections, the oldest first. */
  connections(userId: string): readonly Peer[] {
    return [...(this.#users.get(userId) ?? [])];
  }

  /** In the order in which they came. */
  *sessions(): Generator<Session> {
    for (const peers of this.#users.values()) yield newestOf(peers);
  }
}

/** A user without a connection is not in the roster. */
function newestOf(peers: ReadonlySet<Peer>): Session {
  return ([...peers].at(-1) as Peer).session;
}

function sameDetails(one: Session, other: Session): boolean {
  return one.name === other.name && one.avatar === other.avatar && one.group === other.group;
}
