/** The server that all of it happens to: a real `npm start`, and what can be done to a process. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ProjectCopy, Server } from '../../support/server.ts';
import { until } from '../../support/test-client.ts';

/** Files of the runtime may not grow beyond this while its disk is "full", in bytes. */
const FULL_AT_BYTES = 4_096;

/** A server that keeps its state on disk from one of its lives to the next. */
export class House {
  readonly #copy = new ProjectCopy();
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #server: Server | undefined;
  #output = '';
  readonly #onExit = () => this.remove();

  constructor(vars: Readonly<Record<string, string>>) {
    const settings = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
    this.#flags = ['--persist-to', join(this.#copy.folder, 'state'), ...settings];
    this.#env = { MINIFLARE_WORKERD_PATH: this.#wrapRuntime() };
    // In a process group of its own it would outlive an interrupted run.
    process.once('exit', this.#onExit);
  }

  get port(): number {
    return this.#alive.port;
  }

  get adminKey(): string {
    return this.#copy.devVar('ADMIN_KEY') ?? '';
  }

  /** All that was printed in all of its lives. */
  get output(): string {
    return this.#output + (this.#server?.output ?? '');
  }

  async start(): Promise<void> {
    this.#server = await Server.start(this.#copy.folder, this.#flags, this.#env);
  }

  /** `kill -9` of all its processes. */
  kill(): void {
    this.#server?.kill();
    this.#output = this.output;
    this.#server = undefined;
  }

  /** wrangler and its runtime die, and `npm start` starts them again; resolves when it answers. */
  async crash(): Promise<void> {
    const { revivals } = this;
    this.#alive.killWrangler();
    await until(() => this.revivals > revivals || undefined, 'another wrangler');
    await this.#alive.isUp();
  }

  /** How often `npm start` had to start wrangler again. */
  get revivals(): number {
    return this.output.split('has ended by itself').length - 1;
  }

  /** Its processes stand still. */
  freeze(): void {
    process.kill(-this.#alive.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(-this.#alive.pid, 'SIGCONT');
  }

  /**
   * From now on what the runtime writes fails. The limit on the size of files (RLIMIT_FSIZE) does what
   * a full disk does, and takes no rights. `false` where there is no `prlimit`.
   */
  fillDisk(): boolean {
    return this.#limitFiles(String(FULL_AT_BYTES));
  }

  /** There is room again. */
  clearDisk(): void {
    this.#limitFiles('unlimited');
  }

  remove(): void {
    process.off('exit', this.#onExit);
    this.kill();
    this.#copy.remove();
  }

  get #alive(): Server {
    if (!this.#server) throw new Error('the server is not running');
    return this.#server;
  }

  /** Beyond its limit a process gets a signal that ends it, unless it was told to ignore that. */
  #wrapRuntime(): string {
    const { default: runtime } = createRequire(import.meta.url)('workerd') as { default: string };
    const script = join(this.#copy.folder, 'workerd.sh');
    writeFileSync(script, `#!/bin/sh\ntrap '' XFSZ\nexec '${runtime}' "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  /** The soft limit only: it can be raised again. */
  #limitFiles(bytes: string): boolean {
    const group = String(this.#alive.pid);
    const found = spawnSync('pgrep', ['-g', group, '-f', 'bin/workerd'], { encoding: 'utf8' });
    const pids = (found.stdout ?? '').split('\n').filter((pid) => pid !== '');
    const results = pids.map((pid) => spawnSync('prlimit', ['--pid', pid, `--fsize=${bytes}:`]));
    return results.length > 0 && results.every(({ status }) => status === 0);
  }
}
