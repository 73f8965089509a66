import { constants, existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { isConsistent, type ModelManifest } from '../passport/model-manifest.ts';
import type { PassportEntry } from '../passport/passport.ts';
import { notWritten } from './write-whole-file.ts';

const TAKEN = 'A passport that is there is not overwritten.';

/** @throws Fault `ERR_USAGE` when there is something at the path */
export async function assertAbsent(path: string, shown: string): Promise<void> {
  if (existsSync(path)) throw new Fault('ERR_USAGE', TAKEN, { where: shown });
}

/** @throws Fault `ERR_USAGE` when there is something at the path, or it cannot be written */
export async function createPassport(path: string, line: string, shown: string): Promise<void> {
  try {
    await writeFile(path, line, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Fault('ERR_USAGE', TAKEN, { where: shown, cause });
    throw notWritten(cause, shown);
  }
}

/**
 * Appends a line, on a line of its own even where an editor took the last line feed away. What could not be written whole is taken back.
 * @throws Fault `ERR_USAGE` when it cannot be written
 */
export async function appendToPassport(path: string, line: string, shown: string): Promise<void> {
  try {
    // Each write goes to the end as it is then: two that add at once both stand in it.
    const file = await open(path, constants.O_RDWR | constants.O_APPEND);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const bytes = Buffer.from(size > 0 && last[0] !== 0x0a ? `\n${line}` : line);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } catch (cause) {
        const { size: now } = await file.stat();
        if (now > size && now < size + bytes.length) await file.truncate(size).catch(() => {});
        throw cause;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw notWritten(cause, shown);
  }
}

/**
 * What a passport's first statement says about the model.
 * @throws Fault `ERR_DATA` where it contradicts itself
 */
export function manifestIn(
  { subject, value, line }: PassportEntry,
  where: string,
): { readonly subject: PassportEntry['subject']; readonly manifest: ModelManifest } {
  const manifest = { sha256: subject.sha256, value: value as ModelManifest['value'] };
  if (!isConsistent(manifest)) {
    throw new Fault(
      'ERR_DATA',
      'The statement about the model contradicts itself: its files are not those of its digest.',
      {
        where: `${where}:${line}`,
      },
    );
  }
  return { subject, manifest };
}

/** A time, unless it lies in the future. */
export function earlier(time: Date): Date {
  const now = new Date();
  return time > now ? now : time;
}
