/** A place in a room's log: after event `seq` of the log that `epoch` names. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

const CURSOR = /^([0-9a-z]{1,32})\.(0|[1-9][0-9]{0,14})$/;

/** Writes a cursor the way it stands in a URL: `<epoch>.<seq>`. */
export function formatCursor({ epoch, seq }: Cursor): string {
  return `${epoch}.${seq}`;
}

/** Reads what {@link formatCursor} wrote; anything else gives `undefined`. */
export function parseCursor(text: string): Cursor | undefined {
  const match = CURSOR.exec(text);
  return match ? { epoch: match[1] as string, seq: Number(match[2]) } : undefined;
}
