import { createServices, type Services } from './platform/services.ts';
import { settings } from './settings.ts';

/** What pages get with `getApp<ChatApp>()`. */
export interface ChatApp {
  readonly services: Services;
}

App<ChatApp>({ services: createServices(settings) });
