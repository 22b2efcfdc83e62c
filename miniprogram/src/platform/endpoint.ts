/**
 * Whether the server at `endpoint` is one for development: people come in by name there, since
 * WeChat's login needs a registered mini-program. WeChat itself allows only `https` beyond that.
 */
export function isLocal(endpoint: string): boolean {
  return !endpoint.startsWith('https://');
}

/** Where sockets connect to: `https://chat.example.com` gives `wss://chat.example.com/ws`. */
export function socketAddress(endpoint: string): string {
  return `${endpoint.replace(/^http/, 'ws')}/ws`;
}

/** Where an upload is loaded from: `/media/abc` gives `https://chat.example.com/media/abc`. */
export function mediaAddress(endpoint: string, url: string): string {
  return `${endpoint}${url}`;
}
