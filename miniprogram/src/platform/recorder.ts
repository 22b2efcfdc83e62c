/** Records what somebody says. */
import { MAX_VOICE_MS } from '../../../shared/limits.ts';

/** Formats round up: a little less than the server takes. */
const LONGEST_MS = MAX_VOICE_MS - 500;

/** A sound on this phone; its length in milliseconds. */
export interface Recording {
  readonly file: string;
  readonly duration: number;
  readonly size: number;
}

export interface RecorderEvents {
  started(): void;
  /** Comes once, also when the longest time is over: nothing when it failed. */
  stopped(recording: Recording | undefined): void;
}

let manager: WechatMiniprogram.RecorderManager | undefined;
let current: RecorderEvents | undefined;

/** WeChat has one recorder, and no way to stop listening to it. */
function recorder(): WechatMiniprogram.RecorderManager {
  if (manager) return manager;
  const made = wx.getRecorderManager();
  const stopped = (recording: Recording | undefined) => {
    const events = current;
    current = undefined;
    events?.stopped(recording);
  };
  made.onStart(() => current?.started());
  made.onStop(({ tempFilePath, duration, fileSize }) =>
    stopped({ file: tempFilePath, duration, size: fileSize }),
  );
  made.onError(() => stopped(undefined));
  // A call comes in: what was said so far is kept.
  made.onInterruptionBegin(() => made.stop());
  manager = made;
  return made;
}

/** Begins to record; the server's limit ends it. */
export function startRecording(events: RecorderEvents): void {
  current = events;
  recorder().start({
    duration: LONGEST_MS,
    format: 'mp3',
    sampleRate: 16_000,
    numberOfChannels: 1,
    encodeBitRate: 48_000,
  });
}

export function stopRecording(): void {
  if (current) recorder().stop();
}

/**
 * Whether the microphone may be used. `asked`: since a moment ago, because people were asked, and
 * their finger is somewhere else now.
 */
export async function microphone(): Promise<'granted' | 'asked' | 'refused'> {
  const { authSetting } = await wx.getSetting({});
  const known = authSetting['scope.record'];
  if (known !== undefined) return known ? 'granted' : 'refused';
  try {
    await wx.authorize({ scope: 'scope.record' });
    return 'asked';
  } catch {
    return 'refused';
  }
}
