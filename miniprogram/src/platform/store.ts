import type { Store } from '../chat/ports.ts';

/** Storage of the mini-program: 1 MB a key, 10 MB in all; `set` throws beyond that. */
export const store: Store = {
  get(key) {
    const value: unknown = wx.getStorageSync(key);
    // What isn't there reads as an empty text.
    return typeof value === 'string' && value !== '' ? value : undefined;
  },
  set(key, value) {
    wx.setStorageSync(key, value);
  },
  remove(key) {
    wx.removeStorageSync(key);
  },
};
