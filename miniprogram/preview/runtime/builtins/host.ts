/** How a built-in component is written: what it takes, and what it does with its DOM element. */
import type { component, glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import { domElement } from '../backend.ts';

/** `null` takes any type. */
export type PropertyType = StringConstructor | NumberConstructor | BooleanConstructor | null;

/** A live instance of a built-in component. */
export class Host {
  readonly component: glassEasel.GeneralComponent;
  readonly element: HTMLElement;

  constructor(component: glassEasel.GeneralComponent, element: HTMLElement) {
    this.component = component;
    this.element = element;
  }

  value(name: string): unknown {
    const data: Record<string, unknown> = this.component.data;
    return data[name];
  }

  text(name: string): string {
    const value = this.value(name);
    return value === undefined || value === null ? '' : String(value);
  }

  flag(name: string): boolean {
    return Boolean(this.value(name));
  }

  number(name: string): number {
    return Number.parseFloat(this.text(name)) || 0;
  }

  /** Changes a property from within: what is bound with `model:` follows. */
  set(name: string, value: unknown): void {
    this.component.setData({ [name]: value });
  }

  emit(name: string, detail: object = {}, options: glassEasel.EventOptions = {}): void {
    this.component.triggerEvent(name, detail, options);
  }

  /** Shows a property as an attribute, for styles and assistive technology. */
  reflect(attribute: string, value: unknown): void {
    if (value === false || value === null || value === undefined || value === '') {
      this.element.removeAttribute(attribute);
    } else this.element.setAttribute(attribute, value === true ? '' : String(value));
  }
}

export interface Behaviour {
  /** A property has this value, at first and after each change. */
  changed?: (name: string, value: unknown) => void;
  detached?: () => void;
}

export interface BuiltIn {
  readonly tag: string;
  /** Draws its inside by itself. */
  readonly leaf?: boolean;
  readonly properties: Readonly<
    Record<string, PropertyType | { type: PropertyType; value: unknown }>
  >;
  attach(host: Host): Behaviour;
}

/** What any component takes; what concerns only looks on a phone has no effect here. */
const COMMON: Record<string, PropertyType> = {
  hidden: Boolean,
  hoverClass: null,
  hoverStartTime: null,
  hoverStayTime: null,
  hoverStopPropagation: null,
  ariaLabel: String,
  ariaRole: String,
  ariaHidden: null,
  ariaDisabled: null,
  ariaChecked: null,
  ariaModal: null,
  ariaLive: null,
  ariaDescribedby: null,
  ariaRoledescription: null,
};

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const REFLECTED = new Set(Object.keys(COMMON).filter((name) => /^(hidden|aria)/.test(name)));

const LEAF = { content: () => () => ({ C() {}, B: {} }) };

/** Properties that are accepted and have no effect here. */
export const ignored = (names: string): Record<string, null> =>
  Object.fromEntries(names.split(' ').map((name) => [name, null]));

/** Defines a built-in component for all components of the app. */
export function defineBuiltIn(
  env: MiniProgramEnv,
  { tag, leaf, properties, attach }: BuiltIn,
): glassEasel.GeneralComponentDefinition {
  const space = env.getGlobalCodeSpace();
  const is = `wx/${tag}`;
  const live = new WeakMap<object, { host: Host; behaviour: Behaviour }>();
  const all = { ...COMMON, ...properties };
  const changed = (component: glassEasel.GeneralComponent, name: string) => {
    const found = live.get(component);
    if (!found) return;
    const value = found.host.value(name);
    if (REFLECTED.has(name)) found.host.reflect(kebab(name), value);
    found.behaviour.changed?.(name, value);
  };
  if (leaf) space.addCompiledTemplate(is, LEAF);
  space
    .component(is)
    .definition({
      properties: all,
      observers: Object.keys(all).map((name) => ({
        fields: name,
        observer(this: component.GeneralComponent) {
          changed(this._$, name);
        },
      })),
      lifetimes: {
        attached(this: component.GeneralComponent) {
          const element = domElement(this._$);
          if (!element) return;
          const host = new Host(this._$, element);
          live.set(this._$, { host, behaviour: attach(host) });
          for (const name of Object.keys(all)) changed(this._$, name);
        },
        detached(this: component.GeneralComponent) {
          live.get(this._$)?.behaviour.detached?.();
          live.delete(this._$);
        },
      },
    })
    .register();
  return space.getComponentSpace().getComponentByUrl(is, '');
}
