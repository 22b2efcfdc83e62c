/** glass-easel with the app's templates and built-in components: where its components are registered. */
import {
  type behavior,
  type CodeSpace,
  component,
  glassEasel,
  MiniProgramEnv,
  type Root,
  type types,
} from 'glass-easel-miniprogram-adapter';
import type { AppBundle, ComponentConfig } from '../contract/bundle.ts';
import { PhoneBackend } from './backend.ts';
import { defineBuiltIns } from './builtins/index.ts';
import type { Services } from './builtins/services.ts';
import { listenToGestures } from './gestures.ts';
import { report, reportMissing } from './report.ts';
import { provideNode } from './selector-query.ts';
import { createIntersectionObserver } from './wx/view.ts';

type Definition = types.GeneralComponentDefinition & Record<string, unknown>;

/** What WXS has and JavaScript has not. */
function provideWxs(): void {
  Object.assign(globalThis, {
    getDate: (...args: ConstructorParameters<typeof Date>) => new Date(...args),
    getRegExp: (source: string, flags?: string) => new RegExp(source, flags),
    __wxsConstructor: (value: unknown) =>
      value === null || value === undefined
        ? undefined
        : Object.prototype.toString.call(value).slice(8, -1),
  });
}

/** glass-easel leaves `ready` to its host: it comes after the first layout. */
function readyBehavior(space: glassEasel.ComponentSpace) {
  return space.defineBehavior({
    lifetimes: {
      attached(this: component.GeneralComponent) {
        const { _$: instance } = this;
        requestAnimationFrame(() => instance.triggerLifetime('ready', []));
      },
    },
  });
}

const isForeign = (related: glassEasel.GeneralComponent | string): boolean =>
  /miniprogram_npm\//.test(typeof related === 'string' ? related : related.is);

function listenToTrouble(): void {
  glassEasel.addGlobalErrorListener((error, method, related) => {
    const where = typeof related === 'string' ? related : related?.is;
    const what = error instanceof Error ? error.message : String(error);
    report(`${where ?? ''} ${method ?? ''} ${what}`.trim(), error);
    return false;
  });
  glassEasel.addGlobalWarningListener((message, related, element) => {
    const property = /^"(\w+)" is not a valid property/.exec(message)?.[1];
    const is = element instanceof glassEasel.Component ? element.is : '';
    if (property && is.startsWith('wx/')) reportMissing(`<${is.slice(3)}> 的属性 ${property}`);
    // Those about other people's components are not for this app's developer to heed.
    else if (!isForeign(related)) console.warn(`[preview] ${message}`);
    return false;
  });
}

/** The static JSON as the framework types it; the strings are the same. */
const staticConfig = (config: ComponentConfig) => config as types.ComponentStaticConfig;

export class Framework {
  readonly #space: CodeSpace;
  readonly #backend: ReturnType<MiniProgramEnv['associateBackend']>;
  readonly #configs: ReadonlyMap<string, ComponentConfig>;
  readonly #named: ReadonlyMap<string, behavior.GeneralBehavior>;
  #path = '';

  /** @param pageTop where the page begins, in px from the top of the document */
  constructor(bundle: AppBundle, services: Services, pageTop: () => number) {
    provideWxs();
    listenToTrouble();
    component.ComponentCaller.prototype.createIntersectionObserver = function (options) {
      const own = createIntersectionObserver(this as component.GeneralComponent, options);
      return own as unknown as ReturnType<component.GeneralComponent['createIntersectionObserver']>;
    };
    provideNode();
    const env = new MiniProgramEnv();
    const missing = new Set(bundle.components.flatMap((each) => each.missing));
    const builtIns = defineBuiltIns(env, services, missing);
    this.#space = env.createCodeSpace('', true);
    const space = this.#space.getComponentSpace();
    this.#space.setOverallBehavior(readyBehavior(space));
    for (const [tag, definition] of builtIns) space.setGlobalUsingComponent(tag, definition);
    const backend = new PhoneBackend(pageTop);
    listenToGestures(backend, pageTop);
    this.#backend = env.associateBackend(backend);
    this.#configs = new Map(bundle.components.map(({ is, config }) => [is, config]));
    this.#named = new Map([
      ['wx://form-field', this.#space.behavior().property('value', null).register()],
      ['wx://component-export', this.#space.behavior().register()],
    ]);
    for (const { is, config, scope } of bundle.components) {
      this.#space.addComponentStaticConfig(is, staticConfig(config));
      const template = {
        groupList: bundle.templates,
        content: bundle.templates[is],
        fallbackListenerOnNativeNode: true,
      };
      this.#space.addCompiledTemplate(
        is,
        template as unknown as glassEasel.template.ComponentTemplate,
      );
      // Styles stand in one sheet of the document; here only the prefix matters.
      this.#space.addStyleSheet(is, undefined, scope);
    }
  }

  /** Runs the script of a component, which registers it under its path. */
  register(is: string, run: () => void): void {
    this.#path = is;
    run();
    this.#path = '';
  }

  /** The global functions with which scripts define components. */
  readonly globals = {
    Page: (definition: Definition) =>
      this.#space.componentEnv(this.#place(), (env) => env.Page(this.#prepare(definition))),
    Component: (definition: Definition) =>
      this.#space.componentEnv(this.#place(), (env) => env.Component(this.#prepare(definition))),
    Behavior: (definition: Definition) =>
      this.#space.componentEnv(this.#path, (env) => env.Behavior(this.#prepare(definition))),
  };

  /** @param url path of a component, perhaps with a query that sets its properties */
  createRoot(tag: string, url: string): Root {
    return this.#backend.createRoot(tag, this.#space, url);
  }

  #place(): string {
    if (this.#path === '') throw new Error('a component is defined outside of its own script');
    return this.#path;
  }

  #prepare(definition: Definition): Definition {
    const { options } = definition;
    const isolation: unknown = options && Reflect.get(options, 'styleIsolation');
    const config = this.#configs.get(this.#path);
    if (isolation && config && config.styleIsolation !== isolation) {
      report(`${this.#path}: 请把 styleIsolation 写进组件的 JSON`);
    }
    const behaviors: unknown = definition.behaviors;
    if (!Array.isArray(behaviors)) return definition;
    const known = behaviors.flatMap((each: unknown) => {
      if (typeof each !== 'string') return [each as behavior.GeneralBehavior];
      const named = this.#named.get(each.replace(/-(group|button)$/, ''));
      if (!named) reportMissing(`behavior ${each}`);
      return named ?? [];
    });
    return { ...definition, behaviors: known };
  }
}
