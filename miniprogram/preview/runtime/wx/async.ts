/** The shape of WeChat's asynchronous calls: callbacks, or a promise when there are none. */
import type { Device } from '../device.ts';
import { messageOf } from '../report.ts';

export interface Result {
  errMsg: string;
}

export interface Callbacks {
  success?: ((result: never) => void) | undefined;
  fail?: ((result: never) => void) | undefined;
  complete?: ((result: never) => void) | undefined;
}

type Call = (result: Result) => void;

/** Tells the caller how a call ended, once its scripts run. */
export function settle(
  device: Device,
  { success, fail, complete }: Callbacks,
  outcome: 'success' | 'fail',
  result: Result,
): void {
  device.deliver(() => {
    // What the callbacks take differs by call; the typings of WeChat say so to those who call.
    (outcome === 'success' ? (success as Call) : (fail as Call))?.(result);
    (complete as Call)?.(result);
  });
}

export type AsyncApi<O> = (options?: O & Callbacks) => Promise<Result> | undefined;

/** Makes calls whose errors read `name:fail reason`. */
export function asyncApis(device: Device) {
  return <O extends object>(
    name: string,
    run: (options: O) => object | undefined | Promise<object | undefined>,
  ): AsyncApi<O> =>
    (options) => {
      const given = options ?? ({} as O & Callbacks);
      const outcome = (async () => run(given))().then(
        (result): Result => ({ errMsg: `${name}:ok`, ...result }),
        (error: unknown) => {
          throw Object.assign(new Error(`${name}:fail ${messageOf(error)}`), {
            errMsg: `${name}:fail ${messageOf(error)}`,
          });
        },
      );
      if (!given.success && !given.fail && !given.complete) {
        return new Promise((resolve, reject) => {
          outcome.then(
            (result) => device.deliver(() => resolve(result)),
            (error) => device.deliver(() => reject(error)),
          );
        });
      }
      outcome.then(
        (result) => settle(device, given, 'success', result),
        ({ errMsg }: Result) => settle(device, given, 'fail', { errMsg }),
      );
      return undefined;
    };
}

/** `wx.onX` and `wx.offX`: without a listener, `offX` ends all of them. */
export class Listeners<T> {
  readonly #device: Device;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(device: Device) {
    this.#device = device;
  }

  readonly on = (listener: (value: T) => void): void => {
    this.#listeners.add(listener);
  };

  readonly off = (listener?: (value: T) => void): void => {
    if (listener) this.#listeners.delete(listener);
    else this.#listeners.clear();
  };

  emit(value: T): void {
    this.#device.deliver(() => {
      for (const listener of [...this.#listeners]) listener(value);
    });
  }
}
