/** A picture in the place that is kept for it, whether it is there yet or not. */
import type { RowPicture } from '../../view/media.ts';

/** `GET https://… 404 (Not Found)` */
const GONE = /\s(404|410)\b/;

Component({
  properties: {
    picture: {
      type: Object,
      value: { src: '', width: 0, height: 0, mode: 'aspectFill' } as RowPicture,
    },
    uploading: Boolean,
    /** In percent. */
    progress: Number,
  },
  data: {
    status: 'loading' as 'loading' | 'shown' | 'failed' | 'gone',
    /** What is loaded: for a moment nothing, when it is to be tried again. */
    src: '',
  },
  observers: {
    'picture.src'(src: string) {
      // Also called when anything else of the row changes.
      if (src !== this.data.src) this.setData({ src, status: 'loading' });
    },
  },
  methods: {
    /** Whether there is nothing left to be looked at. */
    isGone(): boolean {
      return this.data.status === 'gone';
    },
    onLoad() {
      this.setData({ status: 'shown' });
    },
    onError({ detail }: WechatMiniprogram.CustomEvent<{ errMsg: string }>) {
      const { src } = this.data;
      if (src === '') return;
      // A file of this phone is there or not; the server says so.
      const isGone = GONE.test(detail.errMsg) || !/^https?:/.test(src);
      this.setData({ status: isGone ? 'gone' : 'failed' });
    },
    onRetry() {
      const { src } = this.data.picture;
      this.setData({ src: '', status: 'loading' }, () => this.setData({ src }));
    },
  },
});
