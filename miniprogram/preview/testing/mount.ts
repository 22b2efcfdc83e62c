/**
 * Puts one component of a compiled mini-program into jsdom, for tests of what it shows and says.
 *
 *     const app = loadApp('dist');
 *     const bubble = app.mount('components/bubble/index', { text: '你好' });
 *     const picked = bubble.events('pick');
 *     bubble.tap('.card');
 *     expect(picked).toEqual([{ text: '你好' }]);
 *     bubble.unmount();
 *
 * Selectors are the DOM's: in a component with styles of its own a class `card` is called
 * `bubble--card` there, and `find('.card')` finds both; built-in tags are `wx-view`, `wx-button`, …
 * Load the app once per test file: listening to the document can't be undone.
 */
import { type component, glassEasel } from 'glass-easel-miniprogram-adapter';
import { compileApp } from '../build/bundle.ts';
import { type AppBundle, BUNDLE_GLOBAL } from '../contract/bundle.ts';
import { type RunningApp, startApp } from '../runtime/app.ts';
import { glassElement } from '../runtime/backend.ts';
import { Device } from '../runtime/device.ts';
import { attach } from '../runtime/pages.ts';
import { problems } from '../runtime/report.ts';

export interface Mounted {
  /** The component itself: its data and methods. */
  readonly instance: component.GeneralComponent;
  /** Where it stands in the document. */
  readonly container: HTMLElement;
  /** All text it shows. */
  readonly text: string;
  /** The first element that matches. Throws when there is none. */
  find(selector: string): HTMLElement;
  findAll(selector: string): HTMLElement[];
  /** Changes properties, as the parent would. */
  set(properties: Readonly<Record<string, unknown>>): void;
  /** Collects the details of an event of the component, from now on. */
  events(name: string): unknown[];
  tap(target: string | HTMLElement): void;
  longPress(target: string | HTMLElement): void;
  /** Types into an `<input>` or `<textarea>`: the whole value at once. */
  input(target: string | HTMLElement, value: string): void;
  /** Sends any other event of a built-in component, e.g. `confirm`, `scrolltolower`, `load`. */
  trigger(target: string | HTMLElement, name: string, detail?: object): void;
  unmount(): void;
}

export interface TestApp {
  readonly device: Device;
  readonly running: RunningApp;
  /** What the preview lacks and what the app's scripts threw, so far. */
  readonly problems: readonly string[];
  /** @param is path of the component from the root, without extension */
  mount(is: string, properties?: Readonly<Record<string, unknown>>): Mounted;
  /** Waits for `ready`, callbacks of `setData` and what comes with the next frame. */
  settled(): Promise<void>;
}

/** What the phone uses and jsdom has not: nothing is laid out here, so nothing needs to move. */
function completeDom(): void {
  Element.prototype.scrollTo ??= function (this: Element, options?: ScrollToOptions | number) {
    if (typeof options === 'object') this.scrollTop = options.top ?? this.scrollTop;
  };
  globalThis.CSS ??= { escape: (text: string) => text } as typeof CSS;
}

const frame = () => new Promise((done) => requestAnimationFrame(done));

/** @param appDir the compiled mini-program, as `buildPreview` takes it */
export function loadApp(appDir: string): TestApp {
  completeDom();
  const { script } = compileApp(appDir);
  // The script only sets a global variable.
  new Function(script)();
  const bundle: AppBundle = Reflect.get(globalThis, BUNDLE_GLOBAL);
  const said: string[] = [];
  problems.on((message) => said.push(message));
  const device = new Device('test');
  const launch = { path: bundle.entry, query: {}, scene: 1001 };
  const running = startApp(bundle, device, launch, false);
  return {
    device,
    running,
    problems: said,
    mount: (is, properties = {}) => mount(running, is, properties),
    async settled() {
      await frame();
      await frame();
    },
  };
}

function mount(
  { framework }: RunningApp,
  is: string,
  properties: Readonly<Record<string, unknown>>,
): Mounted {
  const root = framework.createRoot('test-component', is);
  const instance = root.get();
  instance.setData(properties);
  const container = document.createElement('div');
  document.body.append(container);
  attach(root, container);

  function findAll(selector: string): HTMLElement[] {
    // A class may carry the prefix of its component.
    const scoped = selector.replace(/\.([\w-]+)/g, ':is(.$1, [class$="--$1"], [class*="--$1 "])');
    return [...container.querySelectorAll<HTMLElement>(scoped)];
  }
  function find(selector: string): HTMLElement {
    const [found] = findAll(selector);
    if (!found) throw new Error(`nothing matches "${selector}" in:\n${container.innerHTML}`);
    return found;
  }
  const element = (target: string | HTMLElement) =>
    typeof target === 'string' ? find(target) : target;
  const trigger = (
    target: string | HTMLElement,
    name: string,
    detail: object,
    options: glassEasel.EventOptions = {},
  ) => {
    const found = glassElement(element(target));
    if (!found) throw new Error('no element of the mini-program');
    glassEasel.Event.triggerEvent(found, name, detail, options);
  };

  return {
    instance,
    container,
    get text() {
      return container.textContent ?? '';
    },
    find,
    findAll,
    set: (changed) => instance.setData(changed),
    events(name) {
      const details: unknown[] = [];
      root.getComponent().addListener(name, ({ detail }) => {
        details.push(detail);
      });
      return details;
    },
    tap(target) {
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup']) {
        element(target).dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true }));
      }
    },
    longPress: (target) =>
      trigger(target, 'longpress', { x: 0, y: 0 }, { bubbles: true, composed: true }),
    input(target, value) {
      const host = element(target);
      const control = host.matches('input, textarea')
        ? host
        : host.querySelector('input, textarea');
      if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) {
        throw new Error('neither <input> nor <textarea>');
      }
      control.value = value;
      control.dispatchEvent(new InputEvent('input', { bubbles: true }));
    },
    trigger: (target, name, detail = {}) => trigger(target, name, detail),
    unmount() {
      root.release();
      container.remove();
    },
  };
}
