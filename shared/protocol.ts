/**
 * The wire, `edge-chat.v1`: every frame as a schema, and the types inferred from the schemas.
 * PROTOCOL.md says the same in prose, with the rules that go with it.
 */
import * as v from 'valibot';
import { parseCursor } from './cursor.ts';
import { ERROR_CODES } from './errors.ts';
import {
  MAX_AUDIENCE_USERS,
  MAX_AVATAR_LENGTH,
  MAX_FRAME_ID_LENGTH,
  MAX_GROUP_LENGTH,
  MAX_IMAGE_SIDE,
  MAX_MEDIA_BYTES,
  MAX_MENTIONS,
  MAX_NAME_LENGTH,
  MAX_PAGE_EVENTS,
  MAX_ROOM_NAME_LENGTH,
  MAX_SLOW_MODE_SECONDS,
  MAX_TEXT_LENGTH,
  MAX_USER_ID_LENGTH,
  MAX_VOICE_MS,
} from './limits.ts';
import { cleanName, composed, exceedsCodePoints, isBlank, isWellFormed } from './text.ts';

/** The version that `welcome.protocol` carries. */
export const PROTOCOL_VERSION = 1;
/** The WebSocket subprotocol of that version. */
export const SUBPROTOCOL = 'edge-chat.v1';
/** A browser can't set a header on a socket: its token travels as a second subprotocol with this prefix. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';

const label = (what: string, max: number) =>
  v.pipe(
    v.string(`${what} must be a string`),
    v.transform(composed),
    v.check((name) => !exceedsCodePoints(name, max), `${what} must have at most ${max} characters`),
    v.regex(/^[\p{L}\p{M}\p{N}_-]+$/u, `${what} must consist of letters, digits, _ and -`),
  );

export const RoomNameSchema = label('room', MAX_ROOM_NAME_LENGTH);
export const GroupSchema = label('group', MAX_GROUP_LENGTH);

/** Finds what is wrong with a text, if anything, and says so. */
type Complaint = (text: string) => string | undefined;

/** One step for all there is to find: every frame comes through here, and each step costs. */
const nothingWrong = (complaint: Complaint) =>
  v.check<string, (issue: v.CheckIssue<string>) => string>(
    (text) => complaint(text) === undefined,
    ({ input }) => complaint(input) ?? 'not valid',
  );

const identifier = (what: string, max: number) =>
  v.pipe(
    v.string(`${what} must be a string`),
    v.transform(composed),
    nothingWrong((id) => {
      if (id === '') return `${what} must not be empty`;
      if (exceedsCodePoints(id, max)) return `${what} must have at most ${max} characters`;
      return /[\p{Cc}\p{Cs}]/u.test(id) ? `${what} must have no control characters` : undefined;
    }),
  );

export const UserIdSchema = identifier('a user id', MAX_USER_ID_LENGTH);
/** The id that a client gives to a frame. */
export const FrameIdSchema = identifier('id', MAX_FRAME_ID_LENGTH);

export const NameSchema = v.pipe(
  v.string('name must be a string'),
  v.check(isWellFormed, 'name must be well-formed Unicode'),
  v.transform(cleanName),
  v.check((name) => !isBlank(name), 'name must not be blank'),
  v.check(
    (name) => !exceedsCodePoints(name, MAX_NAME_LENGTH),
    `name must have at most ${MAX_NAME_LENGTH} characters`,
  ),
);

export const AvatarSchema = v.pipe(
  v.string('avatar must be a string'),
  v.check(
    (url) => !exceedsCodePoints(url, MAX_AVATAR_LENGTH),
    `avatar must have at most ${MAX_AVATAR_LENGTH} characters`,
  ),
  v.regex(/^https?:\/\/[^\s\p{C}"'<>\\]+$/u, 'avatar must be an http(s) address'),
);

/** What is wrong with a text that somebody says; `undefined` when nothing is. */
export function complaintAboutText(text: string): string | undefined {
  if (!isWellFormed(text)) return 'text must be well-formed Unicode';
  if (isBlank(text)) return 'text must not be blank';
  return exceedsCodePoints(text, MAX_TEXT_LENGTH)
    ? `text must have at most ${MAX_TEXT_LENGTH} characters`
    : undefined;
}

export const TextSchema = v.pipe(
  v.string('text must be a string'),
  nothingWrong(complaintAboutText),
);

const SeqSchema = v.pipe(v.number('must be a number'), v.safeInteger(), v.minValue(1));
const CountSchema = v.pipe(v.number('must be a number'), v.safeInteger(), v.minValue(0));

/** Milliseconds since 1970. */
export const TimeSchema = v.pipe(
  v.number('must be a time in milliseconds since 1970'),
  v.safeInteger(),
  v.minValue(1),
);

/** Seconds that a member has to wait between two messages; 0 is no waiting. */
export const SlowModeSchema = v.pipe(
  v.number('must be a number'),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(MAX_SLOW_MODE_SECONDS),
);

/** Where a cursor comes from outside: `<epoch>.<seq>`, read into its parts. */
export const CursorSchema = v.pipe(
  v.string('must be a string'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const cursor = parseCursor(dataset.value);
    if (cursor) return cursor;
    addIssue({ message: 'a cursor must be <epoch>.<seq>, as the server gave it' });
    return NEVER;
  }),
);

export const RoleSchema = v.picklist(['owner', 'host', 'member']);

export const UserSchema = v.object({
  id: v.string(),
  name: v.string(),
  avatar: v.optional(v.string()),
  role: RoleSchema,
  group: v.optional(v.string()),
});

/**
 * Whom a private message is for. Strict on purpose: a field that this server does not know might
 * narrow the audience, and ignoring it would show the message to more people than was meant.
 */
export const AudienceSchema = v.union(
  [
    v.strictObject({
      users: v.pipe(
        v.array(UserIdSchema),
        v.minLength(1),
        v.maxLength(MAX_AUDIENCE_USERS),
        v.transform((users) => [...new Set(users)]),
      ),
    }),
    v.strictObject({ group: GroupSchema }),
    v.strictObject({ role: v.literal('host') }),
  ],
  `must be { users: [1 to ${MAX_AUDIENCE_USERS} user ids] }, { group } or { role: "host" }`,
);

/** A whole number from 1 to `max`. */
const positive = (max: number) =>
  v.pipe(v.number('must be a number'), v.safeInteger(), v.minValue(1), v.maxValue(max));

/** Where an upload is on this server, as the answer to it says. */
export const MediaUrlSchema = v.pipe(
  v.string('url must be a string'),
  v.regex(/^\/media\/[A-Za-z0-9_-]{16,128}$/, 'url must be one that POST /api/media answered'),
);

const ContentSchemas = {
  text: v.object({
    type: v.literal('text'),
    text: TextSchema,
    mentions: v.optional(
      v.pipe(
        v.array(UserIdSchema, 'must be a list of user ids'),
        v.maxLength(MAX_MENTIONS, `at most ${MAX_MENTIONS} users can be mentioned`),
      ),
    ),
  }),
  /** Sides in pixels, as it is shown upright; size in bytes. */
  image: v.object({
    type: v.literal('image'),
    url: MediaUrlSchema,
    width: positive(MAX_IMAGE_SIDE),
    height: positive(MAX_IMAGE_SIDE),
    size: positive(MAX_MEDIA_BYTES),
  }),
  /** Duration in milliseconds, size in bytes. */
  voice: v.object({
    type: v.literal('voice'),
    url: MediaUrlSchema,
    duration: positive(MAX_VOICE_MS),
    size: positive(MAX_MEDIA_BYTES),
  }),
  question: v.object({ type: v.literal('question'), text: TextSchema }),
  answer: v.object({ type: v.literal('answer'), question: SeqSchema, text: TextSchema }),
  notice: v.object({ type: v.literal('notice'), text: TextSchema }),
  recalled: v.object({ type: v.literal('recalled') }),
};

/** What somebody may send. */
export const SendContentSchema = v.variant('type', [
  ContentSchemas.text,
  ContentSchemas.image,
  ContentSchemas.voice,
  ContentSchemas.question,
  ContentSchemas.answer,
  ContentSchemas.notice,
]);

/** What an event may hold: also what the server puts in place of what was recalled. */
export const ContentSchema = v.variant('type', [SendContentSchema, ContentSchemas.recalled]);

/** A frame that does something to the event `target`, and becomes an event of its own. */
const actionFrame = <Type extends string>(type: Type) =>
  v.object({ type: v.literal(type), id: FrameIdSchema, target: SeqSchema });

/** What a host can do to somebody. */
export const ModerationActionSchema = v.picklist(['mute', 'unmute', 'kick', 'ban', 'unban']);

/** What a host wants to do to whom, and until when (milliseconds since 1970). */
export const moderationEntries = {
  action: ModerationActionSchema,
  user: UserIdSchema,
  until: v.optional(TimeSchema),
};

const ClientFrameSchemas = {
  send: v.object({
    type: v.literal('send'),
    id: FrameIdSchema,
    content: SendContentSchema,
    to: v.optional(AudienceSchema),
    replyTo: v.optional(SeqSchema),
    /** It may have arrived before: looked for in all that is kept, not only among the newest [R3]. */
    again: v.optional(v.boolean()),
  }),
  recall: actionFrame('recall'),
  vote: actionFrame('vote'),
  resolve: actionFrame('resolve'),
  moderate: v.object({ type: v.literal('moderate'), id: FrameIdSchema, ...moderationEntries }),
  history: v.object({
    type: v.literal('history'),
    id: FrameIdSchema,
    before: SeqSchema,
    limit: v.pipe(
      v.number('must be a number'),
      v.safeInteger(),
      v.minValue(1),
      v.maxValue(MAX_PAGE_EVENTS),
    ),
  }),
  typing: v.object({ type: v.literal('typing') }),
};

/** What all events have. */
const eventEntries = {
  seq: SeqSchema,
  at: CountSchema,
  id: v.string(),
  from: UserSchema,
  to: v.optional(AudienceSchema),
  /** With `to`: who sees the event besides its sender and its audience, as what it is about is theirs. */
  also: v.optional(v.array(v.string())),
};

const EventSchemas = {
  message: v.object({
    kind: v.literal('message'),
    ...eventEntries,
    content: ContentSchema,
    replyTo: v.optional(SeqSchema),
  }),
  action: v.object({
    kind: v.picklist(['recall', 'vote', 'resolve']),
    ...eventEntries,
    target: SeqSchema,
  }),
  sanction: v.object({
    kind: v.literal('moderation'),
    ...eventEntries,
    action: ModerationActionSchema,
    user: v.string(),
    /** What they are called, as far as the server knows. */
    name: v.optional(v.string()),
    until: v.optional(TimeSchema),
  }),
  slowMode: v.object({
    kind: v.literal('moderation'),
    ...eventEntries,
    action: v.literal('slow_mode'),
    seconds: CountSchema,
  }),
};

export const EventSchema = v.variant('kind', [
  EventSchemas.message,
  EventSchemas.action,
  v.variant('action', [EventSchemas.sanction, EventSchemas.slowMode]),
]);

/** What a client makes of an event that a newer server sent: its place in the order, and no more. */
export const UnknownEventSchema = v.pipe(
  v.object({ seq: SeqSchema, at: CountSchema }),
  v.transform(({ seq, at }) => ({ kind: 'unknown' as const, seq, at })),
);

const EventsSchema = v.array(v.union([EventSchema, UnknownEventSchema]));

const ServerFrameSchemas = {
  welcome: v.object({
    type: v.literal('welcome'),
    protocol: v.number(),
    room: v.object({
      name: v.string(),
      title: v.optional(v.string()),
      /** Seconds; missing when there is none. */
      slowMode: v.optional(CountSchema),
    }),
    self: UserSchema,
    epoch: v.string(),
    head: CountSchema,
    oldest: SeqSchema,
    after: CountSchema,
    resume: v.picklist(['fresh', 'recovered', 'reset']),
    online: CountSchema,
    members: v.optional(v.array(UserSchema)),
    time: CountSchema,
  }),
  events: v.object({
    type: v.literal('events'),
    after: CountSchema,
    upTo: SeqSchema,
    events: EventsSchema,
  }),
  ack: v.object({
    type: v.literal('ack'),
    id: v.string(),
    seq: SeqSchema,
    at: CountSchema,
    offline: v.optional(v.array(v.string())),
  }),
  reject: v.object({
    type: v.literal('reject'),
    id: v.optional(v.string()),
    code: v.fallback(v.picklist(ERROR_CODES), 'server_error'),
    message: v.string(),
    retryAfter: v.optional(CountSchema),
  }),
  page: v.object({
    type: v.literal('page'),
    id: v.string(),
    events: EventsSchema,
    oldest: SeqSchema,
    more: v.boolean(),
  }),
  presence: v.object({
    type: v.literal('presence'),
    online: CountSchema,
    joined: v.optional(v.array(UserSchema)),
    left: v.optional(v.array(v.string())),
    members: v.optional(v.array(UserSchema)),
  }),
  typing: v.object({ type: v.literal('typing'), user: UserSchema }),
};

/** The frames that this version knows, by type: a variant would try one schema after the other. */
export const CLIENT_FRAME_SCHEMAS: ReadonlyMap<
  unknown,
  v.GenericSchema<unknown, ClientFrame>
> = new Map(Object.entries(ClientFrameSchemas));
export const SERVER_FRAME_SCHEMAS: ReadonlyMap<
  unknown,
  v.GenericSchema<unknown, ServerFrame>
> = new Map(Object.entries(ServerFrameSchemas));

export type Role = v.InferOutput<typeof RoleSchema>;
export type User = v.InferOutput<typeof UserSchema>;
export type Audience = v.InferOutput<typeof AudienceSchema>;
export type SendContent = v.InferOutput<typeof SendContentSchema>;
/** A content that was uploaded before it is sent. */
export type MediaContent =
  | v.InferOutput<typeof ContentSchemas.image>
  | v.InferOutput<typeof ContentSchemas.voice>;
export type Content = v.InferOutput<typeof ContentSchema>;
export type ChatEvent = v.InferOutput<typeof EventSchema>;
/** An event that says something. */
export type ChatMessage = v.InferOutput<typeof EventSchemas.message>;
/** An event that does something to another. */
export type ChatAction = v.InferOutput<typeof EventSchemas.action>;
/** An event that says what was done to somebody. */
export type ChatSanction = v.InferOutput<typeof EventSchemas.sanction>;
/** An event that says how long members have to wait between two messages from now on. */
export type ChatSlowMode = v.InferOutput<typeof EventSchemas.slowMode>;
export type UnknownEvent = v.InferOutput<typeof UnknownEventSchema>;
export type ClientFrame = v.InferOutput<
  (typeof ClientFrameSchemas)[keyof typeof ClientFrameSchemas]
>;
export type SendFrame = v.InferOutput<typeof ClientFrameSchemas.send>;
export type ActionFrame =
  | v.InferOutput<typeof ClientFrameSchemas.recall>
  | v.InferOutput<typeof ClientFrameSchemas.vote>
  | v.InferOutput<typeof ClientFrameSchemas.resolve>;
export type ModerateFrame = v.InferOutput<typeof ClientFrameSchemas.moderate>;
/** A frame that becomes an event. */
export type EventFrame = SendFrame | ActionFrame | ModerateFrame;
export type HistoryFrame = v.InferOutput<typeof ClientFrameSchemas.history>;
export type ServerFrame = v.InferOutput<
  (typeof ServerFrameSchemas)[keyof typeof ServerFrameSchemas]
>;
export type WelcomeFrame = v.InferOutput<typeof ServerFrameSchemas.welcome>;
export type AckFrame = v.InferOutput<typeof ServerFrameSchemas.ack>;
export type EventsFrame = v.InferOutput<typeof ServerFrameSchemas.events>;
export type PageFrame = v.InferOutput<typeof ServerFrameSchemas.page>;
export type RejectFrame = v.InferOutput<typeof ServerFrameSchemas.reject>;
export type PresenceFrame = v.InferOutput<typeof ServerFrameSchemas.presence>;
