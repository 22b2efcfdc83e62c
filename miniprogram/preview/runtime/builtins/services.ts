import { files } from '../files.ts';

/** What built-in components need from the phone around them. */
export interface Services {
  /** Opens a page as `<navigator>` says. */
  navigate(openType: string, url: string, delta: number): void;
  /** Lets the user choose a picture; gives its temporary path, or undefined when they don't. */
  pickImage(): Promise<string | undefined>;
  /** Shares the current page. */
  share(): void;
}

/**
 * The address of a picture: a path counts from the root of the app, or from the component.
 * @param is path of the component in whose WXML it stands
 */
export function assetUrl(src: string, is: string): string {
  if (src === '' || /^[a-z][a-z0-9+.-]*:/i.test(src)) return files.url(src);
  const path = new URL(src, `http://app/${is}`);
  return new URL(`app${path.pathname}${path.search}`, document.baseURI).href;
}
