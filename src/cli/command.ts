import type { Command } from 'commander';

/** What a command may touch: handed in, so that tests drive commands without a process. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** What is piped in. Read only by commands that say so. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** True when stdout is a terminal: colours, progress and tables for people only then. */
  readonly terminal: boolean;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The process's exit code; a command sets it (0 fine, 1 findings, 2 usage or configuration, 3 incomplete or internal). */
  exitCode: number;
}

/** Each file in `commands/` exports one of these as `register`. Commands load heavy rooms with `await import`. */
export type RegisterCommand = (program: Command, io: Io) => void;
