/**
 * `npm start`: the whole chat on this machine. Makes `.dev.vars` with random secrets when there is
 * none, runs `wrangler dev` with whatever flags are given, and says what to do next.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';

const DEV_VARS = '.dev.vars';
const DEFAULT_PORT = 8787;
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

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, 'localhost', () => probe.close(() => resolve(true)));
  });
}

/** The port of the flags, else the first free one: the address printed below must be the true one. */
async function choosePort(args: string[]): Promise<{ port: number; flags: string[] }> {
  const { values } = parseArgs({
    args,
    options: { port: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  if (typeof values.port === 'string') return { port: Number(values.port), flags: [] };
  let port = DEFAULT_PORT;
  while (!(await isFree(port))) port++;
  return { port, flags: ['--port', String(port)] };
}

function nextSteps(port: number): string {
  const address = `ws://localhost:${port}/ws?room=lobby`;
  return [
    '',
    `  edge-chat is running at http://localhost:${port}`,
    '',
    '  Two people in one room, each in a terminal of its own:',
    `    npx wscat -c "${address}&name=alice"`,
    `    npx wscat -c "${address}&name=bob"`,
    '  Then type, as alice, a message to all and one to bob only:',
    '    {"type":"send","id":"1","content":{"type":"text","text":"你好 👋"}}',
    '    {"type":"send","id":"2","content":{"type":"text","text":"psst"},"to":{"users":["guest:bob"]}}',
    '  From a back end, to everybody in the room (the key is in .dev.vars):',
    `    curl -X POST http://localhost:${port}/api/rooms/lobby/notices \\`,
    '      -H "Authorization: Bearer $ADMIN_KEY" -d \'{"text":"开始了"}\'',
    '',
    '  The wire is described in shared/PROTOCOL.md. Stop with Ctrl+C; what was said is kept.',
    '',
  ].join('\n');
}

async function isUp(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://localhost:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

makeDevVars();
const args = process.argv.slice(2);
const { port, flags } = await choosePort(args);
const wrangler = spawn('wrangler', ['dev', ...flags, ...args], {
  stdio: 'inherit',
  // On Windows npm's commands are scripts that only a shell can run.
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => wrangler.kill(signal));
wrangler.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
const deadline = Date.now() + START_TIMEOUT_MS;
while (!(await isUp(port)) && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
if (await isUp(port)) console.log(nextSteps(port));
