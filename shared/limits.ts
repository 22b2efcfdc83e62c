/**
 * Every number that both sides enforce. Lengths of text are counted in Unicode code points, so that
 * an emoji or a rare Chinese character counts as one.
 */

/** Largest frame that a client may send, in bytes of UTF-8. */
export const MAX_FRAME_BYTES = 16 * 1024;
/** Largest JSON body that an HTTP route accepts, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024;
/** Largest JSON body of a room's settings, which hold a list of words, in bytes. */
export const MAX_SETTINGS_BODY_BYTES = 128 * 1024;
/** Longest text of a message. */
export const MAX_TEXT_LENGTH = 2_000;
/** Longest name of a room. */
export const MAX_ROOM_NAME_LENGTH = 64;
/** Longest title of a room. */
export const MAX_ROOM_TITLE_LENGTH = 64;
/** Longest nickname. */
export const MAX_NAME_LENGTH = 32;
/** Longest user id. */
export const MAX_USER_ID_LENGTH = 128;
/** Longest name of a group. */
export const MAX_GROUP_LENGTH = 64;
/** Longest address of an avatar. */
export const MAX_AVATAR_LENGTH = 512;
/** Longest id that a client may give to a frame. */
export const MAX_FRAME_ID_LENGTH = 64;
/** Most users that one private message may name. */
export const MAX_AUDIENCE_USERS = 50;
/** Most users that one message may mention. */
export const MAX_MENTIONS = 20;
/** Most hosts that a room may have. */
export const MAX_HOSTS = 50;
/** Most words that a room may block besides those that all do. */
export const MAX_BLOCKED_WORDS = 500;
/** Longest of them. */
export const MAX_BLOCKED_WORD_LENGTH = 32;

/** Largest picture or sound that may be uploaded, in bytes. */
export const MAX_MEDIA_BYTES = 10 * 1024 * 1024;
/** Longest side of a picture, in pixels ... */
export const MAX_IMAGE_SIDE = 12_000;
/** ... and most pixels of it in all: what a phone has to unpack to show it. */
export const MAX_IMAGE_PIXELS = 50_000_000;
/** Longest sound, in milliseconds. */
export const MAX_VOICE_MS = 60_000;

/** Connections that one user may have in a room; with one more the oldest is closed. */
export const MAX_USER_CONNECTIONS = 10;

/** Most events of one history page. */
export const MAX_PAGE_EVENTS = 100;
/** Events of a history page when the reader does not say how many. */
export const DEFAULT_PAGE_EVENTS = 50;
/** Events that a client without a usable cursor is given on joining. */
export const FRESH_EVENTS = 50;
/** A cursor that is further behind than this many events is answered with a reset. */
export const MAX_RESUME_EVENTS = 1_000;
/** For at least this many of the newest events a repeated id is recognised. */
export const DEDUPE_EVENTS = 1_000;
/** A sender may recall a message this long after it was sent, in milliseconds; hosts at any time. */
export const RECALL_WINDOW_MS = 2 * 60_000;
/** Most seconds that a room in slow mode may make its members wait between two messages. */
export const MAX_SLOW_MODE_SECONDS = 3_600;
/** Most questions that a list of them holds: the newest. */
export const MAX_LISTED_QUESTIONS = 200;
/** Most answers that such a list gives with a question: the newest. */
export const MAX_LISTED_ANSWERS = 10;
/** Most announcements that a room may have planned. */
export const MAX_ANNOUNCEMENTS = 20;
/** Least seconds from one repetition of an announcement to the next. */
export const MIN_ANNOUNCEMENT_EVERY_SECONDS = 60;
/** Most seconds from one repetition of an announcement to the next: 30 days. */
export const MAX_ANNOUNCEMENT_EVERY_SECONDS = 30 * 24 * 60 * 60;
/** How far ahead an announcement may be planned, in milliseconds: a year. */
export const MAX_ANNOUNCEMENT_AHEAD_MS = 366 * 24 * 60 * 60 * 1_000;
/** A time for an announcement that passed less than this ago is taken for now, in milliseconds. */
export const ANNOUNCEMENT_LATE_MS = 60_000;
/** Up to this many users online the roster is sent; beyond that only their number. */
export const MAX_ROSTER_USERS = 200;
/** Most rooms that one request may ask the unread count of. */
export const MAX_UNREAD_ROOMS = 30;
/** Unread counts stop here: this number means "this many or more". */
export const MAX_UNREAD_COUNT = 100;

/** A user may send this many frames at once ... */
export const RATE_BURST = 10;
/** ... and this many a second in the long run. */
export const RATE_PER_SECOND = 2;

/** A client asks for a sign of life this often, in milliseconds ... */
export const HEARTBEAT_INTERVAL_MS = 25_000;
/** ... and takes the connection for dead without an answer in this time, in milliseconds. */
export const HEARTBEAT_TIMEOUT_MS = 10_000;
/** What the client sends as a heartbeat, outside JSON, so that the platform can answer by itself. */
export const HEARTBEAT_REQUEST = 'ping';
/** What the platform answers to a heartbeat. */
export const HEARTBEAT_RESPONSE = 'pong';
