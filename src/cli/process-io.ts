import type { Io } from './command.ts';
import { printableLines } from './printable.ts';

/**
 * The real process as commands see it. A second SIGINT or SIGTERM ends it at once. A reader that goes away (`parapet … | head`) stops commands that go on until they
 * are told; others end with their own exit code, so that what was found still counts.
 */
export function processIo(): Io {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      controller.abort(name);
    });
  }
  let open = true;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(`error: What is printed cannot be written (${error.code ?? error.message}).\n`);
      process.exit(2);
    }
    open = false;
    controller.abort('SIGPIPE');
  });
  // Where nothing can be said, the exit code still is.
  process.stderr.on('error', () => {});
  const terminal = process.stdout.isTTY === true;
  return {
    out: (text) => void (open && process.stdout.write(`${terminal ? printableLines(text) : text}\n`)),
    err: (text) => void process.stderr.write(`${printableLines(text)}\n`),
    env: process.env,
    cwd: process.cwd(),
    terminal,
    signal: controller.signal,
    exitCode: 0,
    stdin: () => process.stdin,
  };
}
