/** What an app asks about the phone, its user and itself, and what it is told of. */
import type { Device } from '../device.ts';
import type { PageScreen } from '../screen.ts';
import { asyncApis, Listeners } from './async.ts';

/** As an app is started: where, and with what. */
export interface LaunchOptions {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly scene: number;
}

const SDK_VERSION = '3.8.0';
const noop = () => {};

export function systemApi(device: Device, screen: PageScreen, launch: LaunchOptions) {
  const api = asyncApis(device);
  const network = () => ({
    isConnected: device.online,
    networkType: device.online ? 'wifi' : 'none',
  });
  const networkStatus = new Listeners<ReturnType<typeof network>>(device);
  const appShow = new Listeners<LaunchOptions>(device);
  const appHide = new Listeners<void>(device);
  const theme = new Listeners<{ theme: string }>(device);
  const keyboard = new Listeners<{ height: number }>(device);
  device.networkChanged.on(() => networkStatus.emit(network()));
  device.hidden.on(() => appHide.emit());
  device.shown.on(() => appShow.emit(launch));
  device.themeChanged.on((now) => theme.emit({ theme: now }));

  function getWindowInfo() {
    const { width, height, top, statusBarHeight } = screen.metrics();
    return {
      pixelRatio: devicePixelRatio,
      screenWidth: width,
      screenHeight: height,
      windowWidth: width,
      windowHeight: height - top,
      statusBarHeight,
      screenTop: top,
      safeArea: {
        left: 0,
        right: width,
        top: statusBarHeight,
        bottom: height,
        width,
        height: height - statusBarHeight,
      },
    };
  }
  const getDeviceInfo = () => ({
    brand: 'devtools',
    model: 'Preview',
    platform: 'devtools',
    system: 'Browser',
    abi: '',
    benchmarkLevel: 1,
  });
  const getAppBaseInfo = () => ({
    SDKVersion: SDK_VERSION,
    version: '8.0.0',
    language: 'zh_CN',
    theme: device.theme,
    fontSizeSetting: 16,
    enableDebug: false,
    host: { appId: '', env: 'WeChat' },
  });
  const getSystemInfoSync = () => ({ ...getWindowInfo(), ...getDeviceInfo(), ...getAppBaseInfo() });
  const ok = () => undefined;
  return {
    env: { USER_DATA_PATH: 'wxfile://usr' },
    login: api('login', () => ({ code: `preview-${device.name}-${crypto.randomUUID()}` })),
    checkSession: api('checkSession', ok),
    getWindowInfo,
    getDeviceInfo,
    getAppBaseInfo,
    getSystemInfoSync,
    getSystemInfo: api('getSystemInfo', getSystemInfoSync),
    getMenuButtonBoundingClientRect: () => screen.capsule(),
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    getAccountInfoSync: () => ({
      miniProgram: { appId: 'preview', envVersion: 'develop', version: '' },
    }),
    getUpdateManager: () => ({
      onCheckForUpdate: noop,
      onUpdateReady: noop,
      onUpdateFailed: noop,
      applyUpdate: noop,
    }),
    getNetworkType: api('getNetworkType', network),
    onNetworkStatusChange: networkStatus.on,
    offNetworkStatusChange: networkStatus.off,
    onAppShow: appShow.on,
    offAppShow: appShow.off,
    onAppHide: appHide.on,
    offAppHide: appHide.off,
    onThemeChange: theme.on,
    offThemeChange: theme.off,
    // A browser has no keyboard that covers the page: it never changes its height.
    onKeyboardHeightChange: keyboard.on,
    offKeyboardHeightChange: keyboard.off,
    hideKeyboard: api('hideKeyboard', () => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      return undefined;
    }),
    getClipboardData: api('getClipboardData', async () => ({
      data: await navigator.clipboard.readText(),
    })),
    vibrateShort: api('vibrateShort', ok),
    vibrateLong: api('vibrateLong', ok),
    showShareMenu: api('showShareMenu', ok),
    hideShareMenu: api('hideShareMenu', ok),
    requirePrivacyAuthorize: api('requirePrivacyAuthorize', ok),
    getPrivacySetting: api('getPrivacySetting', () => ({
      needAuthorization: false,
      privacyContractName: '',
    })),
    onNeedPrivacyAuthorization: noop,
    // Nobody pulls here: a reload does the same.
    stopPullDownRefresh: api('stopPullDownRefresh', ok),
    nextTick: (callback: () => void) => {
      Promise.resolve().then(() => device.deliver(callback));
    },
  };
}
