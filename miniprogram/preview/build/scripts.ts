/** The scripts of the app, each as a function that is given what a script finds on a phone. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { MODULE_SCOPE } from '../contract/bundle.ts';
import type { AppFolder } from './app-folder.ts';
import { PreviewError } from './problem.ts';

const REQUIRE = /\brequire\(\s*(["'`])(\.{0,2}\/[^"'`]+)\1\s*\)/g;

/** Where `require(reference)` in the module `from` leads, with its extension. */
function find(dir: string, from: string, reference: string): string | undefined {
  const path = reference.startsWith('/')
    ? reference.slice(1)
    : posix.join(posix.dirname(from), reference);
  return [path, `${path}.js`, `${path}/index.js`].find(
    (candidate) =>
      candidate.endsWith('.js') &&
      existsSync(join(dir, candidate)) &&
      statSync(join(dir, candidate)).isFile(),
  );
}

/**
 * Collects app.js, the scripts of all components, and what they require.
 * @returns a JavaScript expression: an object from path to function
 */
export function collectScripts(app: AppFolder): string {
  const entries: string[] = [];
  const seen = new Set<string>();
  const queue = ['app.js', ...app.components.map(({ is }) => `${is}.js`)];
  for (const path of queue) {
    if (seen.has(path)) continue;
    seen.add(path);
    const file = join(app.dir, path);
    if (!existsSync(file)) throw new PreviewError(`${file}: no such file`);
    const source = readFileSync(file, 'utf8');
    for (const [, , reference = ''] of source.matchAll(REQUIRE)) {
      // What is not found here is named when it is required, if ever it is.
      const found = find(app.dir, path, reference);
      if (found) queue.push(found);
    }
    // A function in the function: a script may well declare a `URL` of its own.
    const scope = MODULE_SCOPE.join(',');
    entries.push(`${JSON.stringify(path)}(${scope}){"use strict";(()=>{${source}\n})()}`);
  }
  return `{${entries.join(',\n')}}`;
}
