/** What people say is checked by ports that the room is given; how it goes is settled here. */
import type { Refusal } from '../../shared/errors.ts';
import type { EventFrame, User } from '../../shared/protocol.ts';
import type { RoomSettings, Session } from './ports.ts';
import type { CheckMarkStore, OpenIdBook } from './published-check.ts';
import type { Arrival } from './screening.ts';

/** Something that somebody says. */
export interface Said {
  readonly text: string;
  readonly author: Pick<Session, 'id' | 'sealedOpenId'>;
  /** What this room does not want to read, besides what no room does. */
  readonly blockedWords: readonly string[];
}

/**
 * What a check finds: `pass` or `reject`. `unable` when it can't check this author, whenever it is
 * asked; `unavailable` when it got no answer now.
 */
export type CheckResult = 'pass' | 'reject' | 'unable' | 'unavailable';

/** Checks what somebody says: at once, or in a time that it keeps to by itself. It never throws. */
export interface ContentCheck<
  Result extends CheckResult | Promise<CheckResult> = CheckResult | Promise<CheckResult>,
> {
  check(said: Said): Result;
}

/** When the check that takes time is made: before a message is published, or after. */
export type CheckTime = 'before' | 'after';
/** What becomes of a message that could not be checked in time: published, or sent back to wait. */
export type OnCheckFailure = 'allow' | 'hold';

/** What a deployment has set for the rooms that have not set it for themselves. */
export interface SafetyPolicy {
  readonly when: CheckTime;
  readonly onFailure: OnCheckFailure;
}

/** What a room checks with, and what it takes to act on that. */
export interface SafetyPorts {
  readonly policy: SafetyPolicy;
  /** Answers at once; asked about everything. */
  readonly words: ContentCheck<CheckResult>;
  /** Takes time; asked about what users say who have an openid. Without it there is no such check. */
  readonly remote?: ContentCheck;
  /** Needed where messages are checked after they are published. */
  readonly openIds: OpenIdBook;
  readonly mark: CheckMarkStore;
  /** Who takes back what should not have been published. */
  readonly moderator: Omit<User, 'role'>;
  /** Hands the room what it has held, behind all that it was handed before; resolves when it is stored. */
  readonly resubmit: (arrival: Arrival) => Promise<void>;
}

/** What somebody is told whose content did not pass. */
export const CONTENT_REJECTED: Refusal = {
  code: 'content_rejected',
  message: 'this content is not allowed here: change it',
};

/** When this room checks; nothing is checked where it is `off`. */
export function checkTimeOf(settings: RoomSettings, policy: SafetyPolicy): CheckTime | 'off' {
  return settings.check ?? policy.when;
}

/** The text of a frame that says something in words. */
export function textOf(frame: EventFrame): string | undefined {
  return frame.type === 'send' && 'text' in frame.content ? frame.content.text : undefined;
}
