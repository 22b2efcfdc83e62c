/** Who may do what to whom. */
import type { Refusal } from '../../shared/errors.ts';
import type { ChatEvent, ModerateFrame, User } from '../../shared/protocol.ts';
import { type Decision, refused, type Scene } from './decision.ts';
import { banUntil } from './restraint.ts';
import { isHost, roleOf } from './roles.ts';
import { FOR_GOOD } from './sanctions.ts';

/** What a kicked user is told; with a code after which a client does not come back by itself. */
const KICKED: Refusal = {
  code: 'forbidden',
  message: 'a host has removed you from this room: you may come back',
};

/**
 * Decides on what `author` wants to do to somebody. What is so already may be done again: the room
 * is told once more, and nothing else changes.
 */
export function decideModeration(
  author: User,
  { action, user, until }: Omit<ModerateFrame, 'type' | 'id'>,
  scene: Scene,
  fromBackEnd: boolean,
): Decision {
  if (!isHost(author.role)) return refused('forbidden', 'only hosts may moderate');
  if (until !== undefined) {
    if (action !== 'mute' && action !== 'ban') {
      return refused('bad_frame', 'until: goes with mute and ban only');
    }
    if (until <= scene.at) return refused('bad_frame', 'until: must be later than now');
  }
  if (user === author.id) return refused('forbidden', 'nobody can moderate themself');
  const role = roleOf(user, scene.settings);
  if (role === 'owner') return refused('forbidden', 'nobody can moderate the owner');
  if (role === 'host' && author.role !== 'owner') {
    return refused('forbidden', 'only the owner may moderate a host');
  }
  // A back end knows its users before the room does.
  if (!fromBackEnd && role === 'member' && !isKnown(user, scene)) {
    return refused('not_found', `user ${user} has never been in this room`);
  }
  const name = scene.nameOf(user);
  const body = {
    kind: 'moderation' as const,
    action,
    user,
    ...(name !== undefined && { name }),
    ...(until !== undefined && { until }),
  };
  return { type: 'accepted', body };
}

/** What the users are told whose connections end with this event, and who they are. */
export function removalBy(event: ChatEvent): { user: string; refusal: Refusal } | undefined {
  if (event.kind !== 'moderation') return undefined;
  const { at } = event;
  if (event.action === 'kick') return { user: event.user, refusal: KICKED };
  if (event.action !== 'ban') return undefined;
  return { user: event.user, refusal: banUntil(event.until ?? FOR_GOOD, at) };
}

function isKnown(user: string, { attendance, addresses, sanctions }: Scene): boolean {
  return attendance.isOnline(user) || addresses.has(`user:${user}`) || sanctions.has(user);
}
