/** The chat as a developer starts it: `npm start` in a copy of the project, as a process of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(import.meta.dirname, '../..');
const PARTS = [
  'worker',
  'shared',
  'miniprogram',
  'scripts',
  'wrangler.toml',
  'package.json',
  'tsconfig.base.json',
];
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

/** Waits until the server at `origin` answers; `false` when it has not for a minute. */
export async function answers(origin: string): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const isUp = () =>
    fetch(`${origin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) {
    if (Date.now() > deadline) return false;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return true;
}

/** A copy of the project that nothing else uses, without `.dev.vars` and without state. */
export class ProjectCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'edge-chat-'));

  constructor() {
    for (const part of PARTS) {
      cpSync(join(PROJECT, part), join(this.folder, part), { recursive: true });
    }
    symlinkSync(join(PROJECT, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
  }

  /** The value of a line of `.dev.vars`. */
  devVar(name: string): string | undefined {
    const text = readFileSync(join(this.folder, '.dev.vars'), 'utf8');
    return new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Variables of the environment, besides those of this process. */
type Environment = Readonly<Record<string, string>>;

/** One `npm start`. */
export class Server {
  readonly port: number;
  readonly #process: ChildProcess;
  #output = '';

  private constructor(folder: string, port: number, flags: readonly string[], env: Environment) {
    this.port = port;
    // A group of its own, so that all that it starts can be killed at once.
    this.#process = spawn('npm', ['start', '--', ...flags], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WRANGLER_SEND_METRICS: 'false', ...env },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
      });
    }
  }

  /** Starts it on a free port, and waits until it has printed what to do next. */
  static async start(
    folder: string,
    flags: readonly string[] = [],
    env: Environment = {},
  ): Promise<Server> {
    const port = await freePort();
    const server = new Server(folder, port, ['--port', String(port), ...flags], env);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!server.#output.includes('Stop with Ctrl+C')) {
      if (Date.now() > deadline || server.#process.exitCode !== null) {
        server.kill();
        throw new Error(`npm start did not come up:\n${server.#output}`);
      }
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
    return server;
  }

  /** The process that all others of it descend from. */
  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('npm start did not start');
    return pid;
  }

  /** All that it printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Whether it ended by itself, or was killed. */
  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The address to connect to. */
  ws(query: Record<string, string>): string {
    return `ws://localhost:${this.port}/ws?${new URLSearchParams(query)}`;
  }

  http(path: string): string {
    return `http://localhost:${this.port}${path}`;
  }

  /** `kill -9` of wrangler and its runtime, as if it had crashed; `npm start` lives on. */
  killWrangler(): void {
    spawnSync('pkill', ['-9', '-g', String(this.#process.pid), '-f', 'wrangler|bin/workerd']);
  }

  /** Waits until it answers. */
  async isUp(): Promise<void> {
    if (!(await answers(`http://localhost:${this.port}`))) {
      throw new Error(`it is not up again:\n${this.#output}`);
    }
  }

  /** `kill -9` of the whole process tree: nothing gets to say good-bye. */
  kill(): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}
