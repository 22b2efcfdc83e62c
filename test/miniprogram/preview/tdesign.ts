/** Puts TDesign's components into a compiled mini-program, as an app's build does. */
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const SOURCE = resolve(
  import.meta.dirname,
  '../../../node_modules/tdesign-miniprogram/miniprogram_dist',
);
const TARGET = 'miniprogram_npm/tdesign-miniprogram';

/** TDesign brings what it depends on. */
function dependency(id: string): string | undefined {
  const base = join(SOURCE, 'miniprogram_npm', id);
  return [`${base}.js`, join(base, 'index.js')].find((file) => existsSync(file));
}

/** A component with all that it uses, by folder: `popup`, `overlay`, `icon`. */
function withUsed(names: readonly string[]): string[] {
  const all = new Set(names);
  for (const name of all) {
    const json = JSON.parse(
      readFileSync(join(SOURCE, name, `${posix.basename(name)}.json`), 'utf8'),
    );
    for (const path of Object.values<string>(json.usingComponents ?? {})) {
      all.add(posix.dirname(posix.join(name, path)));
    }
  }
  return [...all];
}

/**
 * @param names of components, e.g. `action-sheet`
 * @param appDir folder of the mini-program
 */
export async function addTDesign(names: readonly string[], appDir: string): Promise<void> {
  const used = withUsed(names);
  const scripts = used.map((name) => `${name}/${name}.js`);
  const bundle = await rolldown({
    input: Object.fromEntries(scripts.map((path) => [path.slice(0, -3), join(SOURCE, path)])),
    platform: 'neutral',
    plugins: [
      {
        name: 'bundled-dependencies',
        resolveId: (id) => (/^\w/.test(id) ? dependency(id) : undefined),
      },
    ],
    logLevel: 'silent',
  });
  await bundle.write({
    dir: join(appDir, TARGET),
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
  });
  await bundle.close();
  const folders = new Set([...used, 'common', 'mixins']);
  for (const path of globSync('**/*.{json,wxml,wxss,wxs}', { cwd: SOURCE })) {
    const [folder = ''] = path.split('/');
    if (folders.has(folder) && existsSync(join(SOURCE, path))) {
      cpSync(join(SOURCE, path), join(appDir, TARGET, path));
    }
  }
}
