/** What the preview can't do is said aloud: in the console, and to whoever listens. */
import { Signal } from './signal.ts';

export const problems = new Signal<string>();
const said = new Set<string>();

/** Reports a problem. The same one is reported once. */
export function report(message: string, cause?: unknown): void {
  if (said.has(message)) return;
  said.add(message);
  console.error(`[preview] ${message}`, ...(cause === undefined ? [] : [cause]));
  problems.emit(message);
}

/** Something of WeChat is not in this preview, e.g. `<canvas>` or `wx.foo`. */
export const reportMissing = (what: string): void => report(`预览缺少 ${what}`);

/** An object of WeChat of which only a part is here: asking for more is a problem, by name. */
export function reportingMissing<T extends object>(what: string, object: T): T {
  return new Proxy(object, {
    get(target, name) {
      // A promise asks that of whatever it is given.
      const isMissing = typeof name === 'string' && name !== 'then' && !(name in target);
      if (isMissing) reportMissing(`${what}.${name}`);
      return Reflect.get(target, name);
    },
    set(target, name, value) {
      if (!(name in target)) reportMissing(`${what}.${String(name)}`);
      return Reflect.set(target, name, value);
    },
  });
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
