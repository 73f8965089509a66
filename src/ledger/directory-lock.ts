import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';

/**
 * Keeps a second process out of a directory. The lock file names the process that holds it, by id and start time, so
 * that the lock of a process that was killed, or whose id another one has now, does not hold.
 * @returns the function that gives the lock back.
 * @throws Fault `ERR_LEDGER` when another living process holds it.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}\n`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const fd = openSync(path, 'wx', 0o600);
      writeSync(fd, mine);
      closeSync(fd);
      return () => {
        if (read(path) === mine) rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new Fault('ERR_LEDGER', "The ledger's directory cannot be written.", { where: directory, cause: error });
      }
    }
    const holder = read(path);
    const [pid = '', start = ''] = (holder ?? '').trim().split(' ');
    const lives =
      pid !== '' && Number(pid) !== process.pid
        ? isAlive(Number(pid), start)
        : Number(pid) === process.pid && start === (startOf(process.pid) ?? '');
    if (lives) {
      throw new Fault('ERR_LEDGER', `The ledger is in use by the process ${pid}.`, {
        where: directory,
        hint: 'Stop that process, or give this one a state directory of its own.',
      });
    }
    rmSync(path, { force: true });
  }
  throw new Fault('ERR_LEDGER', "The ledger's lock cannot be taken.", { where: path });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === null || start === '' || now === start;
}

/** Field 22 of `/proc/<pid>/stat`: clock ticks from boot to the process's start; null where there is no such file. */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may contain spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
