/** Pages and what is on them: navigation, its bar, and queries on elements. */
import type { component } from 'glass-easel-miniprogram-adapter';
import { domElement, glassElement } from '../backend.ts';
import type { Device } from '../device.ts';
import type { PageStack } from '../pages.ts';
import type { PageScreen } from '../screen.ts';
import { asyncApis } from './async.ts';

type Caller = component.GeneralComponent;
type ObserverOptions = WechatMiniprogram.CreateIntersectionObserverOption;
type Margins = WechatMiniprogram.Margins;
type ObserverResult = Pick<
  IntersectionObserverEntry,
  'intersectionRatio' | 'intersectionRect' | 'boundingClientRect' | 'time'
> & { id: string; dataset: object; relativeRect: DOMRectReadOnly | null };

/**
 * An intersection observer as WeChat has it, on the browser's: glass-easel's own leaves out the
 * first report.
 */
export function createIntersectionObserver(caller: Caller, options: ObserverOptions = {}) {
  let native: IntersectionObserver | undefined;
  let root: HTMLElement | null = null;
  let rootMargin = '0px';
  const find = (selector: string): HTMLElement[] => {
    const shadow = caller._$.getShadowRoot();
    const found = options.observeAll
      ? shadow?.querySelectorAll(selector)
      : [shadow?.querySelector(selector)];
    return (found ?? []).flatMap((element) => domElement(element) ?? []);
  };
  const relative = (to: HTMLElement | null, margins: Margins = {}) => {
    const { top = 0, right = 0, bottom = 0, left = 0 } = margins;
    root = to;
    rootMargin = `${top}px ${right}px ${bottom}px ${left}px`;
    return observer;
  };
  const observer = {
    relativeTo: (selector: string, margins?: Margins) =>
      relative(find(selector)[0] ?? null, margins),
    relativeToViewport: (margins?: Margins) => relative(null, margins),
    observe(selector: string, callback: (result: ObserverResult) => void) {
      const tell = (entry: IntersectionObserverEntry) => {
        const element = glassElement(entry.target);
        const { intersectionRatio, intersectionRect, boundingClientRect, time } = entry;
        callback({
          id: element?.id ?? '',
          dataset: element?.dataset ?? {},
          relativeRect: entry.rootBounds,
          intersectionRatio,
          intersectionRect,
          boundingClientRect,
          time,
        });
      };
      native = new IntersectionObserver((entries) => entries.forEach(tell), {
        root,
        rootMargin,
        threshold: options.thresholds ?? [0],
      });
      for (const element of find(selector)) native.observe(element);
    },
    disconnect: () => native?.disconnect(),
  };
  return observer;
}

export function viewApi(device: Device, pages: PageStack, screen: PageScreen) {
  const api = asyncApis(device);
  const go = (name: string, run: (url: string) => void) =>
    api(name, ({ url }: { url: string }) => {
      run(url);
      return undefined;
    });
  return {
    navigateTo: go('navigateTo', (url) => pages.navigateTo(url)),
    redirectTo: go('redirectTo', (url) => pages.redirectTo(url)),
    reLaunch: go('reLaunch', (url) => pages.reLaunch(url)),
    navigateBack: api('navigateBack', ({ delta = 1 }: WechatMiniprogram.NavigateBackOption) => {
      pages.navigateBack(delta);
      return undefined;
    }),
    setNavigationBarTitle: api('setNavigationBarTitle', ({ title }: { title: string }) => {
      pages.setTitle(title);
      return undefined;
    }),
    setNavigationBarColor: api(
      'setNavigationBarColor',
      (options: WechatMiniprogram.SetNavigationBarColorOption) => {
        screen.setColors(options.backgroundColor, options.frontColor);
        return undefined;
      },
    ),
    pageScrollTo: api('pageScrollTo', (options: WechatMiniprogram.PageScrollToOption) => {
      pages.scrollTo(options.scrollTop ?? 0, options.duration === 0);
      return undefined;
    }),
    createSelectorQuery: (): object => pages.currentCaller().createSelectorQuery(),
    createIntersectionObserver: (caller: Caller, options?: ObserverOptions) =>
      createIntersectionObserver(caller, options),
    /** Accepted, and without effect: nothing moves. */
    createAnimation: () => {
      const animation: object = new Proxy(
        {},
        {
          get: (_target, name) => (name === 'export' ? () => ({ actions: [] }) : () => animation),
        },
      );
      return animation;
    },
  };
}
