/** The app's timers: they don't fire while its scripts are stopped. */
import type { Device } from './device.ts';

type Callback = (...args: unknown[]) => void;

export interface Timers {
  setTimeout(callback: Callback, ms?: number, ...args: unknown[]): number;
  clearTimeout(id?: number): void;
  setInterval(callback: Callback, ms?: number, ...args: unknown[]): number;
  clearInterval(id?: number): void;
}

export function timersOf(device: Device): Timers {
  const live = new Map<number, () => void>();
  let last = 0;

  function start(repeat: boolean, callback: Callback, ms: number, args: unknown[]): number {
    last += 1;
    const id = last;
    let due = false;
    const run = () => {
      due = false;
      if (!live.has(id)) return;
      if (!repeat) live.delete(id);
      callback(...args);
    };
    const tick = () => {
      // An interval that comes round several times meanwhile fires once afterwards.
      if (due) return;
      due = true;
      device.deliver(run);
    };
    if (repeat) {
      const native = setInterval(tick, ms);
      live.set(id, () => clearInterval(native));
    } else {
      const native = setTimeout(tick, ms);
      live.set(id, () => clearTimeout(native));
    }
    return id;
  }

  function stop(id: number | undefined): void {
    if (id === undefined) return;
    live.get(id)?.();
    live.delete(id);
  }

  return {
    setTimeout: (callback, ms = 0, ...args) => start(false, callback, ms, args),
    setInterval: (callback, ms = 0, ...args) => start(true, callback, ms, args),
    clearTimeout: stop,
    clearInterval: stop,
  };
}
