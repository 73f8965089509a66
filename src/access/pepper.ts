import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';

/** 32 bytes under which the hashes of virtual keys are made. */
export type Pepper = Uint8Array<ArrayBuffer>;

const TEXT = /^[0-9a-f]{64}\n?$/;

/**
 * Reads `<state>/pepper`, and creates it at first use. It lies outside the database, so that a stolen
 * database alone cannot be used to test guesses. Gateways that share a database must share this file:
 * copy it before the second one starts, or the keys of one are unknown to the other.
 * @throws Fault `ERR_CONFIG` when the file is damaged, or others than its owner and group can read it.
 */
export async function loadPepper(stateDirectory: string): Promise<Pepper> {
  const path = join(stateDirectory, 'pepper');
  return (await readPepper(path)) ?? (await createPepper(stateDirectory, path));
}

async function readPepper(path: string): Promise<Pepper | null> {
  let text: string;
  let mode: number;
  try {
    ({ mode } = await stat(path));
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('ERR_CONFIG', 'The pepper of the virtual keys cannot be read.', { where: path, cause });
  }
  // Group members may read (mounted secrets arrive like that), but not write; nobody else may do anything.
  if (process.platform !== 'win32' && (mode & 0o027) !== 0) {
    throw new Fault('ERR_CONFIG', 'The pepper of the virtual keys is open to other users of this machine.', {
      where: path,
      hint: `Run: chmod 600 ${path}`,
    });
  }
  if (!TEXT.test(text)) {
    throw new Fault('ERR_CONFIG', 'The pepper of the virtual keys is damaged: it must be 64 hexadecimal digits.', {
      where: path,
      hint: 'Restore it from a backup. Without it every virtual key has to be created anew.',
    });
  }
  return new Uint8Array(Buffer.from(text.trim(), 'hex'));
}

/**
 * The file appears under its name only when it is whole and on disk: it is written beside, then linked.
 * `link` fails when the name is taken, so of two processes that start together one wins and both read its pepper.
 */
async function createPepper(directory: string, path: string): Promise<Pepper> {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await unlink(draft);
    }
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The pepper of the virtual keys cannot be created.', {
      where: path,
      hint: 'The state directory must be writable.',
      cause,
    });
  }
  const pepper = await readPepper(path);
  if (pepper === null) throw new Fault('ERR_CONFIG', 'The pepper of the virtual keys vanished.', { where: path });
  return pepper;
}
