/** Where people write: what, in which mode, to whom, and about what. It keeps a text that can't be sent. */

import { MAX_TEXT_LENGTH } from '../../../../shared/limits.ts';
import { codePoints } from '../../../../shared/text.ts';
import { sendable, textProblem } from '../../view/compose.ts';

/** From here on the characters that are left are shown. */
const COUNT_FROM = MAX_TEXT_LENGTH - 100;

Component({
  properties: {
    /** What it is about: `{ label, text }`, or `null`. */
    subject: { type: Object, value: null as { label: string; text: string } | null },
    /** For whom alone it is, by name; empty for all. */
    recipient: String,
    /** `text` or `question`. */
    mode: { type: String, value: 'text' as 'text' | 'question' },
    /** Whether the mode can be changed: an answer is an answer. */
    fixedMode: Boolean,
  },
  data: { text: '', focus: false, left: MAX_TEXT_LENGTH, keyboard: 0 },
  methods: {
    /** What has been written so far. */
    value(): string {
      return this.data.text;
    },
    write(text: string) {
      this.setData({ text, ...this.counted(text) }, () => this.triggerEvent('resize'));
    },
    /** Puts a text at the end of what is there. */
    insert(text: string) {
      const before = this.data.text;
      const gap = before === '' || /\s$/.test(before) ? '' : ' ';
      this.write(`${before}${gap}${text}`);
      this.open();
    },
    open() {
      this.setData({ focus: true });
    },
    counted(text: string): { left: number } {
      // Code points are at least half as many as UTF-16 units: most texts need no counting.
      const isLong = text.length >= COUNT_FROM;
      return { left: isLong ? MAX_TEXT_LENGTH - codePoints(text) : MAX_TEXT_LENGTH };
    },
    onInput({ detail }: WechatMiniprogram.TextareaInput) {
      const before = this.data.left;
      const { left } = this.counted(detail.value);
      this.setData({ text: detail.value, ...(left !== before && { left }) });
      if (detail.value !== '') this.triggerEvent('typing');
    },
    onSend() {
      const text = sendable(this.data.text);
      const problem = textProblem(text);
      if (problem) {
        wx.showToast({ title: problem, icon: 'none' });
        return;
      }
      this.triggerEvent('send', { text });
      this.write('');
    },
    onMode() {
      this.triggerEvent('mode', { mode: this.data.mode === 'text' ? 'question' : 'text' });
    },
    onDrop() {
      this.triggerEvent('drop');
    },
    onPublic() {
      this.triggerEvent('public');
    },
    onBlur() {
      this.setData({ focus: false });
    },
    onLines() {
      this.triggerEvent('resize');
    },
    onKeyboard({ detail }: WechatMiniprogram.CustomEvent<{ height: number }>) {
      if (detail.height === this.data.keyboard) return;
      this.setData({ keyboard: detail.height }, () => this.triggerEvent('resize'));
    },
  },
});
