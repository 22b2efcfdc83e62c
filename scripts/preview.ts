/**
 * The mini-program in a browser, as static files for the Worker to serve. `npm start` keeps them up to
 * date; `npm run preview` makes them once, for a deploy that is to show them.
 */
import { join } from 'node:path';
import { createPreview } from '../miniprogram/preview/build/preview.ts';
import { PreviewError } from '../miniprogram/preview/build/problem.ts';
import { buildMiniprogram } from './miniprogram/build.ts';
import { explain } from './miniprogram/error.ts';
import { ROOT } from './miniprogram/layout.ts';
import { watchMiniprogram } from './miniprogram/watch.ts';

const FOLDER = join(ROOT, '.cache/preview');
/** What the Worker serves. */
export const SITE_DIR = join(FOLDER, 'site');

const app = {
  outDir: join(FOLDER, 'app'),
  settings: join(ROOT, 'miniprogram/preview/settings.ts'),
};

/** Why there is no preview, in a line for whoever changed the source. */
const reasonOf = (error: unknown): string =>
  error instanceof PreviewError ? error.message : explain(error);

/** Makes the preview, and again whenever the source changes; resolves after the first time. */
export function watchPreview(): Promise<void> {
  const preview = createPreview({ appDir: app.outDir, outDir: SITE_DIR, dev: true });
  return new Promise((resolve) => {
    watchMiniprogram(app, async (outcome) => {
      try {
        if ('error' in outcome) throw outcome.error;
        await preview.build();
      } catch (error) {
        console.error(reasonOf(error));
      }
      resolve();
    });
  });
}

/** Makes the preview once. @throws BuildError or PreviewError with file and reason */
export async function makePreview(): Promise<void> {
  await buildMiniprogram(app);
  const files = await createPreview({ appDir: app.outDir, outDir: SITE_DIR }).build();
  const gzipped = files.reduce((sum, file) => sum + file.gzipped, 0);
  console.log(`Preview: ${files.length} files, ${(gzipped / 1024).toFixed(1)} KB gzipped.`);
}

if (import.meta.main) {
  await makePreview().catch((error: unknown) => {
    console.error(reasonOf(error));
    process.exitCode = 1;
  });
}
