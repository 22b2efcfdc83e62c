import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { MediaResponse } from '../../shared/http.ts';
import { MAX_MEDIA_BYTES } from '../../shared/limits.ts';
import { RoomNameSchema } from '../../shared/protocol.ts';
import type { Env } from '../env.ts';
import { sessionKeys } from '../identity/secrets.ts';
import { readMedia } from '../media/formats/read-media.ts';
import { contentOf, MediaKeys, readKey, type Upload } from '../media/media-key.ts';
import {
  contentTypeOf,
  type FoundUpload,
  findUpload,
  MEDIA_CACHE_CONTROL,
  readUpload,
  storeUpload,
} from '../media/media-store.ts';
import { checkUpload } from '../media/upload-check.ts';
import { notConfigured, RefusalError, refuse } from '../refusal.ts';
import type { Session } from '../room/ports.ts';
import { uploadSafety } from '../safety/room-safety.ts';
import type { AppContext, AppEnv } from './app-types.ts';
import { parseRange } from './byte-range.ts';
import { parseTags } from './entity-tags.ts';
import { requireSession } from './guards.ts';
import { parseInput } from './input.ts';
import { limitRate } from './rate.ts';
import { askRoom } from './rooms-client.ts';

/** What a form needs around its file. */
const FORM_BYTES = 64 * 1024;

/** What a part may be declared to be; what it is, is read from it. */
const DECLARED_TYPE = /^(?:(?:image|audio)\/[^\s/;]+|application\/octet-stream)(?:\s*;|$)/i;

/** Refuses an upload before it is read as far as its length is told, and else as soon as it is too long. */
const limitUpload = () =>
  bodyLimit({
    maxSize: MAX_MEDIA_BYTES + FORM_BYTES,
    onError: () => {
      throw tooLarge();
    },
  });

/** `POST /api/media`: takes a picture or a sound, to be sent as the content of a message. */
export const uploadRoutes = new Hono<AppEnv>().post(
  '/',
  requireSession(),
  limitUpload(),
  async (c) => {
    const bucket = requireBucket(c.env);
    // A file costs more than a frame.
    await limitRate(c.env.UPLOAD_RATE, c.get('session').id, 'too many uploads: wait a minute');
    const keys = new MediaKeys(sessionKeys(c.env));
    const { file, room } = await readForm(c);
    const session = c.get('session');
    if (room !== undefined) await refuseBanned(c.env, room, session);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const reading = readMedia(bytes);
    if (!reading.ok) throw refuse('bad_frame', reading.reason);
    const upload = { facts: reading.facts, size: bytes.length };
    const owner = { user: session.id, room };
    const key = keys.make(upload, owner);
    await storeUpload(bucket, key, upload, owner, bytes);
    const content = contentOf(upload, key);
    const check = uploadSafety(c.env, session);
    if (check) {
      const { origin } = new URL(c.req.url);
      c.executionCtx.waitUntil(checkUpload(bucket, content, room, origin, check));
    }
    return c.json(content satisfies MediaResponse, 201);
  },
);

/** `GET /media/:key`: an upload, to whoever has its address. */
export const mediaRoutes = new Hono<AppEnv>().get('/:key', async (c) => {
  const key = c.req.param('key');
  const upload = readKey(key);
  const bucket = requireBucket(c.env);
  if (!upload) throw gone();
  const isHead = c.req.method === 'HEAD';
  // Who asks on a condition gets all of it, which is always right.
  const isConditional = c.req.header('If-Range') !== undefined;
  const range =
    isHead || isConditional ? undefined : parseRange(c.req.header('Range'), upload.size);
  const object: FoundUpload | null =
    isHead || range === 'unsatisfiable'
      ? await findUpload(bucket, key)
      : await readUpload(bucket, key, { range, etags: parseTags(c.req.header('If-None-Match')) });
  if (!object) throw gone();
  const headers = headersOf(upload, object);
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${upload.size}`);
    return new Response(null, { status: 416, headers });
  }
  if (isHead) {
    headers.set('Content-Length', String(upload.size));
    return new Response(null, { headers });
  }
  if (!object.body) return new Response(null, { status: 304, headers });
  if (!range) return new Response(object.body, { headers });
  const { offset, length } = range;
  headers.set('Content-Range', `bytes ${offset}-${offset + length - 1}/${upload.size}`);
  return new Response(object.body, { status: 206, headers });
});

/** Nothing but a picture or a sound may come of it, whatever a browser makes of its bytes. */
function headersOf(upload: Upload, { httpEtag }: R2Object): Headers {
  return new Headers({
    'Content-Type': contentTypeOf(upload),
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': MEDIA_CACHE_CONTROL,
    'Accept-Ranges': 'bytes',
    ETag: httpEtag,
    // The address is all that is needed to read it: pages of other origins may, too.
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
}

/** Who may not enter a room leaves no files for it either. Asking wakes it no more than what is sent next. */
async function refuseBanned(env: Env, room: string, { id }: Session): Promise<void> {
  const refusal = await askRoom(env, room, (stub) => stub.banOf(id));
  if (refusal) throw new RefusalError(refusal);
}

async function readForm(c: AppContext): Promise<{ file: File; room?: string }> {
  let form: FormData;
  try {
    form = await c.req.formData();
  } catch (cause) {
    throw refuse('bad_frame', 'the body must be multipart/form-data', cause);
  }
  const file = form.get('file');
  if (!(file instanceof File)) throw refuse('bad_frame', 'the form must have a file named "file"');
  if (file.size > MAX_MEDIA_BYTES) throw tooLarge();
  if (!DECLARED_TYPE.test(file.type || 'application/octet-stream')) {
    throw refuse(
      'bad_frame',
      `the file must be a picture or a sound, not ${file.type.slice(0, 50)}`,
    );
  }
  const room = form.get('room');
  return room === null ? { file } : { file, room: parseInput(RoomNameSchema, room) };
}

function requireBucket(env: Env): R2Bucket {
  if (env.MEDIA) return env.MEDIA;
  throw notConfigured('pictures and voice need an R2 bucket, bound as MEDIA in wrangler.toml');
}

function tooLarge(): RefusalError {
  return refuse('too_large', `a file must have at most ${MAX_MEDIA_BYTES} bytes`);
}

function gone(): RefusalError {
  return refuse('not_found', 'there is no such picture or sound');
}
