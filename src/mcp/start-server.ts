import { spawn, type ChildProcess } from 'node:child_process';
import { Fault } from '../core/fault.ts';

/**
 * The one file in the house that starts a program: the MCP server that the operator named. Argument by argument and never
 * through a shell, with an environment that is an allow-list, in a directory that is said.
 */

export interface ServerProcess {
  send(line: string): void;
  close(): Promise<void>;
}

export interface StartServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Bytes of one line. */
  readonly longest: number;
  readonly onLine: (line: string) => void;
  /** What it writes to stderr, as it stands. */
  readonly onRemark: (text: string) => void;
  /** Once, when it has ended or could not be started. */
  readonly onEnd: (why: string) => void;
}

/** Variables that a program needs to run at all; everything else is given by name. */
const BASIC = new Set(
  (
    'HOME LANG LANGUAGE LC_ALL LC_CTYPE LOGNAME PATH SHELL TERM TMPDIR TZ USER ' +
    'APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT PROCESSOR_ARCHITECTURE PROGRAMFILES SYSTEMDRIVE SYSTEMROOT TEMP TMP USERNAME USERPROFILE WINDIR'
  ).split(' '),
);
/** Milliseconds for a server to end once its input has ended, and once more after SIGTERM. */
const GRACE = 2000;
const MOST_WAITING = 16 * 1024 * 1024;

/** @param passed names of further variables. */
export function basicEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  passed: readonly string[] = [],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const basic = BASIC.has(name.toUpperCase()) && !value?.startsWith('()');
    if (value !== undefined && (basic || passed.includes(name))) kept[name] = value;
  }
  return kept;
}

export function startServer(options: StartServer): ServerProcess {
  const { command, args, env, cwd, longest } = options;
  let ended = false;
  let child: ChildProcess;
  try {
    child = spawn(command, [...args], { env: { ...env }, cwd, shell: false, windowsHide: true, stdio: 'pipe' });
  } catch (cause) {
    throw new Fault('ERR_CONFIG', 'The server cannot be started.', { where: command, cause });
  }
  const end = (why: string): void => {
    if (ended) return;
    ended = true;
    options.onEnd(why);
  };
  child.on('error', (error) => end(`it could not be started (${(error as NodeJS.ErrnoException).code ?? error.name})`));
  child.on('close', (code, signal) => end(signal === null ? `it ended with ${code}` : `it was ended by ${signal}`));
  child.stdin!.on('error', () => {}); // `close` tells it.
  child.stderr!.setEncoding('utf8').on('data', options.onRemark);
  readLines(child.stdout!, longest, options.onLine, () => {
    end('it sent a line that is too long');
    child.kill();
  });
  return {
    send(line) {
      if (ended || child.stdin!.destroyed) return;
      if (child.stdin!.writableLength > MOST_WAITING) {
        end('it does not read what it is sent');
        child.kill();
        return;
      }
      child.stdin!.write(`${line}\n`);
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
      child.stdin!.end();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const timer = setTimeout(() => child.kill(signal), GRACE);
        const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), GRACE + 100).unref());
        const which = await Promise.race([gone.then(() => 'gone' as const), late]);
        clearTimeout(timer);
        if (which === 'gone') return;
      }
      await gone;
    },
  };
}

/** Lines of a byte stream, without their ends; blank ones are left out. */
export function readLines(
  stream: NodeJS.ReadableStream,
  longest: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  let parts: Buffer[] = [];
  let held = 0;
  let stopped = false;
  stream.on('data', (chunk: Buffer) => {
    let rest = chunk;
    while (!stopped) {
      const at = rest.indexOf(10);
      const piece = at === -1 ? rest : rest.subarray(0, at);
      held += piece.length;
      if (held > longest) {
        stopped = true;
        onTooLong();
        return;
      }
      parts.push(piece);
      if (at === -1) return;
      const line = Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
      parts = [];
      held = 0;
      rest = rest.subarray(at + 1);
      if (line.trim() !== '') onLine(line);
    }
  });
}
