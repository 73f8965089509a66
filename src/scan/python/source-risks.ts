import { lexSource } from './lex-source.ts';

/** What a call in a program does, in order of how much it says. */
export type SourceRiskKind =
  /** Runs text that is unpacked, decoded or fetched just before. */
  | 'runs-decoded'
  /** Starts a program of the operating system. */
  | 'starts-program'
  /** Evaluates text. */
  | 'evaluates'
  /** Loads what can hold code: pickles, native libraries, byte code. */
  | 'loads-code'
  /** Puts a name together that it then uses. */
  | 'hides-name'
  /** Reaches the network. */
  | 'network';

export interface SourceRisk {
  readonly kind: SourceRiskKind;
  /** Of the call, in units of the text. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** What is called, by its full name. */
  readonly what: string;
  /** Runs when the file is imported or started, and not only when a function of it is called. */
  readonly atImport: boolean;
}

const MAX_RISKS = 200;
/** Units of a statement that are looked at for what it decodes. */
const STATEMENT = 2000;

/** Calls by full name; `*` stands for any one name. */
const CALLS: Readonly<Record<string, SourceRiskKind>> = {
  'os.system': 'starts-program', 'os.popen': 'starts-program', 'os.startfile': 'starts-program', 'os.execl': 'starts-program', 'os.execle': 'starts-program',
  'os.execlp': 'starts-program', 'os.execv': 'starts-program', 'os.execve': 'starts-program', 'os.execvp': 'starts-program', 'os.execvpe': 'starts-program',
  'os.posix_spawn': 'starts-program', 'os.posix_spawnp': 'starts-program', 'os.spawnl': 'starts-program', 'os.spawnv': 'starts-program',
  'os.spawnve': 'starts-program', 'os.spawnlp': 'starts-program', 'os.spawnvp': 'starts-program', 'os.fork': 'starts-program', 'pty.spawn': 'starts-program',
  'subprocess.run': 'starts-program', 'subprocess.Popen': 'starts-program', 'subprocess.call': 'starts-program', 'subprocess.check_call': 'starts-program',
  'subprocess.check_output': 'starts-program', 'subprocess.getoutput': 'starts-program', 'subprocess.getstatusoutput': 'starts-program',
  'commands.getoutput': 'starts-program', 'asyncio.create_subprocess_shell': 'starts-program', 'asyncio.create_subprocess_exec': 'starts-program',
  'platform.popen': 'starts-program', 'webbrowser.open': 'starts-program',
  eval: 'evaluates', exec: 'evaluates', execfile: 'evaluates', 'builtins.eval': 'evaluates', 'builtins.exec': 'evaluates', '__builtins__.eval': 'evaluates',
  '__builtins__.exec': 'evaluates', 'code.interact': 'evaluates', 'runpy.run_path': 'evaluates', 'runpy.run_module': 'evaluates', 'types.FunctionType': 'evaluates',
  'types.CodeType': 'evaluates',
  'marshal.loads': 'loads-code', 'marshal.load': 'loads-code', 'pickle.loads': 'loads-code', 'pickle.load': 'loads-code', 'cPickle.loads': 'loads-code',
  'dill.loads': 'loads-code', 'dill.load': 'loads-code', 'cloudpickle.loads': 'loads-code', 'ctypes.CDLL': 'loads-code', 'ctypes.WinDLL': 'loads-code',
  'ctypes.cdll.LoadLibrary': 'loads-code', 'imp.load_source': 'loads-code', 'torch.ops.load_library': 'loads-code', 'zipimport.zipimporter': 'loads-code',
  'urllib.request.urlopen': 'network', 'urllib.request.urlretrieve': 'network', 'urllib.urlopen': 'network', 'urllib2.urlopen': 'network',
  'requests.get': 'network', 'requests.post': 'network', 'requests.put': 'network', 'requests.request': 'network', 'httpx.get': 'network', 'httpx.post': 'network',
  'socket.socket': 'network', 'socket.create_connection': 'network', 'http.client.HTTPConnection': 'network', 'http.client.HTTPSConnection': 'network',
  'ftplib.FTP': 'network', 'smtplib.SMTP': 'network', 'paramiko.SSHClient': 'network',
}; // prettier-ignore

/** Decoding that hides what is run after it. */
const DECODES =
  /\b(?:b64decode|b32decode|b85decode|a85decode|urlsafe_b64decode|decodebytes|unhexlify|fromhex|decompress|rot13|rot_13|urlopen|urlretrieve|requests\.get|httpx\.get|marshal\.loads|fernet|AES)\b/i;
/** Python that only reads itself: versions in setup files. */
const OWN_FILE = /\bopen\s?\(|\bread_text\s?\(/;
const IMPORTANT: ReadonlySet<string> = new Set(
  Object.keys(CALLS).filter((name) => name.includes('.')).map((name) => name.slice(0, name.indexOf('.'))),
); // prettier-ignore

/**
 * Looks at a Python program without parsing it: which calls of it start programs, evaluate text, load code or reach the network, and whether they run
 * already when the file is imported. Aliases of imports are followed, names that are put together are not. Linear; never throws.
 * @param incomplete is told when there are more than are kept
 */
export function sourceRisks(text: string, incomplete: (reason: string) => void = () => {}): readonly SourceRisk[] {
  const { code, strings } = lexSource(text);
  const found: SourceRisk[] = [];
  const aliases = aliasesOf(code);
  const scopes = new Scopes(code);
  for (const match of code.matchAll(/(?<![\w.])([A-Za-z_]\w{0,60}(?:\s?\.\s?[A-Za-z_]\w{0,60}){0,4})\s{0,4}\(/g)) {
    const written = match[1]!.replaceAll(/\s/g, '');
    const dot = written.indexOf('.');
    const first = dot === -1 ? written : written.slice(0, dot);
    const full = (aliases.get(first) ?? first) + (dot === -1 ? '' : written.slice(dot));
    const statement = statementAt(code, match.index);
    const before = /(?:\bdef|\bclass)\s{1,4}$/.test(code.slice(Math.max(0, match.index - 8), match.index));
    if (before) continue;
    const kind = kindOf(full, statement, strings.slice(match.index, match.index + statement.length));
    if (kind === null) continue;
    if (found.length >= MAX_RISKS) {
      incomplete(`calls of the program after the first ${MAX_RISKS} that reach out of it`);
      break;
    }
    found.push({
      kind,
      offset: match.index,
      line: scopes.lineOf(match.index),
      what: full,
      atImport: scopes.runsAtImport(match.index),
    });
  }
  return found;
}

function kindOf(full: string, statement: string, strings: string): SourceRiskKind | null {
  if (full === 'getattr' || full === '__import__' || full === 'importlib.import_module')
    return hidesName(full, statement, strings);
  if (full === 'compile' || full === 'builtins.compile') return DECODES.test(statement) ? 'runs-decoded' : null;
  const known = Object.hasOwn(CALLS, full) ? CALLS[full]! : null;
  if (known === 'evaluates') {
    if (DECODES.test(statement) || DECODES.test(strings)) return 'runs-decoded';
    return OWN_FILE.test(statement) ? null : known;
  }
  return known;
}

/** A module or attribute whose name is no plain text. */
function hidesName(full: string, statement: string, strings: string): SourceRiskKind | null {
  const args = statement.slice(statement.indexOf('('));
  if (full === 'getattr') {
    const target = /^\(\s{0,4}([A-Za-z_]\w{0,60})/.exec(args)?.[1];
    if (target === undefined || !(IMPORTANT.has(target) || target === '__builtins__' || target === 'builtins'))
      return null;
    return 'hides-name';
  }
  const name = strings.trim();
  if (/^\(\s{0,4}["']\s{0,80}["']\s{0,4}[),]/.test(args))
    return IMPORTANT.has(name) && full === '__import__' ? 'hides-name' : null;
  return /[+[\]%]|decode|join|chr|format/.test(args.slice(0, 200)) ? 'hides-name' : null;
}

/** From a place to the end of its statement: the line, and further ones while brackets are open. */
function statementAt(code: string, from: number): string {
  let depth = 0;
  const limit = Math.min(code.length, from + STATEMENT);
  for (let at = from; at < limit; at++) {
    const unit = code[at]!;
    if (unit === '(' || unit === '[' || unit === '{') depth++;
    else if (unit === ')' || unit === ']' || unit === '}') depth--;
    else if (unit === '\n' && depth <= 0) return code.slice(from, at);
  }
  return code.slice(from, limit);
}

/** Names under which modules and their functions are known in the file. */
function aliasesOf(code: string): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  const add = (name: string, full: string): void => {
    if (aliases.size < 1000 && IMPORTANT.has(full.split('.')[0]!)) aliases.set(name, full);
  };
  for (const line of code.matchAll(/(?:^|[;:])[ \t]{0,40}import[ \t]{1,8}([^\n;#]{1,400})/gm)) {
    for (const part of line[1]!.split(',')) {
      const match = /^\s{0,8}([\w.]{1,80})(?:\s{1,8}as\s{1,8}(\w{1,60}))?\s*$/.exec(part);
      if (match?.[2] !== undefined) add(match[2], match[1]!);
    }
  }
  for (const line of code.matchAll(
    /(?:^|[;:])[ \t]{0,40}from[ \t]{1,8}([\w.]{1,80})[ \t]{1,8}import[ \t]{0,8}(\([^)]{0,2000}\)|[^\n;#]{1,400})/gm,
  )) {
    const module = line[1]!;
    for (const part of line[2]!.replaceAll(/[()]/g, ' ').split(',')) {
      const match = /^\s{0,80}(\w{1,60}|\*)(?:\s{1,8}as\s{1,8}(\w{1,60}))?\s*$/.exec(part);
      if (match === null) continue;
      if (match[1] === '*') {
        for (const known of Object.keys(CALLS))
          if (known.startsWith(`${module}.`)) add(known.slice(module.length + 1), known);
      } else add(match[2] ?? match[1]!, `${module}.${match[1]!}`);
    }
  }
  return aliases;
}

/** Lines, and which of them lie inside a function. Asked in the order of the text. */
class Scopes {
  readonly #starts: number[] = [0];
  readonly #inside: boolean[] = [];

  constructor(code: string) {
    /** Indentations of the functions that are open. */
    const functions: number[] = [];
    let open = 0;
    for (let at = 0; at <= code.length;) {
      const end = code.indexOf('\n', at);
      const line = code.slice(at, end === -1 ? code.length : end);
      const text = line.trimStart();
      // A line inside brackets belongs to the statement before.
      if (text !== '' && open <= 0) {
        const indent = line.length - text.length;
        while (functions.length > 0 && functions.at(-1)! >= indent) functions.pop();
        this.#inside.push(functions.length > 0);
        // What stands under `if __name__ == '__main__'` runs when the file is started, and not when it is imported.
        if (/^(?:async\s+)?def\b|^if\s+__name__\s*==/.test(text)) functions.push(indent);
      } else this.#inside.push(functions.length > 0);
      for (const unit of text) {
        if (unit === '(' || unit === '[' || unit === '{') open++;
        else if ((unit === ')' || unit === ']' || unit === '}') && open > 0) open--;
      }
      if (end === -1) break;
      at = end + 1;
      this.#starts.push(at);
    }
  }

  #index(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  lineOf(offset: number): number {
    return this.#index(offset) + 1;
  }

  runsAtImport(offset: number): boolean {
    return this.#inside[this.#index(offset)] !== true;
  }
}
