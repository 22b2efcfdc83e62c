import type { Network } from '../chat/ports.ts';

export const network: Network = {
  watch(onChange) {
    let watching = true;
    const changed: WechatMiniprogram.OnNetworkStatusChangeCallback = ({
      isConnected,
      networkType,
    }) => onChange({ connected: isConnected, type: networkType });
    wx.onNetworkStatusChange(changed);
    // How it is now: otherwise the first change could not be told from none.
    wx.getNetworkType({
      success: ({ networkType }) => {
        if (watching) onChange({ connected: networkType !== 'none', type: networkType });
      },
    });
    return () => {
      watching = false;
      // The typings give its callback other arguments than those of `on`.
      wx.offNetworkStatusChange(changed as WechatMiniprogram.OffNetworkStatusChangeCallback);
    };
  },
};
