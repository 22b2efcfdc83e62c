/**
 * The questions of a room: those that wait for an answer, by how many want to know, and the others. It
 * only shows lines and says what was touched; what that does is the page's business.
 */
import type { QuestionLine, QuestionTab } from '../../view/question-lines.ts';
import type { Patch } from '../../view/row-list.ts';

/** What the panel tells the page, with the line. */
export type QuestionTouch = 'vote' | 'answer' | 'more' | 'jump';

interface LineTarget {
  readonly key: string;
}

Component({
  properties: {
    visible: Boolean,
    openCount: Number,
    doneCount: Number,
    /** Whether the reader may answer questions. */
    host: Boolean,
    /** `loading`, `failed`, or `ready` once there is something to show. */
    state: { type: String, value: 'loading' },
    /** What keeps it from being up to date; empty when nothing does. */
    note: String,
  },
  data: {
    open: [] as QuestionLine[],
    done: [] as QuestionLine[],
    tab: 'open' as QuestionTab,
    /** The keys of long lines that are shown whole. */
    unfolded: {} as Record<string, boolean>,
  },
  methods: {
    /** Begins with the questions of a kind; the other kind is a tap away. */
    begin(tab: QuestionTab, patch: Patch) {
      this.setData({ ...patch, tab, unfolded: {} });
    },
    /** Shows what has changed, with one `setData`. */
    show(patch: Patch) {
      if (Object.keys(patch).length > 0) this.setData(patch);
    },
    onVisible({ detail }: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!detail.visible) this.triggerEvent('close');
    },
    onClose() {
      this.triggerEvent('close');
    },
    onTab({ currentTarget }: WechatMiniprogram.BaseEvent<object, { tab: QuestionTab }>) {
      this.setData({ tab: currentTarget.dataset.tab });
    },
    onBottom() {
      this.triggerEvent('extend', { tab: this.data.tab });
    },
    onRetry() {
      this.triggerEvent('retry');
    },
    onFold({ currentTarget }: WechatMiniprogram.BaseEvent<object, LineTarget>) {
      const { key } = currentTarget.dataset;
      this.setData({ [`unfolded.${key}`]: !this.data.unfolded[key] });
    },
    onVote({ currentTarget }: WechatMiniprogram.BaseEvent<object, LineTarget>) {
      const line = this.lineOf(currentTarget.dataset);
      if (line && !line.voted && line.status === 'open') this.tell('vote', line);
    },
    onAnswer({ currentTarget }: WechatMiniprogram.BaseEvent<object, LineTarget>) {
      this.tell('answer', this.lineOf(currentTarget.dataset));
    },
    onMore({ currentTarget }: WechatMiniprogram.BaseEvent<object, LineTarget>) {
      this.tell('more', this.lineOf(currentTarget.dataset));
    },
    onJump({ currentTarget }: WechatMiniprogram.BaseEvent<object, LineTarget>) {
      this.tell('jump', this.lineOf(currentTarget.dataset));
    },
    lineOf({ key }: LineTarget): QuestionLine | undefined {
      const { open, done } = this.data;
      return [...open, ...done].find((line) => line.key === key);
    },
    tell(touch: QuestionTouch, line: QuestionLine | undefined) {
      if (line) this.triggerEvent('touchline', { touch, line });
    },
  },
});
