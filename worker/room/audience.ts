/** Who may see what: the one place that decides it, for live delivery and for every way of reading. */
import type { Audience, ChatEvent, User } from '../../shared/protocol.ts';
import type { RoomSettings } from './ports.ts';
import { isHost } from './roles.ts';

/** As much of a user as decides what they may see. */
export type Viewer = Pick<User, 'id' | 'role' | 'group'>;

/**
 * Whether `viewer` may see `event`. Groups and roles are judged as they are now: who joins a group
 * finds its messages, who is no longer a host loses those to the hosts.
 */
export function canSee(viewer: Viewer, event: ChatEvent): boolean {
  if (!event.to || event.from.id === viewer.id) return true;
  return event.also?.includes(viewer.id) || includes(event.to, viewer);
}

/** The audience of what `authorId` does about `target`: those who see that, and nobody else [R6]. */
export function audienceAbout(target: ChatEvent, authorId: string): Pick<ChatEvent, 'to' | 'also'> {
  if (!target.to) return {};
  const also = new Set([target.from.id, ...(target.also ?? [])]);
  also.delete(authorId);
  return { to: target.to, ...(also.size > 0 && { also: [...also] }) };
}

function includes(audience: Audience, viewer: Viewer): boolean {
  if ('users' in audience) return audience.users.includes(viewer.id);
  if ('group' in audience) return audience.group === viewer.group;
  return isHost(viewer.role);
}

/** The users whom an audience names one by one. Who is in a group is known only of those online. */
export function namedUsers(audience: Audience, settings: RoomSettings): readonly string[] {
  if ('users' in audience) return audience.users;
  if ('group' in audience) return [];
  const { owner, hosts } = settings;
  return owner === undefined ? hosts : [...new Set([owner, ...hosts])];
}
