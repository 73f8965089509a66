import { Fault } from '../core/fault.ts';
import type { Where } from '../scan/file-result.ts';

export function interrupted(): Fault {
  return new Fault('ERR_USAGE', 'Interrupted: not all rows were looked at.');
}

/** A full disk is not the fault of the file that is read, and nothing can go on. */
export function isStore(error: unknown): boolean {
  return error instanceof Fault && error.code === 'ERR_STORE';
}

/** The fault in words; where it is, without the file's own path. */
export function reasonOf(error: unknown, path: string): string {
  if (error instanceof Fault) {
    const { message, where, hint } = error;
    const rest = where?.startsWith(path) === true ? where.slice(path.length).replace(/^\s*[>:]\s*/, '') : where;
    const place = rest === undefined || rest === '' || /^line \d+$/.test(rest) ? '' : ` (at ${rest})`;
    return `${message.replace(/\.$/, '')}${place}${hint === undefined ? '' : `. ${hint.replace(/\.$/, '')}`}`;
  }
  return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown')})`;
}

export function placeOfError(error: unknown): Where {
  const line = error instanceof Fault ? /^line (\d{1,15})$/.exec(error.where ?? '')?.[1] : undefined;
  return { member: null, offset: null, ...(line === undefined ? {} : { line: Number(line) }) };
}
