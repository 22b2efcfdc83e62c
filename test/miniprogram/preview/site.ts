/** Serves a built preview, with a socket at /ws that answers each text with `echo <text>`. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

export interface Site {
  readonly origin: string;
  /** The subprotocols with which each socket so far was opened. */
  readonly protocols: (readonly string[])[];
  /** The sockets that are open now. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** All texts that arrived so far. */
  readonly received: readonly string[];
  close(): void;
}

export async function serve(dir: string): Promise<Site> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : decodeURIComponent(pathname);
    try {
      const content = await readFile(join(dir, path));
      response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  const protocols: string[][] = [];
  const received: string[] = [];
  const sockets = new WebSocketServer({
    server,
    handleProtocols(offered) {
      protocols.push([...offered]);
      return [...offered][0] ?? false;
    },
  });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      received.push(String(data));
      socket.send(`echo ${data}`);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    protocols,
    received,
    sockets: sockets.clients,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
