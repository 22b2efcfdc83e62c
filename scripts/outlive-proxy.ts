/**
 * Loaded into `wrangler dev` before its own code. Requests get lost between wrangler's proxy and its
 * runtime, as when both close an idle connection at the same moment (after 5 s: workers-sdk issues 15452
 * and 15203), and each would end wrangler, and every open socket with it. Here, as in later versions of
 * wrangler, the proxy asks again for what is only read, and what is lost all the same fails by itself.
 */
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const PROXY = 'ProxyWorker.js';
const ASKING = 'fetch(userWorkerUrl, new Request(request, { headers }))';
const ASKING_TWICE = `${ASKING}.catch((error) => {
  if (request.method !== "GET" && request.method !== "HEAD") throw error;
  return ${ASKING};
})`;
const LOST_REQUEST = 'Error inside ProxyWorker';

const { readFileSync } = fs;
fs.readFileSync = ((path: fs.PathOrFileDescriptor, ...rest: [never]) => {
  const content: string | Buffer = readFileSync(path, ...rest);
  if (!String(path).endsWith(PROXY)) return content;
  const patched = String(content).replace(ASKING, ASKING_TWICE);
  return typeof content === 'string' ? patched : Buffer.from(patched);
}) as typeof readFileSync;
syncBuiltinESMExports();

const isLostRequest = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'reason' in event && event.reason === LOST_REQUEST;

const { emit } = EventEmitter.prototype;
EventEmitter.prototype.emit = function (
  this: EventEmitter,
  name: string | symbol,
  ...args: unknown[]
) {
  return (name === 'error' && isLostRequest(args[0])) || emit.call(this, name, ...args);
};
