/** The built-in components with little to do. */
import { glassElement } from '../backend.ts';
import { reportMissing } from '../report.ts';
import { type BuiltIn, ignored } from './host.ts';
import type { Services } from './services.ts';

interface FormControls {
  submit(): void;
  reset(): void;
}
const forms = new WeakMap<Element, FormControls>();

/** Opens that need WeChat's own screens can't be simulated; those that matter to a chat are. */
const button = (services: Services): BuiltIn => ({
  tag: 'button',
  properties: {
    type: { type: String, value: 'default' },
    size: { type: String, value: 'default' },
    plain: Boolean,
    disabled: Boolean,
    loading: Boolean,
    formType: String,
    openType: String,
    ...ignored('lang name sessionFrom sendMessageTitle sendMessagePath sendMessageImg'),
    ...ignored('appParameter showMessageCard phoneNumberNoQuotaToast activityType entrancePath'),
    ...ignored('needShowEntrance'),
  },
  attach(host) {
    host.element.setAttribute('role', 'button');
    host.element.tabIndex = 0;
    const open: Record<string, () => void> = {
      share: () => services.share(),
      chooseAvatar: async () => {
        const avatarUrl = await services.pickImage();
        if (avatarUrl) host.emit('chooseavatar', { avatarUrl });
      },
      agreePrivacyAuthorization: () => host.emit('agreeprivacyauthorization'),
    };
    host.element.addEventListener('keydown', ({ key }) => {
      if (key !== 'Enter' || host.flag('disabled')) return;
      host.emit('tap', {}, { bubbles: true, composed: true });
    });
    host.component.addListener('tap', () => {
      const form = host.element.closest('wx-form');
      const controls = form ? forms.get(form) : undefined;
      if (host.text('formType') === 'submit') controls?.submit();
      if (host.text('formType') === 'reset') controls?.reset();
      // Several open types may stand side by side, as `getPhoneNumber|agreePrivacyAuthorization`.
      for (const type of host.text('openType').split('|').filter(Boolean)) {
        const action = open[type];
        if (action) action();
        else reportMissing(`<button open-type="${type}">`);
      }
    });
    return {
      changed(name, value) {
        if (['type', 'size', 'plain', 'loading', 'disabled'].includes(name)) {
          host.reflect(name, value);
        }
        if (name === 'disabled') host.reflect('aria-disabled', value);
      },
    };
  },
});

interface Control {
  readonly name: string;
  readonly value: unknown;
  reset(): void;
}

/** The named controls inside a form. */
function controlsIn(form: Element): Control[] {
  return [...form.querySelectorAll('wx-input, wx-textarea, wx-switch')].flatMap((element) => {
    const component = glassElement(element)?.asGeneralComponent();
    if (!component?.data.name) return [];
    const field = element.localName === 'wx-switch' ? 'checked' : 'value';
    return {
      name: String(component.data.name),
      value: component.data[field],
      reset: () => component.setData({ [field]: field === 'checked' ? false : '' }),
    };
  });
}

const form: BuiltIn = {
  tag: 'form',
  properties: ignored('reportSubmit reportSubmitTimeout'),
  attach(host) {
    const controls = () => controlsIn(host.element);
    forms.set(host.element, {
      submit: () =>
        host.emit('submit', {
          value: Object.fromEntries(controls().map(({ name, value }) => [name, value])),
        }),
      reset: () => {
        for (const control of controls()) control.reset();
        host.emit('reset');
      },
    });
    return {};
  },
};

const label: BuiltIn = {
  tag: 'label',
  properties: { for: String },
  attach(host) {
    host.component.addListener('tap', () => {
      const control = host.element.querySelector<HTMLElement>('input, textarea');
      if (control?.getAttribute('type') === 'checkbox') control.click();
      else control?.focus();
    });
    return {};
  },
};

const navigator = (services: Services): BuiltIn => ({
  tag: 'navigator',
  properties: {
    url: String,
    openType: { type: String, value: 'navigate' },
    delta: { type: Number, value: 1 },
    ...ignored('target appId path extraData version shortLink'),
  },
  attach(host) {
    host.element.setAttribute('role', 'link');
    host.component.addListener('tap', () => {
      services.navigate(host.text('openType'), host.text('url'), host.number('delta'));
    });
    return {};
  },
});

const switchControl: BuiltIn = {
  tag: 'switch',
  leaf: true,
  properties: { checked: Boolean, disabled: Boolean, color: String, ...ignored('name type') },
  attach(host) {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('role', 'switch');
    box.addEventListener('change', () => {
      host.set('checked', box.checked);
      host.emit('change', { value: box.checked });
    });
    host.element.append(box);
    return {
      changed(name, value) {
        if (name === 'checked') box.checked = Boolean(value);
        if (name === 'disabled') box.disabled = Boolean(value);
        if (name === 'color') box.style.accentColor = String(value || '');
        if (name === 'ariaLabel') box.setAttribute('aria-label', String(value));
      },
    };
  },
};

const ICONS: Record<string, string> = {
  success: '✔',
  success_no_circle: '✓',
  info: 'ⓘ',
  warn: '!',
  waiting: '…',
  cancel: '✕',
  clear: '✕',
  download: '↓',
  search: '⌕',
};

const icon: BuiltIn = {
  tag: 'icon',
  leaf: true,
  properties: { type: String, size: { type: null, value: 23 }, color: String },
  attach(host) {
    return {
      changed() {
        host.element.textContent = ICONS[host.text('type')] ?? '';
        host.element.style.fontSize = `${host.number('size')}px`;
        host.element.style.color = host.text('color');
      },
    };
  },
};

const rootPortal: BuiltIn = {
  // It stays where it is: nothing in a page here clips what is fixed.
  tag: 'root-portal',
  properties: { enable: { type: Boolean, value: true } },
  attach: () => ({}),
};

/** Rich text comes as a list of nodes. As HTML it is refused: a preview has no sanitizer. */
const richText: BuiltIn = {
  tag: 'rich-text',
  leaf: true,
  properties: { nodes: null, ...ignored('space userSelect mode') },
  attach: (host) => ({
    changed(name, value) {
      if (name !== 'nodes') return;
      host.element.textContent = '';
      if (typeof value === 'string') {
        if (/[<&]/.test(value)) reportMissing('<rich-text nodes="HTML">');
        host.element.textContent = value;
      } else appendNodes(host.element, value);
    },
  }),
};

const RICH_TAGS = /^(a|b|blockquote|br|code|del|div|em|h[1-6]|hr|i|li|ol|p|pre|span|strong|ul)$/;

function appendNodes(parent: Element, nodes: unknown): void {
  if (!Array.isArray(nodes)) return;
  for (const node of nodes as readonly Record<string, unknown>[]) {
    if (node.type === 'text') {
      parent.append(String(node.text ?? ''));
      continue;
    }
    const name = String(node.name);
    const element = document.createElement(RICH_TAGS.test(name) ? name : 'span');
    const attributes = Object.entries((node.attrs ?? {}) as Record<string, unknown>);
    for (const [key, value] of attributes) {
      if (key === 'class' || key === 'style') element.setAttribute(key, String(value));
    }
    appendNodes(element, node.children);
    parent.append(element);
  }
}

export const simpleBuiltIns = (services: Services): BuiltIn[] => [
  button(services),
  form,
  label,
  navigator(services),
  switchControl,
  icon,
  rootPortal,
  richText,
];
