import type { Role, User } from '../../shared/protocol.ts';
import type { RoomSettings, Session } from './ports.ts';

/** The role that the room's settings give a user: the same on every device, whatever a token says. */
export function roleOf(userId: string, settings: RoomSettings): Role {
  if (userId === settings.owner) return 'owner';
  return settings.hosts.includes(userId) ? 'host' : 'member';
}

/** The user as the others see them. What is private to the session (its expiry) stays out. */
export function toUser(session: Session, settings: RoomSettings): User {
  const { id, name, avatar, group } = session;
  const user: User = { id, name, role: roleOf(id, settings) };
  if (avatar !== undefined) user.avatar = avatar;
  if (group !== undefined) user.group = group;
  return user;
}

/** Whether `role` may act as a host; the owner is one. */
export function isHost(role: Role): boolean {
  return role !== 'member';
}
