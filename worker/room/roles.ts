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
  return {
    id,
    name,
    role: roleOf(id, settings),
    ...(avatar !== undefined && { avatar }),
    ...(group !== undefined && { group }),
  };
}

/** Whether `role` may act as a host; the owner is one. */
export function isHost(role: Role): boolean {
  return role !== 'member';
}
