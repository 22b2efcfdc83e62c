/** Held down, it records; let go, it gives what was said, unless the finger was moved up and away. */
import {
  microphone,
  type Recording,
  startRecording,
  stopRecording,
} from '../../platform/recorder.ts';

/** Moved up this far, in px, it is not to be sent. */
const CANCEL_PX = 80;
/** Shorter than this, in milliseconds, nothing was said. */
const SHORTEST_MS = 1_000;
/** From this second on it is said how many are left. */
const COUNTDOWN_FROM_S = 50;
const LONGEST_S = 60;
const TICK_MS = 200;

type Phase = 'idle' | 'starting' | 'recording';

interface Hold {
  /** The finger is down. */
  held: boolean;
  startY: number;
  startedAt: number;
  ticking: ReturnType<typeof setInterval> | undefined;
  /** Nobody wants what is recorded. */
  unwanted: boolean;
}

const holds = new WeakMap<object, Hold>();

function holdOf(button: object): Hold {
  const hold = holds.get(button);
  if (!hold) throw new Error('the button is not attached');
  return hold;
}

Component({
  data: {
    phase: 'idle' as Phase,
    cancelling: false,
    seconds: 0,
    left: 0,
  },
  lifetimes: {
    created() {
      holds.set(this, {
        held: false,
        startY: 0,
        startedAt: 0,
        ticking: undefined,
        unwanted: false,
      });
    },
    detached() {
      this.giveUp();
    },
  },
  pageLifetimes: {
    hide() {
      this.giveUp();
    },
  },
  methods: {
    async onStart({ touches }: WechatMiniprogram.TouchEvent) {
      const hold = holdOf(this);
      if (this.data.phase !== 'idle') return;
      hold.held = true;
      hold.unwanted = false;
      hold.startY = touches[0]?.clientY ?? 0;
      this.setData({ phase: 'starting', cancelling: false, seconds: 0, left: 0 });
      const access = await microphone().catch(() => 'refused' as const);
      if (access === 'granted' && hold.held) {
        wx.vibrateShort({ type: 'light', fail: () => {} });
        startRecording({
          started: () => this.recording(),
          stopped: (recording) => this.stopped(recording),
        });
        return;
      }
      this.setData({ phase: 'idle' });
      if (access === 'refused') await this.explain();
      else wx.showToast({ title: '请按住按钮说话', icon: 'none' });
    },
    onMove({ touches }: WechatMiniprogram.TouchEvent) {
      const { held, startY } = holdOf(this);
      const y = touches[0]?.clientY;
      if (!held || y === undefined) return;
      const cancelling = startY - y > CANCEL_PX;
      if (cancelling !== this.data.cancelling) this.setData({ cancelling });
    },
    onEnd() {
      this.release(this.data.cancelling);
    },
    /** A call, or whatever else takes the screen. */
    onCancel() {
      this.release(true);
    },
    release(unwanted: boolean) {
      const hold = holdOf(this);
      if (!hold.held) return;
      hold.held = false;
      hold.unwanted = unwanted;
      if (this.data.phase === 'recording') stopRecording();
    },
    giveUp() {
      this.release(true);
    },
    recording() {
      const hold = holdOf(this);
      hold.startedAt = Date.now();
      if (!hold.held) {
        // Let go before it had begun.
        stopRecording();
        return;
      }
      this.setData({ phase: 'recording' });
      hold.ticking = setInterval(() => this.tick(), TICK_MS);
    },
    tick() {
      const passed = Math.floor((Date.now() - holdOf(this).startedAt) / 1_000);
      const seconds = Math.min(LONGEST_S, Math.max(0, passed));
      if (seconds === this.data.seconds) return;
      this.setData({ seconds, left: seconds >= COUNTDOWN_FROM_S ? LONGEST_S - seconds : 0 });
    },
    stopped(recording: Recording | undefined) {
      const hold = holdOf(this);
      if (hold.ticking !== undefined) clearInterval(hold.ticking);
      hold.ticking = undefined;
      hold.held = false;
      this.setData({ phase: 'idle', cancelling: false });
      if (hold.unwanted) return;
      if (!recording) wx.showToast({ title: '录音失败，请再试一次', icon: 'none' });
      else if (recording.duration < SHORTEST_MS) {
        wx.showToast({ title: '说话时间太短', icon: 'none' });
      } else this.triggerEvent('voice', recording);
    },
    async explain() {
      const { confirm } = await wx.showModal({
        title: '无法使用麦克风',
        content: '发送语音需要麦克风，请在设置中允许使用。',
        confirmText: '去设置',
      });
      if (confirm) wx.openSetting({ fail: () => {} });
    },
  },
});
