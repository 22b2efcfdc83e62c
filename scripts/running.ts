/**
 * Whether a server works on a state folder: a second one would number and store by itself, and both
 * would break. A file in the folder says at which address the last one was to answer; whether it does
 * is asked of the address, so a server that was killed is not waited for, and one that lost its parent
 * is found.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'edge-chat.port';

/** Whether edge-chat answers at this port. */
export async function isUp(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://localhost:${port}/healthz`);
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'protocol' in body;
  } catch {
    return false;
  }
}

/** The port of the server that works on this folder, if there is one. */
export async function runningOn(folder: string): Promise<number | undefined> {
  try {
    const port = Number(readFileSync(join(folder, FILE), 'utf8'));
    return (await isUp(port)) ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Notes that this process serves the folder at this port, until it ends. */
export function noteRunning(folder: string, port: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), String(port));
  process.once('exit', () => rmSync(join(folder, FILE), { force: true }));
}
