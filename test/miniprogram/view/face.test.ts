import { describe, expect, it } from 'vitest';
import { faceOf, roomFaceOf } from '../../../miniprogram/src/view/face.ts';

const initial = (name: string) => faceOf({ id: 'a', name }).initial;

describe('a face', () => {
  it('keeps its colour whatever its owner is called', () => {
    const { color } = faceOf({ id: 'u_8d1f', name: '小明' });
    expect(color).toMatch(/^#[0-9a-f]{6}$/);
    expect(faceOf({ id: 'u_8d1f', name: '小红', avatar: 'https://a.cn/b.png' }).color).toBe(color);
    expect(roomFaceOf('u_8d1f', '大厅').color).toBe(color);
  });

  it('has one of several colours, for any id', () => {
    const ids = Array.from({ length: 200 }, (_, index) => `u_${index}`);
    const colors = new Set([...ids, '', '用户😀'].map((id) => faceOf({ id, name: 'a' }).color));
    expect(colors.size).toBeGreaterThanOrEqual(6);
    expect(colors).not.toContain(undefined);
  });

  it('shows the picture where there is one', () => {
    expect(faceOf({ id: 'a', name: 'a', avatar: 'https://a.cn/b.png' }).avatar).toBe(
      'https://a.cn/b.png',
    );
    expect(faceOf({ id: 'a', name: 'a' }).avatar).toBe('');
    expect(faceOf({ id: 'a', name: 'a', avatar: undefined }).avatar).toBe('');
  });

  it.each([
    ['小明', '明'],
    ['小明🎉', '明'],
    ['张三 (运营)', '营'],
    ['𠮷', '𠮷'],
    ['alice', 'A'],
    ['alice 2', 'A'],
    ['Élodie', 'É'],
    ['~小明~', '明'],
    ['😀', '😀'],
    ['👨‍👩‍👧', '👨'],
    ['محمد', 'م'],
    ['דנה', 'ד'],
    ['7号', '号'],
    ['007', '0'],
    ['!!!', '?'],
    ['', '?'],
    ['\ud83d', '?'],
  ])('of "%s" shows "%s"', (name, letter) => {
    expect(initial(name)).toBe(letter);
  });

  it('stays the same however many others are seen meanwhile', () => {
    const seen = Array.from({ length: 1_200 }, (_, index) => initial(`${index} 张三`));
    expect(new Set(seen)).toEqual(new Set(['三']));
    expect(initial('alice')).toBe('A');
  });
});

it('shows a room by its first letter', () => {
  expect(roomFaceOf('a', '大厅').initial).toBe('大');
  expect(roomFaceOf('a', '「课程」').initial).toBe('课');
  expect(roomFaceOf('a', 'room-1').initial).toBe('R');
  expect(roomFaceOf('a', '🎮 游戏').initial).toBe('🎮');
  expect(roomFaceOf('a', '___').initial).toBe('?');
});
