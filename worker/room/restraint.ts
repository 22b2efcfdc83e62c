/** What keeps somebody from acting just now, whatever it is about. Nobody moderates the owner. */
import type { Refusal } from '../../shared/errors.ts';
import type { User } from '../../shared/protocol.ts';
import type { Scene } from './decision.ts';
import { isHost } from './roles.ts';
import { FOR_GOOD, type SanctionBook } from './sanctions.ts';

/** As much of the sanctions as is asked for. */
export type KnownSanctions = Pick<SanctionBook, 'has' | 'mutedUntil' | 'bannedUntil' | 'inForce'>;

type Person = Pick<User, 'id' | 'role'>;

/** Why a user may not be here at `now` (milliseconds since 1970), if they are banned. */
export function banOn(
  { id, role }: Person,
  sanctions: KnownSanctions,
  now: number,
): Refusal | undefined {
  const until = role === 'owner' ? undefined : sanctions.bannedUntil(id, now);
  return until === undefined ? undefined : banUntil(until, now);
}

/** What somebody is told who is banned until then. */
export function banUntil(until: number, now: number): Refusal {
  return { code: 'banned', message: 'you are banned from this room', ...waitFor(until, now) };
}

/** Why a user may not say anything at `now` (milliseconds since 1970), if they are muted. */
export function muteOn(
  { id, role }: Person,
  sanctions: KnownSanctions,
  now: number,
): Refusal | undefined {
  const until = role === 'owner' ? undefined : sanctions.mutedUntil(id, now);
  if (until === undefined) return undefined;
  return { code: 'muted', message: 'you are muted in this room', ...waitFor(until, now) };
}

/** Why a user may not say anything so soon after what they said last. Hosts need not wait. */
export function slowModeOn({ id, role }: Person, scene: Scene): Refusal | undefined {
  const { slowMode } = scene.settings;
  if (slowMode === undefined || isHost(role)) return undefined;
  const retryAfter = scene.lastMessages.wait(id, scene.at, slowMode * 1_000);
  if (retryAfter <= 0) return undefined;
  const message = `slow mode: one message every ${slowMode} seconds`;
  return { code: 'slow_mode', message, retryAfter };
}

function waitFor(until: number, now: number): Pick<Refusal, 'retryAfter'> {
  return until === FOR_GOOD ? {} : { retryAfter: until - now };
}
