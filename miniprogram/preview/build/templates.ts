/** WXML and WXS to JavaScript, with glass-easel's compiler. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { TmplGroup } from 'glass-easel-template-compiler';
import { BUILT_IN_TAGS } from '../contract/tags.ts';
import type { AppFolder, ComponentSource } from './app-folder.ts';
import { PreviewError } from './problem.ts';

/** What the compiler says about a template. Lines and columns count from 0. */
interface TemplateRemark {
  readonly isError: boolean;
  readonly level: 'Note' | 'Warn' | 'Error' | 'Fatal';
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

const SYNTAX_TAGS = new Set(['block', 'template', 'import', 'include', 'slot', 'wxs']);

/** In WXS `x.constructor` is a string. */
const wxsConstructors = (source: string) =>
  source.replace(/([\w$.[\]]+)\.constructor\b/g, '__wxsConstructor($1)');

const inlineWxs = (wxml: string) =>
  wxml.replace(
    /(<wxs\b[^>]*[^/]>)([\s\S]*?)(<\/wxs>)/g,
    (_all, open: string, body: string, close: string) => open + wxsConstructors(body) + close,
  );

function tagsOf(wxml: string): Set<string> {
  const markup = wxml.replace(/<!--[\s\S]*?-->/g, '').replace(/<wxs\b[\s\S]*?<\/wxs>/g, '');
  return new Set([...markup.matchAll(/<([a-zA-Z][\w-]*)/g)].map(([, tag = '']) => tag));
}

export interface Templates {
  /** A JavaScript expression: the compiled templates by path. */
  readonly code: string;
  /** The tags that a component's WXML uses and nobody defines. */
  missing(component: ComponentSource): string[];
}

/**
 * Compiles the templates of all components, with what they import.
 * @throws PreviewError at the first error, and at the first warning about a file of the app itself
 */
export function compileTemplates(app: AppFolder): Templates {
  const group = new TmplGroup();
  const done = new Set<string>();
  const tags = new Map<string, Set<string>>();
  const imports = new Map<string, string[]>();

  function read(file: string): string {
    if (!existsSync(file)) throw new PreviewError(`${file}: no such file`);
    return readFileSync(file, 'utf8');
  }

  function addScript(path: string): void {
    if (done.has(`${path}.wxs`)) return;
    done.add(`${path}.wxs`);
    const source = wxsConstructors(read(join(app.dir, `${path}.wxs`)));
    // <wxs src> drops the extension, require() in WXS keeps it.
    group.addScript(path, source);
    group.addScript(`${path}.wxs`, source);
    for (const [, reference = ''] of source.matchAll(/require\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      addScript(posix.join(posix.dirname(path), reference).replace(/\.wxs$/, ''));
    }
  }

  function addTemplate(path: string): void {
    if (done.has(path)) return;
    done.add(path);
    const file = join(app.dir, `${path}.wxml`);
    const source = read(file);
    const remarks: readonly TemplateRemark[] = group.addTmpl(path, inlineWxs(source));
    const own = !path.startsWith('miniprogram_npm/');
    const fatal = remarks.find(({ isError, level }) => isError || (own && level !== 'Note'));
    if (fatal) {
      const { startLine, startColumn, message } = fatal;
      throw new PreviewError(`${file}:${startLine + 1}:${startColumn + 1}: ${message}`);
    }
    tags.set(path, tagsOf(source));
    const dependencies: string[] = group.getDirectDependencies(path);
    imports.set(path, dependencies);
    dependencies.forEach(addTemplate);
    const scripts: string[] = group.getScriptDependencies(path);
    scripts.forEach(addScript);
  }

  function allTags(path: string, seen = new Set<string>()): string[] {
    if (seen.has(path)) return [];
    seen.add(path);
    const imported = (imports.get(path) ?? []).flatMap((other) => allTags(other, seen));
    return [...(tags.get(path) ?? []), ...imported];
  }

  try {
    for (const { is } of app.components) addTemplate(is);
    return {
      code: group.getTmplGenObjectGroups(),
      missing: ({ is, config }) => {
        const known = (tag: string) =>
          BUILT_IN_TAGS.has(tag) ||
          SYNTAX_TAGS.has(tag) ||
          tag in config.usingComponents ||
          tag in config.componentGenerics;
        return [...new Set(allTags(is))].filter((tag) => !known(tag));
      },
    };
  } finally {
    group.free();
  }
}
