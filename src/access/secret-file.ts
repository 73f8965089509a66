import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../core/fault.ts';

/** 32 bytes that nobody but this installation knows. */
export type Secret = Uint8Array<ArrayBuffer>;

/** How messages speak of a secret's file. */
export interface SecretFile {
  /** Its name in the state directory. */
  readonly name: string;
  /** `The pepper of the virtual keys` */
  readonly title: string;
  /** What is lost with it. */
  readonly loss: string;
}

const TEXT = /^[0-9a-f]{64}\n?$/;

/**
 * Reads a secret from the state directory, and creates it at first use. It lies outside the database, so that a stolen
 * database alone is of no use. Gateways that share a database must share it: copy the file before the second one starts.
 * @throws Fault `ERR_CONFIG` when the file is damaged, or others than its owner and group can read it.
 */
export async function loadSecretFile(stateDirectory: string, file: SecretFile): Promise<Secret> {
  const path = join(stateDirectory, file.name);
  return (await readSecret(path, file)) ?? (await createSecret(stateDirectory, path, file));
}

async function readSecret(path: string, { title, loss }: SecretFile): Promise<Secret | null> {
  let text: string;
  let mode: number;
  try {
    ({ mode } = await stat(path));
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Fault('ERR_CONFIG', `${title} cannot be read.`, { where: path, cause });
  }
  // Group members may read (mounted secrets arrive like that), but not write; nobody else may do anything.
  if (process.platform !== 'win32' && (mode & 0o027) !== 0) {
    throw new Fault('ERR_CONFIG', `${title} is open to other users of this machine.`, {
      where: path,
      hint: `Run: chmod 600 ${path}`,
    });
  }
  if (!TEXT.test(text)) {
    throw new Fault('ERR_CONFIG', `${title} is damaged: it must be 64 hexadecimal digits.`, {
      where: path,
      hint: `Restore it from a backup. ${loss}`,
    });
  }
  return new Uint8Array(Buffer.from(text.trim(), 'hex'));
}

/**
 * The file appears under its name only when it is whole and on disk: it is written beside, then linked.
 * `link` fails when the name is taken, so of two processes that start together one wins and both read its secret.
 */
async function createSecret(directory: string, path: string, file: SecretFile): Promise<Secret> {
  const { title } = file;
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    try {
      await link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await unlink(draft);
    }
  } catch (cause) {
    throw new Fault('ERR_CONFIG', `${title} cannot be created.`, {
      where: path,
      hint: 'The state directory must be writable.',
      cause,
    });
  }
  const secret = await readSecret(path, file);
  if (secret === null) throw new Fault('ERR_CONFIG', `${title} vanished.`, { where: path });
  return secret;
}
