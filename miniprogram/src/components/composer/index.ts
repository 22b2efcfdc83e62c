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
  data: {
    text: '',
    focus: false,
    left: MAX_TEXT_LENGTH,
    keyboard: 0,
    /** What else can be sent is offered. */
    panel: false,
    /** People speak in place of writing. */
    speaking: false,
  },
  observers: {
    // What stands above the field comes and goes with them.
    'subject, recipient'() {
      wx.nextTick(() => this.triggerEvent('resize'));
    },
    // Questions and answers are words.
    'mode, fixedMode'(mode: string, fixedMode: boolean) {
      const onlyWords = mode === 'question' || fixedMode;
      if (onlyWords && (this.data.panel || this.data.speaking)) this.close();
    },
  },
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
      this.setData({ speaking: false });
      this.write(`${before}${gap}${text}`);
      this.open();
    },
    /** Makes ready for writing; who speaks goes on speaking. */
    open() {
      if (!this.data.speaking) this.setData({ focus: true });
    },
    /** Puts away the panel and the microphone. */
    close() {
      this.setData({ panel: false, speaking: false }, () => this.triggerEvent('resize'));
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
    onPlus() {
      const panel = !this.data.panel;
      if (panel) wx.hideKeyboard({ fail: () => {} });
      this.setData({ panel }, () => this.triggerEvent('resize'));
    },
    onAlbum() {
      this.choosePicture('album');
    },
    onCamera() {
      this.choosePicture('camera');
    },
    choosePicture(source: 'album' | 'camera') {
      this.setData({ panel: false }, () => this.triggerEvent('resize'));
      this.triggerEvent('picture', { source });
    },
    onSpeak() {
      this.setData({ panel: false, speaking: true }, () => this.triggerEvent('resize'));
    },
    onWrite() {
      this.setData({ panel: false, speaking: false, focus: true }, () =>
        this.triggerEvent('resize'),
      );
    },
    onFocus() {
      if (this.data.panel) this.close();
    },
    onVoice({ detail }: WechatMiniprogram.CustomEvent) {
      this.triggerEvent('voice', detail);
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
