import { BEARER_SUBPROTOCOL_PREFIX, SUBPROTOCOL } from '../../shared/protocol.ts';

/** The credential of an `Authorization: Bearer` header, if there is one. */
export function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1];
}

/** What a client offered as WebSocket subprotocols. */
export interface OfferedProtocols {
  /** Whether ours is among them: then the answer must select it. */
  readonly edgeChat: boolean;
  /** A token that travels as a subprotocol, because browsers can't set headers on a socket. */
  readonly token?: string;
}

/** Reads `Sec-WebSocket-Protocol`. */
export function offeredProtocols(headers: Headers): OfferedProtocols {
  const names = (headers.get('Sec-WebSocket-Protocol') ?? '').split(',').map((name) => name.trim());
  const token = names
    .find((name) => name.startsWith(BEARER_SUBPROTOCOL_PREFIX))
    ?.slice(BEARER_SUBPROTOCOL_PREFIX.length);
  return { edgeChat: names.includes(SUBPROTOCOL), ...(token && { token }) };
}
