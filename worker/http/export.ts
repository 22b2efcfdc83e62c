import { EXPORT_LAST_HEADER } from '../../shared/http.ts';
import type { Env } from '../env.ts';
import { EXPORT_PATH } from '../room-export.ts';
import { withRetry } from './retry.ts';
import { roomStub } from './rooms-client.ts';

/** The log of a room as a file to be saved, streamed as it is read. */
export async function exportFile(env: Env, room: string): Promise<Response> {
  const { body, headers } = await withRetry(() =>
    roomStub(env, room).fetch(`https://room${EXPORT_PATH}`),
  );
  return new Response(body, {
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Disposition': attachment(`${room}.ndjson`),
      'Cache-Control': 'no-store',
      [EXPORT_LAST_HEADER]: headers.get(EXPORT_LAST_HEADER) ?? '',
    },
  });
}

/** Makes a browser save the answer as a file: with a name in ASCII for what does not know RFC 6266. */
function attachment(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\]/gu, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName)}`;
}
