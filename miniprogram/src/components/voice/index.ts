/** Something that was said: how long it is, and whether it is being played. */
import { play } from '../../platform/voice-player.ts';
import type { RowVoice } from '../../view/media.ts';

/** What stops what each of them plays. */
const playing = new WeakMap<object, () => void>();

Component({
  properties: {
    voice: { type: Object, value: { src: '', seconds: 0, width: 0 } as RowVoice },
    mine: Boolean,
  },
  data: { playing: false },
  lifetimes: {
    // It was recalled, or scrolled far away.
    detached() {
      this.stop();
    },
  },
  pageLifetimes: {
    hide() {
      this.stop();
    },
  },
  methods: {
    /** Plays it from the beginning, or stops it. */
    toggle() {
      if (playing.has(this)) {
        this.stop();
        return;
      }
      const stop = play(this.data.voice.src, (failed) => {
        playing.delete(this);
        this.setData({ playing: false });
        if (failed) wx.showToast({ title: '语音播放失败，请再试一次', icon: 'none' });
      });
      playing.set(this, stop);
      this.setData({ playing: true });
    },
    stop() {
      playing.get(this)?.();
    },
  },
});
