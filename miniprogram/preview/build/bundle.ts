/** One mini-program as one script and one style sheet. */
import { type AppBundle, BUNDLE_GLOBAL } from '../contract/bundle.ts';
import { readApp } from './app-folder.ts';
import { collectScripts } from './scripts.ts';
import { compileAppStyles } from './styles.ts';
import { compileTemplates } from './templates.ts';

export interface CompiledApp {
  /** Sets the global variable `BUNDLE_GLOBAL`. */
  readonly script: string;
  readonly styles: string;
}

/**
 * Compiles the mini-program in a folder.
 * @throws PreviewError with the place and the reason
 */
export function compileApp(appDir: string): CompiledApp {
  const app = readApp(appDir);
  const templates = compileTemplates(app);
  const config: Omit<AppBundle, 'templates' | 'modules'> = {
    entry: app.entry,
    window: app.window,
    darkmode: app.darkmode,
    themes: app.themes,
    components: app.components.map((source) => ({ ...source, missing: templates.missing(source) })),
  };
  return {
    script:
      `globalThis.${BUNDLE_GLOBAL}={...${JSON.stringify(config)},\n` +
      `templates:${templates.code},\nmodules:${collectScripts(app)}};\n`,
    styles: compileAppStyles(app),
  };
}
