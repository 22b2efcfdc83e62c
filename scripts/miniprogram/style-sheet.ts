/** What becomes of a WXSS file on its way into the built folder. */
import postcss, { type AtRule, type Rule } from 'postcss';
import { BuildError } from './error.ts';

export interface StyleSheet {
  text: string;
  /** What it imports, as written. */
  imports: string[];
}

/**
 * Reads a style sheet. Fonts from the network are taken out of packages, together with the glyphs that
 * need them: TDesign's icon font is at tdesign.gtimg.com, so without a network (and wherever that host
 * is not reached) its 2,000 icons are boxes, at 100 KB in the package. Icons here are images of our own.
 * The classes that give an icon its box stay. In our own sheets anything remote is an error.
 */
export function readStyleSheet(appPath: string, source: string, ofPackage: boolean): StyleSheet {
  const root = parse(appPath, source);
  if (ofPackage) {
    let removed = false;
    root.walkAtRules('font-face', (rule) => {
      if (!isRemote(rule)) return;
      rule.remove();
      removed = true;
    });
    if (removed) root.walkRules((rule) => void (isGlyph(rule) && rule.remove()));
  }
  const text = root.toString();
  if (REMOTE.test(text)) {
    throw new BuildError(`${appPath} fetches something from the network: put the file into src/.`);
  }
  const imports: string[] = [];
  root.walkAtRules('import', (rule) => {
    const path = /^(?:url\(\s*)?(['"])(.*?)\1/.exec(rule.params)?.[2];
    if (path === undefined) {
      throw new BuildError(`${appPath} has an @import that can't be read: ${rule.params}`);
    }
    imports.push(path);
  });
  return { text, imports };
}

const REMOTE = /url\(\s*['"]?(?:https?:)?\/\//i;

function parse(appPath: string, source: string): postcss.Root {
  try {
    return postcss.parse(source);
  } catch (error) {
    throw new BuildError(`${appPath}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isRemote(rule: AtRule): boolean {
  return REMOTE.test(rule.toString());
}

/** A rule that does nothing but show one character of the fonts' private range. */
function isGlyph(rule: Rule): boolean {
  const [only, ...others] = rule.nodes;
  return (
    others.length === 0 &&
    only?.type === 'decl' &&
    only.prop === 'content' &&
    /^(['"])\\[ef][0-9a-f]{3}\1$/i.test(only.value)
  );
}
