/** A program that fetches or decodes a text, carries it in a variable or a file, and runs it later. */
export interface CarriedRun {
  /** Where it is run. */
  readonly at: number;
  readonly from: 'network' | 'decoded';
  /** Ends a sentence that begins with who does it. */
  readonly says: string;
}

const MOST_LINES = 20_000;
const MOST_NAMES = 2000;
const LONGEST_LINE = 4000;

const NETWORK =
  /\b(?:requests\.(?:get|post|request)|session\.get|urlopen|urlretrieve|httpx\.(?:get|post)|aiohttp|axios(?:\.(?:get|post))?|https?\.get|got)\s{0,4}\(|(?<![\w.])fetch\(|\b(?:curl|wget)[ \t]+[^|]{0,200}(?:https?:|\$)|\b(?:invoke-webrequest|invoke-restmethod|iwr|irm)\b|\bdownload(?:string|data|file)\(/i;
const DECODED =
  /\b(?:b(?:16|32|64|85)decode|a85decode|decodebytes|unhexlify|fromhex|frombase64string)\(|\bcodecs\.decode\(|\batob\(|\bbuffer\.from\([^)\n]{1,200},\s{0,4}["'](?:base64|hex)|\bfromcharcode\b|\bbase64[ \t]+(?:-d|-D|--decode)\b|\bxxd[ \t]+-r\b|\bopenssl[ \t]+(?:enc|base64|aes)[^|\n]{0,80}-d\b|\bmarshal\.loads\(|\[::-1\]|\.reverse\(\)\.join\(|\bmap\(\s{0,4}chr\b|\.join\([^)\n]{0,60}\bchr\(|\|[ \t]{0,4}rev\b|\|[ \t]{0,4}tr[ \t]+["']?(?:a-zA-Z|A-Za-z)|\bprintf[ \t]+["']?(?:\\x[0-9a-f]{2}){4}/i;
const ASSIGNED =
  /^[ \t]{0,60}(?:(?:const|let|var|export|local|readonly|declare|my|set|global)[ \t]{1,4})?\$?([A-Za-z_]\w{0,60})[ \t]{0,8}(?::[ \t]{0,4}[\w.[\], |]{1,60})?[ \t]{0,4}[+.]?=(?![=>~])[ \t]{0,4}(\S[^\n]*)$/;
const OPENED = /\b(?:with|async with)\b[^\n]{1,300}\bas[ \t]{1,4}([A-Za-z_]\w{0,60})[ \t]{0,4}:/;
/** `curl -o FILE`, `wget -O FILE`, `> FILE`, `urlretrieve(…, "FILE")`, `-OutFile FILE`. */
const SAVED =
  /(?:[ \t]-o[ \t]{0,4}|[ \t]--output[ =]|[ \t]-O[ \t]{1,4}|-outfile[ \t]{1,4}|>[ \t]{0,4}|urlretrieve\([^,\n]{1,200},[ \t]{0,4}|downloadfile\([^,\n]{1,200},[ \t]{0,4})["']?([~\w./${}-]{2,120})/i;
/** Calls that run their first argument, which begins the first group. */
const CALLS: readonly RegExp[] = [
  /(?<![\w.])(?:exec|eval)\([ \t]{0,4}(?:compile\([ \t]{0,4})?([^\n]{1,300})/g,
  /\bnew[ \t]{1,4}Function\(([^\n]{1,300})/g,
  /\bvm\.run\w{0,20}\(([^\n]{1,300})/g,
  /\bos\.(?:system|popen)\(([^\n]{1,300})/g,
  /\bsubprocess\.\w{2,20}\(([^\n]{1,300})/g,
  /\b(?:execSync|spawnSync|spawn|execFile)\(([^\n]{1,300})/g,
];
/** Commands that run what stands in the first group, in any of its words. */
const COMMANDS: readonly RegExp[] = [
  /(?:^|[;&|(`][ \t]{0,4}|\bsudo[ \t]{1,4})(?:eval|source|\.)[ \t]{1,4}([^\n;|&]{1,200})/g,
  /\b(?:ba|z|da|k)?sh[ \t]{1,4}(?:-\w{1,4}[ \t]{1,4}){0,3}([^\n;|&-][^\n;|&]{0,200})/g,
  /\b(?:python[\d.]{0,4}|node|perl|ruby|php|osascript)[ \t]{1,4}(?:-[ce][ \t]{1,4})?([^\n;|&-][^\n;|&]{0,200})/g,
  /\bchmod[ \t]{1,4}(?:\+x|[0-7]?7\d\d|[ugoa]{1,3}\+x)[ \t]{1,4}([^\n;|&]{1,200})/g,
  /\b(?:invoke-expression|iex|start-process)[ \t]{1,4}([^\n;|]{1,200})/gi,
  /\b(?:echo|printf)[ \t]{1,4}([^\n|]{1,200})\|[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:ba|z|da)?sh\b/g,
];

type From = CarriedRun['from'];

/**
 * Follows texts from where they are fetched or decoded, over names and files, to where they are run: one pass from the first line to the last, names alone,
 * no scopes and no branches. What the pass sees are words; a fetched text that is only printed, parsed or stored is none.
 */
export function carriedRuns(text: string): readonly CarriedRun[] {
  const names = new Map<string, From>();
  const found: CarriedRun[] = [];
  let lines = 0;
  for (let at = 0; at < text.length && lines++ < MOST_LINES;) {
    const end = text.indexOf('\n', at);
    const next = end === -1 ? text.length : end + 1;
    const line = text.slice(at, Math.min(end === -1 ? text.length : end, at + LONGEST_LINE));
    if (line.trim() !== '' && !/^[ \t]{0,40}(?:#(?!!)|\/\/|\*)/.test(line)) {
      if (found.length < 3) {
        for (const { pattern, carrierIn } of RUNS) {
          for (const match of line.matchAll(pattern)) {
            const from = carrierIn(match[1]!, names);
            if (from === null) continue;
            found.push({
              at: at + match.index,
              from,
              says: from === 'network' ? 'runs what it fetched before' : 'runs a text that it decoded before',
            });
            break;
          }
          if (found.length >= 3) break;
        }
      }
      take(line, names);
    }
    at = next;
  }
  return found.filter((one, index) => found.findIndex((other) => other.at === one.at) === index);
}

/** Names that a line gives something that is fetched or decoded. */
function take(line: string, names: Map<string, From>): void {
  if (names.size > MOST_NAMES) return;
  for (const part of line.split(/;(?=[ \t])/)) {
    const saved = NETWORK.test(part) || DECODED.test(part) ? SAVED.exec(part)?.[1] : undefined;
    if (saved !== undefined && !/^\/dev\/|\.(?:json|csv|txt|md|html?|xml|ya?ml|pdf|png|jpe?g|zip|tgz|gz|log)$/i.test(saved))
      names.set(plain(saved), NETWORK.test(part) ? 'network' : 'decoded');
    const opened = OPENED.exec(part)?.[1];
    if (opened !== undefined && NETWORK.test(part)) names.set(opened, 'network');
    const assigned = ASSIGNED.exec(part);
    if (assigned === null) continue;
    const [, name, value] = assigned;
    // What is parsed as data is no program any more; what has a status or a length is none either.
    if (/\bjson\.loads?\(|\.json\(\)|JSON\.parse\(|\bjq\b|\byaml\.safe_load|status_code|\.status\b|\blen\(|\.length\b|http_code/i.test(value!)) {
      names.delete(name!);
      continue;
    }
    const from: From | null = NETWORK.test(value!)
      ? 'network'
      : DECODED.test(value!)
        ? 'decoded'
        : (carriedBy(value!, names) ?? null);
    if (from === null) names.delete(name!);
    else names.set(name!, from);
  }
} // prettier-ignore

function plain(word: string): string {
  return word.replace(/^\$\{?|["'}]/g, '').replace(/^\.\//, '');
}

function carriedBy(value: string, names: ReadonlyMap<string, From>): From | undefined {
  for (const [word] of value.matchAll(/[A-Za-z_~/][\w./~-]{0,120}/g)) {
    const from = names.get(word) ?? names.get(/^\w+/.exec(word)?.[0] ?? '');
    if (from !== undefined) return from;
  }
  return undefined;
}

function carrierInCall(argument: string, names: ReadonlyMap<string, From>): From | null {
  const first = /^[ \t[({]{0,4}(?:await[ \t]{1,4})?(?:[\w.]{1,40}\()?["'f]{0,2}([A-Za-z_]\w{0,60})/.exec(argument);
  const list = /^\[[^\]\n]{0,80}["'](?:-c|-e)["'],[ \t]{0,4}([A-Za-z_]\w{0,60})/.exec(argument);
  return names.get(list?.[1] ?? '') ?? names.get(first?.[1] ?? '') ?? null;
}

function carrierInCommand(argument: string, names: ReadonlyMap<string, From>): From | null {
  for (const [, word] of argument.matchAll(/((?:\$\{?)?[~\w./-]{1,120}\}?)/g)) {
    const from = names.get(plain(word!));
    if (from !== undefined) return from;
  }
  return null;
}

const RUNS = [
  ...CALLS.map((pattern) => ({ pattern, carrierIn: carrierInCall })),
  ...COMMANDS.map((pattern) => ({ pattern, carrierIn: carrierInCommand })),
];
