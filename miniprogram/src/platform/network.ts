import type { Network } from '../chat/ports.ts';

type Change = Pick<
  WechatMiniprogram.OnNetworkStatusChangeListenerResult,
  'isConnected' | 'networkType'
>;

export const network: Network = {
  watch(onChange) {
    let watching = true;
    const changed = ({ isConnected, networkType }: Change) =>
      onChange({ connected: isConnected, type: networkType });
    wx.onNetworkStatusChange(changed);
    // How it is now: otherwise the first change could not be told from none.
    wx.getNetworkType({
      success: ({ networkType }) => {
        if (watching) onChange({ connected: networkType !== 'none', type: networkType });
      },
    });
    return () => {
      watching = false;
      // The typings give its callback no arguments.
      wx.offNetworkStatusChange(changed as () => void);
    };
  },
};
