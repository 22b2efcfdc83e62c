import type { Lifecycle } from '../chat/ports.ts';

export const lifecycle: Lifecycle = {
  watch(onChange) {
    const shown = () => onChange(true);
    const hidden = () => onChange(false);
    wx.onAppShow(shown);
    wx.onAppHide(hidden);
    return () => {
      wx.offAppShow(shown);
      wx.offAppHide(hidden);
    };
  },
};
