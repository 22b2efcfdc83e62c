/** CommonJS as a mini-program has it: relative paths only, and no browser around. */
import { HIDDEN, type ModuleFactory, type PROVIDED } from '../contract/bundle.ts';

export type Globals = Readonly<
  Record<Exclude<(typeof PROVIDED)[number], 'require' | 'module' | 'exports'>, unknown>
>;

interface Module {
  exports: unknown;
}

/** Returns what runs the module at a path, once, and gives its exports. */
export function moduleLoader(
  modules: Readonly<Record<string, ModuleFactory>>,
  globals: Globals,
): (path: string) => unknown {
  const loaded = new Map<string, Module>();
  const rest = Object.values(globals);
  const hidden = HIDDEN.map(() => undefined);

  function load(path: string): unknown {
    const known = loaded.get(path);
    if (known) return known.exports;
    const factory = modules[path];
    if (!factory) throw new Error(`module '${path}' is not defined`);
    const module: Module = { exports: {} };
    loaded.set(path, module);
    const require = (reference: string) => load(resolve(path, reference));
    factory(require, module, module.exports, ...rest, ...hidden);
    return module.exports;
  }

  function resolve(from: string, reference: string): string {
    if (!/^\.{0,2}\//.test(reference)) {
      throw new Error(`module '${reference}' is not relative, required by '${from}'`);
    }
    const path = new URL(reference, `http://app/${from}`).pathname.slice(1);
    const found = [path, `${path}.js`, `${path}/index.js`].find((each) => each in modules);
    if (!found) throw new Error(`module '${path}.js' is not defined, required by '${from}'`);
    return found;
  }

  return load;
}
