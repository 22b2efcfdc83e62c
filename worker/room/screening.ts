/** The gate between admission and the authority: what may be said is said, the rest waits or is refused. */
import type { Refusal } from '../../shared/errors.ts';
import type { EventFrame } from '../../shared/protocol.ts';
import {
  type CheckResult,
  CONTENT_REJECTED,
  checkTimeOf,
  type SafetyPorts,
  type Said,
  textOf,
} from './content-check.ts';
import type { Peer, RoomSettings, Session } from './ports.ts';

/** Most frames of one user that wait for a check: as many as the default rate lets through in that time. */
export const MAX_HELD_PER_USER = 20;
/** Most frames of all users that wait for a check, and most characters in them. */
export const MAX_HELD = 1_000;
const MAX_HELD_CHARACTERS = 1024 * 1024;

/** When to try again what could not be checked, in milliseconds. */
export const HELD_RETRY_MS = 5_000;

const NOT_CHECKED: Refusal = {
  code: 'server_error',
  message: 'the content could not be checked just now: send it again later',
  retryAfter: HELD_RETRY_MS,
};
const TOO_MANY_HELD: Refusal = {
  code: 'rate_limited',
  message: 'too many messages are being checked: wait for their answers',
  retryAfter: HELD_RETRY_MS,
};

/** A frame that wants to become an event, and why it must not, if that is known. */
export interface Arrival {
  readonly peer: Peer;
  readonly data: string | ArrayBuffer;
  readonly frame: EventFrame;
  readonly refusal?: Refusal;
}

/** What the room has to say on whether a check is worth making. */
export interface ScreeningRoom {
  readonly settings: RoomSettings;
  /** Whether this user's id has become an event already [R3]. */
  isRepeated(userId: string, id: string): boolean;
  /** Whether it is refused anyway: nobody else needs to read it then. */
  isSilenced(userId: string): boolean;
  onFault(fault: unknown): void;
}

interface Held {
  readonly arrival: Arrival;
  readonly size: number;
  /** What the check finds, for the same message sent again. */
  readonly result?: Promise<CheckResult>;
  /** It may go as soon as those before it have gone. */
  cleared?: Arrival;
}

/**
 * Checks frames before they are published. What needs no check that takes time goes through at once.
 * The rest is held until its check is done, and with it whatever its author sends meanwhile: checks
 * run side by side, but one user's frames go on in the order in which they came.
 */
export class Screening {
  readonly #safety: SafetyPorts;
  readonly #room: ScreeningRoom;
  readonly #held = new Map<string, Held[]>();
  readonly #running = new Set<Promise<void>>();
  #count = 0;
  #characters = 0;

  constructor(safety: SafetyPorts, room: ScreeningRoom) {
    this.#safety = safety;
    this.#room = room;
  }

  /** The arrival as it may go on now; `undefined` when it is held, and comes back by `resubmit`. */
  screen(arrival: Arrival): Arrival | undefined {
    const { peer, frame, refusal } = arrival;
    if (refusal) return arrival;
    const { id: userId } = peer.session;
    const said = this.#said(textOf(frame), peer.session);
    const rejected = this.#wordRefusal(said);
    const asked = said && !rejected && this.#isForRemote(said) ? said : undefined;
    const before = this.#held.get(userId) ?? [];
    if (!rejected && !asked && before.length === 0) return arrival;
    // What makes no event overtakes nothing.
    if (this.#room.isRepeated(userId, frame.id)) return arrival;
    if (rejected) return { ...arrival, refusal: rejected };
    const size = typeof arrival.data === 'string' ? arrival.data.length : arrival.data.byteLength;
    const isFull = this.#count >= MAX_HELD || this.#characters + size > MAX_HELD_CHARACTERS;
    if (before.length >= MAX_HELD_PER_USER) return { ...arrival, refusal: TOO_MANY_HELD };
    if (isFull) return { ...arrival, refusal: NOT_CHECKED };
    this.#hold(userId, before, arrival, size, asked);
    return undefined;
  }

  /** Why `author` must not say `text` here, as far as the list of words knows. */
  wordRefusal(text: string, author: Session): Refusal | undefined {
    return this.#wordRefusal(this.#said(text, author));
  }

  /** As {@link wordRefusal}, by all checks there are: for what is published some time later. */
  async vet(text: string, author: Session): Promise<Refusal | undefined> {
    const said = this.#said(text, author);
    const rejected = this.#wordRefusal(said);
    if (!said || rejected || !this.#safety.remote || author.sealedOpenId === undefined) {
      return rejected;
    }
    return this.#refusalFor(await this.#ask(said));
  }

  /** Whether anything is held. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when what is held now is not any more; what comes meanwhile is others' to wait for. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** What is to be checked of it, in a room that checks. */
  #said(text: string | undefined, { id, sealedOpenId }: Session): Said | undefined {
    const { settings } = this.#room;
    if (text === undefined || checkTimeOf(settings, this.#safety.policy) === 'off')
      return undefined;
    const author = { id, ...(sealedOpenId !== undefined && { sealedOpenId }) };
    return { text, author, blockedWords: settings.blockedWords ?? [] };
  }

  #wordRefusal(said: Said | undefined): Refusal | undefined {
    return said && this.#safety.words.check(said) === 'reject' ? CONTENT_REJECTED : undefined;
  }

  #isForRemote({ author }: Said): boolean {
    return (
      this.#safety.remote !== undefined &&
      author.sealedOpenId !== undefined &&
      checkTimeOf(this.#room.settings, this.#safety.policy) === 'before' &&
      !this.#room.isSilenced(author.id)
    );
  }

  #hold(
    userId: string,
    before: Held[],
    arrival: Arrival,
    size: number,
    asked: Said | undefined,
  ): void {
    const held: Held = asked
      ? { arrival, size, result: this.#sameAs(before, arrival) ?? this.#ask(asked) }
      : { arrival, size, cleared: arrival };
    this.#held.set(userId, [...before, held]);
    this.#count += 1;
    this.#characters += size;
    const { result } = held;
    if (!result) return;
    const done = result
      .then((found) => {
        const refusal = this.#refusalFor(found);
        held.cleared = { ...arrival, ...(refusal && { refusal }) };
        return this.#release(userId);
      })
      .catch((fault) => this.#room.onFault(fault))
      .finally(() => this.#running.delete(done));
    this.#running.add(done);
  }

  /** Sent again over a new connection, while it is still being checked. */
  #sameAs(before: readonly Held[], { frame }: Arrival): Promise<CheckResult> | undefined {
    const same = before.find(
      ({ arrival }) => arrival.frame.id === frame.id && textOf(arrival.frame) === textOf(frame),
    );
    return same?.result;
  }

  async #ask(said: Said): Promise<CheckResult> {
    try {
      return (await this.#safety.remote?.check(said)) ?? 'unavailable';
    } catch (fault) {
      this.#room.onFault(fault);
      return 'unavailable';
    }
  }

  #refusalFor(found: CheckResult): Refusal | undefined {
    if (found === 'pass') return undefined;
    if (found === 'reject') return CONTENT_REJECTED;
    const { settings } = this.#room;
    const onFailure = settings.onCheckFailure ?? this.#safety.policy.onFailure;
    return onFailure === 'hold' ? NOT_CHECKED : undefined;
  }

  /** Lets go, in order, what is cleared and has none before it that is not. */
  async #release(userId: string): Promise<void> {
    const queue = this.#held.get(userId) ?? [];
    const end = queue.findIndex(({ cleared }) => !cleared);
    const going = end < 0 ? queue : queue.slice(0, end);
    const staying = end < 0 ? [] : queue.slice(end);
    if (staying.length > 0) this.#held.set(userId, staying);
    else this.#held.delete(userId);
    this.#count -= going.length;
    for (const { size } of going) this.#characters -= size;
    // Handed over at once, one after the other: their order is that of these calls.
    await Promise.all(
      going.map(({ cleared, arrival }) => this.#safety.resubmit(cleared ?? arrival)),
    );
  }
}
