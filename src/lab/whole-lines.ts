import { closeSync, openSync, readSync } from 'node:fs';
import { Fault } from '../core/fault.ts';

const LONGEST_LINE = 1 << 28;

/**
 * Whole lines of a log with the offset after each, a piece at a time; what stands after the last line end is left out.
 * @throws Fault `ERR_DATA` where a line has no end for 256 MiB
 */
export function* wholeLines(path: string): Generator<{ readonly line: string; readonly end: number }> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    let start = 0;
    for (;;) {
      const read = readSync(file, piece, 0, piece.length, null);
      if (read === 0) return;
      rest = Buffer.concat([rest, piece.subarray(0, read)]);
      let from = 0;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, from)) {
        yield { line: rest.toString('utf8', from, at), end: start + at + 1 };
        from = at + 1;
      }
      rest = Buffer.from(rest.subarray(from));
      start += from;
      if (rest.length > LONGEST_LINE) {
        throw new Fault('ERR_DATA', 'a line of the log is too long', { where: path, hint: 'Delete the file.' });
      }
    }
  } finally {
    closeSync(file);
  }
}
