/** glass-easel's DOM backend, as a mini-program's page needs it. */
import { glassEasel } from 'glass-easel-miniprogram-adapter';
import { BUILT_IN_TAGS } from '../contract/tags.ts';

type EventListener = Parameters<glassEasel.CurrentWindowBackendContext['onEvent']>[0];
type GlassElement = glassEasel.Element;

/** The element of the framework to which a DOM node belongs. */
export function glassElement(node: Node | null): GlassElement | undefined {
  for (let at: Node | null = node; at; at = at.parentNode) {
    if ('__wxElement' in at && at.__wxElement instanceof glassEasel.Element) return at.__wxElement;
  }
  return undefined;
}

/** The DOM element of an element of the framework: virtual hosts have none. */
export function domElement(element: glassEasel.Element | null | undefined): HTMLElement | null {
  const node: unknown = element?.getBackendElement();
  return node instanceof HTMLElement ? node : null;
}

/** What the browser tells elements natively. All else comes from the built-in components. */
const NATIVE_EVENTS = new Set([
  'touchstart',
  'touchmove',
  'touchend',
  'touchcancel',
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
]);

const inlineLengths = (style: string) =>
  style.replace(/(-?[\d.]+)rpx\b/g, (_all, number: string) => `${Number(number) / 7.5}vw`);

function createElement(tag: string, pageTop: () => number): HTMLElement {
  const element = document.createElement(BUILT_IN_TAGS.has(tag) ? `wx-${tag}` : tag);
  element.setAttribute = (name: string, value: string) => {
    const attribute = name === 'aria-role' ? 'role' : name;
    const text = name === 'style' ? inlineLengths(value) : value;
    Element.prototype.setAttribute.call(element, attribute, text);
  };
  // An app's coordinates begin below the navigation bar.
  element.getBoundingClientRect = () => {
    const { x, y, width, height } = Element.prototype.getBoundingClientRect.call(element);
    return DOMRect.fromRect({ x, y: y - pageTop(), width, height });
  };
  return element;
}

export class PhoneBackend extends glassEasel.CurrentWindowBackendContext {
  readonly #longPressed = new WeakSet<object>();

  /** @param pageTop where the page begins, in px from the top of the document */
  constructor(pageTop: () => number) {
    super();
    const own = {
      createElement: (tag: string) => createElement(tag, pageTop),
      createTextNode: (text: string) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    };
    // The framework asks for less of a node than the DOM has, under types of its own.
    this.document = own as unknown as typeof this.document;
  }

  override setListenerStats(...[element, type, ...rest]: Parameters<EventStats>): void {
    if (type === 'longpress' || type === 'longtap') this.#longPressed.add(element);
    if (NATIVE_EVENTS.has(type)) super.setListenerStats(element, type, ...rest);
  }

  /** Whether anything from this node upwards waits for a long press: then no tap follows it. */
  expectsLongPress(node: Node | null): boolean {
    for (let at = node; at; at = at.parentNode) if (this.#longPressed.has(at)) return true;
    return false;
  }
}

type EventStats = glassEasel.CurrentWindowBackendContext['setListenerStats'];

export type { EventListener };
