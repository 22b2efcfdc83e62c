/** Starts a mini-program: its scripts, its life cycle, its pages. */
import type { AppBundle } from '../contract/bundle.ts';
import { pickImage } from './builtins/pick.ts';
import type { Device } from './device.ts';
import { Framework } from './framework.ts';
import { moduleLoader } from './modules.ts';
import { PageStack } from './pages.ts';
import { messageOf, report, reportMissing } from './report.ts';
import { PageScreen } from './screen.ts';
import { timersOf } from './timers.ts';
import { createWx } from './wx/index.ts';
import type { LaunchOptions } from './wx/system.ts';

type Handler = (this: object, argument?: unknown) => void;

export interface RunningApp {
  readonly screen: PageScreen;
  readonly framework: Framework;
  /** Calls `App.onLaunch` and opens the first page. */
  launch(): void;
}

/** Reports what a part of the app throws, and goes on. */
function guarded(what: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    report(`${what}: ${messageOf(error)}`, error);
  }
}

/**
 * Loads the scripts of a mini-program.
 * @param framed whether the phone has a status bar of its own
 */
export function startApp(
  bundle: AppBundle,
  device: Device,
  launch: LaunchOptions,
  framed: boolean,
): RunningApp {
  let app: Record<string, unknown> = {};
  const screen = new PageScreen(device, bundle, framed, () => pages.navigateBack());
  const services = {
    navigate(openType: string, url: string, delta: number) {
      if (openType === 'navigateBack') pages.navigateBack(delta);
      else if (openType === 'redirect') pages.redirectTo(url);
      else if (openType === 'reLaunch') pages.reLaunch(url);
      else if (openType === 'navigate') pages.navigateTo(url);
      else reportMissing(`<navigator open-type="${openType}">`);
    },
    pickImage,
    share() {
      const answer = pages.share();
      const title = answer && typeof answer === 'object' ? Reflect.get(answer, 'title') : undefined;
      wx.showToast({ title: `已分享 ${title ?? ''}`, icon: 'none' });
    },
  };
  const framework = new Framework(bundle, services, () => screen.metrics().top);
  const pages = new PageStack(bundle, screen, (tag, url) => framework.createRoot(tag, url));
  const wx = createWx({ device, pages, screen, launch });
  const timers = timersOf(device);
  const { Page, Component, Behavior } = framework.globals;
  // In the order of `PROVIDED`.
  const load = moduleLoader(bundle.modules, {
    wx,
    App: (definition: Record<string, unknown>) => {
      app = definition;
    },
    Page,
    Component,
    Behavior,
    getApp: () => app,
    getCurrentPages: () => pages.callers,
    setTimeout: timers.setTimeout,
    clearTimeout: timers.clearTimeout,
    setInterval: timers.setInterval,
    clearInterval: timers.clearInterval,
  });
  const tell = (name: string, argument?: unknown) => {
    const handler = app[name];
    if (typeof handler !== 'function') return;
    guarded(`app.js ${name}`, () => (handler as Handler).call(app, argument));
  };

  guarded('app.js', () => load('app.js'));
  for (const { is } of bundle.components) {
    guarded(`${is}.js`, () => framework.register(is, () => load(`${is}.js`)));
  }
  device.hidden.on(() => {
    pages.setForeground(false);
    tell('onHide');
  });
  device.shown.on(() => {
    tell('onShow', launch);
    pages.setForeground(true);
  });
  device.themeChanged.on((theme) => tell('onThemeChange', { theme }));
  return {
    screen,
    framework,
    launch() {
      tell('onLaunch', launch);
      tell('onShow', launch);
      guarded(launch.path, () => pages.launch(launch.path, launch.query));
    },
  };
}
