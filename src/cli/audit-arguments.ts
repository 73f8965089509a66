import { readFile } from 'node:fs/promises';
import { Fault, isFault } from '../core/fault.ts';
import { parseCheckpoint } from '../ledger/checkpoint.ts';
import { type VerifierKey, parseVerifierKey } from '../ledger/note-key.ts';

/** A file that the command line names. @throws Fault `ERR_USAGE`. */
export async function readInput(path: string, named: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Fault('ERR_USAGE', `The file cannot be read (${codeOf(error)}).`, { where: named, cause: error });
  }
}

/** @throws Fault `ERR_USAGE` when the file is not a checkpoint. */
export async function readCheckpoint(path: string, named: string): Promise<string> {
  const note = (await readInput(path, named)).toString('utf8');
  try {
    parseCheckpoint(note);
    return note;
  } catch (error) {
    throw new Fault('ERR_USAGE', `This is not a saved checkpoint: ${isFault(error) ? error.message : String(error)}`, {
      where: named,
      hint: '`parapet audit checkpoint` prints one.',
      cause: error,
    });
  }
}

/** @throws Fault `ERR_USAGE` when the text is not a verifier key. */
export function readKey(text: string): VerifierKey {
  try {
    return parseVerifierKey(text.trim());
  } catch (error) {
    throw new Fault('ERR_USAGE', isFault(error) ? error.message : String(error), {
      where: '--key',
      hint: 'Give the text of key.pub, as it was kept elsewhere.',
      cause: error,
    });
  }
}

/** What the operating system said. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
