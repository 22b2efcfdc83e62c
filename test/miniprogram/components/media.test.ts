/** Pictures and sounds, as they are shown and made. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { outgoingRowOf, type Row } from '../../../miniprogram/src/view/rows.ts';
import { ME, message, NOW, text, ViewedRoom } from '../view/room.ts';
import { app, mount, row, toast } from './app.ts';

const URL = `/media/${'k'.repeat(20)}`;
const IMAGE = { type: 'image', url: URL, width: 1200, height: 900, size: 9 } as const;
const VOICE = { type: 'voice', url: URL, duration: 7_400, size: 9 } as const;

function shown(of: Row) {
  const component = mount('message-row', { row: of });
  return { ...component, said: component.events('touchrow') };
}

function outgoing(state: 'waiting' | 'uploading' | 'failed', progress = 0): Row {
  const content = { ...IMAGE, url: '' };
  const refusal = { code: 'bad_frame', message: '' } as const;
  const item = { id: 'a', at: NOW, state, content, file: 'blob:a', progress, refusal } as const;
  return outgoingRowOf(item, ME, new ViewedRoom().context(NOW));
}

describe('a picture', () => {
  const picture = row(message(1, IMAGE));

  it('has its place from the beginning, and is loaded into it', async () => {
    const { find, findAll, trigger } = shown(picture);
    expect(find('.picture').style).toMatchObject({ width: '200px', height: '150px' });
    expect(find('.image img').getAttribute('src')).toBe(`https://chat.example${URL}`);
    expect(findAll('.image-shown')).toEqual([]);
    expect(findAll('.over')).toHaveLength(1);
    trigger('wx-image.picture--image', 'load', { width: 1200, height: 900 });
    expect(findAll('.image-shown')).toHaveLength(1);
    expect(findAll('.over')).toEqual([]);
    expect(find('.picture').style).toMatchObject({ width: '200px', height: '150px' });
  });

  it('is opened by a tap, and has a menu', () => {
    const { tap, longPress, said } = shown(picture);
    tap('.bubble');
    longPress('.bubble');
    expect(said).toEqual([
      { event: 'picture', row: picture },
      { event: 'menu', row: picture },
    ]);
  });

  it('that can’t be loaded is tried again by a tap, which opens nothing', async () => {
    const { find, findAll, trigger, tap, said } = shown(picture);
    trigger('wx-image.picture--image', 'error', { errMsg: 'no' });
    expect(find('.over-failed').getAttribute('aria-label')).toBe('图片加载失败，点按重试');
    tap('.over-failed');
    await app.settled();
    expect(findAll('.over-failed')).toEqual([]);
    expect(find('.image img').getAttribute('src')).toBe(`https://chat.example${URL}`);
    trigger('wx-image.picture--image', 'load', {});
    expect(findAll('.image-shown')).toHaveLength(1);
    expect(said).toEqual([]);
  });

  it('that is not there any more says so, and is not tried again', () => {
    const { text: _, find, findAll, trigger, tap, said } = shown(picture);
    const gone = { errMsg: `GET https://chat.example${URL} 404 (Not Found)` };
    trigger('wx-image.picture--image', 'error', gone);
    expect(find('.over-failed').textContent).toBe('图片已失效');
    expect(find('.over-failed').getAttribute('aria-role')).toBeNull();
    expect(findAll('.image-shown')).toEqual([]);
    tap('.over-failed');
    expect(said).toEqual([]);
    const lost = shown(outgoing('waiting'));
    lost.trigger('wx-image.picture--image', 'error', { errMsg: 'GET blob:a failed' });
    expect(lost.find('.over-failed').textContent).toBe('图片已失效');
  });

  it('stays what it is when anything else of its row changes', () => {
    const { set, findAll, trigger } = shown(picture);
    trigger('wx-image.picture--image', 'load', {});
    set({ row: { ...picture, note: '小明不在线' } });
    expect(findAll('.image-shown')).toHaveLength(1);
  });

  it('shows how much of it is on the server', () => {
    const { find, findAll, set } = shown(outgoing('uploading', 0.42));
    expect(find('.over-uploading').getAttribute('aria-label')).toBe('正在上传，42%');
    expect(find('.done').style.width).toBe('42%');
    expect(findAll('.state')).toEqual([]);
    set({ row: outgoing('waiting') });
    expect(findAll('.over-uploading')).toEqual([]);
    expect(find('.state').getAttribute('aria-label')).toBe('待发送');
  });

  it('that was refused says why; a tap offers what can be done', () => {
    const failed = outgoing('failed');
    const { find, tap, said } = shown(failed);
    expect(find('.note').textContent).toBe('图片格式不支持或已损坏，请换一张');
    tap('.bubble');
    expect(said).toEqual([{ event: 'resend', row: failed }]);
  });

  it('stands in a bubble where words belong to it', () => {
    const secret = row(message(1, IMAGE, { to: { users: ['me'] } }));
    expect(shown(secret).find('.bubble-framed').textContent).toContain('私聊');
    expect(shown(picture).findAll('.bubble-framed')).toEqual([]);
    expect(shown(row(text(1, '好'))).findAll('.picture')).toEqual([]);
  });
});

describe('a voice', () => {
  let players: HTMLAudioElement[];
  beforeEach(() => {
    players = [];
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (
      this: HTMLMediaElement,
    ) {
      if (this instanceof HTMLAudioElement) players.push(this);
      return Promise.resolve();
    });
    vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(() => {});
  });
  afterEach(() => vi.restoreAllMocks());

  const voice = row(message(1, VOICE));
  const label = (component: ReturnType<typeof shown>) =>
    component.find('.voice').getAttribute('aria-label');

  it('says how long it is, plays, and stops', () => {
    const component = shown(voice);
    expect(label(component)).toBe('播放语音，7 秒');
    component.tap('.bubble');
    expect(label(component)).toBe('停止播放语音，7 秒');
    expect(players.map(({ src }) => src)).toEqual([`https://chat.example${URL}`]);
    component.tap('.bubble');
    expect(label(component)).toBe('播放语音，7 秒');
    expect(component.said).toEqual([]);
  });

  it('ends by itself', () => {
    const component = shown(voice);
    component.tap('.bubble');
    players[0]?.dispatchEvent(new Event('ended'));
    expect(label(component)).toBe('播放语音，7 秒');
  });

  it('ends when another one begins, or is taken away', () => {
    const [first, second] = [shown(voice), shown(voice)];
    first.tap('.bubble');
    second.tap('.bubble');
    expect([label(first), label(second)]).toEqual(['播放语音，7 秒', '停止播放语音，7 秒']);
    const recalled = row(message(1, { type: 'recalled' }));
    second.set({ row: recalled });
    first.tap('.bubble');
    expect(label(first)).toBe('停止播放语音，7 秒');
    first.tap('.bubble');
    expect(label(first)).toBe('播放语音，7 秒');
  });

  it('that can’t be played says so', async () => {
    const component = shown(voice);
    component.tap('.bubble');
    players[0]?.dispatchEvent(new Event('error'));
    expect(label(component)).toBe('播放语音，7 秒');
    expect(await toast()).toBe('语音播放失败，请再试一次');
  });
});

describe('the composer', () => {
  function composer(properties: Readonly<Record<string, unknown>> = {}) {
    const component = mount('composer', properties);
    const button = (name: string) => {
      const found = component.container.querySelector<HTMLElement>(`[aria-label="${name}"]`);
      if (!found) throw new Error(`there is no ${name}`);
      return found;
    };
    const offer = (name: string) => {
      const found = component.findAll('.offer').find(({ textContent }) => textContent === name);
      if (!found) throw new Error(`${name} is not offered`);
      return found;
    };
    return { ...component, button, offer };
  }

  it('offers pictures, the camera and a voice', () => {
    const { tap, findAll, button, offer, events } = composer();
    const pictures = events('picture');
    expect(findAll('.panel')).toEqual([]);
    for (const name of ['图片', '拍照']) {
      tap(button('图片和语音'));
      tap(offer(name));
      expect(findAll('.panel')).toEqual([]);
    }
    expect(pictures).toEqual([{ source: 'album' }, { source: 'camera' }]);
    tap(button('图片和语音'));
    tap(button('收起'));
    expect(findAll('.panel')).toEqual([]);
  });

  it('tells the list whenever it takes another place', async () => {
    const { tap, button, events } = composer();
    const resized = events('resize');
    tap(button('图片和语音'));
    await app.settled();
    tap(button('收起'));
    await app.settled();
    expect(resized).toHaveLength(2);
  });

  it('changes between speaking and writing, and keeps what was written', () => {
    const component = composer();
    const { tap, button, offer, findAll, instance } = component;
    component.input('wx-textarea', '写了一半');
    tap(button('图片和语音'));
    tap(offer('语音'));
    expect(findAll('wx-textarea')).toEqual([]);
    expect(component.container.textContent).toContain('按住 说话');
    expect(findAll('.send')).toEqual([]);
    tap(button('改为打字'));
    expect(component.container.querySelector('textarea')?.value).toBe('写了一半');
    expect(instance.value()).toBe('写了一半');
  });

  it('is for writing again once somebody is mentioned', () => {
    const { tap, button, offer, findAll, instance } = composer();
    tap(button('图片和语音'));
    tap(offer('语音'));
    instance.insert('@小明 ');
    expect(findAll('wx-textarea')).toHaveLength(1);
    expect(instance.value()).toBe('@小明 ');
  });

  it('offers nothing but words to a question and an answer', () => {
    for (const words of [{ mode: 'question' }, { fixedMode: true }]) {
      const { tap, set, button, offer, findAll, container } = composer();
      tap(button('图片和语音'));
      tap(offer('语音'));
      tap(button('图片和语音'));
      set(words);
      expect(findAll('.panel')).toEqual([]);
      expect(findAll('wx-textarea')).toHaveLength(1);
      expect(container.querySelector('[aria-label="图片和语音"]')).toBeNull();
    }
  });

  it('says where to allow the microphone', async () => {
    const { tap, button, offer, find } = composer();
    tap(button('图片和语音'));
    tap(offer('语音'));
    find('.hold').dispatchEvent(new MouseEvent('mousedown', { bubbles: true, composed: true }));
    await vi.waitFor(() => {
      const dialog = app.running.screen.layer.querySelector('.mp-modal');
      expect(dialog?.textContent ?? '').toContain('发送语音需要麦克风，请在设置中允许使用。');
    });
    const cancel = app.running.screen.layer.querySelector<HTMLElement>('.mp-modal .cancel');
    cancel?.click();
    await app.settled();
    expect(find('.hold').textContent).toBe('按住 说话');
  });
});
