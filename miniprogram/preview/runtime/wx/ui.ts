/** Toasts, dialogs and action sheets, over the page. */
import type { Device } from '../device.ts';
import { make, makeButton } from '../dom.ts';
import { asyncApis } from './async.ts';

type ToastOptions = WechatMiniprogram.ShowToastOption;
type ModalOptions = WechatMiniprogram.ShowModalOption;
type SheetOptions = WechatMiniprogram.ShowActionSheetOption;

const TOAST_MS = 1500;
const MARKS: Record<string, string> = { success: '✓', error: '✕', loading: '' };

/** @param layer lies over the page */
export function uiApi(device: Device, layer: () => HTMLElement) {
  const api = asyncApis(device);
  let toast: HTMLElement | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;

  function hide(): undefined {
    clearTimeout(hiding);
    toast?.remove();
    toast = undefined;
    return undefined;
  }

  function show(title: string, icon: string, mask: boolean, ms?: number): undefined {
    hide();
    const mark = make('i', `mp-toast-mark ${icon}`, MARKS[icon] ?? '');
    const box = make(
      'div',
      'mp-toast',
      ...(icon === 'none' ? [] : [mark]),
      make('span', '', title),
    );
    toast = make('div', mask ? 'mp-toast-layer masked' : 'mp-toast-layer', box);
    toast.setAttribute('role', 'status');
    layer().append(toast);
    if (ms !== undefined) hiding = setTimeout(hide, ms);
    return undefined;
  }

  function dialog(className: string, ...content: Node[]): HTMLElement {
    const box = make('div', className, ...content);
    box.setAttribute('role', 'dialog');
    const mask = make('div', `mp-mask ${className}-mask`, box);
    layer().append(mask);
    return mask;
  }

  function showModal(options: ModalOptions): Promise<object> {
    return new Promise((resolve) => {
      const { title = '', content = '', editable, placeholderText = '' } = options;
      const input = make('input', 'mp-modal-input');
      input.placeholder = placeholderText;
      input.value = editable ? content : '';
      const answer = (confirm: boolean) => () => {
        mask.remove();
        resolve({ confirm, cancel: !confirm, content: editable ? input.value : null });
      };
      const buttons = make('div', 'mp-modal-buttons');
      if (options.showCancel !== false) {
        buttons.append(makeButton(options.cancelText ?? '取消', 'cancel', answer(false)));
      }
      buttons.append(makeButton(options.confirmText ?? '确定', 'confirm', answer(true)));
      const text = editable ? input : make('p', 'mp-modal-text', content);
      const heading = title ? [make('h2', '', title)] : [];
      const mask = dialog('mp-modal', ...heading, text, buttons);
      if (editable) input.focus();
    });
  }

  function showActionSheet({ itemList, alertText }: SheetOptions): Promise<object> {
    return new Promise((resolve, reject) => {
      const cancel = () => {
        mask.remove();
        reject(new Error('cancel'));
      };
      const items = itemList.map((text, tapIndex) =>
        makeButton(text, 'mp-sheet-item', () => {
          mask.remove();
          resolve({ tapIndex });
        }),
      );
      const title = alertText ? [make('p', 'mp-sheet-title', alertText)] : [];
      const mask = dialog(
        'mp-sheet',
        ...title,
        ...items,
        makeButton('取消', 'mp-sheet-cancel', cancel),
      );
      mask.addEventListener('click', (event) => {
        if (event.target === mask) cancel();
      });
    });
  }

  return {
    setClipboardData: api(
      'setClipboardData',
      async ({ data }: WechatMiniprogram.SetClipboardDataOption) => {
        await navigator.clipboard.writeText(data);
        // WeChat says so by itself.
        return show('内容已复制', 'success', false, TOAST_MS);
      },
    ),
    openPrivacyContract: api('openPrivacyContract', () =>
      show('预览中没有隐私保护指引', 'none', false, TOAST_MS),
    ),
    showToast: api('showToast', ({ title, icon = 'success', mask, duration }: ToastOptions) =>
      show(title, icon, mask === true, duration ?? TOAST_MS),
    ),
    hideToast: api('hideToast', hide),
    showLoading: api('showLoading', ({ title, mask }: WechatMiniprogram.ShowLoadingOption) =>
      show(title, 'loading', mask === true),
    ),
    hideLoading: api('hideLoading', hide),
    showModal: api('showModal', showModal),
    showActionSheet: api('showActionSheet', showActionSheet),
  };
}
