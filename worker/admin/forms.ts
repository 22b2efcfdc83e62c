/** Reading the forms of the operator's pages. */
import type {
  AnnouncementRequest,
  ModerationRequest,
  NoticeRequest,
  SettingsRequest,
} from '../../shared/http.ts';
import {
  AnnouncementRequestSchema,
  ModerationRequestSchema,
  NoticeRequestSchema,
  SettingsRequestSchema,
} from '../../shared/http.ts';
import { MAX_AUDIENCE_USERS } from '../../shared/limits.ts';
import type { AppContext } from '../http/app-types.ts';
import { parseInput } from '../http/input.ts';
import { refuse } from '../refusal.ts';

/** The fields of a form as they were filled in. */
export type Form = Partial<Record<string, string>>;

/** Largest form, in bytes: of fifty hosts and 500 words each character may take twelve. */
export const MAX_FORM_BYTES = 320 * 1024;

/** The fields that were sent; files and repeated fields are none of ours. */
export async function readForm(c: AppContext): Promise<Form> {
  let body: Awaited<ReturnType<typeof c.req.parseBody>>;
  try {
    body = await c.req.parseBody();
  } catch (cause) {
    throw refuse('bad_frame', 'this is not a form', cause);
  }
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      // A form ends its lines as mail does.
      typeof value === 'string' ? [[name, value.replaceAll('\r\n', '\n')]] : [],
    ),
  );
}

/** The announcement that a form is about. */
export function noticeOf({ id, text, audience, group, users }: Form): NoticeRequest {
  const to = audienceOf(audience, group, users);
  return parseInput(NoticeRequestSchema, { id, text, ...(to && { to }) });
}

function audienceOf(audience = 'all', group = '', users = ''): object | undefined {
  switch (audience) {
    case 'all':
      return undefined;
    case 'hosts':
      return { role: 'host' };
    case 'group':
      return { group: group.trim() };
    case 'users': {
      const ids = linesOf(users);
      if (ids.length > 0 && ids.length <= MAX_AUDIENCE_USERS) return { users: ids };
      throw refuse('bad_frame', `name 1 to ${MAX_AUDIENCE_USERS} users, one on each line`);
    }
    default:
      throw refuse('bad_frame', 'there is no such audience');
  }
}

/** The announcement on a timer that a form asks for; `delay` and `every` in minutes. */
export function announcementOf(
  { id, text, delay = '', every = '' }: Form,
  now: number,
): AnnouncementRequest {
  const minutes = (value: string) => Math.round(Number(value) * 60);
  return parseInput(AnnouncementRequestSchema, {
    id,
    text,
    ...(delay.trim() !== '' && { at: now + minutes(delay) * 1_000 }),
    ...(every.trim() !== '' && { every: minutes(every) }),
  });
}

/** What a form wants done to somebody; `lasting` in minutes, for good when it is empty. */
export function moderationOf(
  { id, action, user, lasting = '' }: Form,
  now: number,
): ModerationRequest {
  const isLimited = (action === 'mute' || action === 'ban') && lasting !== '';
  const until = isLimited ? { until: now + Math.round(Number(lasting) * 60_000) } : {};
  return parseInput(ModerationRequestSchema, { id, action, user, ...until });
}

/** The settings that a form asks for. */
export function settingsOf(form: Form): SettingsRequest {
  const { title, owner, hosts, slowMode, check, onCheckFailure, blockedWords } = form;
  return parseInput(SettingsRequestSchema, {
    ...(title !== undefined && { title }),
    ...(owner !== undefined && { owner: owner.trim() }),
    ...(hosts !== undefined && { hosts: linesOf(hosts) }),
    ...(slowMode !== undefined && { slowMode: Number(slowMode || 0) }),
    ...(check !== undefined && { check }),
    ...(onCheckFailure !== undefined && { onCheckFailure }),
    ...(blockedWords !== undefined && { blockedWords: linesOf(blockedWords) }),
  });
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
