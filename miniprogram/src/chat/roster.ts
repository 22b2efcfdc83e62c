import type { PresenceFrame, User, WelcomeFrame } from '../../../shared/protocol.ts';

/** Who is in the room (R10). */
export class Roster {
  private users: Map<string, User> | undefined;
  private count = 0;

  /** How many people are online. */
  get online(): number {
    return this.count;
  }

  /** They, as long as there are not too many to be listed. */
  get members(): readonly User[] | undefined {
    return this.users && [...this.users.values()];
  }

  begin({ online, members }: WelcomeFrame): void {
    this.count = online;
    this.replace(members);
  }

  apply({ online, joined, left, members }: PresenceFrame): void {
    this.count = online;
    if (members || !(joined || left)) {
      this.replace(members);
      return;
    }
    for (const id of left ?? []) this.users?.delete(id);
    for (const user of joined ?? []) this.users?.set(user.id, user);
  }

  private replace(members: readonly User[] | undefined): void {
    this.users = members && new Map(members.map((user) => [user.id, user]));
  }
}
