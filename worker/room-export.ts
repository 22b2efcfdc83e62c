/** The log of a room as a file. */
import { EXPORT_LAST_HEADER } from '../shared/http.ts';
import type { RoomLog } from './room-log.ts';

/** Where a room's Durable Object answers with it. */
export const EXPORT_PATH = '/export';

type Source = Pick<RoomLog, 'head' | 'oldest' | 'readLines'>;

/** A chunk is sent once it has as many characters; a batch that is longer is sent as one. */
const CHUNK_CHARACTERS = 64 * 1024;

/** The answer of a room's Durable Object; a room that nobody has entered has no log. */
export function exportResponse(log: Source | undefined): Response {
  const last = log && log.oldest <= log.head ? log.head : 0;
  return new Response(log ? exportEvents(log) : null, {
    headers: { [EXPORT_LAST_HEADER]: String(last) },
  });
}

/**
 * All events that are kept, as NDJSON: each a line, exactly as it is stored by the time it is read. It
 * ends with the event that was the newest at the beginning. What is trimmed meanwhile is left out. A
 * chunk is read when somebody wants it and nothing is held between two of them: a reader may be slow,
 * or stop. A fault of the storage breaks the stream, so that what was sent is not taken for the whole.
 */
function exportEvents(log: Source): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const { head } = log;
  let after = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        let chunk = '';
        while (chunk.length < CHUNK_CHARACTERS) {
          const batch = log.readLines(after, head);
          if (!batch) break;
          chunk += `${batch.lines}\n`;
          after = batch.last;
        }
        if (chunk === '') controller.close();
        else controller.enqueue(encoder.encode(chunk));
      },
    },
    { highWaterMark: 0 },
  );
}
