/** Where a host writes what is to be announced, now or later, and sees what is planned. */

import { type AnnouncementLine, MINUTES } from '../../view/announcement-lines.ts';
import { sendable, textProblem } from '../../view/compose.ts';

/** When it is to be said: at once, once after some minutes, or again and again. */
export type AnnouncementTiming = 'now' | 'once' | 'repeat';

/** What the sheet tells the page; `minutes` mean nothing when it is `now`. */
export interface AnnouncementWish {
  readonly text: string;
  readonly timing: AnnouncementTiming;
  readonly minutes: number;
}

const TIMINGS: readonly { readonly id: AnnouncementTiming; readonly label: string }[] = [
  { id: 'now', label: '立即' },
  { id: 'once', label: '稍后' },
  { id: 'repeat', label: '重复' },
];

Component({
  properties: {
    visible: Boolean,
    lines: { type: Array, value: [] as AnnouncementLine[] },
    /** `loading`, `failed`, or `ready` once it is known what is planned. */
    state: { type: String, value: 'loading' },
    /** The server is being asked. */
    busy: Boolean,
  },
  data: {
    text: '',
    timing: 'now' as AnnouncementTiming,
    minutes: MINUTES[0] ?? 5,
    timings: TIMINGS,
    choices: MINUTES,
  },
  methods: {
    /** What was written has been taken over. */
    clear() {
      this.setData({ text: '' });
    },
    onText({ detail }: WechatMiniprogram.TextareaInput) {
      this.setData({ text: detail.value });
    },
    onTiming({
      currentTarget,
    }: WechatMiniprogram.BaseEvent<object, { timing: AnnouncementTiming }>) {
      this.setData({ timing: currentTarget.dataset.timing });
    },
    onMinutes({ currentTarget }: WechatMiniprogram.BaseEvent<object, { minutes: number }>) {
      this.setData({ minutes: currentTarget.dataset.minutes });
    },
    onPublish() {
      if (this.data.busy) return;
      const text = sendable(this.data.text);
      const problem = textProblem(text);
      if (problem) wx.showToast({ title: problem, icon: 'none' });
      else {
        const { timing, minutes } = this.data;
        this.triggerEvent('publish', { text, timing, minutes } satisfies AnnouncementWish);
      }
    },
    onRemove({ currentTarget }: WechatMiniprogram.BaseEvent<object, { id: string }>) {
      this.triggerEvent('remove', { id: currentTarget.dataset.id });
    },
    onRetry() {
      this.triggerEvent('retry');
    },
    onVisible({ detail }: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!detail.visible) this.triggerEvent('close');
    },
    onClose() {
      this.triggerEvent('close');
    },
  },
});
