// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { encodeWav } from '../../../miniprogram/preview/runtime/wx/wav.ts';

describe('a WAV file', () => {
  const view = new DataView(encodeWav(new Float32Array([0, 1, -1, 0.5, 7, -7]), 16_000));
  const letters = (at: number) =>
    String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));

  it('says what is in it', () => {
    expect([letters(0), letters(8), letters(12), letters(36)]).toEqual([
      'RIFF',
      'WAVE',
      'fmt ',
      'data',
    ]);
    expect(view.getUint32(4, true)).toBe(view.byteLength - 8);
    expect(view.getUint32(40, true)).toBe(12);
    expect([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)]).toEqual([
      1, 16_000, 16,
    ]);
    expect(view.getUint32(28, true)).toBe(32_000);
  });

  it('holds the samples, cut where they are too loud', () => {
    const samples = [0, 1, 2, 3, 4, 5].map((i) => view.getInt16(44 + i * 2, true));
    expect(samples).toEqual([0, 32_767, -32_767, 16_384, 32_767, -32_767]);
  });
});
