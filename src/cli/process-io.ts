import type { Io } from './command.ts';
import { printableLines } from './printable.ts';

/** The real process as commands see it. A second SIGINT or SIGTERM ends it at once. */
export function processIo(): Io {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      controller.abort(name);
    });
  }
  // A reader that went away (`parapet … | head`) is not an error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const terminal = process.stdout.isTTY === true;
  return {
    out: (text) => void process.stdout.write(`${terminal ? printableLines(text) : text}\n`),
    err: (text) => void process.stderr.write(`${printableLines(text)}\n`),
    env: process.env,
    cwd: process.cwd(),
    terminal,
    signal: controller.signal,
    exitCode: 0,
    stdin: () => process.stdin,
  };
}
