import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaAddress } from '../../../miniprogram/src/platform/endpoint.ts';
import { filesTo, keepFile } from '../../../miniprogram/src/platform/files.ts';
import { choosePictures, preparePicture } from '../../../miniprogram/src/platform/pictures.ts';
import { MAX_MEDIA_BYTES, MAX_VOICE_MS } from '../../../shared/limits.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('an upload', () => {
  type Options = WechatMiniprogram.UploadFileOption;
  const TASK = { abort: vi.fn(), onProgressUpdate: vi.fn() };
  beforeEach(() => {
    TASK.abort.mockReset();
    TASK.onProgressUpdate.mockReset();
  });

  function phone(answer: (options: Options) => void, isThere = true) {
    const asked: Options[] = [];
    vi.stubGlobal('wx', {
      uploadFile(options: Options) {
        asked.push(options);
        void Promise.resolve().then(() => answer(options));
        return TASK;
      },
      getFileSystemManager: () => ({
        access: ({ success, fail }: WechatMiniprogram.AccessOption) =>
          isThere ? success?.({ errMsg: 'access:ok' } as never) : fail?.({ errMsg: 'no' } as never),
      }),
    });
    return asked;
  }
  const request = { file: 'a.png', token: 't', form: { room: '大厅' }, onProgress: vi.fn() };
  const send = (more: Partial<typeof request> = {}) =>
    filesTo('https://chat.example').send({ ...request, ...more });

  it('goes to the server, with who sends what where', async () => {
    const asked = phone(({ success }) => success?.({ statusCode: 201, data: '{"a":1}' } as never));
    expect(await send().answer).toEqual({ status: 201, body: { a: 1 } });
    expect(asked[0]).toMatchObject({
      url: 'https://chat.example/api/media',
      filePath: 'a.png',
      name: 'file',
      formData: { room: '大厅' },
      header: { Authorization: 'Bearer t' },
    });
  });

  it('tells how far it is, from 0 to 1', async () => {
    phone(() => {});
    const seen: number[] = [];
    send({ onProgress: vi.fn((done: number) => seen.push(done)) });
    const [listener] = TASK.onProgressUpdate.mock.calls[0] ?? [];
    listener({ progress: 40 });
    listener({ progress: 100 });
    expect(seen).toEqual([0.4, 1]);
  });

  it('gives what is no JSON as nothing', async () => {
    phone(({ success }) => success?.({ statusCode: 502, data: '<html>' } as never));
    expect(await send().answer).toEqual({ status: 502, body: undefined });
  });

  it('rejects without an answer, unless the file is what is missing', async () => {
    const fail = ({ fail }: Options) => fail?.({ errMsg: 'uploadFile:fail timeout' } as never);
    phone(fail);
    await expect(send().answer).rejects.toThrow('uploadFile:fail timeout');
    phone(fail, false);
    expect(await send().answer).toBe('gone');
  });

  it('can be ended', () => {
    phone(() => {});
    send().cancel();
    expect(TASK.abort).toHaveBeenCalledOnce();
  });

  it('is loaded from the same server', () => {
    expect(mediaAddress('https://chat.example', '/media/a')).toBe('https://chat.example/media/a');
  });
});

describe('a file', () => {
  it('is kept, or else used as long as it is there', async () => {
    const saveFile = vi.fn(({ success }) => success({ savedFilePath: 'wxfile://store/a' }));
    const removeSavedFile = vi.fn();
    vi.stubGlobal('wx', { getFileSystemManager: () => ({ saveFile, removeSavedFile }) });
    expect(await keepFile('wxfile://tmp/a')).toBe('wxfile://store/a');
    saveFile.mockImplementation(({ fail }) => fail({ errMsg: 'full' }));
    expect(await keepFile('wxfile://tmp/a')).toBe('wxfile://tmp/a');
    filesTo('').drop('wxfile://store/a');
    expect(removeSavedFile).toHaveBeenCalledWith(
      expect.objectContaining({ filePath: 'wxfile://store/a' }),
    );
  });
});

describe('choosing pictures', () => {
  const choose = (chooseMedia: () => Promise<unknown>) => {
    const spy = vi.fn(chooseMedia);
    vi.stubGlobal('wx', { chooseMedia: spy });
    return spy;
  };

  it('offers up to nine, smaller than they were taken', async () => {
    const spy = choose(async () => ({ tempFiles: [{ tempFilePath: 'a' }, { tempFilePath: 'b' }] }));
    expect((await choosePictures('camera')).map((file) => file.tempFilePath)).toEqual(['a', 'b']);
    expect(spy).toHaveBeenCalledWith({
      count: 9,
      mediaType: ['image'],
      sourceType: ['camera'],
      sizeType: ['compressed'],
    });
  });

  it('tells a change of mind from a phone that says no', async () => {
    choose(() => Promise.reject({ errMsg: 'chooseMedia:fail cancel' }));
    expect(await choosePictures('album')).toEqual([]);
    choose(() => Promise.reject({ errMsg: 'chooseMedia:fail auth deny' }));
    await expect(choosePictures('album')).rejects.toEqual({ errMsg: 'chooseMedia:fail auth deny' });
  });
});

describe('a chosen picture', () => {
  interface Info {
    readonly width: number;
    readonly height: number;
    readonly type: string;
    readonly orientation?: string;
  }
  function phone(info: Info | Error, compressed: string | Error = 'small.jpg') {
    const give = <T>(value: T | Error) =>
      value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
    const compressImage = vi.fn((_: WechatMiniprogram.CompressImageOption) =>
      give(compressed instanceof Error ? compressed : { tempFilePath: compressed }),
    );
    vi.stubGlobal('wx', {
      getImageInfo: () => give(info instanceof Error ? info : { orientation: 'up', ...info }),
      compressImage,
      getFileSystemManager: () => ({
        saveFile: ({ tempFilePath, success }: WechatMiniprogram.SaveFileOption) =>
          success?.({ savedFilePath: `kept ${tempFilePath}` } as never),
      }),
    });
    return compressImage;
  }
  const prepare = (size = 5_000) => preparePicture({ tempFilePath: 'a.jpg', size });

  it('is kept as it is when it is small', async () => {
    const compressImage = phone({ width: 800, height: 600, type: 'jpeg' });
    expect(await prepare()).toEqual({
      ok: true,
      picture: { file: 'kept a.jpg', width: 800, height: 600, size: 5_000 },
    });
    expect(compressImage).not.toHaveBeenCalled();
  });

  it('is made smaller when it is large, at its longer side', async () => {
    const wide = phone({ width: 8_000, height: 6_000, type: 'jpeg' });
    expect(await prepare()).toMatchObject({ picture: { file: 'kept small.jpg', width: 8_000 } });
    expect(wide.mock.calls[0]?.[0]).toEqual({ src: 'a.jpg', quality: 80, compressedWidth: 2_048 });
    const high = phone({ width: 3_000, height: 4_000, type: 'png' });
    await prepare(2_000_000);
    expect(high.mock.calls[0]?.[0]).toEqual({ src: 'a.jpg', quality: 80, compressedHeight: 2_048 });
    const heavy = phone({ width: 1_000, height: 1_000, type: 'png' });
    await prepare(2_000_000);
    expect(heavy.mock.calls[0]?.[0]).toEqual({ src: 'a.jpg', quality: 80 });
  });

  it('goes as it is when the phone can’t, unless that is too much for the server', async () => {
    phone({ width: 3_000, height: 4_000, type: 'png' }, new Error('can not'));
    expect(await prepare(2_000_000)).toMatchObject({ picture: { file: 'kept a.jpg' } });
    expect(await prepare(MAX_MEDIA_BYTES + 1)).toEqual({ ok: false, problem: 'too_large' });
  });

  it('that moves is never compressed', async () => {
    const compressImage = phone({ width: 300, height: 300, type: 'gif' });
    expect(await prepare(MAX_MEDIA_BYTES)).toMatchObject({ ok: true });
    expect(await prepare(MAX_MEDIA_BYTES + 1)).toEqual({ ok: false, problem: 'too_large' });
    expect(compressImage).not.toHaveBeenCalled();
  });

  it('has the sides that it is shown with', async () => {
    const sides = async (orientation: string) => {
      phone({ width: 800, height: 600, type: 'jpeg', orientation });
      const prepared = await prepare();
      return prepared.ok && [prepared.picture.width, prepared.picture.height];
    };
    for (const upright of ['up', 'down', 'up-mirrored']) {
      expect(await sides(upright)).toEqual([800, 600]);
    }
    for (const lying of ['left', 'right', 'left-mirrored', 'right-mirrored']) {
      expect(await sides(lying)).toEqual([600, 800]);
    }
  });

  it('is none when it can’t be read, or is of another format', async () => {
    phone(new Error('no picture'));
    expect(await prepare()).toEqual({ ok: false, problem: 'unreadable' });
    phone({ width: 8, height: 8, type: 'svg+xml' });
    expect(await prepare()).toEqual({ ok: false, problem: 'format' });
    phone({ width: 8, height: 8, type: 'unknown' });
    expect(await prepare()).toMatchObject({ ok: true });
  });
});

describe('the recorder', () => {
  type Listener = (result?: unknown) => void;

  /** Loaded anew each time: WeChat has one recorder for as long as the app runs. */
  async function phone(authSetting: object = { 'scope.record': true }, authorizes = true) {
    const listeners: Record<string, Listener> = {};
    const listen = (name: string) => (listener: Listener) => {
      listeners[name] = listener;
    };
    const manager = {
      start: vi.fn(),
      stop: vi.fn(),
      onStart: listen('start'),
      onStop: listen('stop'),
      onError: listen('error'),
      onInterruptionBegin: listen('interruption'),
    };
    vi.stubGlobal('wx', {
      getRecorderManager: () => manager,
      getSetting: async () => ({ authSetting }),
      authorize: () => (authorizes ? Promise.resolve() : Promise.reject({ errMsg: 'auth deny' })),
    });
    const recorder = await import('../../../miniprogram/src/platform/recorder.ts');
    const events = { started: vi.fn(), stopped: vi.fn() };
    return {
      ...recorder,
      manager,
      events,
      emit: (name: string, r?: unknown) => listeners[name]?.(r),
    };
  }

  it('gives what was said, once', async () => {
    const { startRecording, stopRecording, manager, events, emit } = await phone();
    startRecording(events);
    expect(manager.start.mock.calls[0]?.[0]).toMatchObject({ format: 'mp3' });
    expect(manager.start.mock.calls[0]?.[0].duration).toBeLessThanOrEqual(MAX_VOICE_MS);
    emit('start');
    stopRecording();
    expect(manager.stop).toHaveBeenCalledOnce();
    const result = { tempFilePath: 'a.mp3', duration: 2_000, fileSize: 9 };
    emit('stop', result);
    emit('stop', result);
    expect(events.started).toHaveBeenCalledOnce();
    expect(events.stopped.mock.calls).toEqual([[{ file: 'a.mp3', duration: 2_000, size: 9 }]]);
    stopRecording();
    expect(manager.stop).toHaveBeenCalledOnce();
  });

  it('gives nothing when it fails, and keeps what was said before a call', async () => {
    const { startRecording, manager, events, emit } = await phone();
    startRecording(events);
    emit('error', { errMsg: 'no' });
    expect(events.stopped.mock.calls).toEqual([[undefined]]);
    startRecording(events);
    emit('interruption');
    expect(manager.stop).toHaveBeenCalledOnce();
  });

  it('may be used when that was allowed, now or before', async () => {
    expect(await (await phone()).microphone()).toBe('granted');
    expect(await (await phone({ 'scope.record': false })).microphone()).toBe('refused');
    expect(await (await phone({})).microphone()).toBe('asked');
    expect(await (await phone({}, false)).microphone()).toBe('refused');
  });
});
