import type { FileResult } from '../scan/file-result.ts';
import type { Io } from './command.ts';
import { printable } from './printable.ts';

/** One line on a terminal that is written over; nothing in a pipe. */
export class ScanProgress {
  readonly #io: Io;
  #last = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  step(count: number, { file, findings }: FileResult): void {
    if (!this.#io.terminal || Date.now() - this.#last < 100) return;
    this.#last = Date.now();
    const name = printable(file).slice(-60);
    process.stderr.write(`\r\u001b[K${count} files${findings.length > 0 ? ', findings' : ''}  ${name}`);
  }

  end(): void {
    if (this.#io.terminal) process.stderr.write('\r\u001b[K');
  }
}
