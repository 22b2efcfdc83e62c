/** `NodesRef.node`, which the adapter lacks: the object with which a script drives a built-in component. */
import { component } from 'glass-easel-miniprogram-adapter';
import { reportMissing } from './report.ts';

/** What built-in components offer to scripts, by their DOM element. */
const contexts = new WeakMap<object, object>();

/** Lets `select(…).node()` find `context` for the built-in component whose element this is. */
export function offerContext(element: HTMLElement, context: object): void {
  contexts.set(element, context);
}

type Query = ReturnType<component.GeneralComponent['createSelectorQuery']>;
type Found = { context?: unknown; node?: object };
type NodesRef = ReturnType<Query['select']> & {
  node?: (callback?: (found: Found) => void) => Query;
};

function node(this: NodesRef, callback: (found: Found) => void = () => {}): Query {
  return this.context((found: Found) => {
    const context = found?.context instanceof HTMLElement && contexts.get(found.context);
    // The query hands out this very object as its result.
    if (context) Object.assign(found, { node: context });
    else if (found) reportMissing('SelectorQuery.node() 对此组件');
    callback(found);
  });
}

/** Gives all selector queries their `node`. */
export function provideNode(): void {
  const { createSelectorQuery } = component.ComponentCaller.prototype;
  component.ComponentCaller.prototype.createSelectorQuery = function () {
    const query = createSelectorQuery.call(this);
    const nodes: NodesRef = Object.getPrototypeOf(query.select('page'));
    nodes.node ??= node;
    return query;
  };
}
