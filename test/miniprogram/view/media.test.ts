import { describe, expect, it } from 'vitest';
import { pictureOf, pictureWidthOn, voiceOf } from '../../../miniprogram/src/view/media.ts';
import { menuOf } from '../../../miniprogram/src/view/menu.ts';
import { outgoingRowOf, type Row, rowOf } from '../../../miniprogram/src/view/rows.ts';
import { failureText } from '../../../miniprogram/src/view/words.ts';
import type { ChatEvent } from '../../../shared/protocol.ts';
import { ME, message, NOW, text, ViewedRoom } from './room.ts';

const URL = `/media/${'k'.repeat(20)}`;
const IMAGE = { type: 'image', url: URL, width: 1200, height: 900, size: 9 } as const;
const VOICE = { type: 'voice', url: URL, duration: 7_400, size: 9 } as const;

describe('the place of a picture', () => {
  const place = (width: number, height: number) => {
    const { src: _, ...rest } = pictureOf({ width, height }, 'a.png', 200);
    return rest;
  };

  it('has its shape, as wide or as high as there is room for', () => {
    expect(place(1200, 900)).toEqual({ width: 200, height: 150, mode: 'aspectFill' });
    expect(place(900, 1200)).toEqual({ width: 200, height: 267, mode: 'aspectFill' });
    expect(place(900, 1800)).toEqual({ width: 135, height: 270, mode: 'aspectFill' });
  });

  it('is no larger than a small picture, and never too small to be tapped', () => {
    expect(place(120, 90)).toEqual({ width: 120, height: 90, mode: 'aspectFill' });
    expect(place(16, 16)).toEqual({ width: 72, height: 72, mode: 'aspectFit' });
    expect(place(1, 1)).toEqual({ width: 72, height: 72, mode: 'aspectFit' });
  });

  it('cuts what is much longer than wide, or wider than long', () => {
    expect(place(12_000, 100)).toEqual({ width: 200, height: 72, mode: 'aspectFill' });
    expect(place(100, 12_000)).toEqual({ width: 72, height: 270, mode: 'aspectFill' });
  });

  it('leaves room for the face and the mark beside it on any screen', () => {
    expect(pictureWidthOn(320)).toBe(162);
    expect(pictureWidthOn(390)).toBe(232);
    expect(pictureWidthOn(430)).toBe(258);
    expect(pictureWidthOn(1024)).toBe(300);
  });
});

describe('the bubble of a sound', () => {
  it('is longer for a longer one, in whole seconds', () => {
    const widths = [1, 2, 5, 10, 30, 60].map((s) => voiceOf(s * 1_000, '').width);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(new Set(widths).size).toBe(widths.length);
    expect(voiceOf(7_400, 'a.mp3')).toMatchObject({ src: 'a.mp3', seconds: 7 });
    expect(voiceOf(300, '').seconds).toBe(1);
    expect(voiceOf(59_700, '').seconds).toBe(60);
    expect(voiceOf(99_000, '').seconds).toBe(60);
  });
});

function shown(...events: readonly ChatEvent[]): { room: ViewedRoom; row: Row } {
  const room = new ViewedRoom();
  room.begin(0);
  room.append(...events);
  return { room, row: rowOf(room.entry(1), room.context(NOW)) };
}

describe('a row', () => {
  it('shows a picture from the server, or from this phone where it is', () => {
    const { room, row } = shown(message(1, IMAGE));
    expect(row.picture).toEqual({
      src: `https://chat.example${URL}`,
      width: 200,
      height: 150,
      mode: 'aspectFill',
    });
    expect([row.kind, row.voice, row.progress]).toEqual(['image', null, 0]);
    room.files.set(URL, 'wxfile://a.png');
    expect(rowOf(room.entry(1), room.context(NOW)).picture?.src).toBe('wxfile://a.png');
  });

  it('shows a sound', () => {
    const { row } = shown(message(1, VOICE));
    expect(row.voice).toMatchObject({ src: `https://chat.example${URL}`, seconds: 7 });
    expect(row.picture).toBeNull();
  });

  it('shows none of it with words, or once it was recalled', () => {
    for (const each of [text(1, '好'), message(1, { type: 'recalled' })]) {
      const { row } = shown(each);
      expect([row.picture, row.voice]).toEqual([null, null]);
      expect(JSON.stringify(row)).not.toContain('/media/');
    }
  });

  it('quotes them by what they are', () => {
    for (const [content, said] of [
      [IMAGE, '[图片]'],
      [VOICE, '[语音]'],
    ] as const) {
      const room = new ViewedRoom();
      room.begin(0);
      room.append(message(1, content), text(2, '好看', { replyTo: 1 }));
      expect(rowOf(room.entry(2), room.context(NOW)).quote).toEqual({ name: '小明', text: said });
    }
  });

  it('shows what is on its way from this phone, and how far it is', () => {
    const item = {
      id: 'a',
      at: NOW,
      state: 'uploading',
      content: { ...IMAGE, url: '' },
      file: 'wxfile://a.png',
      progress: 0.456,
    } as const;
    const row = outgoingRowOf(item, ME, new ViewedRoom().context(NOW));
    expect(row).toMatchObject({ state: 'uploading', progress: 46, note: '' });
    expect(row.picture).toMatchObject({ src: 'wxfile://a.png', width: 200, height: 150 });
  });
});

describe('what can be done with it', () => {
  it('is all but copying', () => {
    for (const content of [IMAGE, VOICE]) {
      const menu = menuOf(shown(message(1, content, { from: ME, at: NOW })).row, ME, NOW);
      expect(menu).toEqual(['quote', 'recall']);
    }
  });

  it('is to give it up while it is uploaded, and to try again once it failed', () => {
    const menu = (state: 'waiting' | 'uploading' | 'sending' | 'failed') => {
      const item = { id: 'a', at: NOW, state, content: { ...IMAGE, url: '' }, file: 'f' } as const;
      return menuOf(outgoingRowOf(item, ME, new ViewedRoom().context(NOW)), ME, NOW);
    };
    expect(menu('waiting')).toEqual(['discard']);
    expect(menu('uploading')).toEqual(['discard']);
    expect(menu('sending')).toEqual([]);
    expect(menu('failed')).toEqual(['resend', 'discard']);
  });
});

describe('why it could not be sent', () => {
  const why = (
    content: typeof IMAGE | typeof VOICE,
    code: Parameters<typeof refuse>[0],
    url = '',
  ) => failureText({ ...content, url } as never, refuse(code));
  const refuse = (
    code: 'too_large' | 'bad_frame' | 'not_found' | 'muted' | 'content_rejected' | 'server_error',
  ) => ({ code, message: 'x' });

  it('is said of the file, where it is about the file', () => {
    expect(why(IMAGE, 'too_large')).toBe('图片超过 10 MB，请换一张小一点的');
    expect(why(IMAGE, 'bad_frame')).toBe('图片格式不支持或已损坏，请换一张');
    expect(why(IMAGE, 'not_found')).toBe('图片已失效，请重新选择');
    expect(why(IMAGE, 'content_rejected', URL)).toBe('图片不符合规范，请换一张');
    expect(why(VOICE, 'not_found')).toBe('语音已失效，请重新录制');
    expect(why(VOICE, 'too_large')).toBe('语音太长，请分几条发送');
  });

  it('is said as of words where it is not', () => {
    const refusedWords = { type: 'text', text: '代开发票' } as const;
    expect(failureText(refusedWords, refuse('content_rejected'))).toBe(
      '内容不符合规范，请修改后再发',
    );
    expect(why(IMAGE, 'muted')).toBe('你已被禁言，暂时不能发言，点按重发');
    expect(why(IMAGE, 'server_error')).toBe('服务器开小差了，请稍后再试，点按重发');
    expect(why(IMAGE, 'not_found', URL)).toBe('对方或消息不存在，可能已被删除，点按重发');
    const words = { type: 'text', text: '好' } as const;
    expect(failureText(words, refuse('not_found'))).toBe(
      '对方或消息不存在，可能已被删除，点按重发',
    );
  });
});
