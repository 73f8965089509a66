import { rename, rm, writeFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';

/**
 * Writes a file as a whole: beside it, then renamed, so that whoever reads it, and a crash, meet the old or the new one.
 * @throws Fault `ERR_USAGE` when it cannot be written; nothing is left behind
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new Fault('ERR_USAGE', 'The file cannot be written.', { where: path, cause });
  }
}
