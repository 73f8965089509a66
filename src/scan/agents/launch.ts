import { trimEndOf } from '../../text/trim-end-of.ts';
import type { AgentServer, AgentValue } from './agent-fact.ts';

/** A package that a runner fetches and starts. */
export interface LaunchedPackage {
  readonly ecosystem: 'npm' | 'pypi';
  readonly runner: string;
  readonly name: string;
  /** As it is written: `1.2.3`, `latest`, `^1`; null where nothing is. */
  readonly version: string | null;
  /** `registry`: by name. `git`, `archive`: by address. `path`: on this disk. */
  readonly from: 'registry' | 'git' | 'archive' | 'path';
  /** Nobody can change what runs without this text changing. */
  readonly pinned: boolean;
  readonly at: AgentValue;
}

/** A container image that is started. */
export interface LaunchedImage {
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly at: AgentValue;
}

/** A program text that is given to an interpreter. */
export interface InlineProgram {
  readonly interpreter: string;
  readonly text: string;
  readonly shell: boolean;
  readonly at: AgentValue;
}

/** What starting a server comes down to. */
export interface Launch {
  /** Name of the program without folder and `.exe`, in lower case; `''` for a server that is reached by address. */
  readonly program: string;
  /** What follows it, wrappers such as `cmd /c` and `env A=b` taken away. */
  readonly args: readonly AgentValue[];
  readonly packages: readonly LaunchedPackage[];
  readonly image: LaunchedImage | null;
  readonly inline: InlineProgram | null;
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ksh', 'fish', 'cmd', 'powershell', 'pwsh']);
const INTERPRETERS: ReadonlySet<string> = new Set([
  'node',
  'deno',
  'bun',
  'python',
  'python3',
  'py',
  'perl',
  'ruby',
  'php',
  'osascript',
]);
const INLINE = /^(?:-[a-z]{0,3}c|\/c|\/k|-e|--eval|-pe?|--print|-r|-command|-encodedcommand|-enc|-ec)$/i;

/** Reads how a server is started. */
export function launchOf(server: AgentServer): Launch {
  let words: readonly AgentValue[] = server.command === null ? [] : [...splitCommand(server.command), ...server.args];
  let inline: InlineProgram | null = null;
  for (let layer = 0; layer < 4; layer++) {
    const program = baseName(words[0]?.text ?? '');
    const rest = words.slice(1);
    if (program === 'env' || program === 'sudo' || program === 'nohup' || program === 'exec') {
      words = rest.slice(rest.findIndex(({ text }) => !/^-|^[A-Za-z_]\w{0,100}=/.test(text)));
      continue;
    }
    const flag = rest.findIndex(({ text }) => INLINE.test(text));
    if (flag === -1 || !(SHELLS.has(program) || INTERPRETERS.has(trimEndOf(program, '0123456789.')))) break;
    if (rest.slice(0, flag).some(({ text }) => !/^[-/]/.test(text))) break;
    // `cmd /c npx …` is how Windows starts a script; its words are the command.
    if (program === 'cmd' && rest.length > flag + 2) {
      words = rest.slice(flag + 1);
      continue;
    }
    const text = rest[flag + 1];
    if (text === undefined) break;
    const encoded = /^-e(?:nc|ncodedcommand|c)$/i.test(rest[flag]!.text);
    inline = {
      interpreter: program,
      text: encoded ? decodePowershell(text.text) : text.text,
      shell: SHELLS.has(program),
      at: text,
    };
    if (!inline.shell) break;
    words = lastSimpleCommand(inline.text).map((word) => ({ text: word, at: text.at }));
    if (words.length === 0) break;
  }
  const program = baseName(words[0]?.text ?? '');
  const args = words.slice(1);
  return { program, args, packages: packagesOf(program, args), image: imageOf(program, args), inline };
}

/** Some programs take one text for the whole command. */
function splitCommand(command: AgentValue): readonly AgentValue[] {
  if (!/^[\w./~-]{1,200} \S/.test(command.text)) return [command];
  return wordsOf(command.text).map((text) => ({ text, at: command.at }));
}

/** Words of a simple command line, quotes taken away. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)) {
    words.push(match[1] ?? match[2] ?? match[3]!);
  }
  return words;
}

/** The last command of a line for a shell: `cd x && exec npx y` starts `npx y`. */
function lastSimpleCommand(line: string): readonly string[] {
  const parts = line.split(/&&|;|\n|\|\|/);
  const last = parts.findLast((part) => part.trim() !== '') ?? '';
  return /[|<>`]|\$\(/.test(last) ? [] : wordsOf(last);
}

function decodePowershell(text: string): string {
  const decoded = Buffer.from(text, 'base64').toString('utf16le');
  return decoded === '' ? text : decoded;
}

export function baseName(path: string): string {
  return path.replaceAll('\\', '/').split('/').at(-1)!.toLowerCase().replace(/\.(?:exe|cmd|bat|ps1)$/, ''); // prettier-ignore
}

/** Options of npx and its kin that take a value. */
const NPM_VALUES: ReadonlySet<string> = new Set([
  '--registry',
  '--prefix',
  '-w',
  '--workspace',
  '--cache',
  '--userconfig',
  '-c',
  '--call',
  '--node-options',
  '--loglevel',
]);
const PIP_VALUES: ReadonlySet<string> = new Set(['--python', '-p', '--index-url', '-i', '--extra-index-url', '--index', '--default-index', '--directory', '--project',
  '--env-file', '--refresh-package', '--link-mode', '--cache-dir', '--config-file', '--resolution', '--prerelease', '--find-links', '-f', '--pip-args', '--spec']); // prettier-ignore

function packagesOf(program: string, args: readonly AgentValue[]): readonly LaunchedPackage[] {
  const words = args.map(({ text }) => text);
  const sub = words[0];
  if (program === 'npx' || program === 'bunx' || program === 'pnpx') return npm(program, args);
  if (
    (program === 'npm' && (sub === 'exec' || sub === 'x')) ||
    ((program === 'pnpm' || program === 'yarn') && sub === 'dlx') ||
    (program === 'bun' && sub === 'x')
  ) {
    return npm(`${program} ${sub}`, args.slice(1));
  }
  if (program === 'deno' && sub === 'run') {
    const found = args.find(({ text }) => /^(?:npm|jsr):/.test(text));
    return found === undefined
      ? []
      : [npmPackage('deno', { ...found, text: found.text.replace(/^(?:npm|jsr):\/?/, '') })];
  }
  if (program === 'uvx') return python(program, args);
  if (program === 'uv' && sub === 'tool' && words[1] === 'run') return python('uv tool run', args.slice(2));
  if (program === 'pipx' && sub === 'run') return python('pipx run', args.slice(1));
  if (program === 'uv' && sub === 'run') {
    return args.flatMap((one, at) => (words[at - 1] === '--with' ? [pythonPackage('uv run', one)] : []));
  }
  return [];
}

function npm(runner: string, args: readonly AgentValue[]): readonly LaunchedPackage[] {
  const named: LaunchedPackage[] = [];
  for (let at = 0; at < args.length; at++) {
    const { text } = args[at]!;
    if (text === '-p' || text === '--package') {
      if (args[at + 1] !== undefined) named.push(npmPackage(runner, args[++at]!));
    } else if (text.startsWith('--package=')) named.push(npmPackage(runner, { ...args[at]!, text: text.slice(10) }));
    else if (NPM_VALUES.has(text)) at++;
    else if (text === '--no-install' || text === '--offline') return [];
    else if (text !== '--' && !text.startsWith('-')) {
      // With `--package` the first word is the program inside it.
      return named.length > 0 ? named : [npmPackage(runner, args[at]!)];
    }
  }
  return named;
}

const EXACT = /^v?\d{1,6}\.\d{1,6}\.\d{1,6}(?:[-+][\w.+-]{1,80})?$/;
const COMMIT = /[#@](?:commit=)?[0-9a-f]{40}(?:[?#]|$)/i;

function npmPackage(runner: string, at: AgentValue): LaunchedPackage {
  const { text } = at;
  const common = { ecosystem: 'npm' as const, runner, at };
  if (/^(?:\.|\/|~|file:|[A-Za-z]:\\|\$\{?(?:workspaceFolder|CLAUDE_PLUGIN_ROOT|PWD|HOME))/.test(text)) {
    return { ...common, name: text, version: null, from: 'path', pinned: true };
  }
  if (
    /^git(?:\+|:)|^(?:github|gitlab|bitbucket|gist):|\.git(?:#|$)|^[\w.-]{1,100}\/[\w.-]{1,100}(?:#|$)/.test(text) &&
    !text.startsWith('@')
  ) {
    return { ...common, name: text, version: null, from: 'git', pinned: COMMIT.test(text) };
  }
  if (/^https?:/i.test(text)) return { ...common, name: text, version: null, from: 'archive', pinned: false };
  const mark = text.indexOf('@', 1);
  const name = mark === -1 ? text : text.slice(0, mark);
  const version = mark === -1 ? null : text.slice(mark + 1);
  return { ...common, name, version, from: 'registry', pinned: version !== null && EXACT.test(version) };
}

function python(runner: string, args: readonly AgentValue[]): readonly LaunchedPackage[] {
  const named: LaunchedPackage[] = [];
  for (let at = 0; at < args.length; at++) {
    const { text } = args[at]!;
    const value = /^--(from|with|spec)=(.{1,2000})$/.exec(text)?.[2];
    if (value !== undefined) named.push(pythonPackage(runner, { ...args[at]!, text: value }));
    else if (text === '--from' || text === '--with' || text === '--spec') {
      if (args[at + 1] !== undefined) named.push(pythonPackage(runner, args[++at]!));
    } else if (PIP_VALUES.has(text)) at++;
    else if (!text.startsWith('-')) {
      const from = args.slice(0, at).some((one) => /^--(?:from|spec)(?:=|$)/.test(one.text));
      return from ? named : [...named, pythonPackage(runner, args[at]!)];
    }
  }
  return named;
}

function pythonPackage(runner: string, at: AgentValue): LaunchedPackage {
  const { text } = at;
  const common = { ecosystem: 'pypi' as const, runner, at };
  if (/^(?:git|hg|svn|bzr)\+| @ (?:git|hg)\+/.test(text))
    return { ...common, name: text, version: null, from: 'git', pinned: COMMIT.test(text) };
  if (/^https?:| @ https?:/i.test(text))
    return { ...common, name: text, version: null, from: 'archive', pinned: /#sha256=[0-9a-f]{64}/.test(text) };
  if (/^(?:\.|\/|~|file:|[A-Za-z]:\\|\$\{)/.test(text))
    return { ...common, name: text, version: null, from: 'path', pinned: true };
  const match = /^([A-Za-z0-9][\w.-]{0,100})(?:\[[^\]]{0,200}\])?\s{0,4}(===?|@|[<>~!]=?)?\s{0,4}(.{0,100})$/.exec(
    text,
  );
  const version = match?.[2] === undefined ? null : match[3]!;
  const exact =
    version !== null &&
    (match![2]!.startsWith('==') || match![2] === '@') &&
    /^\d+(?:\.\d+){0,4}[\w.+-]{0,40}$/.test(version) &&
    !version.includes('*');
  return { ...common, name: match?.[1] ?? text, version, from: 'registry', pinned: exact };
}

const CONTAINER_FLAGS =
  /^(?:--rm|-[itdPq]{1,4}|--(?:interactive|tty|detach|init|privileged|read-only|publish-all|no-healthcheck|quiet|oom-kill-disable|sig-proxy)(?:=\w{1,8})?)$/;

function imageOf(program: string, args: readonly AgentValue[]): LaunchedImage | null {
  if (program !== 'docker' && program !== 'podman' && program !== 'nerdctl') return null;
  const start = args.findIndex(({ text }) => text === 'run');
  if (start === -1 || start > 3) return null;
  for (let at = start + 1; at < args.length; at++) {
    const { text } = args[at]!;
    if (CONTAINER_FLAGS.test(text) || (text.startsWith('-') && text.includes('='))) continue;
    if (text.startsWith('--') || /^-[a-zA-Z]$/.test(text)) at++;
    else if (!text.startsWith('-')) return parseImage(args[at]!);
  }
  return null;
}

function parseImage(at: AgentValue): LaunchedImage {
  const [rest, digest] = at.text.split('@', 2) as [string, string | undefined];
  const colon = rest.lastIndexOf(':');
  const tagged = colon > rest.lastIndexOf('/');
  return {
    name: tagged ? rest.slice(0, colon) : rest,
    tag: tagged ? rest.slice(colon + 1) : null,
    digest: digest?.startsWith('sha256:') === true ? digest : null,
    at,
  };
}
