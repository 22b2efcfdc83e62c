/**
 * Where the files of a mini-program come from. An app path is a path in the built folder, with `/` and
 * without one in front: `pages/lobby/index.wxml`. It stands for a file of the source folder, or, below
 * `miniprogram_npm/`, for a file of an npm package.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError } from './error.ts';

/** The folder of this repository. */
export const ROOT = realpathSync(resolve(dirname(fileURLToPath(import.meta.url)), '../..'));
/** Where WeChat looks for npm packages in the built folder. */
export const NPM = 'miniprogram_npm';

/** Where npm packages are; its real path, as the bundler names modules by theirs. */
export const NODE_MODULES = realpathSync(join(ROOT, 'node_modules'));
/** What WeChat takes when a package does not say where its mini-program files are. */
const DEFAULT_PACKAGE_FOLDER = 'miniprogram_dist';

export interface Layout {
  /** The source folder, absolute. */
  readonly srcDir: string;
  /** The file that an app path stands for, absolute; it need not exist. */
  sourceOf(appPath: string): string;
  exists(appPath: string): boolean;
}

/** A name like `tdesign-miniprogram/button/button` in two: the package and the path in it. */
export function splitPackageName(name: string): { pkg: string; rest: string } {
  const parts = name.split('/');
  const length = name.startsWith('@') ? 2 : 1;
  return { pkg: parts.slice(0, length).join('/'), rest: parts.slice(length).join('/') };
}

/** The folder with an npm package's mini-program files; undefined when it is not installed. */
export function packageFolder(pkg: string): string | undefined {
  const manifest = join(NODE_MODULES, pkg, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  const named =
    typeof parsed === 'object' && parsed !== null && 'miniprogram' in parsed
      ? parsed.miniprogram
      : undefined;
  return join(NODE_MODULES, pkg, typeof named === 'string' ? named : DEFAULT_PACKAGE_FOLDER);
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The layout of a source folder, with the npm packages of this repository. */
export function createLayout(srcDir: string): Layout {
  const root = realpathSync(srcDir);
  const sourceOf = (appPath: string): string => {
    if (!appPath.startsWith(`${NPM}/`)) return join(root, appPath);
    const { pkg, rest } = splitPackageName(appPath.slice(NPM.length + 1));
    const folder = packageFolder(pkg);
    return folder === undefined ? join(NODE_MODULES, pkg, rest) : join(folder, rest);
  };
  return { srcDir: root, sourceOf, exists: (appPath) => isFile(sourceOf(appPath)) };
}

/** The app path of a reference (`./a`, `../a`, `a` or, from the root, `/a`) in the file `from`. */
export function resolveReference(from: string, reference: string): string {
  const path = reference.startsWith('/')
    ? posix.normalize(reference.slice(1))
    : posix.join(posix.dirname(from), reference);
  if (path === '..' || path.startsWith('../')) {
    throw new BuildError(`${from} asks for "${reference}", which is outside of the mini-program.`);
  }
  return path;
}

export function readText(layout: Layout, appPath: string): string {
  return readFileSync(layout.sourceOf(appPath), 'utf8');
}

/** The object in a JSON file; WeChat accepts no comments there, so neither does this. */
export function readJson(layout: Layout, appPath: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(layout, appPath));
  } catch (error) {
    throw new BuildError(`${appPath} is not JSON: ${String(error)}`);
  }
  if (!isRecord(parsed)) throw new BuildError(`${appPath} must hold a JSON object.`);
  return parsed;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
