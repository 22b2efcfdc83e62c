/** Between text on the wire and frames: the only place that parses wire text. */
import * as v from 'valibot';
import type { Refusal } from './errors.ts';
import { MAX_FRAME_BYTES, MAX_FRAME_ID_LENGTH } from './limits.ts';
import {
  type ChatEvent,
  CLIENT_FRAME_SCHEMAS,
  type ClientFrame,
  complaintAboutText,
  FrameIdSchema,
  SERVER_FRAME_SCHEMAS,
  type SendFrame,
  type ServerFrame,
} from './protocol.ts';
import { exceedsUtf8Bytes } from './text.ts';

/** A frame, or why there is none; `id` is the frame's own where it could be read. */
export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly refusal: Refusal; readonly id?: string };

/** Messages quote what was received: kept short, so that a refusal is never larger than its cause. */
const MAX_MESSAGE_LENGTH = 200;

/** What would break the line, turn its direction around or not be Unicode, where a message quotes it. */
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Says in one line what the first thing wrong is, and where: `content.text: text must not be blank`. */
export function describeIssue(issues: readonly v.BaseIssue<unknown>[]): string {
  const issue = issues[0];
  if (!issue) return 'not valid';
  const path = v.getDotPath(issue);
  const text = path ? `${path}: ${issue.message}` : issue.message;
  const short =
    text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : text;
  return short.replace(UNPRINTABLE, '\ufffd');
}

function badFrame(message: string, id?: string): Decoded<never> {
  const refusal: Refusal = { code: 'bad_frame', message };
  return id === undefined ? { ok: false, refusal } : { ok: false, refusal, id };
}

/** Some runtimes put a byte-order mark before the text; JSON does not allow it. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const PLAIN_ID = new RegExp(`^[\\x20-\\x7e]{1,${MAX_FRAME_ID_LENGTH}}$`);

/**
 * What most frames are: a text to everybody. The schemas say the same of it, at the price of a sixth of
 * all that a lone message costs. What is not plainly that, or not plainly right, is left to them.
 */
function plainText({
  type,
  id,
  content,
  to,
  replyTo,
  again,
}: Record<string, unknown>): SendFrame | undefined {
  if (type !== 'send' || to !== undefined) return undefined;
  if (replyTo !== undefined || again !== undefined) return undefined;
  if (typeof id !== 'string' || !PLAIN_ID.test(id)) return undefined;
  if (typeof content !== 'object' || content === null) return undefined;
  const { type: kind, text, mentions } = content as Record<string, unknown>;
  if (kind !== 'text' || mentions !== undefined || typeof text !== 'string') return undefined;
  return complaintAboutText(text) === undefined
    ? { type, id, content: { type: kind, text } }
    : undefined;
}

/** Reads what a client sent. Never throws: whatever is not a frame of this protocol is a refusal. */
export function decodeClientFrame(data: string | ArrayBuffer): Decoded<ClientFrame> {
  const tooLarge =
    typeof data === 'string'
      ? exceedsUtf8Bytes(data, MAX_FRAME_BYTES)
      : data.byteLength > MAX_FRAME_BYTES;
  if (tooLarge) {
    const message = `a frame must have at most ${MAX_FRAME_BYTES} bytes`;
    return { ok: false, refusal: { code: 'too_large', message } };
  }
  if (typeof data !== 'string') return badFrame('a frame must be text, not binary');
  const value = parseObject(data);
  if (!value) return badFrame('a frame must be one JSON object');
  const plain = plainText(value);
  if (plain) return { ok: true, frame: plain };
  const schema = CLIENT_FRAME_SCHEMAS.get(value.type);
  const parsed = schema && v.safeParse(schema, value, { abortEarly: true });
  if (parsed?.success) return { ok: true, frame: parsed.output };
  const id = v.is(FrameIdSchema, value.id) ? value.id : undefined;
  if (parsed) return badFrame(describeIssue(parsed.issues), id);
  return badFrame(`type must be one of ${[...CLIENT_FRAME_SCHEMAS.keys()].join(', ')}`, id);
}

/**
 * Reads what the server sent. `undefined` is a frame of a type that this version does not know: to
 * be skipped, so that the wire can grow.
 */
export function decodeServerFrame(text: string): Decoded<ServerFrame> | undefined {
  const value = parseObject(text);
  if (!value) return badFrame('a frame must be one JSON object');
  if (typeof value.type !== 'string') return badFrame('type must be a string');
  const schema = SERVER_FRAME_SCHEMAS.get(value.type);
  if (!schema) return undefined;
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  return parsed.success
    ? { ok: true, frame: parsed.output }
    : badFrame(describeIssue(parsed.issues));
}

/** Writes a frame of either direction. */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame);
}

/** Writes one event: a single line, which is also how the log keeps it. */
export function encodeEvent(event: ChatEvent): string {
  return JSON.stringify(event);
}

/** Reads an event that {@link encodeEvent} wrote. Trusted text: it is not checked again. */
export function decodeEvent(text: string): ChatEvent {
  return JSON.parse(text) as ChatEvent;
}

/** Writes an `events` frame from events that are text already: none is written twice. */
export function encodeEventsFrame(after: number, upTo: number, events: readonly string[]): string {
  return `{"type":"events","after":${after},"upTo":${upTo},"events":[${events.join(',')}]}`;
}

/** Writes a `page` frame from events that are text already. */
export function encodePageFrame(
  id: string,
  events: readonly string[],
  oldest: number,
  more: boolean,
): string {
  return `{"type":"page","id":${JSON.stringify(id)},"events":[${events.join(',')}],"oldest":${oldest},"more":${more}}`;
}
