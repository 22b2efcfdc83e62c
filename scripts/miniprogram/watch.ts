/** Builds again whenever the source changes. */
import { mkdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, type BuildReport, buildMiniprogram, SRC_DIR } from './build.ts';
import { ROOT } from './layout.ts';

/** Editors write a file in several steps; one build is enough for them. */
const DEBOUNCE_MS = 80;

/** What a build came to. */
export type BuildOutcome = { report: BuildReport } | { error: unknown };

export interface Watcher {
  /** Stops watching; resolves when no build is running any more. */
  close(): Promise<void>;
}

/**
 * Builds now and after each change in the source, `shared/` and the settings. A failed build is an
 * outcome like another: the last good one stays in place, and the next change builds again. Scripts
 * stay readable unless `minify` says otherwise.
 */
export function watchMiniprogram(
  options: BuildOptions,
  onBuilt: (outcome: BuildOutcome) => void,
): Watcher {
  const folders = [options.srcDir ?? SRC_DIR, join(ROOT, 'shared')];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let building: Promise<void> = Promise.resolve();

  const build = async (): Promise<void> => {
    if (closed) return;
    let outcome: BuildOutcome;
    try {
      outcome = { report: await buildMiniprogram({ minify: false, ...options }) };
    } catch (error) {
      outcome = { error };
    }
    if (!closed) onBuilt(outcome);
  };
  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(build);
    }, DEBOUNCE_MS);
  };

  mkdirSync(options.outDir, { recursive: true });
  const watchers = folders.map((folder) => watch(folder, { recursive: true }, schedule));
  if (options.settings !== undefined) watchers.push(watch(options.settings, schedule));
  building = build();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      for (const each of watchers) each.close();
      await building;
    },
  };
}
