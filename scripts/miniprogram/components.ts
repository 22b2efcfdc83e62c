/** Which pages and components a mini-program consists of: what app.json asks for, and what that asks for. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from './error.ts';
import {
  isRecord,
  type Layout,
  NPM,
  packageFolder,
  readJson,
  resolveReference,
  splitPackageName,
} from './layout.ts';

/** A page or a component: four files that share a path. */
export interface Unit {
  kind: 'page' | 'component';
  /** App path without an extension. */
  path: string;
}

export interface Units {
  pages: Unit[];
  components: Unit[];
  warnings: string[];
}

/** Everything that app.json reaches through pages and components; throws when something is missing. */
export function findUnits(layout: Layout): Units {
  if (!layout.exists('app.json')) {
    throw new BuildError(`There is no app.json in ${layout.srcDir}.`);
  }
  const app = readJson(layout, 'app.json');
  const pages = pagePaths(app).map((path): Unit => {
    demand(layout, `${path}.json`, `app.json asks for the page "${path}"`);
    return { kind: 'page', path };
  });
  const components = new Map<string, Unit>();
  const global = new Set(Object.keys(recordOf(app.usingComponents)));

  const visit = (jsonPath: string, json: Record<string, unknown>): void => {
    for (const { name, reference } of componentReferences(jsonPath, json, global)) {
      const path = resolveComponent(layout, jsonPath, name, reference);
      if (components.has(path)) continue;
      components.set(path, { kind: 'component', path });
      const own = readJson(layout, `${path}.json`);
      if (own.component !== true) {
        throw new BuildError(
          `${jsonPath} uses ${path} as the component "${name}", but ${path}.json does not say "component": true.`,
        );
      }
      visit(`${path}.json`, own);
    }
  };
  visit('app.json', app);
  for (const { path } of pages) visit(`${path}.json`, readJson(layout, `${path}.json`));

  const warnings = ownComponents(layout)
    .filter((path) => !components.has(path))
    .map((path) => `No page or component uses ${path}: it is left out.`);
  return { pages, components: [...components.values()], warnings };
}

function pagePaths(app: Record<string, unknown>): string[] {
  const paths = stringsOf(app.pages);
  const packages = app.subPackages ?? app.subpackages;
  for (const each of Array.isArray(packages) ? packages : []) {
    const { root, pages } = recordOf(each);
    if (typeof root !== 'string') throw new BuildError('A subpackage in app.json has no "root".');
    for (const page of stringsOf(pages)) paths.push(`${root.replace(/\/$/, '')}/${page}`);
  }
  if (paths.length === 0) throw new BuildError('app.json lists no "pages".');
  return [...new Set(paths)];
}

interface ComponentReference {
  name: string;
  reference: string;
}

function componentReferences(
  jsonPath: string,
  json: Record<string, unknown>,
  global: ReadonlySet<string>,
): ComponentReference[] {
  const using = recordOf(json.usingComponents);
  const references: ComponentReference[] = [];
  const add = (name: string, reference: unknown): void => {
    if (typeof reference !== 'string') {
      throw new BuildError(`The path of the component "${name}" in ${jsonPath} is not a string.`);
    }
    references.push({ name, reference });
  };
  for (const [name, reference] of Object.entries(using)) add(name, reference);
  for (const [name, generic] of Object.entries(recordOf(json.componentGenerics))) {
    if (isRecord(generic) && generic.default !== undefined) add(name, generic.default);
  }
  if (jsonPath === 'app.json' && recordOf(json.tabBar).custom === true) {
    add('custom-tab-bar', '/custom-tab-bar/index');
  }
  // A placeholder is the name of a component, not its path; built-in names have no hyphen or are WeChat's.
  for (const [name, placeholder] of Object.entries(recordOf(json.componentPlaceholder))) {
    if (typeof placeholder !== 'string' || !placeholder.includes('-')) continue;
    if (!(placeholder in using) && !global.has(placeholder) && !BUILT_IN.has(placeholder)) {
      throw new BuildError(
        `${jsonPath} gives "${name}" the placeholder "${placeholder}", which is not in its usingComponents.`,
      );
    }
  }
  return references;
}

const BUILT_IN = new Set(['scroll-view', 'cover-view', 'cover-image', 'movable-view', 'rich-text']);

/** WeChat's order: relative to the file, then npm; a folder stands for the `index` in it. */
function resolveComponent(
  layout: Layout,
  jsonPath: string,
  name: string,
  reference: string,
): string {
  const who = `${jsonPath} asks for the component "${name}" at "${reference}"`;
  if (reference.includes('://')) {
    throw new BuildError(`${who}; this build knows no plugins, only files and npm packages.`);
  }
  const candidates = [resolveReference(jsonPath, reference)];
  if (/^[^./]/.test(reference)) {
    const { pkg } = splitPackageName(reference);
    if (packageFolder(pkg) !== undefined) candidates.push(`${NPM}/${reference}`);
  }
  for (const path of candidates) {
    for (const each of [path, `${path}/index`]) if (layout.exists(`${each}.json`)) return each;
  }
  throw new BuildError(
    `${who}, but there is no ${candidates.map((c) => `${c}.json`).join(' or ')}.`,
  );
}

function ownComponents(layout: Layout): string[] {
  return readdirSync(layout.srcDir, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.json') && readJson(layout, file).component === true)
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** Throws with the name of who asked, when there is no such file. */
export function demand(layout: Layout, appPath: string, who: string): void {
  if (layout.exists(appPath)) return;
  throw new BuildError(`${who}, but there is no ${appPath} (${join(layout.sourceOf(appPath))}).`);
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
