import { encodeFrame } from '../../shared/codec.ts';
import { MAX_ROSTER_USERS } from '../../shared/limits.ts';
import type { PresenceFrame, User } from '../../shared/protocol.ts';
import type { Flag, Timer } from './ports.ts';

/** The shortest time between two presence frames, in milliseconds ... */
const MIN_WINDOW_MS = 250;
/** ... and the longest. Between them a user online counts for a millisecond. */
const MAX_WINDOW_MS = 5_000;

/** What the presence board needs to know of who is online. */
export interface OnlineUsers {
  size(): number;
  user(id: string): User | undefined;
  users(): User[];
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
  /**
   * Whether somebody may be without a roster, because there were too many when they came or since.
   * Kept through sleep: what changes are good for depends on what people hold.
   */
  readonly #someLackRoster: Flag;
  /** Who stands in a roster, or is counted in a number, that somebody has been given. */
  readonly #shown = new Set<string>();
  readonly #changed = new Set<string>();
  #rosterDue = false;
  #windowOpen = false;

  /** `publish` sends a frame to everybody. */
  constructor(
    online: OnlineUsers,
    timer: Timer,
    someLackRoster: Flag,
    publish: (text: string) => void,
  ) {
    this.#online = online;
    this.#timer = timer;
    this.#someLackRoster = someLackRoster;
    this.#publish = publish;
  }

  /** This user was there before the room slept, and the others know. */
  assume(userId: string): void {
    this.#shown.add(userId);
  }

  /** The roster for somebody who just came, or `undefined` when there are too many for one. */
  rosterForNewcomer(): User[] | undefined {
    // Their welcome counts, and perhaps names, some of whom the others have not been told yet.
    for (const id of this.#changed) if (this.#online.user(id)) this.#shown.add(id);
    if (this.#online.size() > MAX_ROSTER_USERS) {
      this.#someLackRoster.write(true);
      return undefined;
    }
    return this.#online.users();
  }

  /** Something about this user is not as it was told last: here, gone, or with other details. */
  changed(userId: string): void {
    this.#changed.add(userId);
    if (!this.#windowOpen) this.#flush();
  }

  /** Somebody left, and nobody knows who: everybody gets the roster as it is. */
  recount(): void {
    this.#rosterDue = true;
    if (!this.#windowOpen) this.#flush();
  }

  #flush(): void {
    const frame = this.#next();
    this.#windowOpen = true;
    const wait = Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, this.#online.size()));
    this.#timer(wait, () => {
      this.#windowOpen = false;
      if (this.#changed.size > 0 || this.#rosterDue) this.#flush();
    });
    if (frame) this.#publish(encodeFrame(frame));
  }

  /** The frame that turns what people hold into what is; nothing when that is the same. */
  #next(): PresenceFrame | undefined {
    const joined: User[] = [];
    const left: string[] = [];
    for (const id of this.#changed) {
      const user = this.#online.user(id);
      if (user) {
        joined.push(user);
        this.#shown.add(id);
      } else if (this.#shown.delete(id)) {
        left.push(id);
      }
    }
    this.#changed.clear();
    const rosterDue = this.#rosterDue;
    this.#rosterDue = false;
    if (joined.length === 0 && left.length === 0 && !rosterDue) return undefined;

    const online = this.#online.size();
    if (online > MAX_ROSTER_USERS) {
      this.#someLackRoster.write(true);
      return { type: 'presence', online };
    }
    if (rosterDue || this.#someLackRoster.read()) {
      this.#someLackRoster.write(false);
      return { type: 'presence', online, members: this.#online.users() };
    }
    return {
      type: 'presence',
      online,
      ...(joined.length > 0 && { joined }),
      ...(left.length > 0 && { left }),
    };
  }
}
