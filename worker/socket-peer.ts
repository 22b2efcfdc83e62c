import type { Peer, Session } from './room/ports.ts';

/** What a socket carries through the room's sleep. */
interface Attachment {
  readonly session: Session;
}

/** A hibernatable WebSocket as the room sees it. */
export class SocketPeer implements Peer {
  readonly session: Session;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, session: Session) {
    this.#socket = socket;
    this.session = session;
  }

  /** Of a socket that has just been accepted. */
  static attach(socket: WebSocket, session: Session): SocketPeer {
    socket.serializeAttachment({ session } satisfies Attachment);
    return new SocketPeer(socket, session);
  }

  /** Of a socket that was there before the room woke. */
  static restore(socket: WebSocket): SocketPeer {
    const { session } = socket.deserializeAttachment() as Attachment;
    return new SocketPeer(socket, session);
  }

  send(text: string): void {
    try {
      this.#socket.send(text);
    } catch {
      // Closed under our hands: its close event takes it out of the room.
    }
  }

  close(code: number, reason: string): void {
    closeQuietly(this.#socket, code, reason);
  }
}

/** Reserved codes say that none was sent: they can't be sent. */
const UNSENDABLE_CLOSE_CODES: readonly number[] = [1005, 1006, 1015];
const NORMAL_CLOSURE = 1000;

/** Closes a socket that may be closed already, as the answer to its peer's close or by ourselves. */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(UNSENDABLE_CLOSE_CODES.includes(code) ? NORMAL_CLOSURE : code, reason);
  } catch {
    // It was closed already.
  }
}
