import type { Io } from '../command.ts';
import { run } from '../run.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line without a process, in a folder, and gives what it printed. `more` says what differs from a pipe with no environment. */
export async function runParapet(
  cwd: string,
  argv: readonly string[],
  more: Partial<Pick<Io, 'env' | 'terminal' | 'signal' | 'stdin'>> = {},
): Promise<Ran> {
  const [lines, errors]: [string[], string[]] = [[], []];
  const io: Io = {
    out: (text) => void lines.push(text),
    err: (text) => void errors.push(text),
    stdin: async function* () {},
    env: {},
    cwd,
    terminal: false,
    signal: new AbortController().signal,
    exitCode: 0,
    ...more,
  };
  const code = await run([...argv], io);
  return { code, out: lines.join('\n'), err: errors.join('\n') };
}
