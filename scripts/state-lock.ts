/**
 * Keeps two servers off one state folder: each would number and store by itself, and both would break.
 * The lock is a socket that this process listens on: the system lets go of it however the process
 * ends, `kill -9` included.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Takes the lock of a state folder until this process ends; `false` when another process has it. */
export async function lockState(folder: string): Promise<boolean> {
  const path = lockPath(folder);
  if (await listen(path)) return true;
  if (await answers(path)) return false;
  // Left behind by a process that was killed.
  rmSync(path, { force: true });
  return await listen(path);
}

/** Short, whatever the folder is called: a socket's path has at most about a hundred characters. */
function lockPath(folder: string): string {
  const name = `edge-chat-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function listen(path: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => socket.end());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(false) : fail(error),
    );
    server.listen(path, () => {
      process.once('exit', () => rmSync(path, { force: true }));
      done(true);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
