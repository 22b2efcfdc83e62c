/** Builds the preview: static files that run a mini-program in a browser. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { compileApp } from './bundle.ts';
import { PreviewError } from './problem.ts';

const HERE = resolve(import.meta.dirname, '..');
const PAGES = ['index.html', 'phone.html', 'shell.css', 'phone.css'];
/** Compiled, or of no use to the app while it runs. */
const NO_ASSET = /\.(js|ts|json|wxml|wxss|wxs|map|md|less|scss)$/;

export interface PreviewOptions {
  /** A compiled mini-program, as WeChat DevTools opens it. */
  readonly appDir: string;
  /** Made new at each build. The mini-program's pictures end up in its folder `app`. */
  readonly outDir: string;
  /** Whether an open preview reloads when it is built again. */
  readonly dev?: boolean;
}

export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipped: number;
}

export interface Preview {
  /**
   * Builds it, at first and whenever the mini-program has changed.
   * @throws PreviewError with file and line; with `dev`, an open preview shows it too
   */
  build(): Promise<readonly BuiltFile[]>;
}

/** What is the same for all mini-programs: the phone and the shell around it. */
async function bundleRuntime(): Promise<Map<string, string>> {
  const bundle = await rolldown({
    input: { phone: join(HERE, 'runtime/phone.ts'), shell: join(HERE, 'shell/shell.ts') },
    platform: 'browser',
    // glass-easel's two packages must share one copy of it.
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'warn',
  });
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      minify: true,
      chunkFileNames: '[name].js',
      sourcemap: false,
    });
    return new Map(
      output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])),
    );
  } finally {
    await bundle.close();
  }
}

/** A preview that can be built again and again: what stays the same is bundled once. */
export function createPreview({ appDir, outDir, dev = false }: PreviewOptions): Preview {
  let runtime: Promise<Map<string, string>> | undefined;

  function say(version: string, error?: string): void {
    if (!dev) return;
    writeFileSync(join(outDir, 'build.json'), JSON.stringify({ version, error }));
  }

  async function files(): Promise<Map<string, string>> {
    runtime ??= bundleRuntime();
    const all = new Map(await runtime);
    for (const name of PAGES) {
      const text = readFileSync(join(HERE, 'shell', name), 'utf8');
      all.set(name, dev ? text.replace('<html ', '<html data-dev ') : text);
    }
    const { script, styles } = compileApp(appDir);
    return all.set('app.js', script).set('app.css', styles);
  }

  async function build(): Promise<readonly BuiltFile[]> {
    let all: Map<string, string>;
    try {
      all = await files();
    } catch (error) {
      mkdirSync(outDir, { recursive: true });
      if (error instanceof PreviewError) say(`failed ${Date.now()}`, error.message);
      throw error;
    }
    mkdirSync(outDir, { recursive: true });
    rmSync(join(outDir, 'app'), { recursive: true, force: true });
    cpSync(appDir, join(outDir, 'app'), {
      recursive: true,
      filter: (source) => !NO_ASSET.test(source),
    });
    const hash = createHash('sha256');
    for (const [name, text] of all) {
      writeFileSync(join(outDir, name), text);
      hash.update(text);
    }
    // Last, as an open preview reloads at once.
    say(hash.digest('hex'));
    return [...all].map(([name, text]) => ({
      name,
      bytes: Buffer.byteLength(text),
      gzipped: gzipSync(text).length,
    }));
  }

  return { build };
}

/**
 * Builds a preview once.
 * @returns the files with their sizes in bytes, without the app's pictures
 * @throws PreviewError when the mini-program can't be compiled: file, line and reason
 */
export function buildPreview(options: PreviewOptions): Promise<readonly BuiltFile[]> {
  return createPreview(options).build();
}
