/** The log of a room as a file. */
import { EXPORT_LAST_HEADER } from '../shared/http.ts';
import type { RoomLog } from './room-log.ts';

/** Where a room's Durable Object answers with it. */
export const EXPORT_PATH = '/export';

type Source = Pick<RoomLog, 'head' | 'oldest' | 'readLines'>;

/** About how much is read and sent at a time; what was stored as one batch stays together. */
const CHUNK_BYTES = 64 * 1024;

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
        const chunk = log.readLines(after, head, CHUNK_BYTES);
        if (!chunk) {
          controller.close();
          return;
        }
        after = chunk.last;
        controller.enqueue(encoder.encode(`${chunk.lines}\n`));
      },
    },
    { highWaterMark: 0 },
  );
}
