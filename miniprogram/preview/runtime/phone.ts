/** The document of one phone: runs the app, and does what the shell says. */
import { type AppBundle, BUNDLE_GLOBAL } from '../contract/bundle.ts';
import type { PhoneMessage, ShellMessage } from '../contract/messages.ts';
import { startApp } from './app.ts';
import { Device } from './device.ts';
import { make } from './dom.ts';
import { files } from './files.ts';
import { messageOf, problems, report } from './report.ts';

const MAX_PROBLEMS = 6;
/** Parameters of the phone itself: all others are the app's launch query. */
const OWN_PARAMETERS = ['phone', 'path', 'frame'];
/** A user who opens the app from their list of recent ones. */
const SCENE = 1089;

const parameters = new URLSearchParams(location.search);
const bundle: AppBundle = Reflect.get(globalThis, BUNDLE_GLOBAL);
const shell = window.parent === window ? undefined : window.parent;
const scheme = matchMedia('(prefers-color-scheme: dark)');
const device = new Device(parameters.get('phone') ?? 'a', scheme.matches ? 'dark' : 'light');
scheme.addEventListener('change', () => device.setTheme(scheme.matches ? 'dark' : 'light'));

const board = make('div', 'mp-problems');
board.setAttribute('role', 'alert');
problems.on((message) => {
  if (board.childElementCount < MAX_PROBLEMS) board.append(make('p', '', message));
});
window.addEventListener('error', ({ error, message }) => report(`脚本出错：${message}`, error));
window.addEventListener('unhandledrejection', ({ reason }) => {
  const said: unknown = reason && typeof reason === 'object' && Reflect.get(reason, 'errMsg');
  report(`没有处理的拒绝：${typeof said === 'string' ? said : messageOf(reason)}`, reason);
});

const framed = parameters.get('frame') === '1';
// As the whole screen of a real phone, it goes to the background with the browser.
if (!framed) {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) device.enterBackground();
    else device.enterForeground();
  });
}

const query = Object.fromEntries(
  [...parameters].filter(([name]) => !OWN_PARAMETERS.includes(name)),
);
const app = startApp(
  bundle,
  device,
  { path: parameters.get('path') ?? bundle.entry, query, scene: SCENE },
  framed,
);
const veil = make('div', 'mp-veil');
veil.hidden = true;
app.screen.element.append(veil);
document.body.append(app.screen.element, board);
files
  .open(device.name)
  .catch((error: unknown) => report(`文件无法读取：${messageOf(error)}`, error))
  .finally(() => app.launch());

let returning: ReturnType<typeof setInterval> | undefined;
function goToBackground(seconds: number): void {
  clearInterval(returning);
  let left = seconds;
  const show = () => {
    veil.textContent = `小程序在后台，${left} 秒后返回`;
  };
  show();
  veil.hidden = false;
  device.enterBackground();
  returning = setInterval(() => {
    left -= 1;
    show();
    if (left > 0) return;
    clearInterval(returning);
    veil.hidden = true;
    device.enterForeground();
  }, 1000);
}

function obey(message: ShellMessage): void {
  if (message.type === 'network') device.setOnline(message.online);
  else if (message.type === 'background') goToBackground(message.seconds);
  else if (message.type === 'drop-sockets') device.dropSockets();
  else if (message.type === 'theme') device.setTheme(message.theme);
  else location.reload();
}

if (shell) {
  const tell = (message: PhoneMessage) => shell.postMessage(message, location.origin);
  window.addEventListener('message', ({ data, origin, source }: MessageEvent<ShellMessage>) => {
    if (origin === location.origin && source === shell) obey(data);
  });
  device.stateChanged.on((state) => tell({ type: 'state', state }));
  device.frames.on((frame) => tell({ type: 'frame', frame }));
  tell({ type: 'state', state: device.state });
}
