/**
 * One message: its bubble with face and name, or the line or card that stands for it. It only shows a
 * `Row` and says what was touched; what that does is the page's business.
 */
import type { Row } from '../../view/rows.ts';
import type { TextPart } from '../../view/text-parts.ts';

/** What a row tells the page, with the row. */
export type RowEvent =
  | 'menu'
  | 'face'
  | 'mention'
  | 'resend'
  | 'link'
  | 'quote'
  | 'picture'
  | 'vote'
  | 'answer';

interface Picture {
  isGone(): boolean;
}

interface Voice {
  toggle(): void;
}

Component({
  options: { pureDataPattern: /^_/ },
  properties: {
    row: { type: Object, value: { parts: [] as readonly TextPart[] } as Row },
    /** Whether the reader may answer questions. */
    host: { type: Boolean, value: false },
  },
  methods: {
    tell(event: RowEvent, detail: object = {}) {
      this.triggerEvent(
        'touchrow',
        { event, row: this.data.row, ...detail },
        { bubbles: true, composed: true },
      );
    },
    onMenu() {
      this.tell('menu');
    },
    onFace() {
      if (!this.data.row.mine) this.tell('face');
    },
    onMention() {
      if (!this.data.row.mine) this.tell('mention');
    },
    onBubble() {
      const { row } = this.data;
      if (row.state === 'failed') this.tell('resend');
      else if (row.picture) {
        const picture = this.selectComponent('#picture') as unknown as Picture;
        if (!picture.isGone()) this.tell('picture');
      } else if (row.voice) (this.selectComponent('#voice') as unknown as Voice).toggle();
    },
    onQuote() {
      this.tell('quote');
    },
    onLink({ currentTarget }: WechatMiniprogram.BaseEvent<object, { text: string }>) {
      this.tell('link', { link: currentTarget.dataset.text });
    },
    onVote() {
      this.tell('vote');
    },
    onAnswer() {
      this.tell('answer');
    },
  },
});
