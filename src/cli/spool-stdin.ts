import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault, isFault } from '../core/fault.ts';
import type { Io } from './command.ts';
import { notWritten } from './write-whole-file.ts';

const MAX_STDIN = 4 * 1024 ** 3;

/**
 * Stdin as a file, because formats are read from their end, too.
 * @throws Fault `ERR_USAGE` for more than 4 GiB, where the folder for temporary files cannot take it, and when interrupted; nothing is left behind
 */
export async function spoolStdin(io: Io): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'parapet-scan-')).catch((cause: unknown) => {
    throw notWritten(cause, tmpdir());
  });
  const path = join(folder, 'stdin');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new Fault('ERR_USAGE', 'Interrupted while stdin was read.'));
    if (io.signal.aborted) stop();
    else io.signal.addEventListener('abort', stop, { once: true });
  });
  stopped.catch(() => {});
  try {
    const file = await open(path, 'w');
    const chunks = io.stdin()[Symbol.asyncIterator]();
    let bytes = 0;
    try {
      for (;;) {
        const { done, value } = await Promise.race([chunks.next(), stopped]);
        if (done === true) break;
        bytes += value.length;
        if (bytes > MAX_STDIN)
          throw new Fault('ERR_USAGE', 'What comes on stdin is longer than 4 GiB; save it to a file first.');
        await file.write(value);
      }
    } catch (error) {
      void chunks.return?.();
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw isFault(error) ? error : notWritten(error, path);
  }
  return { path, remove };
}
