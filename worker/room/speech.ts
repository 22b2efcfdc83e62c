/** Who may say what to whom. */
import type { SendFrame, User } from '../../shared/protocol.ts';
import { namedUsers } from './audience.ts';
import { type Decision, findMessage, refused, type Scene } from './decision.ts';
import { isHost } from './roles.ts';

/** Decides on what `author` wants to say; a back end may write to users who have not been here yet. */
export function decideSend(
  author: User,
  { content, to, replyTo }: Omit<SendFrame, 'type' | 'id'>,
  scene: Scene,
  fromBackEnd: boolean,
): Decision {
  // Notices stand out from what people say: only hosts and back ends send them.
  if (content.type === 'notice' && !isHost(author.role)) {
    return refused('forbidden', `a ${author.role} may not send a ${content.type}`);
  }
  if (replyTo !== undefined && !findMessage(scene, author, replyTo)) {
    return refused('not_found', `there is no message ${replyTo} to reply to`);
  }
  const missing = to && !fromBackEnd ? missingIn(to, scene) : undefined;
  if (missing !== undefined) return refused('not_found', missing);
  const body = {
    kind: 'message' as const,
    content,
    ...(to && { to }),
    ...(replyTo !== undefined && { replyTo }),
  };
  return { type: 'accepted', body };
}

/** A message to nobody known would vanish without a word: most often it is a typing error. */
function missingIn(
  to: NonNullable<SendFrame['to']>,
  { settings, attendance, addresses }: Scene,
): string | undefined {
  if ('users' in to) {
    const stranger = to.users.find(
      (id) => !attendance.isOnline(id) && !addresses.has(`user:${id}`),
    );
    return stranger === undefined ? undefined : `user ${stranger} has never been in this room`;
  }
  if ('group' in to) {
    const known = attendance.isGroupOnline(to.group) || addresses.has(`group:${to.group}`);
    return known ? undefined : `group ${to.group} has never been in this room`;
  }
  return namedUsers(to, settings).length > 0 ? undefined : 'this room has no host';
}
