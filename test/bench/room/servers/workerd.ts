/**
 * Runs a Worker in workerd with its storage on disk and nothing before it: `wrangler dev` puts a proxy
 * of its own between, which would be measured along. The folder of the state is the first argument,
 * which Worker the second.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { rolldown } from 'rolldown';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';

const PROJECT = join(import.meta.dirname, '../../../..');
const COMPATIBILITY_DATE = '2026-07-30';

type Options = ConstructorParameters<typeof Miniflare>[0];

const [state = '', which = ''] = process.argv.slice(2);

async function bundle(input: string): Promise<string> {
  const build = await rolldown({
    input,
    external: [/^cloudflare:/, /^node:/],
    resolve: { conditionNames: ['workerd', 'worker', 'import'] },
    platform: 'browser',
  });
  const { output } = await build.generate({ format: 'esm' });
  return output[0].code;
}

/** Nobody is too fast, and nothing is dropped that is counted later. */
const UNLIMITED = {
  RATE_BURST: '1000000000',
  RATE_PER_SECOND: '1000000000',
  JOIN_BURST: '1000000000',
  RETENTION_EVENTS: '10000000',
  LOG_LEVEL: 'error',
};

/** As wrangler.toml has it, but for guests and for `changes`. */
async function edgeChat(changes: Record<string, string>): Promise<Options> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(PROJECT, 'wrangler.toml'));
  return {
    ...workerOptions,
    name: 'room',
    modules: true,
    script: await bundle(join(PROJECT, 'test/bench/room/servers/edge-chat-worker.ts')),
    bindings: {
      ...workerOptions.bindings,
      ALLOW_GUESTS: 'true',
      SESSION_SECRET: 'only for the benchmark: 32 characters',
      ...changes,
    },
  } as Options;
}

async function partyserver(): Promise<Options> {
  return {
    name: 'room',
    modules: true,
    script: await bundle(join(import.meta.dirname, 'partyserver-worker.ts')),
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: {
      Chat: { className: 'Chat', useSQLite: true },
      ShowFirst: { className: 'ShowFirst', useSQLite: true },
    },
  };
}

const OPTIONS: Record<string, () => Promise<Options>> = {
  'edge-chat': () => edgeChat(UNLIMITED),
  'edge-chat-as-deployed': () => edgeChat({ LOG_LEVEL: 'error' }),
  partyserver,
};
const options = await OPTIONS[which]?.();
const miniflare = new Miniflare({
  ...options,
  defaultPersistRoot: state,
  durableObjectsPersist: true,
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
} as Options);
const { port } = await miniflare.unsafeGetDirectURL('room');
const children = execFileSync('pgrep', ['-P', String(process.pid), 'workerd'], {
  encoding: 'utf8',
});
process.send?.({ port: Number(port), pid: Number(children.trim().split('\n')[0]) });
