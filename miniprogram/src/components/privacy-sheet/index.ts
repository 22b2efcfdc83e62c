/**
 * Asks for consent to the privacy guideline when WeChat wants that before it gives out a nickname or a
 * picture: https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html
 */

/** Tells WeChat what was decided. The typings have no type for it. */
type Answer = (decision: { event: 'agree' | 'disagree'; buttonId?: string }) => void;

/** Those that wait for the answer, by the sheet that asks. */
const waiting = new WeakMap<object, Answer[]>();

/** WeChat checks that the consent came from this very button. */
const AGREE_BUTTON = 'agree';

Component({
  data: { visible: false },
  lifetimes: {
    attached() {
      waiting.set(this, []);
      this.listen();
    },
  },
  pageLifetimes: {
    // WeChat asks whoever listened last: that may have been the sheet of another page.
    show() {
      this.listen();
    },
  },
  methods: {
    listen() {
      // Older versions of WeChat ask by themselves.
      wx.onNeedPrivacyAuthorization?.((answer: unknown) => {
        waiting.get(this)?.push(answer as Answer);
        this.setData({ visible: true });
      });
    },
    onRead() {
      wx.openPrivacyContract({});
    },
    onAgree() {
      this.answer({ buttonId: AGREE_BUTTON, event: 'agree' });
    },
    onRefuse() {
      this.answer({ event: 'disagree' });
    },
    onVisible({ detail }: WechatMiniprogram.CustomEvent<{ visible: boolean }>) {
      if (!detail.visible) this.onRefuse();
    },
    answer(decision: Parameters<Answer>[0]) {
      for (const answer of waiting.get(this)?.splice(0) ?? []) answer(decision);
      this.setData({ visible: false });
    },
  },
});
