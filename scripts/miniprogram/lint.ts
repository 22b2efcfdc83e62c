/**
 * Tencent's own compilers over a built folder: what they reject, DevTools rejects too. They are of 2020
 * and come as programs in the npm package miniprogram-compiler; its JavaScript is not used, for it
 * returns the errors of style sheets instead of throwing them, and so loses them.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_MODULES } from './layout.ts';

const FOLDERS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'mac',
  win32: 'windows',
};

export interface LintResult {
  /** What the compilers reject, with the file and the place. */
  problems: string[];
  /** How many files were looked at. */
  files: number;
  /** Why nothing could be checked on this machine, if so. */
  skipped?: string;
}

/** Checks every WXML, WXS and WXSS file of a folder. */
export function lintMiniprogram(folder: string): LintResult {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  const withExtension = (extension: string) =>
    all.filter((file) => file.endsWith(extension)).sort();
  const templates = [...withExtension('.wxml'), ...withExtension('.wxs')];
  const sheets = withExtension('.wxss');
  const runs: [string, string[]][] = [];
  if (templates.length > 0) runs.push(['wcc', ['-d', '-cc', '0', ...templates, '-gn', '$gwx']]);
  if (sheets.length > 0) runs.push(['wcsc', ['-db', '-pc', String(sheets.length), ...sheets]]);

  const result: LintResult = { problems: [], files: templates.length + sheets.length };
  for (const [name, args] of runs) {
    const program = findProgram(name);
    const run =
      program === undefined
        ? undefined
        : spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    if (run === undefined || run.error !== undefined) {
      const why = run?.error?.message ?? 'it has none for this system';
      return {
        ...result,
        skipped: `WXML and WXSS were not checked: the package miniprogram-compiler can't run its ${name} here (${why}).`,
      };
    }
    if (run.status !== 0) result.problems.push(...linesOf(run.stderr.toString(), name, run.status));
  }
  return result;
}

function findProgram(name: string): string | undefined {
  const folder = FOLDERS[process.platform];
  if (folder === undefined) return undefined;
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const path = join(NODE_MODULES, 'miniprogram-compiler/bin', folder, file);
  if (!existsSync(path)) return undefined;
  try {
    accessSync(path, constants.X_OK);
  } catch {
    // The package has those for Linux without the right to run them. When it can't be given, spawn says so.
    try {
      chmodSync(path, 0o755);
    } catch {}
  }
  return path;
}

/** What a compiler printed, without its `ERR: ` and the count of files that is always 0. */
function linesOf(printed: string, name: string, status: number | null): string[] {
  const lines = printed
    .split('\n')
    .map((line) => line.replace(/^ERR: /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('error file count'));
  return lines.length > 0
    ? lines
    : [`${name} ended with ${status ?? 'a signal'} and said nothing.`];
}
