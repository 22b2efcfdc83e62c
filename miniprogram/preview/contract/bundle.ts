/** What the build hands to the phone: one mini-program, compiled. */

/** The part of `window` in app.json, and of a page's JSON, that the phone draws. */
export interface WindowConfig {
  navigationBarTitleText?: string | undefined;
  navigationBarBackgroundColor?: string | undefined;
  navigationBarTextStyle?: string | undefined;
  navigationStyle?: string | undefined;
  backgroundColor?: string | undefined;
}

export type StyleIsolation =
  | 'isolated'
  | 'apply-shared'
  | 'shared'
  | 'page-isolated'
  | 'page-apply-shared'
  | 'page-shared';

/** A page's or a component's JSON, its references resolved to paths from the root (`/components/a`). */
export interface ComponentConfig extends WindowConfig {
  component?: boolean | undefined;
  usingComponents: Record<string, string>;
  componentGenerics: Record<string, true | { default?: string }>;
  styleIsolation: StyleIsolation;
  pureDataPattern?: string | undefined;
}

export interface ComponentBundle {
  /** Its path from the root, without extension. */
  readonly is: string;
  readonly page: boolean;
  /** The prefix of its class names, when its styles are its own. */
  readonly scope?: string | undefined;
  readonly config: ComponentConfig;
  /** Tags in its WXML that neither it nor the preview defines. */
  readonly missing: readonly string[];
}

/** A script of the app: a function whose parameters are `MODULE_SCOPE`. */
export type ModuleFactory = (...scope: unknown[]) => void;

export interface AppBundle {
  /** The page to start with. */
  readonly entry: string;
  readonly window: WindowConfig;
  readonly darkmode: boolean;
  /** The variables of theme.json: what `@name` in a window config stands for. */
  readonly themes: Readonly<Record<'light' | 'dark', Record<string, string>>>;
  /** In the order in which their styles apply. */
  readonly components: readonly ComponentBundle[];
  /** By path, what glass-easel's template compiler made. */
  readonly templates: Readonly<Record<string, unknown>>;
  /** By path with extension. */
  readonly modules: Readonly<Record<string, ModuleFactory>>;
}

/** The global variable in which the generated script leaves the bundle. */
export const BUNDLE_GLOBAL = '__miniProgram';

/** What a script of the app is given. */
export const PROVIDED = [
  'require',
  'module',
  'exports',
  'wx',
  'App',
  'Page',
  'Component',
  'Behavior',
  'getApp',
  'getCurrentPages',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
] as const;

/** What a browser has and a phone has not: undefined here, so that using it fails here as it fails there. */
export const HIDDEN = [
  'window',
  'self',
  'document',
  'navigator',
  'location',
  'localStorage',
  'sessionStorage',
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
  'crypto',
  'EventTarget',
  'AbortController',
  'Blob',
  'File',
  'FormData',
  'structuredClone',
  'queueMicrotask',
  'requestAnimationFrame',
] as const;

export const MODULE_SCOPE: readonly string[] = [...PROVIDED, ...HIDDEN];
