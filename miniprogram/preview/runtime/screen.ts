/** What a phone draws around a page: status bar, navigation bar with capsule, and layers above it. */
import type { AppBundle, WindowConfig } from '../contract/bundle.ts';
import type { Device } from './device.ts';
import { make, makeButton } from './dom.ts';

const NAVIGATION_HEIGHT = 44;
const STATUS_HEIGHT = 30;
const CAPSULE = { width: 87, height: 32, right: 7 };
const CLOCK_MS = 10_000;

const clock = () =>
  new Date().toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });

export class PageScreen {
  readonly element = make('div', 'mp-phone');
  /** Pages go here: what is fixed in a page is fixed to it. */
  readonly pages = make('main', 'mp-pages');
  readonly layer = make('div', 'mp-layer');
  readonly #device: Device;
  readonly #bundle: Pick<AppBundle, 'window' | 'darkmode' | 'themes'>;
  readonly #statusBarHeight: number;
  readonly #bar = make('header', 'mp-navigation');
  readonly #title = make('h1', 'mp-title');
  readonly #back: HTMLButtonElement;
  readonly #capsule = make('div', 'mp-capsule', make('i', 'mp-dots'), make('i', 'mp-ring'));
  #config: WindowConfig = {};

  /** @param framed whether the phone has a status bar of its own */
  constructor(device: Device, bundle: AppBundle, framed: boolean, onBack: () => void) {
    this.#device = device;
    this.#bundle = bundle;
    this.#statusBarHeight = framed ? STATUS_HEIGHT : 0;
    this.#back = makeButton('', 'mp-back', onBack);
    this.#back.setAttribute('aria-label', '返回');
    this.#capsule.setAttribute('aria-hidden', 'true');
    if (framed) this.#bar.append(this.#statusBar());
    this.#bar.append(make('div', 'mp-bar', this.#back, this.#title, this.#capsule));
    this.element.append(this.#bar, this.pages, this.layer);
    device.themeChanged.on(() => this.#paint());
  }

  /** Shows the bar as a page wants it. */
  show(page: WindowConfig, canGoBack: boolean): void {
    this.#config = { ...this.#bundle.window, ...page };
    this.#back.hidden = !canGoBack;
    this.#paint();
  }

  setTitle(title: string): void {
    this.#title.textContent = title;
  }

  /** Colours that the app sets by itself last until another page is shown. */
  setColors(background: string, front: string): void {
    this.#bar.style.background = background;
    this.#bar.style.color = front;
  }

  /** Sizes in px; `top` is where the page begins. */
  metrics() {
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const top = this.#isCustom() ? 0 : this.#statusBarHeight + NAVIGATION_HEIGHT;
    return { width, height, top, statusBarHeight: this.#statusBarHeight };
  }

  /** Where the capsule is. */
  capsule() {
    const { width, height, right: margin } = CAPSULE;
    const right = this.metrics().width - margin;
    const top = this.#statusBarHeight + (NAVIGATION_HEIGHT - height) / 2;
    return { width, height, top, right, bottom: top + height, left: right - width };
  }

  #isCustom(): boolean {
    return this.#config.navigationStyle === 'custom';
  }

  /** `@name` is a variable of theme.json. */
  #color(value: string | undefined, fallback: string): string {
    if (!value) return fallback;
    if (!value.startsWith('@')) return value;
    const { darkmode, themes } = this.#bundle;
    return themes[darkmode ? this.#device.theme : 'light'][value.slice(1)] ?? fallback;
  }

  #paint(): void {
    document.documentElement.dataset.theme = this.#device.theme;
    const { navigationBarBackgroundColor, navigationBarTextStyle, backgroundColor } = this.#config;
    const dark = this.#color(navigationBarTextStyle, 'white') === 'black';
    this.#bar.classList.toggle('custom', this.#isCustom());
    const background = this.#color(navigationBarBackgroundColor, '#000000');
    this.setColors(this.#isCustom() ? 'transparent' : background, dark ? '#000' : '#fff');
    this.pages.style.background = this.#color(backgroundColor, '');
    const { top } = this.metrics();
    document.documentElement.style.setProperty('--page-top', `${top}px`);
  }

  #statusBar(): HTMLElement {
    const time = make('span', '', clock());
    setInterval(() => {
      time.textContent = clock();
    }, CLOCK_MS);
    const signal = make('span', 'signal');
    const show = () => {
      signal.textContent = this.#device.online ? '5G' : '无网络';
    };
    show();
    this.#device.networkChanged.on(show);
    return make('div', 'mp-status', time, signal);
  }
}
