/** The servers that are compared: each a process of its own, started and stopped here. */
import { type ChildProcess, fork } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RowHabits } from './bill.ts';
import { ECHO, EDGE_CHAT, PARTYSERVER, SHOW_FIRST, SOCKET_IO, type Wire } from './wire.ts';

/** One of them, before it runs. */
export interface Contender {
  readonly name: string;
  readonly wire: Wire;
  readonly script: string;
  readonly args?: readonly string[];
  /** Rows written so far for messages: the table's and those of its indexes. */
  readonly rows?: (state: string) => number;
  /** What becomes of them: without it, it keeps no rows. */
  readonly rowHabits?: RowHabits;
}

/** The sum of a query's one number over all databases of a state folder. */
function sum(state: string, table: string, sql: string): number {
  let total = 0;
  for (const file of globSync(join(state, '**/*.sqlite'))) {
    const db = new DatabaseSync(file, { readOnly: true });
    const known = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = ?`).get(table);
    if (known) total += Number(db.prepare(sql).get()?.n ?? 0);
    db.close();
  }
  return total;
}

/** Shows a message before it is stored. */
export const SHOWS_FIRST = 'partyserver, shown first';

const MESSAGES_TABLE = {
  // A primary key that is text has an index, which is a row more.
  rows: (state: string) => sum(state, 'messages', 'SELECT 2 * count(*) AS n FROM messages'),
  rowHabits: { deletes: 0 },
};

/** In the order of the table. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'edge-chat',
    wire: EDGE_CHAT,
    script: 'workerd.ts',
    args: ['edge-chat'],
    rows: (state) => sum(state, 'events', 'SELECT count(*) AS n FROM events'),
    // Each is deleted when its time is over.
    rowHabits: { deletes: 1 },
  },
  {
    name: 'partyserver',
    wire: PARTYSERVER,
    script: 'workerd.ts',
    args: ['partyserver'],
    ...MESSAGES_TABLE,
  },
  // What the template does: nothing waits for the disk.
  {
    name: SHOWS_FIRST,
    wire: SHOW_FIRST,
    script: 'workerd.ts',
    args: ['partyserver'],
    ...MESSAGES_TABLE,
  },
  { name: 'ws', wire: ECHO, script: 'ws.ts' },
  { name: 'socket.io', wire: SOCKET_IO, script: 'socket-io.ts' },
];

/** With the limits that a deployment has. */
export const EDGE_CHAT_AS_DEPLOYED: Contender = {
  name: 'edge-chat as deployed',
  wire: EDGE_CHAT,
  script: 'workerd.ts',
  args: ['edge-chat-as-deployed'],
};

const CLOCK_TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** A contender that runs. */
export class RunningServer {
  readonly contender: Contender;
  readonly port: number;
  readonly #pid: number;
  readonly #child: ChildProcess;
  readonly #state: string;
  #output = '';

  private constructor(
    contender: Contender,
    child: ChildProcess,
    state: string,
    { port, pid }: { port: number; pid: number },
  ) {
    this.contender = contender;
    this.port = port;
    this.#pid = pid;
    this.#child = child;
    this.#state = state;
    child.stdout?.on('data', (chunk) => {
      this.#output += String(chunk);
    });
  }

  static start(contender: Contender): Promise<RunningServer> {
    const state = mkdtempSync(join(tmpdir(), 'edge-chat-bench-'));
    const script = join(import.meta.dirname, 'servers', contender.script);
    const child = fork(script, [state, ...(contender.args ?? [])], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    return new Promise((done, fail) => {
      child.once('message', (where: { port: number; pid: number }) =>
        done(new RunningServer(contender, child, state, where)),
      );
      child.once('exit', (code) => fail(new Error(`${contender.name} ended with ${code}`)));
    });
  }

  /** CPU time that it has used so far, in milliseconds, user and system (proc(5)). */
  cpuMs(): number {
    const fields =
      readFileSync(`/proc/${this.#pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1_000) / CLOCK_TICKS_PER_SECOND;
  }

  /** Memory that is its own at the moment, in bytes (proc(5)). */
  memoryBytes(): number {
    return Number(readFileSync(`/proc/${this.#pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES;
  }

  /** Rows written for messages so far, where it keeps any. */
  rows(): number | undefined {
    return this.contender.rows?.(this.#state);
  }

  /** How often a room has woken so far; edge-chat only says so. */
  wakeUps(): number {
    return this.#output.split('room is awake').length - 1;
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#state, { recursive: true, force: true });
  }
}
