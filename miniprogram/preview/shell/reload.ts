/** Reloads the page when a new build is there. Only builds for development say which one they are. */
import { make } from '../runtime/dom.ts';

const POLL_MS = 1000;

interface Build {
  readonly version: string;
  /** Why the newest build failed. */
  readonly error?: string;
}

async function newest(): Promise<Build | undefined> {
  try {
    const response = await fetch('build.json', { cache: 'no-store' });
    return response.ok ? await response.json() : undefined;
  } catch {
    // The server is being restarted.
    return undefined;
  }
}

export async function reloadOnChange(): Promise<void> {
  if (!document.documentElement.hasAttribute('data-dev')) return;
  const shown = await newest();
  const notice = make('pre', 'build-error', shown?.error ?? '');
  notice.hidden = !shown?.error;
  document.body.append(notice);
  setInterval(async () => {
    const build = await newest();
    if (build && build.version !== shown?.version) location.reload();
  }, POLL_MS);
}
