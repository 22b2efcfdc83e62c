/**
 * `npm start`: the whole chat on this machine. Makes `.dev.vars` with random secrets when there is
 * none, builds the preview and watches its source, runs `wrangler dev` with whatever flags are given,
 * and says what to do next.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { SITE_DIR, watchPreview } from './preview.ts';
import { isUp, noteRunning, runningOn } from './running.ts';

const DEV_VARS = '.dev.vars';
const DEFAULT_PORT = 8787;
const DEFAULT_STATE = '.wrangler/state';
const WRANGLER = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
);
const OUTLIVE_PROXY = new URL('outlive-proxy.ts', import.meta.url).href;
const POLL_MS = 200;
/** Flags can put the server where this script does not find it; then it prints nothing more. */
const START_TIMEOUT_MS = 60_000;

function makeDevVars(): void {
  if (existsSync(DEV_VARS)) return;
  const secret = () => randomBytes(32).toString('hex');
  const lines = [
    '# Made by npm start, for this machine only. Git ignores it: it holds secrets.',
    `SESSION_SECRET = "${secret()}"`,
    `ADMIN_KEY = "${secret()}"`,
    '# Lets anybody in under any name: ws://localhost:8787/ws?room=lobby&name=alice',
    'ALLOW_GUESTS = "true"',
    'ALLOWED_ORIGINS = "http://localhost:*,http://127.0.0.1:*"',
    '# For login with WeChat, from the console of your mini-program:',
    '# WECHAT_APPID = "wx..."',
    '# WECHAT_SECRET = "..."',
    '',
  ];
  writeFileSync(DEV_VARS, lines.join('\n'), { mode: 0o600, flag: 'wx' });
  console.log(`Made ${DEV_VARS} with random secrets.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, 'localhost', () => probe.close(() => resolve(true)));
  });
}

/** The port of the flags, else the first free one: the address printed below must be the true one. */
async function choosePort(asked: string | undefined): Promise<number> {
  if (asked !== undefined) {
    const port = Number(asked);
    if (await isFree(port)) return port;
    return fail(`Port ${asked} is in use: choose another with --port.`);
  }
  let port = DEFAULT_PORT;
  while (!(await isFree(port))) port++;
  return port;
}

function nextSteps(port: number): string {
  const address = `ws://localhost:${port}/ws?room=lobby`;
  return [
    '',
    `  Two phones that chat with each other: http://localhost:${port}`,
    `  The operator's page (ADMIN_KEY is in ${DEV_VARS}): http://localhost:${port}/admin`,
    '',
    '  The same in two terminals:',
    `    npx wscat -c "${address}&name=alice"`,
    `    npx wscat -c "${address}&name=bob"`,
    '  Then type, as alice, a message to all and one to bob only:',
    '    {"type":"send","id":"1","content":{"type":"text","text":"你好 👋"}}',
    '    {"type":"send","id":"2","content":{"type":"text","text":"psst"},"to":{"users":["guest:bob"]}}',
    `  From a back end, to everybody in the room (ADMIN_KEY is in ${DEV_VARS}):`,
    `    curl -X POST http://localhost:${port}/api/rooms/lobby/notices \\`,
    `      -H "Authorization: Bearer $(sed -n 's/^ADMIN_KEY = "\\(.*\\)"/\\1/p' ${DEV_VARS})" \\`,
    '      -d \'{"text":"开始了"}\'',
    '',
    '  The wire is described in shared/PROTOCOL.md. Stop with Ctrl+C; what was said is kept.',
    '',
  ].join('\n');
}

const args = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    port: { type: 'string' },
    'inspector-port': { type: 'string' },
    'persist-to': { type: 'string' },
  },
  // The rest is wrangler's to understand.
  strict: false,
  allowPositionals: true,
});
const asked = (name: 'port' | 'inspector-port' | 'persist-to') => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

const state = asked('persist-to') ?? DEFAULT_STATE;
const running = await runningOn(state);
if (running !== undefined) {
  fail(
    `The server at http://localhost:${running} uses the state in ${state}: use that one, stop it, or ` +
      'give this one a folder of its own with --persist-to.',
  );
}
makeDevVars();
const port = await choosePort(asked('port'));
noteRunning(state, port);
await watchPreview();
const flags = [
  '--assets',
  SITE_DIR,
  ...(asked('port') === undefined ? ['--port', String(port)] : []),
  // Any that is free: the first of two that start at once would take what the second has found free.
  ...(asked('inspector-port') === undefined ? ['--inspector-port', '0'] : []),
];
let wrangler: ChildProcess;
let stopping = false;
let announced = false;

/** Runs `wrangler dev`, again if it ends by itself all the same. */
function serve(): void {
  let wasUp = false;
  wrangler = spawn(
    process.execPath,
    ['--import', OUTLIVE_PROXY, WRANGLER, 'dev', ...flags, ...args],
    {
      stdio: 'inherit',
    },
  );
  wrangler.on('error', (error) => fail(`wrangler could not be started: ${error.message}`));
  wrangler.on('exit', (code, signal) => {
    if (stopping || code === 0 || !wasUp) process.exit(code ?? (signal ? 1 : 0));
    console.error('wrangler dev has ended by itself and is started again; what was said is kept.');
    serve();
  });
  void waitUntilUp().then((up) => {
    wasUp = up;
    if (!up || announced) return;
    announced = true;
    console.log(nextSteps(port));
  });
}

async function waitUntilUp(): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isUp(port))) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopping = true;
    wrangler.kill(signal);
  });
}
serve();
