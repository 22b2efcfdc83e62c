/**
 * Runs the scripts of a built mini-program the way WeChat does: each file once, `require` of other files
 * by relative path, no `window`, `process` or Node, and Page() or Component() called while its file loads.
 */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { createContext, runInContext } from 'node:vm';

export interface Registration {
  kind: 'App' | 'Page' | 'Component';
  /** App path of the file that was being loaded as an entry. */
  file: string;
  options: Record<string, unknown>;
}

export interface AppLoader {
  registrations: Registration[];
  /** What the app passed to `wx.log`, in order. */
  logged: unknown[];
  /** Loads a file as an entry; a second time does nothing. */
  load(file: string): void;
}

const SYSTEM = {
  SDKVersion: '3.8.10',
  platform: 'devtools',
  language: 'zh_CN',
  windowWidth: 375,
  windowHeight: 667,
};

export function createAppLoader(folder: string): AppLoader {
  const registrations: Registration[] = [];
  const logged: unknown[] = [];
  const modules = new Map<string, { exports: unknown }>();
  let entry = '';
  const register = (kind: Registration['kind']) => (options: Record<string, unknown>) => {
    registrations.push({ kind, file: entry, options });
  };
  const context = createContext({
    App: register('App'),
    Page: register('Page'),
    Component: register('Component'),
    Behavior: (options: unknown) => options,
    getApp: () => ({}),
    getCurrentPages: () => [],
    console,
    setTimeout,
    clearTimeout,
    wx: {
      log: (line: unknown) => logged.push(line),
      getSystemInfoSync: () => SYSTEM,
      getAppBaseInfo: () => SYSTEM,
      getWindowInfo: () => SYSTEM,
      getDeviceInfo: () => SYSTEM,
      onWindowResize: () => undefined,
    },
  });
  const run = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(file, module);
    const code = readFileSync(join(folder, file), 'utf8');
    const wrapped = runInContext(`(function (require, module, exports) {${code}\n})`, context, {
      filename: file,
    });
    wrapped(
      (target: string) => run(posix.join(posix.dirname(file), target)),
      module,
      module.exports,
    );
    return module.exports;
  };
  return {
    registrations,
    logged,
    load(file) {
      entry = file;
      run(file);
    },
  };
}
