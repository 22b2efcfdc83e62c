import type { User } from '../../../shared/protocol.ts';
import type { Cancel, Clock } from './ports.ts';

/** While somebody types the others are told this often, in milliseconds ... */
export const TYPING_INTERVAL_MS = 3_000;
/** ... and believe it for this long. */
export const TYPING_SHOWN_MS = 5_000;

/** Who is typing at the moment, in this room. */
export class Typists {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private readonly typing = new Map<string, { readonly user: User; readonly forget: Cancel }>();
  private rest: Cancel | undefined;

  constructor(clock: Clock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  get users(): readonly User[] {
    return [...this.typing.values()].map(({ user }) => user);
  }

  /** Somebody types. */
  add(user: User): void {
    this.typing.get(user.id)?.forget();
    const forget = this.clock.after(TYPING_SHOWN_MS, () => this.remove(user.id));
    this.typing.set(user.id, { user, forget });
    this.onChange();
  }

  /** Somebody said it, or left. */
  remove(id: string): void {
    const entry = this.typing.get(id);
    if (!entry) return;
    entry.forget();
    this.typing.delete(id);
    this.onChange();
  }

  /** Nobody is there any more. */
  clear(): void {
    this.rest?.();
    this.rest = undefined;
    for (const id of [...this.typing.keys()]) this.remove(id);
  }

  /** Whether it is time to tell the others that the user of this phone types. */
  mayTell(): boolean {
    if (this.rest) return false;
    this.rest = this.clock.after(TYPING_INTERVAL_MS, () => {
      this.rest = undefined;
    });
    return true;
  }
}
