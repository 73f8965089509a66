import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';

/**
 * Writes a file as a whole: beside it, then renamed, so that whoever reads it, and a crash, meet the old or the new one. A link stays, and what it leads to
 * is written; so is what is no file (`/dev/stdout`, a pipe), which is never replaced.
 * @param shown the path as the user wrote it, for messages
 * @throws Fault `ERR_USAGE` when it cannot be written, with the reason; nothing is left behind
 */
export async function writeWholeFile(path: string, content: string | Uint8Array, shown: string = path): Promise<void> {
  let draft: string | null = null;
  try {
    const there = await stat(path).catch(() => null);
    if (there !== null && !there.isFile()) return await writeFile(path, content);
    const target = there === null ? path : await realpath(path);
    draft = `${target}.${randomBytes(6).toString('hex')}.new`;
    await writeFile(draft, content, { flag: 'wx', ...(there === null ? {} : { mode: there.mode & 0o777 }) });
    await rename(draft, target);
  } catch (cause) {
    if (draft !== null) await rm(draft, { force: true }).catch(() => {});
    throw notWritten(cause, shown);
  }
}

/** Why a file was not written, in words. */
export function notWritten(cause: unknown, shown: string): Fault {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return new Fault('ERR_USAGE', `The file cannot be written: ${WHY[code] ?? code}.`, { where: shown, cause });
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'the folder or file does not allow it',
  EPERM: 'the folder or file does not allow it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'part of the path is no folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
};
