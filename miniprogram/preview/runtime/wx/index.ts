/** The object `wx`: what a chat needs of it, and a loud remark where there is more to WeChat. */
import type { Device } from '../device.ts';
import type { PageStack } from '../pages.ts';
import { reportMissing } from '../report.ts';
import type { PageScreen } from '../screen.ts';
import { audioApi } from './audio.ts';
import { filesApi } from './files.ts';
import { mediaApi } from './media.ts';
import { permissionsApi } from './permissions.ts';
import { requestApi } from './request.ts';
import { socketApi } from './socket.ts';
import { storageApi } from './storage.ts';
import { type LaunchOptions, systemApi } from './system.ts';
import { uiApi } from './ui.ts';
import { viewApi } from './view.ts';

export interface WxParts {
  readonly device: Device;
  readonly pages: PageStack;
  readonly screen: PageScreen;
  readonly launch: LaunchOptions;
}

type WxNames = Partial<Record<keyof WechatMiniprogram.Wx, unknown>>;
export type Wx = WxNames & ReturnType<typeof uiApi>;

/** Takes only names that WeChat has. */
const known = <T extends WxNames>(wx: T & Record<Exclude<keyof T, keyof WxNames>, never>): T => wx;

export function createWx({ device, pages, screen, launch }: WxParts): Wx {
  const layer = () => screen.layer;
  const has = (name: string): boolean => name in wx;
  const ui = uiApi(device, layer);
  const say = (title: string) => void ui.showToast({ title, icon: 'none' });
  const wx = known({
    ...storageApi(device),
    ...requestApi(device),
    ...socketApi(device),
    ...ui,
    ...mediaApi(device, layer),
    ...filesApi(device),
    ...audioApi(device),
    ...permissionsApi(device, say),
    ...systemApi(device, screen, launch),
    ...viewApi(device, pages, screen),
    canIUse: (name: string): boolean => has(name.split('.')[0] ?? ''),
  });
  return new Proxy(wx, {
    get(target, name, receiver) {
      if (typeof name === 'string' && !(name in target)) reportMissing(`wx.${name}`);
      return Reflect.get(target, name, receiver);
    },
  });
}
