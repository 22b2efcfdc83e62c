/** `<input>` and `<textarea>`. */
import { type BuiltIn, type Host, ignored } from './host.ts';

type Control = HTMLInputElement | HTMLTextAreaElement;

const INPUT_MODES: Record<string, string> = { number: 'numeric', digit: 'decimal' };
const ENTER_KEYS = new Set(['send', 'search', 'next', 'go', 'done']);

/** Grows with its text: measured at the smallest height, as the browser never shrinks it. */
function grow(host: Host, control: Control): void {
  if (!host.flag('autoHeight')) return;
  control.style.height = '0';
  const height = control.scrollHeight;
  control.style.height = '';
  const before = host.element.style.height;
  host.element.style.height = `${height}px`;
  if (before === host.element.style.height) return;
  const line = Number.parseFloat(getComputedStyle(control).lineHeight) || 20;
  host.emit('linechange', { height, lineCount: Math.max(1, Math.round(height / line)) });
}

function apply(host: Host, control: Control, name: string): void {
  const text = host.text(name);
  if (name === 'value' && control.value !== text) control.value = text;
  if (name === 'placeholder') control.placeholder = text;
  if (name === 'disabled') control.disabled = host.flag(name);
  if (name === 'ariaLabel') control.setAttribute('aria-label', text);
  if (name === 'confirmType' && ENTER_KEYS.has(text)) control.enterKeyHint = text;
  if (name === 'maxlength') {
    const limit = host.number(name);
    if (limit >= 0) control.setAttribute('maxlength', String(limit));
    else control.removeAttribute('maxlength');
  }
  if (control instanceof HTMLInputElement && (name === 'type' || name === 'password')) {
    control.type =
      host.flag('password') || host.text('type') === 'safe-password' ? 'password' : 'text';
    control.inputMode = INPUT_MODES[host.text('type')] ?? 'text';
  }
  if (name === 'value' || name === 'autoHeight') grow(host, control);
}

function listen(host: Host, control: Control): void {
  let composing = false;
  const cursor = () => control.selectionStart ?? control.value.length;
  control.addEventListener('compositionstart', () => {
    composing = true;
  });
  control.addEventListener('compositionend', () => {
    composing = false;
  });
  control.addEventListener('input', (event) => {
    const keyCode = event instanceof InputEvent ? (event.data ?? '').charCodeAt(0) || 8 : 0;
    host.set('value', control.value);
    grow(host, control);
    host.emit('input', { value: control.value, cursor: cursor(), keyCode });
  });
  control.addEventListener('focus', () => {
    host.emit('focus', { value: control.value, height: 0 });
  });
  control.addEventListener('blur', () => {
    host.emit('blur', { value: control.value, cursor: cursor() });
    // Composing text ends with it; WeChat tells nicknames apart only after review.
    if (host.text('type') === 'nickname')
      host.emit('nicknamereview', { pass: true, timeout: false });
  });
  control.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || composing) return;
    if (event.isComposing || event.shiftKey) return;
    // A textarea whose key says "return" breaks the line.
    const confirms =
      control instanceof HTMLInputElement ||
      (host.text('confirmType') !== '' && host.text('confirmType') !== 'return');
    if (!confirms) return;
    event.preventDefault();
    host.emit('confirm', { value: control.value });
    if (!host.flag('confirmHold')) control.blur();
  });
}

function field(tag: 'input' | 'textarea'): BuiltIn {
  return {
    tag,
    leaf: true,
    properties: {
      value: String,
      type: { type: String, value: 'text' },
      password: Boolean,
      placeholder: String,
      disabled: Boolean,
      maxlength: { type: Number, value: 140 },
      focus: Boolean,
      autoFocus: Boolean,
      autoHeight: Boolean,
      confirmType: { type: String, value: tag === 'input' ? 'done' : 'return' },
      confirmHold: Boolean,
      holdKeyboard: Boolean,
      ...ignored('name placeholderStyle placeholderClass cursor cursorSpacing cursorColor'),
      ...ignored('adjustPosition alwaysEmbed selectionStart selectionEnd fixed'),
      ...ignored('showConfirmBar disableDefaultPadding adjustKeyboardTo'),
      ...ignored('safePasswordCertPath safePasswordLength safePasswordTimeStamp'),
      ...ignored('safePasswordNonce safePasswordSalt safePasswordCustomHash'),
    },
    attach(host) {
      const control = document.createElement(tag);
      host.element.append(control);
      listen(host, control);
      const hold = (event: Event) => {
        const other = event.target instanceof Element && event.target.closest('input, textarea');
        if (host.flag('holdKeyboard') && document.activeElement === control && !other) {
          event.preventDefault();
        }
      };
      document.addEventListener('mousedown', hold);
      return {
        detached: () => document.removeEventListener('mousedown', hold),
        changed(name, value) {
          apply(host, control, name);
          if (name === 'autoFocus' && value) requestAnimationFrame(() => control.focus());
          if (name !== 'focus') return;
          if (value) requestAnimationFrame(() => control.focus());
          else if (document.activeElement === control) control.blur();
        },
      };
    },
  };
}

export const fields: readonly BuiltIn[] = [field('input'), field('textarea')];
