/** Plays sounds, one at a time. */

let context: WechatMiniprogram.InnerAudioContext | undefined;
let current: { readonly onEnd: (failed: boolean) => void } | undefined;

/** Stops whatever is played. */
export function stopPlaying(): void {
  end(false);
}

/**
 * Plays a sound from its beginning, and ends whatever was played before. `onEnd` is called once,
 * however it ended; `failed`: it could not be played. Gives what stops it.
 */
export function play(src: string, onEnd: (failed: boolean) => void): () => void {
  end(false);
  // People who tap a message want to hear it, also when their phone is silent.
  wx.setInnerAudioOption({ obeyMuteSwitch: false, fail: () => {} });
  const audio = wx.createInnerAudioContext();
  const playing = { onEnd };
  context = audio;
  current = playing;
  const over = (failed: boolean) => {
    if (current === playing) end(failed);
  };
  audio.onEnded(() => over(false));
  audio.onStop(() => over(false));
  audio.onError(() => over(true));
  audio.src = src;
  audio.play();
  return () => over(false);
}

function end(failed: boolean): void {
  const { audio, playing } = { audio: context, playing: current };
  context = undefined;
  current = undefined;
  audio?.destroy();
  playing?.onEnd(failed);
}
