/**
 * Loaded into `wrangler dev` before its own code. A request that gets lost between wrangler's proxy and
 * its runtime, as when both close an idle connection at the same moment (after 5 s: workers-sdk issues
 * 15452 and 15203), would end wrangler, and every open socket with it. Here it only fails by itself.
 */
import { EventEmitter } from 'node:events';

const LOST_REQUEST = 'Error inside ProxyWorker';

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
