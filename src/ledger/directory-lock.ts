import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from '../core/fault.ts';

/**
 * Takes a directory for this process alone. The lock is an operating system's file lock, reached through SQLite
 * (an open exclusive transaction on the empty file `writer.lock`): the kernel drops it when the process dies, however it
 * dies, so there is no stale lock to detect. A file with a process id cannot promise that: ids are used again, and in two
 * containers with one volume both processes are number 1.
 *
 * Nothing else in this process may open `writer.lock`: closing any descriptor of a file gives all of the process's locks
 * on it back (fcntl(2), "Advisory record locking").
 *
 * @returns the function that gives the lock back.
 * @throws Fault `ERR_LEDGER` when another process holds it, with who that is as far as it said.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'writer.lock');
  const owner = join(directory, 'writer');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    throw isBusy(error) ? inUse(directory, owner) : cannotLock(path, error);
  }
  // Only for the message that another process prints; nothing depends on it.
  try {
    writeFileSync(owner, `process ${process.pid} on ${hostname()}\n`, { mode: 0o600 });
  } catch {
    // A full disk shows itself at the first write that matters.
  }
  const held = database;
  return () => {
    if (!held.isOpen) return;
    rmSync(owner, { force: true });
    held.close();
  };
}

/** https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && error.errcode % 256 === 5;
}

function inUse(directory: string, owner: string): Fault {
  let who = 'another process';
  try {
    who = readFileSync(owner, 'utf8').trim() || who;
  } catch {
    // It has not said who it is.
  }
  return new Fault('ERR_LEDGER', `The ledger is in use by ${who}.`, {
    where: directory,
    hint: 'One process writes a ledger. Stop the other one, or give this one a state directory of its own.',
  });
}

function cannotLock(path: string, cause: unknown): Fault {
  return new Fault('ERR_LEDGER', `The ledger's directory cannot be locked: ${reason(cause)}.`, {
    where: path,
    hint: 'The directory has to be writable and on a file system with file locks.',
    cause,
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
