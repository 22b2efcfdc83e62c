import type { Store } from '../chat/ports.ts';

/** Storage of the mini-program: 1 MB a key, 10 MB in all; `set` throws beyond that, and nothing else does. */
export const store: Store = {
  get(key) {
    try {
      const value: unknown = wx.getStorageSync(key);
      // What isn't there reads as an empty text.
      return typeof value === 'string' && value !== '' ? value : undefined;
    } catch {
      return undefined;
    }
  },
  set(key, value) {
    wx.setStorageSync(key, value);
  },
  remove(key) {
    try {
      wx.removeStorageSync(key);
    } catch {
      // Then it is found again, as if it had been kept.
    }
  },
};
