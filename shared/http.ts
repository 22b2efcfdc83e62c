/** The bodies and query strings of the HTTP routes, as schemas and the types inferred from them. */
import * as v from 'valibot';
import {
  DEFAULT_PAGE_EVENTS,
  MAX_ANNOUNCEMENT_EVERY_SECONDS,
  MAX_BLOCKED_WORD_LENGTH,
  MAX_BLOCKED_WORDS,
  MAX_HOSTS,
  MAX_PAGE_EVENTS,
  MAX_ROOM_TITLE_LENGTH,
  MAX_UNREAD_ROOMS,
  MIN_ANNOUNCEMENT_EVERY_SECONDS,
} from './limits.ts';
import {
  type Audience,
  AudienceSchema,
  AvatarSchema,
  type ChatEvent,
  CursorSchema,
  FrameIdSchema,
  GroupSchema,
  type MediaContent,
  moderationEntries,
  NameSchema,
  RoomNameSchema,
  SlowModeSchema,
  TextSchema,
  TimeSchema,
  type User,
  UserIdSchema,
} from './protocol.ts';
import { cleanName, codePoints, isWellFormed } from './text.ts';

/**
 * `POST /api/session`. With `code`: a mini-program that called `wx.login`. With `user`: a back end
 * that vouches for a user of its own. With neither: a guest, who has to give a name.
 */
export const SessionRequestSchema = v.pipe(
  v.object({
    code: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty'), v.maxLength(256))),
    user: v.optional(
      v.pipe(
        UserIdSchema,
        v.check((id) => codePoints(id) <= 64, 'must have at most 64 characters'),
      ),
    ),
    name: v.optional(NameSchema),
    avatar: v.optional(AvatarSchema),
    group: v.optional(GroupSchema),
  }),
  v.check(({ code, user }) => !(code && user), 'give a code or a user, not both'),
  v.check(({ code, user, name }) => Boolean(code || user || name), 'give a code, a user or a name'),
);

/** `POST /api/rooms/unread`. */
export const UnreadRequestSchema = v.object({
  rooms: v.pipe(
    v.array(v.object({ room: RoomNameSchema, since: v.optional(CursorSchema) })),
    v.minLength(1, 'name at least one room'),
    v.maxLength(MAX_UNREAD_ROOMS, `at most ${MAX_UNREAD_ROOMS} rooms at a time`),
  ),
});

const digits = v.pipe(v.string(), v.regex(/^[0-9]{1,15}$/, 'must be a whole number'), v.toNumber());

/** `GET /api/rooms/:room/messages?before&limit`. */
export const PageQuerySchema = v.object({
  before: v.optional(v.pipe(digits, v.minValue(1))),
  limit: v.optional(
    v.pipe(digits, v.minValue(1), v.maxValue(MAX_PAGE_EVENTS)),
    String(DEFAULT_PAGE_EVENTS),
  ),
});

/** `POST /api/rooms/:room/notices`. The same `id` again makes no second notice. */
export const NoticeRequestSchema = v.object({
  id: v.optional(FrameIdSchema),
  text: TextSchema,
  to: v.optional(AudienceSchema),
});

/**
 * `POST /api/rooms/:room/announcements`: a notice that the room publishes by itself, once or again and
 * again. The same `id` again is the same announcement.
 */
export const AnnouncementRequestSchema = v.object({
  id: v.optional(FrameIdSchema),
  text: TextSchema,
  /** When it comes for the first time; without it now, or where it repeats `every` seconds from now. */
  at: v.optional(TimeSchema),
  /** Seconds from one time to the next; without it there is but one. */
  every: v.optional(
    v.pipe(
      v.number('must be a number of seconds'),
      v.safeInteger('must be a whole number of seconds'),
      v.minValue(
        MIN_ANNOUNCEMENT_EVERY_SECONDS,
        `must be at least ${MIN_ANNOUNCEMENT_EVERY_SECONDS} seconds`,
      ),
      v.maxValue(
        MAX_ANNOUNCEMENT_EVERY_SECONDS,
        `must be at most ${MAX_ANNOUNCEMENT_EVERY_SECONDS} seconds`,
      ),
    ),
  ),
});

/** `POST /api/rooms/:room/moderation`. The same `id` again does nothing more. */
export const ModerationRequestSchema = v.object({
  id: v.optional(FrameIdSchema),
  ...moderationEntries,
});

/** The `:seq` of `DELETE /api/rooms/:room/messages/:seq`. */
export const SeqParamSchema = v.pipe(digits, v.minValue(1, 'must be a seq'));

/** A word that a room does not let through. Blanks, signs and emoji are not looked at. */
export const BlockedWordSchema = v.pipe(
  v.string('a word must be a string'),
  v.check(isWellFormed, 'a word must be well-formed Unicode'),
  v.transform(cleanName),
  v.regex(/[\p{L}\p{N}]/u, 'a word must have a letter or a digit'),
  v.check(
    (word) => codePoints(word) <= MAX_BLOCKED_WORD_LENGTH,
    `a word must have at most ${MAX_BLOCKED_WORD_LENGTH} characters`,
  ),
);

/**
 * `PUT /api/rooms/:room/settings`. What is left out stays as it is; an empty title or owner is
 * removed, 0 turns the slow mode off, an empty `check` or `onCheckFailure` is the deployment's again.
 */
export const SettingsRequestSchema = v.object({
  title: v.optional(
    v.pipe(
      v.string(),
      v.check(isWellFormed, 'title must be well-formed Unicode'),
      v.transform(cleanName),
      v.check(
        (title) => codePoints(title) <= MAX_ROOM_TITLE_LENGTH,
        `title must have at most ${MAX_ROOM_TITLE_LENGTH} characters`,
      ),
    ),
  ),
  owner: v.optional(v.union([v.literal(''), UserIdSchema])),
  hosts: v.optional(
    v.pipe(
      v.array(UserIdSchema),
      v.maxLength(MAX_HOSTS, `at most ${MAX_HOSTS} hosts`),
      v.transform((hosts) => [...new Set(hosts)]),
    ),
  ),
  slowMode: v.optional(SlowModeSchema),
  check: v.optional(
    v.picklist(['', 'before', 'after', 'off'], 'must be "before", "after", "off" or ""'),
  ),
  onCheckFailure: v.optional(v.picklist(['', 'allow', 'hold'], 'must be "allow", "hold" or ""')),
  blockedWords: v.optional(
    v.pipe(
      v.array(BlockedWordSchema, 'must be a list of words'),
      v.maxLength(MAX_BLOCKED_WORDS, `at most ${MAX_BLOCKED_WORDS} words`),
      v.transform((words) => [...new Set(words)]),
    ),
  ),
});

export type SessionRequest = v.InferOutput<typeof SessionRequestSchema>;
export type UnreadRequest = v.InferOutput<typeof UnreadRequestSchema>;
export type NoticeRequest = v.InferOutput<typeof NoticeRequestSchema>;
export type AnnouncementRequest = v.InferOutput<typeof AnnouncementRequestSchema>;
export type ModerationRequest = v.InferOutput<typeof ModerationRequestSchema>;
export type SettingsRequest = v.InferOutput<typeof SettingsRequestSchema>;

/** Answer of `POST /api/session`; `expiresAt` in milliseconds since 1970. */
export interface SessionResponse {
  readonly token: string;
  readonly user: Omit<User, 'role'>;
  readonly expiresAt: number;
}

/** Answer of `GET /api/rooms/:room`. A room that nobody has entered yet has no epoch. */
export interface RoomResponse {
  readonly name: string;
  readonly title?: string;
  /** Seconds between two messages of a member; missing when there is no slow mode. */
  readonly slowMode?: number;
  readonly online: number;
  readonly epoch?: string;
  readonly head: number;
  readonly oldest: number;
}

/** A room as it last said that it was, at `at` (milliseconds since 1970). */
export interface ListedRoom {
  readonly room: string;
  readonly title?: string;
  readonly online: number;
  readonly head: number;
  /** Events of the minute before `at`; 0 when that is over a minute ago. */
  readonly perMinute: number;
  readonly at: number;
}

/** Answer of `GET /api/rooms`: those with most people online first, 200 at most. */
export interface RoomsResponse {
  readonly rooms: readonly ListedRoom[];
  /** How many there are, also beyond those. */
  readonly total: number;
}

/** Answer of `GET /api/rooms/:room/messages`. */
export interface PageResponse {
  readonly events: readonly ChatEvent[];
  /** Ask again with `before` set to this for what is older. */
  readonly oldest: number;
  readonly more: boolean;
}

/** An answer to a question, as it stands in the list of questions. */
export interface ListedAnswer {
  readonly seq: number;
  readonly at: number;
  readonly from: User;
  readonly text: string;
  readonly to?: Audience;
}

/** A question, as the caller may see it. */
export interface ListedQuestion {
  readonly seq: number;
  readonly at: number;
  readonly from: User;
  readonly text: string;
  readonly to?: Audience;
  /** How many want to know this, too: the asker is not counted. */
  readonly votes: number;
  /** Whether the caller is one of them. */
  readonly voted: boolean;
  /** `resolved` once a host has closed it, else `answered` once there is an answer for the caller. */
  readonly state: 'open' | 'answered' | 'resolved';
  /** The newest, oldest first; missing when there is none. */
  readonly answers?: readonly ListedAnswer[];
}

/**
 * Answer of `GET /api/rooms/:room/questions`: the newest 200. The open ones come first, those with
 * most votes before the others, older before newer; then the rest, newest first.
 */
export interface QuestionsResponse {
  readonly questions: readonly ListedQuestion[];
  /** Missing while nobody has entered the room. */
  readonly epoch?: string;
  /** All events up to here are in it, none after: what comes live from here on changes it. */
  readonly head: number;
}

/** Answer of `GET /api/rooms/:room/members`; beyond 200 online without the users. */
export interface MembersResponse {
  readonly online: number;
  readonly members?: readonly User[];
}

/** What the lobby shows of a room: how much is new, and the newest message that the caller may see. */
export interface UnreadRoom {
  readonly room: string;
  readonly unread: number;
  /** Missing while nobody has entered the room. */
  readonly epoch?: string;
  readonly head: number;
  readonly last?: ChatEvent;
}

/** Answer of `POST /api/rooms/unread`; a room that did not answer is listed with its error. */
export interface UnreadResponse {
  readonly rooms: readonly (UnreadRoom | { readonly room: string; readonly error: ErrorBody })[];
}

/** Answer of what becomes an event: `moderation`, and `DELETE` of a message. */
export interface EventResponse {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
}

/** Answer of `POST /api/rooms/:room/notices`. */
export interface NoticeResponse extends EventResponse {
  readonly offline?: readonly string[];
}

/** A notice that the room is going to publish by itself: answer of `POST .../announcements`. */
export interface Announcement {
  readonly id: string;
  readonly text: string;
  /** When it comes next, in milliseconds since 1970. */
  readonly at: number;
  /** Seconds from one time to the next; missing when there is but one. */
  readonly every?: number;
  /** Who wants it said: a host, or user `system` for an operator. */
  readonly by: Pick<User, 'id' | 'name'>;
}

/** Answer of `GET /api/rooms/:room/announcements`: all that are planned, the next one first. */
export interface AnnouncementsResponse {
  readonly announcements: readonly Announcement[];
}

/** Answer of `POST /api/media`: what to send, as it is, as the content of a message. */
export type MediaResponse = MediaContent;

/**
 * Header of the answer of `GET /api/rooms/:room/export`: the seq of the event that its last line holds, 0
 * when there is none. A file that ends with another is not complete, whatever HTTP says: not everything
 * between here and there passes on that a body broke off.
 */
export const EXPORT_LAST_HEADER = 'Edge-Chat-Last-Seq';

/** What is wrong, in every answer that is not a 2xx. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly retryAfter?: number;
}
