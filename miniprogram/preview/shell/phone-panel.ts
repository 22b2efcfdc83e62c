/** One phone on the desk: its frame, and the bar with which it is handled. */
import type { Frame, PhoneMessage, PhoneState, ShellMessage } from '../contract/messages.ts';
import { make, makeButton } from '../runtime/dom.ts';

const MAX_LOG_LINES = 500;
const ABSENCES_S = [3, 10, 60];
const ARROWS = { up: '↑', down: '↓', note: '·' };
const DIRECTIONS = { up: '发出', down: '收到', note: '状态' };

export interface PhoneOptions {
  readonly id: string;
  readonly name: string;
  /** What the app is started with. */
  readonly query: URLSearchParams;
  /** Whether it lies on a desk, with a bar, or is the whole screen. */
  readonly framed: boolean;
}

function phoneFrame({ id, name, query, framed }: PhoneOptions): HTMLIFrameElement {
  const frame = make('iframe');
  frame.id = id;
  frame.title = `手机 ${id.toUpperCase()}:${name}`;
  frame.allow = 'clipboard-read; clipboard-write; microphone; camera';
  const parameters = new URLSearchParams(query);
  parameters.set('phone', id);
  parameters.set('name', name);
  if (framed) parameters.set('frame', '1');
  frame.src = `phone.html?${parameters}`;
  return frame;
}

/** The frames of a phone's sockets, the newest at the bottom. */
function frameLog() {
  const count = make('span', 'count', '0');
  const lines = make('ol', 'lines');
  lines.tabIndex = 0;
  const clear = makeButton('清空', 'quiet', () => {
    lines.textContent = '';
    count.textContent = '0';
  });
  const content = make('div', 'log-content', lines, clear);
  content.hidden = true;
  const toggle = makeButton('', 'log-toggle', () => {
    content.hidden = !content.hidden;
    toggle.setAttribute('aria-expanded', String(!content.hidden));
    lines.scrollTop = lines.scrollHeight;
  });
  toggle.append('帧日志', count);
  toggle.setAttribute('aria-expanded', 'false');
  const element = make('section', 'log', toggle, content);
  function add({ direction, at, text }: Frame): void {
    const time = new Date(at).toLocaleTimeString('zh-CN', { hour12: false });
    const arrow = make('b', '', ARROWS[direction]);
    arrow.setAttribute('aria-label', DIRECTIONS[direction]);
    const line = make('li', direction, arrow, make('time', '', time), make('code', '', text));
    const following = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    lines.append(line);
    while (lines.childElementCount > MAX_LOG_LINES) lines.firstElementChild?.remove();
    count.textContent = String(lines.childElementCount);
    if (following) lines.scrollTop = lines.scrollHeight;
  }
  return { element, add };
}

/** The buttons of a phone, which say what they would do now. */
function controls(tell: (message: ShellMessage) => void) {
  let state: PhoneState = { online: true, background: false, theme: 'light' };
  const seconds = make('select');
  seconds.setAttribute('aria-label', '在后台的时间');
  for (const each of ABSENCES_S) seconds.append(new Option(`${each} 秒`, String(each)));
  seconds.value = '10';
  const network = makeButton('', '', () => tell({ type: 'network', online: !state.online }));
  const background = makeButton('切后台', '', () =>
    tell({ type: 'background', seconds: Number(seconds.value) }),
  );
  const drop = makeButton('重连 socket', '', () => tell({ type: 'drop-sockets' }));
  drop.title = '断开现有的 socket,看它自己连回来';
  const theme = makeButton('', '', () =>
    tell({ type: 'theme', theme: state.theme === 'dark' ? 'light' : 'dark' }),
  );
  const restart = makeButton('退出重启', '', () => tell({ type: 'restart' }));
  restart.title = '像被系统杀掉后重新打开，存储保留';
  function show(now: PhoneState): void {
    state = now;
    network.textContent = state.online ? '断网' : '联网';
    network.classList.toggle('on', !state.online);
    background.disabled = state.background;
    background.classList.toggle('on', state.background);
    theme.textContent = state.theme === 'dark' ? '浅色' : '深色';
  }
  show(state);
  const away = make('span', 'pair', background, seconds);
  return { element: make('div', 'controls', network, away, drop, theme, restart), show };
}

/** Puts a phone on the desk. */
export function phonePanel(options: PhoneOptions): HTMLElement {
  const frame = phoneFrame(options);
  if (!options.framed) return make('section', 'whole', frame);
  const tell = (message: ShellMessage) =>
    frame.contentWindow?.postMessage(message, location.origin);
  const bar = controls(tell);
  const log = frameLog();
  window.addEventListener('message', ({ data, origin, source }: MessageEvent<PhoneMessage>) => {
    if (origin !== location.origin || source !== frame.contentWindow) return;
    if (data.type === 'state') bar.show(data.state);
    else log.add(data.frame);
  });
  const heading = make('h2', '', options.name);
  const device = make('div', 'device', frame);
  const side = make('div', 'side', heading, bar.element, log.element);
  return make('section', 'panel', device, side);
}
