import { encodeFrame } from '../../shared/codec.ts';
import { MAX_ROSTER_USERS } from '../../shared/limits.ts';
import type { PresenceFrame, User } from '../../shared/protocol.ts';
import type { Timer } from './ports.ts';

/** The shortest time between two presence frames, in milliseconds ... */
const MIN_WINDOW_MS = 250;
/** ... and the longest. Between them a user online counts for a millisecond. */
const MAX_WINDOW_MS = 5_000;

/** What the presence board needs to know of who is online. */
export interface OnlineUsers {
  size(): number;
  user(id: string): User | undefined;
  users(): readonly User[];
}

/**
 * Tells everybody who came and who left. A first change goes out at once; those that follow closely
 * are gathered, so that n people coming at once cost n frames a window and not n * n. Nothing is
 * left running once nothing changes [R8].
 */
export class PresenceBoard {
  readonly #online: OnlineUsers;
  readonly #timer: Timer;
  readonly #publish: (text: string) => void;
  /** Whom the others have been told to be online. */
  readonly #announced = new Set<string>();
  readonly #changed = new Set<string>();
  #windowOpen = false;
  #rosterSent = true;

  /** `publish` sends a frame to everybody. */
  constructor(online: OnlineUsers, timer: Timer, publish: (text: string) => void) {
    this.#online = online;
    this.#timer = timer;
    this.#publish = publish;
  }

  /** This user was announced before the room slept. */
  assume(userId: string): void {
    this.#announced.add(userId);
    this.#rosterSent = this.#announced.size <= MAX_ROSTER_USERS;
  }

  /** Something about this user is not as it was told last: here, gone, or with other details. */
  changed(userId: string): void {
    this.#changed.add(userId);
    if (!this.#windowOpen) this.#flush();
  }

  #flush(): void {
    const frame = this.#next();
    if (frame) this.#publish(encodeFrame(frame));
    this.#windowOpen = true;
    const wait = Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, this.#online.size()));
    this.#timer(wait, () => {
      this.#windowOpen = false;
      if (this.#changed.size > 0) this.#flush();
    });
  }

  /** The frame that turns what was told last into what is; nothing when they are the same. */
  #next(): PresenceFrame | undefined {
    const joined: User[] = [];
    const left: string[] = [];
    for (const id of this.#changed) {
      const user = this.#online.user(id);
      if (user) {
        joined.push(user);
        this.#announced.add(id);
      } else if (this.#announced.delete(id)) {
        left.push(id);
      }
    }
    this.#changed.clear();
    if (joined.length === 0 && left.length === 0) return undefined;

    const online = this.#online.size();
    const hadRoster = this.#rosterSent;
    this.#rosterSent = online <= MAX_ROSTER_USERS;
    if (!this.#rosterSent) return { type: 'presence', online };
    // Who came while there were too many for a roster has none to change: send all of it.
    if (!hadRoster) return { type: 'presence', online, joined: [...this.#online.users()] };
    return {
      type: 'presence',
      online,
      ...(joined.length > 0 && { joined }),
      ...(left.length > 0 && { left }),
    };
  }
}
