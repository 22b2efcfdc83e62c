/** The stack of pages, and what each page is told. */
import type { component, Root } from 'glass-easel-miniprogram-adapter';
import type { AppBundle, ComponentBundle } from '../contract/bundle.ts';
import { domElement } from './backend.ts';
import { make } from './dom.ts';
import type { PageScreen } from './screen.ts';

const MAX_PAGES = 10;
const REACH_BOTTOM_PX = 50;

type Query = Readonly<Record<string, string>>;
type Handler = (...args: unknown[]) => unknown;

/** An open page. */
interface Page {
  readonly bundle: ComponentBundle;
  readonly root: Root;
  readonly caller: component.GeneralComponent;
  readonly element: HTMLElement;
  title: string;
}

function call(page: Page, name: string, ...args: unknown[]): unknown {
  const handler: unknown = Reflect.get(page.caller, name);
  return typeof handler === 'function' ? (handler as Handler).apply(page.caller, args) : undefined;
}

/** As WeChat does, it leaves values as they stand in the URL. */
function parseQuery(search: string): Query {
  const pairs = search.split('&').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}

export class PageStack {
  readonly #bundle: AppBundle;
  readonly #screen: PageScreen;
  readonly #createRoot: (tag: string, url: string) => Root;
  readonly #stack: Page[] = [];

  constructor(
    bundle: AppBundle,
    screen: PageScreen,
    createRoot: (tag: string, url: string) => Root,
  ) {
    this.#bundle = bundle;
    this.#screen = screen;
    this.#createRoot = createRoot;
  }

  /** The instances, as `getCurrentPages` gives them. */
  get callers(): component.GeneralComponent[] {
    return this.#stack.map(({ caller }) => caller);
  }

  currentCaller(): component.GeneralComponent {
    return this.#top().caller;
  }

  /** Opens the first page. Its query is given as values, not as in a URL. */
  launch(path: string, query: Query): void {
    this.#push(path, query, '');
    this.#show();
  }

  navigateTo(url: string): void {
    if (this.#stack.length >= MAX_PAGES) throw new Error('webview count limit exceed');
    this.#find(url);
    const before = this.#top();
    this.#hide(before);
    this.#open(url);
  }

  redirectTo(url: string): void {
    this.#find(url);
    this.#pop(1);
    this.#open(url);
  }

  reLaunch(url: string): void {
    this.#find(url);
    this.#pop(this.#stack.length);
    this.#open(url);
  }

  navigateBack(delta = 1): void {
    const count = Math.min(delta, this.#stack.length - 1);
    if (count < 1) return;
    this.#pop(count);
    this.#show();
  }

  setTitle(title: string): void {
    this.#top().title = title;
    this.#screen.setTitle(title);
  }

  scrollTo(top: number, instantly: boolean): void {
    this.#top().element.scrollTo({ top, behavior: instantly ? 'instant' : 'smooth' });
  }

  /** Asks the page what to share: its answer, or nothing. */
  share(): unknown {
    return call(this.#top(), 'onShareAppMessage', { from: 'button' });
  }

  /** The app comes to the foreground or leaves it. */
  setForeground(foreground: boolean): void {
    const page = this.#stack.at(-1);
    if (page) this.#lifetime(page, foreground ? 'show' : 'hide');
  }

  #top(): Page {
    const page = this.#stack.at(-1);
    if (!page) throw new Error('there is no page yet');
    return page;
  }

  #find(url: string): { bundle: ComponentBundle; search: string } {
    const [path = '', search = ''] = url.split('?');
    const base = this.#stack.at(-1)?.bundle.is ?? this.#bundle.entry;
    const is = new URL(path, `http://app/${base}`).pathname.slice(1);
    const bundle = this.#bundle.components.find((each) => each.page && each.is === is);
    if (!bundle) throw new Error(`page "${is}" is not found`);
    return { bundle, search };
  }

  #open(url: string): void {
    const { search } = this.#find(url);
    this.#push(url, parseQuery(search), search);
    this.#show();
  }

  #push(url: string, query: Query, search: string): void {
    const { bundle } = this.#find(url.startsWith('/') || this.#stack.length ? url : `/${url}`);
    const { is, config } = bundle;
    this.#screen.show(config, this.#stack.length > 0);
    const root = this.#createRoot('wx-page', search ? `${is}?${search}` : is);
    const element = domElement(root.getComponent()) ?? make('div');
    element.setAttribute('is', is);
    const caller = root.get();
    Object.assign(caller, { route: is, __route__: is, options: query });
    const title = config.navigationBarTitleText ?? this.#bundle.window.navigationBarTitleText ?? '';
    const page: Page = { bundle, root, caller, element, title };
    this.#stack.push(page);
    attach(root, this.#screen.pages);
    call(page, 'onLoad', query);
    requestAnimationFrame(() => call(page, 'onReady'));
    this.#listenToScroll(page);
  }

  #listenToScroll(page: Page): void {
    const { element } = page;
    let atEnd = false;
    element.addEventListener('scroll', (event) => {
      if (event.target !== element) return;
      const { scrollTop, scrollHeight, clientHeight } = element;
      call(page, 'onPageScroll', { scrollTop });
      const nearEnd = scrollHeight - clientHeight - scrollTop <= REACH_BOTTOM_PX;
      if (nearEnd && !atEnd) call(page, 'onReachBottom');
      atEnd = nearEnd;
    });
  }

  #pop(count: number): void {
    for (const page of this.#stack.splice(-count).reverse()) {
      call(page, 'onUnload');
      page.root.release();
      page.element.remove();
    }
  }

  #hide(page: Page): void {
    page.element.hidden = true;
    this.#lifetime(page, 'hide');
  }

  #show(): void {
    const page = this.#top();
    page.element.hidden = false;
    this.#screen.show(page.bundle.config, this.#stack.length > 1);
    this.#screen.setTitle(page.title);
    this.#lifetime(page, 'show');
  }

  #lifetime(page: Page, name: 'show' | 'hide'): void {
    call(page, name === 'show' ? 'onShow' : 'onHide');
    page.root.getComponent().triggerPageLifetime(name, []);
  }
}

/** Puts a root component into a DOM element. */
export function attach(root: Root, parent: HTMLElement): void {
  const placeholder = make('span');
  parent.append(placeholder);
  // The framework knows DOM nodes under a type of its own.
  type BackendElement = Parameters<Root['attach']>[0];
  root.attach(parent as unknown as BackendElement, placeholder as unknown as BackendElement);
}
