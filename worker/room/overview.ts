import type { RoomResponse } from '../../shared/http.ts';
import type { User } from '../../shared/protocol.ts';
import type { RoomSettings, Sanctions } from './ports.ts';

/** Somebody who may not speak or not be here, online or not. */
export interface SanctionedUser extends Sanctions {
  readonly id: string;
  /** What they are called, as far as the room knows. */
  readonly name?: string;
}

/** A room as an operator sees it. */
export interface RoomOverview extends RoomResponse {
  readonly settings: RoomSettings;
  /** Who is online: the first 200 of them. */
  readonly members: readonly User[];
  /** Whose sanctions are in force. */
  readonly sanctioned: readonly SanctionedUser[];
}
