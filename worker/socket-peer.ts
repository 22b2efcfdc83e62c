import { NORMAL_CLOSURE } from '../shared/errors.ts';
import type { Peer, Session } from './room/ports.ts';

/** What a socket carries through the room's sleep. */
interface Attachment {
  readonly session: Session;
  /** When it connected, in milliseconds since 1970: a user is called as on the newest connection. */
  readonly since: number;
  /** We have ended it: a client that does not take notice must not come back by sending on. */
  readonly ended?: true;
}

/** A hibernatable WebSocket as the room sees it. */
export class SocketPeer implements Peer {
  readonly #socket: WebSocket;
  readonly #attachment: Attachment;

  private constructor(socket: WebSocket, attachment: Attachment) {
    this.#socket = socket;
    this.#attachment = attachment;
  }

  get session(): Session {
    return this.#attachment.session;
  }

  /** When it connected, in milliseconds since 1970. */
  get since(): number {
    return this.#attachment.since;
  }

  /** Of a socket that has just been accepted, at `now` (milliseconds since 1970). */
  static attach(socket: WebSocket, session: Session, now: number): SocketPeer {
    const attachment: Attachment = { session, since: now };
    socket.serializeAttachment(attachment);
    return new SocketPeer(socket, attachment);
  }

  /**
   * Of a socket that was there before the room woke. `undefined` when we had ended it, or when it is
   * closing and its attachment is gone, which the platform does not promise to keep then.
   */
  static restore(socket: WebSocket): SocketPeer | undefined {
    const attachment = socket.deserializeAttachment() as Attachment | null;
    return attachment === null || attachment.ended ? undefined : new SocketPeer(socket, attachment);
  }

  send(text: string): void {
    try {
      this.#socket.send(text);
    } catch {
      // Closed under our hands: its close event takes it out of the room.
    }
  }

  close(code: number, reason: string): void {
    this.#socket.serializeAttachment({ ...this.#attachment, ended: true } satisfies Attachment);
    closeQuietly(this.#socket, code, reason);
  }
}

/** Reserved codes say that none was sent: they can't be sent. */
const UNSENDABLE_CLOSE_CODES: readonly number[] = [1005, 1006, 1015];

/** Closes a socket that may be closed already, as the answer to its peer's close or by ourselves. */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(UNSENDABLE_CLOSE_CODES.includes(code) ? NORMAL_CLOSURE : code, reason);
  } catch {
    // It was closed already.
  }
}
