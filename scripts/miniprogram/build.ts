/** The build of the mini-program: from `miniprogram/src/` to the folder that WeChat DevTools runs. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { collectAssets, type Files } from './assets.ts';
import { bundleScripts, CLIENT } from './bundle.ts';
import { findUnits } from './components.ts';
import { BuildError } from './error.ts';
import { createLayout, type Layout, ROOT, readJson } from './layout.ts';
import { syncFolder } from './sync.ts';

export const SRC_DIR = join(ROOT, 'miniprogram/src');
export const DIST_DIR = join(ROOT, 'miniprogram/dist');

/** Largest main package, in bytes. WeChat's own limit is 2 MB; small is fast to open. */
export const MAX_PACKAGE_BYTES = 800 * 1024;
/** Largest chat client (with the protocol and valibot), in bytes after gzip. */
export const MAX_CLIENT_GZIP_BYTES = 20 * 1024;

export interface BuildOptions {
  /** The mini-program's source; `miniprogram/src` when absent. */
  srcDir?: string | undefined;
  /** The folder to fill; whatever else is in it is removed. */
  outDir: string;
  /** Path of a module that replaces `settings.ts`. */
  settings?: string | undefined;
  /** Whether scripts are minified; true when absent. */
  minify?: boolean | undefined;
}

export interface BuildReport {
  /** App paths without extension, like `pages/lobby/index`. */
  pages: string[];
  components: string[];
  /** App paths of all files. */
  files: string[];
  /** App paths of what was written or removed this time. */
  changed: string[];
  /** Size of the main package (all but the subpackages), in bytes. */
  packageBytes: number;
  /** Size of client.js after gzip, in bytes; 0 when nothing uses it. */
  clientGzipBytes: number;
  warnings: string[];
  /** One sentence for each limit that is exceeded. */
  overLimits: string[];
}

/**
 * Builds the mini-program. Nothing is written unless all of it could be built.
 * @throws BuildError with a sentence about what is missing or wrong in the source
 */
export async function buildMiniprogram(options: BuildOptions): Promise<BuildReport> {
  const layout = createLayout(options.srcDir ?? SRC_DIR);
  const outDir = resolve(options.outDir);
  refuseToEmpty(outDir, layout);
  const units = findUnits(layout);
  const files: Files = collectAssets(layout, units);
  const scripts = await bundleScripts(layout, units, {
    settings: options.settings,
    minify: options.minify ?? true,
  });
  for (const [path, code] of scripts) files.set(path, code);

  const changed = syncFolder(outDir, files);
  const packageBytes = mainPackageBytes(files, subpackageRoots(layout));
  const client = scripts.get(CLIENT);
  const clientGzipBytes = client === undefined ? 0 : gzipSync(client).byteLength;
  return {
    pages: units.pages.map(({ path }) => path),
    components: units.components.map(({ path }) => path),
    files: [...files.keys()].sort(),
    changed,
    packageBytes,
    clientGzipBytes,
    warnings: units.warnings,
    overLimits: [
      ...overLimit('The main package', packageBytes, MAX_PACKAGE_BYTES),
      ...overLimit(`${CLIENT} after gzip`, clientGzipBytes, MAX_CLIENT_GZIP_BYTES),
    ],
  };
}

/** What is not a build is not replaced by one: a slip of `--out` must not cost anybody their files. */
function refuseToEmpty(outDir: string, layout: Layout): void {
  if (!existsSync(outDir) || readdirSync(outDir).length === 0) return;
  const holdsSource = `${layout.srcDir}${sep}`.startsWith(`${realpathSync(outDir)}${sep}`);
  if (!holdsSource && existsSync(join(outDir, 'app.json'))) return;
  throw new BuildError(`${outDir} holds something else than a build: choose an empty folder.`);
}

/** The report in lines to print. */
export function describeReport(report: BuildReport): string {
  const { pages, components, files, packageBytes, clientGzipBytes } = report;
  return [
    ...report.warnings.map((warning) => `Warning: ${warning}`),
    `${pages.length} pages, ${components.length} components, ${files.length} files.`,
    `Main package ${kb(packageBytes)} of ${kb(MAX_PACKAGE_BYTES)}; ` +
      `client ${kb(clientGzipBytes)} gzipped of ${kb(MAX_CLIENT_GZIP_BYTES)}.`,
    ...report.overLimits,
  ].join('\n');
}

function subpackageRoots(layout: Layout): string[] {
  const app = readJson(layout, 'app.json');
  const packages: unknown = app.subPackages ?? app.subpackages;
  if (!Array.isArray(packages)) return [];
  return packages.map(({ root }: { root: string }) => `${root.replace(/\/$/, '')}/`);
}

function mainPackageBytes(files: Files, subpackages: string[]): number {
  let bytes = 0;
  for (const [path, content] of files) {
    if (!subpackages.some((root) => path.startsWith(root))) bytes += Buffer.byteLength(content);
  }
  return bytes;
}

function overLimit(what: string, bytes: number, limit: number): string[] {
  return bytes > limit ? [`${what} is ${kb(bytes)}, over its limit of ${kb(limit)}.`] : [];
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
