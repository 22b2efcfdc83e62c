/** The client on WeChat: everything that the pages share. */
import { Account } from '../chat/account.ts';
import type { Http } from '../chat/http.ts';
import type { Ports } from '../chat/ports.ts';
import { SessionUploads } from '../chat/uploads.ts';
import { VisitedRooms } from '../chat/visited-rooms.ts';
import type { Settings } from '../settings.ts';
import { clock } from './clock.ts';
import { isLocal, mediaAddress, socketAddress } from './endpoint.ts';
import { filesTo } from './files.ts';
import { httpTo } from './http.ts';
import { lifecycle } from './lifecycle.ts';
import { loginCode } from './login.ts';
import { network } from './network.ts';
import { sockets } from './sockets.ts';
import { store } from './store.ts';

export interface Services {
  readonly account: Account;
  readonly ports: Ports;
  readonly http: Http;
  /** People come in by name alone: a server for development. */
  readonly letsGuestsIn: boolean;
  /** Where rooms are connected to. */
  readonly socketAddress: string;
  /** Where an upload is loaded from. */
  mediaAddress(url: string): string;
  /** Shows the others the user's picture, if it is on this phone only. Whether they can see it now. */
  shareAvatar(): Promise<boolean>;
  /** The rooms of whoever uses the app now. */
  visited(): VisitedRooms | undefined;
}

/** Services of the server that the settings name. */
export function createServices({ endpoint, letsGuestsIn = isLocal(endpoint) }: Settings): Services {
  const http = httpTo(endpoint);
  const account = new Account({
    http,
    store,
    clock,
    loginCode: letsGuestsIn ? () => Promise.resolve(undefined) : loginCode,
  });
  const uploads = new SessionUploads(filesTo(endpoint), account);
  return {
    account,
    http,
    letsGuestsIn,
    socketAddress: socketAddress(endpoint),
    mediaAddress: (url) => mediaAddress(endpoint, url),
    shareAvatar: () =>
      account.shareAvatar(async (file) => {
        const answer = await uploads.upload(file).answer;
        return answer.ok ? mediaAddress(endpoint, answer.content.url) : undefined;
      }),
    ports: {
      sockets,
      clock,
      store,
      lifecycle,
      network,
      sessions: account,
      uploads,
      random: Math.random,
    },
    visited: () => account.user && new VisitedRooms(store, account.user.id),
  };
}
