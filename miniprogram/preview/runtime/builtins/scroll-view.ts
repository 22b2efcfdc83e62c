import { domElement } from '../backend.ts';
import { offerContext } from '../selector-query.ts';
import { type BuiltIn, type Host, ignored } from './host.ts';

function scroll(host: Host, options: ScrollToOptions): void {
  const behavior = host.flag('scrollWithAnimation') ? 'smooth' : 'instant';
  host.element.scrollTo({ ...options, behavior });
}

function scrollIntoView(host: Host, id: string): void {
  const root = host.component.ownerShadowRoot;
  const target = domElement(root?.getElementById(id)) ?? findById(host.element, id);
  if (!target) return;
  const from = host.element.getBoundingClientRect();
  const to = target.getBoundingClientRect();
  const offset = host.number('scrollIntoViewOffset');
  const options: ScrollToOptions = {};
  if (host.flag('scrollY')) options.top = host.element.scrollTop + to.top - from.top + offset;
  if (host.flag('scrollX')) options.left = host.element.scrollLeft + to.left - from.left + offset;
  scroll(host, options);
}

/** Ids inside components within carry a prefix of the framework. */
const findById = (box: HTMLElement, id: string) =>
  box.querySelector<HTMLElement>(`[id$="${CSS.escape(`--${id}`)}"]`);

/** WeChat's ScrollViewContext, as far as positions go. */
function contextOf(host: Host): object {
  const { element } = host;
  const behavior = (animated: boolean) => (animated ? 'smooth' : 'instant');
  return {
    scrollTo({ top, left, animated = true }: WechatMiniprogram.ScrollViewContextScrollToOption) {
      element.scrollTo({
        ...(top !== undefined && { top }),
        ...(left !== undefined && { left }),
        behavior: behavior(animated),
      });
    },
    scrollIntoView(selector: string, { animated = true, alignment = 'start' }: IntoView = {}) {
      const root = host.component.ownerShadowRoot;
      const target =
        domElement(root?.querySelector(selector)) ?? findById(element, selector.replace(/^#/, ''));
      const block = alignment === 'center' ? 'center' : 'start';
      target?.scrollIntoView({ block, behavior: behavior(animated) });
    },
  };
}

interface IntoView {
  readonly animated?: boolean;
  readonly alignment?: string;
}

function listen(host: Host): void {
  const { element } = host;
  let { scrollTop: lastTop, scrollLeft: lastLeft } = element;
  let atStart = true;
  let atEnd = false;
  element.addEventListener('scroll', (event) => {
    if (event.target !== element) return;
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
    const deltaX = lastLeft - scrollLeft;
    const deltaY = lastTop - scrollTop;
    lastTop = scrollTop;
    lastLeft = scrollLeft;
    host.emit('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth, deltaX, deltaY });
    const vertical = host.flag('scrollY');
    const before = vertical ? scrollTop : scrollLeft;
    const after = vertical
      ? scrollHeight - clientHeight - scrollTop
      : scrollWidth - clientWidth - scrollLeft;
    const nearStart = before <= host.number('upperThreshold');
    const nearEnd = after <= host.number('lowerThreshold');
    if (nearStart && !atStart) {
      host.emit('scrolltoupper', { direction: vertical ? 'top' : 'left' });
    }
    if (nearEnd && !atEnd) {
      host.emit('scrolltolower', { direction: vertical ? 'bottom' : 'right' });
    }
    atStart = nearStart;
    atEnd = nearEnd;
  });
  const { component } = host;
  element.addEventListener('pointerdown', () => component.triggerEvent('dragstart', {}));
  element.addEventListener('pointerup', () => component.triggerEvent('dragend', {}));
}

export const scrollView: BuiltIn = {
  tag: 'scroll-view',
  properties: {
    scrollX: Boolean,
    scrollY: Boolean,
    scrollTop: null,
    scrollLeft: null,
    scrollIntoView: String,
    scrollIntoViewOffset: null,
    scrollWithAnimation: Boolean,
    scrollAnchoring: Boolean,
    enableFlex: Boolean,
    upperThreshold: { type: null, value: 50 },
    lowerThreshold: { type: null, value: 50 },
    showScrollbar: { type: Boolean, value: true },
    ...ignored('enhanced bounces enablePassive pagingEnabled fastDeceleration usingSticky type'),
    ...ignored('enableBackToTop scrollIntoViewAlignment refresherEnabled refresherThreshold'),
    ...ignored('refresherDefaultStyle refresherBackground refresherTriggered'),
  },
  attach(host) {
    listen(host);
    offerContext(host.element, contextOf(host));
    return {
      changed(name, value) {
        if (name === 'scrollX') host.reflect('scroll-x', value);
        if (name === 'scrollY') host.reflect('scroll-y', value);
        if (name === 'enableFlex') host.reflect('enable-flex', value);
        if (name === 'scrollAnchoring') host.reflect('scroll-anchoring', value);
        if (name === 'showScrollbar') host.reflect('no-scrollbar', !value);
        if (name === 'scrollIntoView' && value) {
          // What was set together with it has to be laid out first.
          requestAnimationFrame(() => scrollIntoView(host, String(value)));
        }
        const given = value !== null && value !== undefined && value !== '';
        if (name === 'scrollTop' && given) {
          requestAnimationFrame(() => scroll(host, { top: host.number(name) }));
        }
        if (name === 'scrollLeft' && given) {
          requestAnimationFrame(() => scroll(host, { left: host.number(name) }));
        }
      },
    };
  },
};
