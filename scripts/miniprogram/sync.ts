/** Makes a folder hold exactly the given files. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from './assets.ts';

const PART = '.part';

/**
 * Writes what changed and removes what is stale. Each file appears whole, by a rename; what did not
 * change is not touched, so that DevTools and watchers reload only what they must.
 * @returns the app paths that were written or removed
 */
export function syncFolder(folder: string, files: Files): string[] {
  const changed: string[] = [];
  for (const [path, content] of files) {
    const target = join(folder, path);
    const bytes = Buffer.from(content);
    if (read(target)?.equals(bytes)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target + PART, bytes);
    renameSync(target + PART, target);
    changed.push(path);
  }
  for (const path of filesIn(folder)) {
    if (files.has(path)) continue;
    rmSync(join(folder, path));
    changed.push(path);
  }
  removeEmptyFolders(folder);
  return changed;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => !each.isDirectory())
    .map((each) => join(each.parentPath, each.name).slice(join(folder, '/').length))
    .map((path) => path.replaceAll('\\', '/'));
}

function removeEmptyFolders(folder: string): void {
  for (const each of readdirSync(folder, { withFileTypes: true })) {
    if (!each.isDirectory()) continue;
    const path = join(folder, each.name);
    removeEmptyFolders(path);
    if (readdirSync(path).length === 0) rmdirSync(path);
  }
}
