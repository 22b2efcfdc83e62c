/** Sound: recording it, as WAV, and playing it. */
import type { Device } from '../device.ts';
import { files } from '../files.ts';
import { messageOf, reportingMissing } from '../report.ts';
import { asyncApis, Listeners } from './async.ts';
import { encodeWav } from './wav.ts';

type StartOptions = WechatMiniprogram.RecorderManagerStartOption;

const DEFAULT_DURATION_MS = 60_000;
const DEFAULT_SAMPLE_RATE = 8_000;

interface Recorded {
  readonly tempFilePath: string;
  readonly duration: number;
  readonly fileSize: number;
}

/** What a browser recorded, in a format of its own, as WAV of one channel. */
async function toWav(recorded: Blob, sampleRate: number): Promise<Recorded> {
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const audio = await context.decodeAudioData(await recorded.arrayBuffer());
  const wav = new Blob([encodeWav(audio.getChannelData(0), sampleRate)], { type: 'audio/wav' });
  return {
    tempFilePath: URL.createObjectURL(wav),
    duration: Math.round(audio.duration * 1_000),
    fileSize: wav.size,
  };
}

/** The one recorder of a phone. */
function createRecorder(device: Device) {
  const started = new Listeners<void>(device);
  const stopped = new Listeners<Recorded>(device);
  const failed = new Listeners<{ errMsg: string }>(device);
  const interrupted = new Listeners<void>(device);
  let recorder: MediaRecorder | undefined;
  const fail = (error: unknown) =>
    failed.emit({ errMsg: `operateRecorder:fail ${messageOf(error)}` });

  function record(stream: MediaStream, { duration, sampleRate }: StartOptions): MediaRecorder {
    const made = new MediaRecorder(stream);
    const parts: Blob[] = [];
    const end = setTimeout(() => made.stop(), duration ?? DEFAULT_DURATION_MS);
    made.ondataavailable = ({ data }) => parts.push(data);
    made.onstart = () => started.emit();
    made.onstop = () => {
      clearTimeout(end);
      recorder = undefined;
      for (const track of stream.getTracks()) track.stop();
      const rate = sampleRate ?? DEFAULT_SAMPLE_RATE;
      toWav(new Blob(parts, { type: made.mimeType }), rate).then(
        (recorded) => stopped.emit(recorded),
        fail,
      );
    };
    made.start();
    return made;
  }

  device.suspended.on(() => recorder?.stop());
  return reportingMissing('RecorderManager', {
    start(options: StartOptions) {
      if (recorder) {
        fail(new Error('is recording or paused'));
        return;
      }
      navigator.mediaDevices.getUserMedia({ audio: true }).then((stream) => {
        recorder = record(stream, options);
      }, fail);
    },
    stop() {
      if (recorder?.state === 'recording') recorder.stop();
      else fail(new Error('recorder not start'));
    },
    onStart: started.on,
    onStop: stopped.on,
    onError: failed.on,
    // Nobody calls this phone.
    onInterruptionBegin: interrupted.on,
  });
}

/** Plays one sound. */
function createAudio(device: Device) {
  const audio = new Audio();
  const ended = new Listeners<void>(device);
  const stopped = new Listeners<void>(device);
  const failed = new Listeners<{ errMsg: string }>(device);
  const fail = (reason: string) => failed.emit({ errMsg: reason });
  let destroyed = false;
  audio.onended = () => ended.emit();
  audio.onerror = () => destroyed || fail(audio.error?.message ?? 'the sound can not be loaded');
  const halt = () => {
    audio.pause();
    audio.currentTime = 0;
  };
  return reportingMissing('InnerAudioContext', {
    get src(): string {
      return audio.src;
    },
    set src(path: string) {
      audio.src = files.url(path);
    },
    play() {
      // What was stopped before it could begin is no failure.
      audio.play().catch((error: unknown) => {
        const isStopped = error instanceof DOMException && error.name === 'AbortError';
        // What can't be loaded is told by the element itself.
        if (!destroyed && !isStopped && !audio.error) fail(messageOf(error));
      });
    },
    stop() {
      halt();
      stopped.emit();
    },
    destroy() {
      destroyed = true;
      halt();
      audio.removeAttribute('src');
    },
    onEnded: ended.on,
    onStop: stopped.on,
    onError: failed.on,
  });
}

export function audioApi(device: Device) {
  const api = asyncApis(device);
  let recorder: ReturnType<typeof createRecorder> | undefined;
  return {
    getRecorderManager: () => {
      recorder ??= createRecorder(device);
      return recorder;
    },
    createInnerAudioContext: () => createAudio(device),
    // A browser has no switch that silences it.
    setInnerAudioOption: api('setInnerAudioOption', () => undefined),
  };
}
