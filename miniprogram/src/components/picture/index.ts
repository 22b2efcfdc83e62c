/** A picture in the place that is kept for it, whether it is there yet or not. */
import type { RowPicture } from '../../view/media.ts';

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
    status: 'loading' as 'loading' | 'shown' | 'failed',
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
    onLoad() {
      this.setData({ status: 'shown' });
    },
    onError() {
      if (this.data.src !== '') this.setData({ status: 'failed' });
    },
    onRetry() {
      const { src } = this.data.picture;
      this.setData({ src: '', status: 'loading' }, () => this.setData({ src }));
    },
  },
});
