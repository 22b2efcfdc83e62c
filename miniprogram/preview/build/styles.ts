/** WXSS to CSS: units, imports, and what a selector may reach. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import postcss, { type AtRule, type Node, type Root, type Rule } from 'postcss';
import selectorParser from 'postcss-selector-parser';
import { BUILT_IN_TAGS } from '../contract/tags.ts';
import type { AppFolder, ComponentSource } from './app-folder.ts';
import { PreviewError } from './problem.ts';

export interface StyleScope {
  /** The prefix of the class names, for a component whose styles are its own. */
  readonly scope?: string | undefined;
  /** The page to which the sheet is confined. */
  readonly page?: string | undefined;
}

const LENGTH = /(^|[\s(,:+*/-])(-?(?:\d+\.?\d*|\.\d+))(rpx|vh)\b/g;

/** A screen is 750rpx wide; `vh` counts from below the navigation bar. */
export const lengths = (value: string): string =>
  value.replace(LENGTH, (_all, before: string, number: string, unit: string) =>
    unit === 'rpx'
      ? `${before}${Number((Number(number) / 7.5).toFixed(4))}vw`
      : `${before}calc(var(--page-vh) * ${number})`,
  );

function fail(node: Node, message: string): never {
  const { input, start } = node.source ?? {};
  throw new PreviewError(`${input?.file}:${start?.line}:${start?.column}: ${message}`);
}

function parse(file: string): Root {
  try {
    return postcss.parse(readFileSync(file, 'utf8'), { from: file });
  } catch (error) {
    throw new PreviewError(error instanceof Error ? error.message : String(error));
  }
}

function inlineImports(root: Root, appDir: string, seen: Set<string>): void {
  root.walkAtRules('import', (rule) => {
    const reference = /^(?:url\()?["']?([^"')]+)/.exec(rule.params)?.[1] ?? '';
    const from = rule.source?.input.file ?? '';
    const file = reference.startsWith('/')
      ? join(appDir, reference)
      : resolve(dirname(from), reference);
    if (!existsSync(file)) fail(rule, `no style sheet at "${reference}"`);
    if (seen.has(file)) {
      rule.remove();
      return;
    }
    seen.add(file);
    const imported = parse(file);
    inlineImports(imported, appDir, seen);
    rule.replaceWith(imported.nodes);
  });
}

const insideKeyframes = (rule: Rule) =>
  rule.parent?.type === 'atrule' && /keyframes$/.test((rule.parent as AtRule).name);

/**
 * A phone has its own colour scheme, whatever the browser's is: a media query on it becomes a
 * condition on an attribute of the document.
 */
function themeQueries(root: Root): void {
  const query = /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/;
  root.walkAtRules('media', (media) => {
    const theme = query.exec(media.params)?.[1];
    if (!theme) return;
    if (media.params.includes(',')) fail(media, 'a list of media queries on the colour scheme');
    media.walkAtRules(/keyframes$/, (rule) => fail(rule, '@keyframes inside a colour scheme'));
    media.walkRules((rule) => {
      rule.selectors = rule.selectors.map((one) => `:where(html[data-theme="${theme}"]) ${one}`);
    });
    const rest = media.params
      .replace(query, '')
      .replace(/^\s*and\b|\band\s*$|\band\s+(?=and\b)/g, '')
      .trim();
    if (rest === '' || /^(all|screen)$/.test(rest)) media.replaceWith(media.nodes ?? []);
    else media.params = rest;
  });
}

function selectors({ scope, page }: StyleScope) {
  const thePage = page ? `wx-page[is="${page}"]` : 'wx-page';
  return selectorParser((list) => {
    list.each((selector) => {
      let reachesPage = false;
      selector.walk((node) => {
        if (node.type === 'tag' && node.value === 'page') {
          reachesPage = true;
          node.value = thePage;
        } else if (node.type === 'tag' && BUILT_IN_TAGS.has(node.value)) {
          node.value = `wx-${node.value}`;
        } else if (node.type === 'class' && scope) {
          node.value = `${scope}--${node.value}`;
        } else if (node.type === 'id') {
          // glass-easel prefixes ids with what is unique to each instance of a component.
          const value = `--${node.value}`;
          const end = selectorParser.attribute({
            attribute: 'id',
            operator: '$=',
            value,
            quoteMark: '"',
            raws: {},
          });
          end.setValue(value, { quoteMark: '"', preferCurrentQuoteMark: false });
          node.replaceWith(end);
        } else if (node.type === 'pseudo' && node.value === ':host') {
          node.value = scope ? `[wx-host="${scope}"]` : 'wx-page';
        }
      });
      if (!page || reachesPage) return;
      // After `:where(html…)` the page comes next; else it comes first.
      const [first] = selector.nodes;
      const themed = first?.type === 'pseudo' && first.value === ':where';
      const confined = [
        selectorParser.pseudo({ value: `:where(${thePage})` }),
        selectorParser.combinator({ value: ' ' }),
      ];
      const next = themed ? selector.at(2) : first;
      if (!next) return;
      for (const node of confined) selector.insertBefore(next, node);
    });
  });
}

/**
 * @param file a WXSS file, read with all that it imports
 * @returns CSS for the phone's document
 * @throws PreviewError with file, line and column
 */
export function compileStyles(file: string, appDir: string, scope: StyleScope = {}): string {
  const root = parse(file);
  inlineImports(root, appDir, new Set([file]));
  themeQueries(root);
  const transform = selectors(scope);
  root.walkRules((rule) => {
    if (!insideKeyframes(rule)) rule.selector = transform.processSync(rule.selector);
  });
  root.walkDecls((declaration) => {
    if (/url\(\s*["']?(?!data:|https?:|["')])/.test(declaration.value)) {
      fail(declaration, 'a style can only use images of the network or data: URLs, as in WeChat');
    }
    if (/rpx|vh/.test(declaration.value)) declaration.value = lengths(declaration.value);
  });
  return root.toString();
}

/** All sheets of the app as one, in the order in which they win: app, components, pages. */
export function compileAppStyles(app: AppFolder): string {
  const sheet = (path: string, scope: StyleScope) => {
    const file = join(app.dir, `${path}.wxss`);
    return existsSync(file) ? `/* ${path} */\n${compileStyles(file, app.dir, scope)}` : '';
  };
  const scopeOf = ({ is, page, scope }: ComponentSource): StyleScope =>
    page ? { page: is, scope } : { scope };
  return [
    sheet('app', {}),
    ...app.components.map((component) => sheet(component.is, scopeOf(component))),
  ]
    .filter(Boolean)
    .join('\n');
}
