import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../core/fault.ts';

const MOST_BYTES = 256 * 1024 * 1024;

/** A text file as it is, to be replaced as a whole. */
export interface TextFile {
  readonly text: string;
  /**
   * Puts `text` in its place: written beside, on disk, then renamed, with the same permissions, so that a crash leaves the
   * one or the other. @throws Fault `ERR_USAGE` when somebody else has changed the file since it was read.
   */
  replace(text: string): Promise<void>;
}

/** @throws Fault `ERR_USAGE` when it is no UTF-8 text file, or too large. */
export async function openTextFile(path: string, where: string): Promise<TextFile> {
  let real: string;
  let before: Awaited<ReturnType<typeof stat>>;
  let bytes: Buffer;
  try {
    real = await realpath(path);
    before = await stat(real);
    if (!before.isFile()) throw new Fault('ERR_USAGE', 'This is no file.', { where });
    if (before.size > MOST_BYTES) throw new Fault('ERR_USAGE', 'The file has more than 256 MiB.', { where });
    bytes = await readFile(real);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('ERR_USAGE', 'The file cannot be read.', { where, cause });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Fault('ERR_USAGE', 'The file is not UTF-8 text.', { where, cause });
  }
  if (text.includes('\0')) throw new Fault('ERR_USAGE', 'The file has zero bytes: it is no text.', { where });
  return {
    text,
    async replace(next) {
      const draft = join(dirname(real), `.parapet-${process.pid}-${randomBytes(6).toString('hex')}`);
      try {
        const file = await open(draft, 'wx', before.mode & 0o7777);
        try {
          await file.writeFile(next);
          await file.chmod(before.mode & 0o7777);
          await file.sync();
        } finally {
          await file.close();
        }
        const now = await stat(real);
        if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) {
          throw new Fault('ERR_USAGE', 'The file was changed by somebody else meanwhile.', { where });
        }
        await rename(draft, real);
      } catch (cause) {
        await unlink(draft).catch(() => {});
        if (cause instanceof Fault) throw cause;
        throw new Fault('ERR_USAGE', 'The file cannot be written.', { where, cause });
      }
    },
  };
}
