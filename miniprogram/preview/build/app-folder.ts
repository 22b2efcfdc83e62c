/** Reads a compiled mini-program: which pages and components there are, and how they refer to each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import * as v from 'valibot';
import type { AppBundle, ComponentConfig, StyleIsolation } from '../contract/bundle.ts';
import { PreviewError } from './problem.ts';

const NPM = 'miniprogram_npm';

const WINDOW = {
  navigationBarTitleText: v.optional(v.string()),
  navigationBarBackgroundColor: v.optional(v.string()),
  navigationBarTextStyle: v.optional(v.string()),
  navigationStyle: v.optional(v.string()),
  backgroundColor: v.optional(v.string()),
};
const ISOLATIONS: readonly StyleIsolation[] = [
  'isolated',
  'apply-shared',
  'shared',
  'page-isolated',
  'page-apply-shared',
  'page-shared',
];
const Names = v.record(v.string(), v.string());
const AppJson = v.object({
  pages: v.pipe(v.array(v.string()), v.minLength(1)),
  entryPagePath: v.optional(v.string()),
  window: v.optional(v.object(WINDOW), {}),
  usingComponents: v.optional(Names, {}),
  darkmode: v.optional(v.boolean(), false),
  themeLocation: v.optional(v.string()),
  tabBar: v.optional(v.never('a tab bar is not previewed')),
  subPackages: v.optional(v.array(v.object({ root: v.string(), pages: v.array(v.string()) })), []),
});
const ComponentJson = v.object({
  ...WINDOW,
  component: v.optional(v.boolean()),
  usingComponents: v.optional(Names, {}),
  componentGenerics: v.optional(
    v.record(
      v.string(),
      v.union([v.literal(true), v.object({ default: v.exactOptional(v.string()) })]),
    ),
    {},
  ),
  styleIsolation: v.optional(v.picklist(ISOLATIONS)),
  pureDataPattern: v.optional(v.string()),
});
const ThemeJson = v.object({ light: v.optional(Names, {}), dark: v.optional(Names, {}) });

/** A page or a component as its JSON describes it. */
export interface ComponentSource {
  readonly is: string;
  readonly page: boolean;
  readonly scope?: string | undefined;
  readonly config: ComponentConfig;
}

export interface AppFolder extends Pick<AppBundle, 'entry' | 'window' | 'darkmode' | 'themes'> {
  readonly dir: string;
  /** What a component uses stands before it, and the pages stand last. */
  readonly components: readonly ComponentSource[];
}

function readJson<S extends v.GenericSchema>(dir: string, path: string, schema: S) {
  const file = join(dir, path);
  if (!existsSync(file)) throw new PreviewError(`${file}: no such file`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PreviewError(`${file}: ${error instanceof Error ? error.message : error}`);
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new PreviewError(`${file}: ${v.getDotPath(issue) ?? 'content'}: ${issue.message}`);
}

/** Short, readable and unique: `message-bubble` for `components/message-bubble/index`. */
function scopeNames(): (is: string) => string {
  const taken = new Set<string>();
  return (is) => {
    const parts = is.replace(/\/index$/, '').split('/');
    let length = 1;
    let name = parts.slice(-length).join('-');
    while (taken.has(name) && length < parts.length) {
      length += 1;
      name = parts.slice(-length).join('-');
    }
    taken.add(name);
    return name;
  };
}

function resolver(dir: string) {
  return (reference: string, from: string): string => {
    const relative = posix.join(posix.dirname(from), reference);
    const candidates = reference.startsWith('/')
      ? [posix.normalize(reference.slice(1))]
      : [relative, `${NPM}/${reference}`];
    const found = candidates
      .flatMap((path) => [path, `${path}/index`])
      .find((path) => existsSync(join(dir, `${path}.json`)));
    if (!found) {
      throw new PreviewError(`${join(dir, from)}.json: no component at "${reference}"`);
    }
    return found;
  };
}

/**
 * @param dir the folder that WeChat DevTools would open: app.json, pages, components, miniprogram_npm
 * @throws PreviewError when a file is missing or is not what WeChat wants
 */
export function readApp(dir: string): AppFolder {
  const app = readJson(dir, 'app.json', AppJson);
  const resolve = resolver(dir);
  const scopeName = scopeNames();
  const components = new Map<string, ComponentSource>();
  const underWay = new Set<string>();

  function add(is: string, page: boolean): void {
    if (components.has(is) || underWay.has(is)) return;
    underWay.add(is);
    const json = readJson(dir, `${is}.json`, ComponentJson);
    const isolation = json.styleIsolation ?? (json.component && !page ? 'isolated' : 'shared');
    const inherited = is.startsWith(NPM) ? {} : app.usingComponents;
    const config: ComponentConfig = {
      ...json,
      styleIsolation: isolation,
      usingComponents: {},
      componentGenerics: {},
    };
    const use = (reference: string, from: string) => {
      const target = resolve(reference, from);
      add(target, false);
      return `/${target}`;
    };
    for (const [tag, reference] of Object.entries(inherited)) {
      config.usingComponents[tag] = use(reference, 'app');
    }
    for (const [tag, reference] of Object.entries(json.usingComponents)) {
      config.usingComponents[tag] = use(reference, is);
    }
    for (const [name, generic] of Object.entries(json.componentGenerics)) {
      const fallback = generic === true ? undefined : generic.default;
      config.componentGenerics[name] = fallback ? { default: use(fallback, is) } : true;
    }
    // Only `shared` and `page-shared` styles reach beyond their component.
    const shared = isolation === 'shared' || isolation === 'page-shared';
    components.set(is, { is, page, config, ...(shared ? {} : { scope: scopeName(is) }) });
  }

  const pages = [
    ...app.pages,
    ...app.subPackages.flatMap(({ root, pages }) => pages.map((page) => posix.join(root, page))),
  ];
  for (const page of pages) add(page, true);
  return {
    dir,
    entry: app.entryPagePath ?? app.pages[0] ?? '',
    window: app.window,
    darkmode: app.darkmode,
    themes: app.themeLocation
      ? readJson(dir, app.themeLocation, ThemeJson)
      : { light: {}, dark: {} },
    components: [...components.values()].sort((a, b) => Number(a.page) - Number(b.page)),
  };
}
