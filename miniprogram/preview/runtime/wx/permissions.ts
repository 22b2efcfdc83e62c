/** What the user lets the app do. The browser asks them, and remembers. */
import type { Device } from '../device.ts';
import { reportMissing } from '../report.ts';
import { asyncApis } from './async.ts';

const RECORD = 'scope.record';

export function permissionsApi(device: Device, say: (text: string) => void) {
  const api = asyncApis(device);
  /** Some browsers allow it and go on calling it undecided. */
  let allowed = false;

  async function getSetting(): Promise<object> {
    // Not every browser can say so without asking.
    const state = await navigator.permissions
      ?.query({ name: 'microphone' as PermissionName })
      .then((status) => status.state)
      .catch(() => undefined);
    if (allowed || state === 'granted') return { authSetting: { [RECORD]: true } };
    return { authSetting: state === 'denied' ? { [RECORD]: false } : {} };
  }

  async function authorize({ scope }: WechatMiniprogram.AuthorizeOption): Promise<undefined> {
    if (scope !== RECORD) reportMissing(`wx.authorize({ scope: '${scope}' })`);
    // Missing where the page did not come over https or from this machine.
    const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) throw new Error('auth deny');
    for (const track of stream.getTracks()) track.stop();
    allowed = true;
  }

  return {
    getSetting: api('getSetting', getSetting),
    authorize: api('authorize', authorize),
    openSetting: api('openSetting', () => {
      say('请在浏览器的网站设置中修改');
      return getSetting();
    }),
  };
}
