/** What a room does at times of its own, on the one alarm that it has. */

/** Something that is to be done at a time. Times are in milliseconds since 1970. */
export interface Task {
  /** When it is to be done next, which may have passed; `undefined` while there is nothing to do. */
  due(now: number): number | undefined;
  /** Does what is due. It may be called again for what was done: an alarm rings at least once. */
  run(now: number): void | Promise<void>;
}

/** A task that fails is tried again after this long, in milliseconds ... */
const FIRST_RETRY_MS = 60_000;
/** ... and each time it fails again after twice as long, up to this. */
const LAST_RETRY_MS = 60 * 60_000;

/** Tasks that share an alarm. One that fails waits by itself: the others are done all the same. */
export class Agenda {
  readonly #tasks: readonly Task[];
  readonly #onFault: (fault: unknown) => void;
  /** Lost when the room sleeps: it is then tried when the alarm rings that was set for it. */
  readonly #failures = new Map<Task, { readonly count: number; readonly retryAt: number }>();

  constructor(tasks: readonly Task[], onFault: (fault: unknown) => void) {
    this.#tasks = tasks;
    this.#onFault = onFault;
  }

  /** When something is to be done next; `undefined` while there is nothing to do. */
  next(now: number): number | undefined {
    let next: number | undefined;
    for (const task of this.#tasks) {
      try {
        const due = this.#dueOf(task, now);
        if (due !== undefined && (next === undefined || due < next)) next = due;
      } catch (fault) {
        this.#onFault(fault);
      }
    }
    return next;
  }

  /** Does all that is due. Never throws: who fails is told of, and tried again later. */
  async run(now: number): Promise<void> {
    for (const task of this.#tasks) {
      try {
        const due = this.#dueOf(task, now);
        if (due === undefined || due > now) continue;
        await task.run(now);
        this.#failures.delete(task);
      } catch (fault) {
        this.#putOff(task, now);
        this.#onFault(fault);
      }
    }
  }

  #dueOf(task: Task, now: number): number | undefined {
    const due = task.due(now);
    return due === undefined ? undefined : Math.max(due, this.#failures.get(task)?.retryAt ?? 0);
  }

  #putOff(task: Task, now: number): void {
    const count = (this.#failures.get(task)?.count ?? 0) + 1;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (count - 1), LAST_RETRY_MS);
    this.#failures.set(task, { count, retryAt: now + wait });
  }
}
