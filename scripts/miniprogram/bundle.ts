/**
 * The scripts of a mini-program: each page and component at its place, what they share exactly once.
 * A mini-program can't import from outside its root, nor a package or TypeScript, so all is bundled:
 * `client.js` is the chat client (`chat/`, `shared/`, valibot), the common code of an npm package is
 * next to its components, and what else several files use is in `common.js`.
 */
import { realpathSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';
import type { Units } from './components.ts';
import { BuildError } from './error.ts';
import {
  isFile,
  type Layout,
  NODE_MODULES,
  NPM,
  packageFolder,
  ROOT,
  splitPackageName,
} from './layout.ts';

export const CLIENT = 'client.js';

export interface BundleOptions {
  /** Path of the module that stands in for `settings.ts`. */
  settings?: string | undefined;
  minify: boolean;
}

/** The scripts by app path. Throws when something is imported that is not there. */
export async function bundleScripts(
  layout: Layout,
  units: Units,
  { settings, minify }: BundleOptions,
): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  entries.set('app', scriptOf(layout, 'app'));
  for (const { path } of [...units.pages, ...units.components]) {
    entries.set(path, scriptOf(layout, path));
  }
  const entryFiles = new Set(entries.values());
  const client = [join(layout.srcDir, 'chat'), join(ROOT, 'shared'), join(NODE_MODULES, 'valibot')];
  const isClient = (id: string) => client.some((folder) => isInside(folder, id));

  const bundle = await rolldown({
    input: Object.fromEntries(entries),
    platform: 'browser',
    tsconfig: false,
    plugins: [npmFiles(), ...(settings === undefined ? [] : [settingsFrom(layout, settings)])],
    transform: {
      target: 'es2018',
      assumptions: { setPublicClassFields: true },
      define: { 'process.env.NODE_ENV': '"production"' },
    },
    preserveEntrySignatures: false,
    onLog(level, log) {
      if (level === 'warn') throw new BuildError(log.message);
    },
  });
  try {
    const { output } = await bundle.generate({
      format: 'cjs',
      strict: true,
      // A shared chunk holds modules of many pages: each must run when it is first imported, in the
      // order of the source, and not when the app loads the chunk.
      strictExecutionOrder: true,
      generatedCode: { symbols: false },
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      minify,
      comments: { legal: false },
      codeSplitting: {
        groups: [
          // On its own, or the client would need TDesign's common code for the sake of it, or the reverse.
          { name: 'helpers', test: isHelper, priority: 4 },
          { name: CLIENT.slice(0, -'.js'.length), test: isClient, priority: 3 },
          {
            debugName: 'packages',
            name: (id) => commonOfPackage(id) ?? null,
            test: (id) => commonOfPackage(id) !== undefined && !entryFiles.has(id),
            minShareCount: 2,
            priority: 2,
          },
          {
            name: 'common',
            test: (id) => !entryFiles.has(id),
            minShareCount: 2,
            priority: 1,
          },
        ],
      },
    });
    const chunks = output.filter((each) => each.type === 'chunk');
    check(chunks, entries);
    return new Map(chunks.map(({ fileName, code }) => [fileName, code]));
  } catch (error) {
    throw error instanceof BuildError ? error : new BuildError(explain(error));
  } finally {
    await bundle.close();
  }
}

function scriptOf(layout: Layout, path: string): string {
  for (const extension of ['ts', 'js']) {
    if (layout.exists(`${path}.${extension}`)) return layout.sourceOf(`${path}.${extension}`);
  }
  throw new BuildError(`${path} has no script: there is neither ${path}.ts nor ${path}.js.`);
}

/** The bundler's message, without the colours that it has even in a file. */
function explain(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? error.message : String(error));
}

/** What the bundler itself adds: how modules meet, and what stands in for newer syntax. */
function isHelper(id: string): boolean {
  return id.startsWith('\0rolldown/') || id.includes('@oxc-project');
}

function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && !path.startsWith('..') && !path.startsWith(sep);
}

/** `miniprogram_npm/<package>/common` for a file of a mini-program package. */
function commonOfPackage(id: string): string | undefined {
  const path = relative(NODE_MODULES, id).split(sep).join('/');
  if (path.startsWith('..')) return undefined;
  const { pkg } = splitPackageName(path);
  const folder = packageFolder(pkg);
  return folder !== undefined && isInside(folder, id) ? `${NPM}/${pkg}/common` : undefined;
}

/** Finds mini-program packages, and the packages that they bring along in their own miniprogram_npm. */
function npmFiles(): Plugin {
  return {
    name: 'miniprogram-npm',
    resolveId(source, importer) {
      if (/^[./\0]/.test(source) || importer === undefined) return null;
      const bases: string[] = [];
      const own = packageFolder(splitPackageName(source).pkg);
      if (own !== undefined) bases.push(join(own, splitPackageName(source).rest));
      const nested = importer.lastIndexOf(`${sep}miniprogram_dist${sep}`);
      if (nested >= 0) {
        const folder = importer.slice(0, nested + `${sep}miniprogram_dist`.length);
        bases.push(join(folder, NPM, source));
      }
      for (const base of bases) {
        for (const file of [base, `${base}.js`, join(base, 'index.js')]) {
          if (isFile(file)) return file;
        }
      }
      return null;
    },
  };
}

/** Puts another module in the place of `settings.ts`. */
function settingsFrom(layout: Layout, path: string): Plugin {
  const original = join(layout.srcDir, 'settings.ts');
  const replacement = realpathSync(path);
  return {
    name: 'miniprogram-settings',
    async resolveId(source, importer, options) {
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found?.id === original ? replacement : null;
    },
  };
}

/** WeChat runs a file once and expects its Page or Component there; and it knows only our own files. */
function check(chunks: OutputChunk[], entries: ReadonlyMap<string, string>): void {
  const names = new Set(chunks.map(({ fileName }) => fileName));
  for (const [path, source] of entries) {
    const chunk = chunks.find(({ fileName }) => fileName === `${path}.js`);
    if (chunk === undefined) throw new BuildError(`The bundle lacks ${path}.js.`);
    if (!chunk.moduleIds.includes(source)) {
      throw new BuildError(
        `Another file imports ${path}, so it would not register at its own place.`,
      );
    }
  }
  for (const { fileName, code } of chunks) {
    for (const [, , target = ''] of code.matchAll(/\brequire\((["'`])(.*?)\1\)/g)) {
      const path = posix.join(posix.dirname(fileName), target);
      if (target.startsWith('.') && names.has(path)) continue;
      throw new BuildError(
        `${fileName} requires "${target}", which is no file of the mini-program.`,
      );
    }
  }
}
