/**
 * What in a command line or a script is dangerous whoever wrote it. Each pattern is bounded in every repetition, so that it is linear on any
 * text; none says more than that the words are there.
 */
export interface CommandDanger {
  readonly id:
    | 'download-and-run'
    | 'reverse-shell'
    | 'decode-and-run'
    | 'persistence'
    | 'package-source'
    | 'destructive'
    | 'send-out';
  /** Ends a sentence that begins with who does it. */
  readonly says: string;
  readonly pattern: RegExp;
}

const RUN = String.raw`(?:sudo[ \t]{1,4})?(?:env[ \t]{1,4})?(?:/usr/bin/|/bin/)?(?:ba|z|da|k|fi)?sh\b|(?:sudo[ \t]{1,4})?(?:python[\d.]{0,4}|node|perl|ruby|php|deno|bun)\b(?![ \t]{1,4}-m[ \t]{1,4}json)(?![ \t]{1,4}-c\b)(?![ \t]{1,4}-e\b)`;
const danger = (id: CommandDanger['id'], says: string, ...sources: readonly string[]): CommandDanger => ({
  id,
  says,
  pattern: new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'gim'),
});

export const COMMAND_DANGERS: readonly CommandDanger[] = [
  danger(
    'download-and-run',
    'downloads a program and runs it',
    String.raw`\b(?:curl|wget)[ \t]{1,4}(?=[^\n|;]{0,300}(?:https?:|\$|[\w-]\.[a-z]{2,12}\b))[^\n|;]{0,600}\|[ \t]{0,4}(?:${RUN})`,
    String.raw`\b(?:ba|z|da|k)?sh[ \t]{1,4}(?:-c[ \t]{1,4})?["']?(?:<\(|\$\(|\x60)[ \t]{0,4}(?:curl|wget)\b`,
    String.raw`\b(?:eval|source|\.)[ \t]{1,4}["']?(?:<\(|\$\(|\x60)[ \t]{0,4}(?:curl|wget)\b`,
    String.raw`\b(?:curl|wget)\b(?=[^\n]{0,300}(?:-o|-O|[ \t]>|--output)[ \t]{0,4}[\w./~$-])[^\n]{0,500}(?:&&|;)[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:chmod[ \t]{1,4}[+\w]{1,8}[ \t]{1,4}[\w./~$-]{1,100}[ \t]{0,4}(?:&&|;)|(?:ba|z)?sh[ \t]{1,4}[\w./~$-]{1,100})`,
    String.raw`\b(?:wget|curl[ \t]{1,4}-[a-zA-Z]{0,6}O)\b(?=[^\n|;&]{0,300}(?:https?:|\$))[^\n|;&]{0,600}(?:&&|;)[ \t]{0,4}(?:sudo[ \t]{1,4})?(?:chmod[ \t]{1,4}[+\w]{1,8}[ \t]{1,4}[\w./~$-]{1,100}[ \t]{0,4}(?:&&|;)|(?:ba|z|da)?sh[ \t]{1,4}[\w./~$-]{1,100}|\./[\w.-]{1,80})`,
    String.raw`\b(?:iex|invoke-expression)\b[^\n]{0,60}\b(?:irm|iwr|invoke-(?:webrequest|restmethod)|downloadstring|net\.webclient)\b[^\n]{0,80}(?:https?:|\$)`,
    String.raw`\b(?:irm|iwr|invoke-(?:webrequest|restmethod)|downloadstring)\b(?=[^\n]{0,200}(?:https?:|\$|[\w-]\.[a-z]{2,10}\b))[^\n]{0,400}\|[ \t]{0,4}(?:iex|invoke-expression)\b`,
    String.raw`\bmshta[ \t]{1,4}https?:|\bcertutil\b[^\n]{0,80}-urlcache\b[^\n]{0,80}https?:|\bregsvr32\b[^\n]{0,60}/i:https?:|\bbitsadmin\b[^\n]{0,80}/transfer\b[^\n]{0,80}https?:`,
    String.raw`\bexec\([ \t]{0,4}(?:requests\.get|urllib\.request\.urlopen|urlopen|httpx\.get)\(`,
    String.raw`\beval\([ \t]{0,4}(?:await[ \t]{1,4})?\(?(?:await[ \t]{1,4})?fetch\(`,
  ),
  danger(
    'reverse-shell',
    'opens a shell to another machine',
    String.raw`/dev/(?:tcp|udp)/[\w.${'$'}{}-]{1,100}/[\w${'$'}{}]{1,30}`,
    String.raw`\bn(?:c|cat|etcat)\b[^\n]{0,80}[ \t]-[a-z]{0,4}e[ \t]{1,4}(?:/bin/)?(?:ba|z)?sh\b`,
    String.raw`\bsocat\b[^\n]{0,120}\bexec:`,
    String.raw`\bpty\.spawn\([ \t]{0,4}["'](?:/bin/)?(?:ba|z)?sh`,
    String.raw`\bos\.dup2\([ \t]{0,4}\w{1,20}\.fileno\(\)`,
  ),
  danger(
    'decode-and-run',
    'runs a text that it decodes first',
    String.raw`\bbase64\b[ \t]{1,4}(?:-d|-D|--decode)\b[^\n]{0,200}\|[ \t]{0,4}(?:${RUN})`,
    String.raw`\b(?:xxd[ \t]{1,4}-r|openssl[ \t]{1,4}(?:enc|base64|aes)[^\n|]{0,80}-d)\b[^\n]{0,200}\|[ \t]{0,4}(?:${RUN})`,
    String.raw`\b(?:eval|source)[ \t]{1,4}["']?(?:\$\(|\x60)[^\n]{0,200}\bbase64[ \t]{1,4}(?:-d|-D|--decode)\b`,
    String.raw`\b(?:exec|eval|compile)\([ \t]{0,4}(?:\w{1,30}\.){0,3}(?:b(?:16|32|64|85)decode|a85decode|decodebytes|unhexlify|fromhex|decompress|loads)\(`,
    String.raw`\b(?:exec|eval)\([ \t]{0,4}(?:bytes|bytearray|codecs\.decode|["']{2}\.join\([ \t]{0,4}(?:chr|map\([ \t]{0,4}chr))\b`,
    String.raw`\beval\([ \t]{0,4}(?:atob|unescape|decodeuricomponent|string\.fromcharcode|buffer\.from)\(`,
    String.raw`\b(?:new[ \t]{1,4})?function\([ \t]{0,4}(?:atob|buffer\.from)\(`,
    String.raw`\b(?:powershell|pwsh)\b[^\n]{0,80}[ \t]-e(?:nc|ncodedcommand)?[ \t]{1,4}[A-Za-z0-9+/=]{40}`,
    String.raw`\bmarshal\.loads\([ \t]{0,4}(?:\w{1,30}\.){0,3}(?:b(?:16|32|64|85)decode|decompress|fromhex|unhexlify)\(`,
  ),
  danger(
    'persistence',
    'makes something run later by itself',
    String.raw`(?:>>?|\btee(?:[ \t]{1,4}-a)?)[ \t]{0,4}["']?(?:~|\$\{?home\}?|/root|/home/[\w.-]{1,40}|/users/[\w.-]{1,40})?/?\.(?:bashrc|zshrc|zshenv|zprofile|bash_profile|profile|bash_login|config/fish/config\.fish)\b`,
    String.raw`\bcrontab[ \t]{1,4}(?:-[ \t]{0,4}(?:$|[\n;&|)\"'])|[./~$][\w./~$-]{1,100})|^[ \t]{0,8}(?:[\d*/,-]{1,20}[ \t]{1,4}){4}[\d*/,-]{1,20}[ \t]{1,4}(?:root[ \t]{1,4})?(?:/usr/bin/)?(?:curl|wget)\b|\|[ \t]{0,4}crontab[ \t]{1,4}-|>[ \t]{0,4}/etc/cron`,
    String.raw`\b(?:launchctl[ \t]{1,4}(?:load|bootstrap)|systemctl[ \t]{1,4}(?:--user[ \t]{1,4})?enable)\b`,
    String.raw`(?:>>?|\btee\b|\bcp\b|\bmv\b|\binstall\b|write_text|writefile)[^\n]{0,160}(?:library/launch(?:agents|daemons)|\.config/(?:systemd/user|autostart)|/etc/(?:systemd/system|profile\.d|rc\.local|ld\.so\.preload))`,
    String.raw`(?:>>?|\btee\b|\bcp\b|\bmv\b|\bln\b|\bchmod\b|\bcat\b[^\n]{0,60}>)[^\n]{0,120}\.git/hooks/(?:pre|post|commit|prepare|update)`,
    String.raw`\bgit[ \t]{1,4}config[ \t]{1,4}(?:--global[ \t]{1,4})?core\.hookspath[ \t]{1,4}["']?(?:/|~|\$|[a-z]:|\.\./)`,
    String.raw`(?:>>|\btee[ \t]{1,4}-a)[ \t]{0,4}["']?\$\{?\w{0,30}(?:auth(?:orized)?_?keys|auth_file)\w{0,10}\}?|(?:>>?|\btee\b)[^\n]{0,60}\.ssh/authorized_keys|\b(?:permitrootlogin|permitemptypasswords)[ \t]{1,4}yes["']?[ \t]{0,4}(?:\||>)|\bauthorized_keys["'][^\n]{0,40},[ \t]{0,4}["'][aw]`,
    String.raw`\breg(?:\.exe)?[ \t]{1,4}add\b[^\n]{0,160}\\currentversion\\run\b|\bschtasks(?:\.exe)?[ \t]{1,4}/create\b|\bregister-scheduledtask[ \t]{1,4}-`,
    String.raw`(?:>>?|\btee(?:[ \t]{1,4}-a)?)[ \t]{0,4}["']?(?:~|\$\{?home\}?)/(?:\.claude/(?:claude\.md|settings\.json)|\.cursor/(?:mcp\.json|rules/\S{1,60})|\.codex/(?:agents\.md|config\.toml)|\.gemini/(?:gemini\.md|settings\.json)|\.ssh/authorized_keys)`,
  ),
  danger(
    'package-source',
    'changes where packages come from',
    String.raw`\b(?:npm|pnpm|yarn)[ \t]{1,4}config[ \t]{1,4}set[ \t]{1,4}(?:[@\w./-]{1,80}:)?(?:registry|npmregistryserver)\b(?![^\n]{0,60}registry\.(?:npmjs|yarnpkg)\.(?:org|com))`,
    String.raw`\bpip3?[ \t]{1,4}config[ \t]{1,4}set[ \t]{1,4}global\.(?:index-url|extra-index-url|trusted-host)\b`,
    String.raw`\b(?:pip3?|uv)\b[^\n]{0,200}--(?:extra-index-url|trusted-host)\b|\b(?:pip3?|uv)\b[^\n]{0,200}--(?:index-url|default-index)[= \t]{1,4}http:`,
    String.raw`^[ \t]{0,8}(?:[@\w./-]{1,80}:)?registry[ \t]{0,4}=[ \t]{0,4}http(?!s://registry\.(?:npmjs\.org|yarnpkg\.com))`,
    String.raw`(?:>>?|\btee\b)[^\n]{0,60}(?:~|\$\{?home\}?)?/?\.(?:npmrc|yarnrc|pypirc|pip/pip\.conf|config/pip/pip\.conf|cargo/config)\b`,
    String.raw`\b(?:npm|pnpm|yarn)\b[^\n]{0,120}--registry[= \t]{1,4}http(?!s://registry\.(?:npmjs\.org|yarnpkg\.com))`,
  ),
  danger(
    'destructive',
    'deletes or overwrites what cannot be brought back',
    String.raw`\brm[ \t]{1,4}(?:-[a-z]{1,6}[ \t]{1,4}|--[\w-]{1,20}[ \t]{1,4}){1,4}["']?(?:/|~/?|\$\{?home\}?/?|/\*|~/\*|\.\.?/?|\*)["']?[ \t]{0,4}(?:$|[;&|\n)\x60])`,
    String.raw`\bdd[ \t]{1,4}[^\n]{0,80}of=/dev/(?:sd|nvme|disk|hd)|\bmkfs(?:\.\w{1,8})?[ \t]{1,4}/dev/|\bshred\b[^\n]{0,60}/dev/|:\(\)[ \t]{0,4}\{[ \t]{0,4}:\|:&`,
    String.raw`\bformat[ \t]{1,4}c:|\bdel[ \t]{1,4}/[fsq][^\n]{0,30}[a-z]:\\|\bvssadmin\b[^\n]{0,40}\bdelete\b`,
    String.raw`\bshutil\.rmtree\([ \t]{0,4}(?:["']/["']|os\.path\.expanduser\([ \t]{0,4}["']~/?["']\)|path\.home\(\))[ \t]{0,4}[,)]`,
  ),
  danger(
    'send-out',
    'sends files or variables to an address',
    String.raw`\bcurl\b[^\n]{0,300}(?:-d|--data(?:-binary|-raw|-urlencode)?|-F|--form|-T|--upload-file)[= \t]{1,4}["']?[^\n]{0,80}(?:@|\$\([ \t]{0,4}(?:cat|env|printenv|set|tail|head|find|ls|tar|history)\b|\$\([ \t]{0,4}base64\b(?![^\n)]{0,120}\.(?:png|jpe?g|gif|webp|pdf|wav|mp3|mp4)\b)|\x60(?:cat|env)\b)[^\n]{0,200}`,
    String.raw`(?:\bcat[ \t]{1,4}[^\n|]{1,120}|\b(?:env|printenv|set)[ \t]{0,4})\|[^\n]{0,160}\b(?:curl|wget|nc|ncat)\b`,
    String.raw`\bcurl\b[^\n]{0,200}https?:[^\s"']{1,200}(?:\$\((?:cat|env|whoami|hostname|base64)\b|\x60(?:cat|env|whoami)\b)`,
  ),
]; // prettier-ignore

export interface FoundDanger {
  readonly danger: CommandDanger;
  readonly at: number;
  readonly text: string;
}

/** Dangers in a text, in order of kind, at most `most` of each kind where their severity does not depend on what they say. A line end that a backslash takes away is none. */
export function dangersIn(
  text: string,
  ids: readonly CommandDanger['id'][],
  most = Number.POSITIVE_INFINITY,
): readonly FoundDanger[] {
  const found: FoundDanger[] = [];
  const joined = text.replace(/\\\r?\n/g, (end) => ' '.repeat(end.length));
  for (const danger of COMMAND_DANGERS) {
    if (!ids.includes(danger.id)) continue;
    let count = 0;
    for (const match of joined.matchAll(danger.pattern)) {
      found.push({ danger, at: match.index, text: match[0] });
      if (++count >= most) break;
    }
  }
  return found;
}

/** What makes a thing that comes back by itself reach out or hide what it does. */
const REACHES =
  /\b(?:curl|wget|ncat|nc[ \t]{1,4}-|Invoke-WebRequest|iwr)\b|\/dev\/(?:tcp|udp)\/|\bbase64[ \t]{1,4}(?:-d|-D|--decode)\b|\burlopen\(|\brequests\.(?:get|post)\(|<string>curl<\/string>/i;
/** How far what is written to such a place is looked at, in characters. */
const WRITTEN = 1200;

/** Whether what is made to run later reaches the network or is decoded first, in the lines that follow in the same block. */
export function persistsAndReaches(text: string, at: number): boolean {
  const start = Math.max(0, text.lastIndexOf('\n', at), at - 400);
  const block = text.slice(start, at + WRITTEN);
  const fence = block.indexOf('\n```', at - start);
  return REACHES.test(fence === -1 ? block : block.slice(0, fence));
}

/** Whether what is sent is the whole environment, a file of credentials, or what a command printed, encoded so that nobody reads it on the way. */
export function sendsSecrets(text: string): boolean {
  if (/\$\([^)\n]{1,160}\|[ \t]{0,4}base64\b/.test(text) && !/\.(?:png|jpe?g|gif|webp|pdf|wav|mp[34]|svg)\b/i.test(text)) return true;
  return /(?:\$\(|\x60|\||^|[\s;&])(?:env|printenv)(?:[ \t]{0,4}(?:\||\)|\x60)|[ \t]{0,4}$)|(?:\.ssh|\.aws|\.gnupg|\.kube)\/|\bid_(?:rsa|ed25519|ecdsa)\b|\.(?:netrc|npmrc|pypirc|git-credentials)\b|\/etc\/(?:shadow|passwd)\b|(?<![\w.])\.env\b/i.test(text);
} // prettier-ignore

/** Places where anybody can put a program for a while: bare addresses, pastes, tunnels, shortened links. */
const SUSPICIOUS =
  /http:\/\/(?!localhost|127\.)|https?:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]{2,40}\])|\b(?:pastebin\.com|paste\.ee|hastebin|rentry\.co|gist\.github(?:usercontent)?\.com|cdn\.discordapp\.com|transfer\.sh|0x0\.st|file\.io|ngrok(?:-free)?\.(?:io|app)|trycloudflare\.com|loca\.lt|webhook\.site|pipedream\.net|requestbin|bit\.ly|tinyurl\.com|t\.co|is\.gd|glot\.io|workers\.dev|\.onion|raw\.githubusercontent\.com)\b|https?:\/\/[\w.-]{1,200}\.(?:tk|top|xyz|zip|mov|click|icu|gq|cf)(?:[/:]|\b)/i;

/** Whether what is downloaded comes from a place that nobody answers for, or the address is put together when it runs. */
export function isFromAnybody(text: string): boolean {
  return SUSPICIOUS.test(text) || !/https:\/\//i.test(text);
}

/** Installers that their makers publish for being piped into a shell, and the hosts of examples (RFC 2606). */
const MAKERS =
  /^https:\/\/(?:[\w-]{1,40}\.)?(?:example\.(?:com|org|net)|rustup\.rs|astral\.sh|docker\.com|deno\.land(?=\/install)|bun\.sh|python-poetry\.org|pnpm\.io|helm\.sh|k3s\.io|ollama\.com|opencode\.ai|claude\.ai|cursor\.(?:com|sh)|mise\.run|mise\.jdx\.dev|starship\.rs|tailscale\.com|fly\.io|supabase\.com|railway\.(?:app|com)|vercel\.com|awscli\.amazonaws\.com|cloud\.google\.com|k8s\.io|sdkman\.io|nixos\.org|determinate\.systems|paradigm\.xyz|solana\.com|anza\.xyz|cli\.github\.com|aka\.ms|microsoft\.com|nodesource\.com|yarnpkg\.com|volta\.sh|brew\.sh|pulumi\.com|hashicorp\.com|circleci\.com|aquasecurity\.io|semgrep\.dev|fluxcd\.io|linkerd\.io|istio\.io|kubernetes\.io|modal\.com|nvidia\.com|pixi\.sh|conda\.io|micro\.mamba\.pm|r-lib\.org|posit\.co|julialang\.org|ziglang\.org|golang\.org|go\.dev|ghcup\.haskell\.org|get-ghcup\.haskell\.org|opam\.ocaml\.org|dot\.net|convex\.dev|planetscale\.com|turso\.tech|dagger\.io|earthly\.dev|grafana\.com|datadoghq\.com|newrelic\.com|sentry\.io|snyk\.io|doppler\.com|infisical\.com|1password\.com|atuin\.sh|warp\.dev|charm\.sh|render\.com|heroku\.com|netlify\.com|cloudflare\.com|stripe\.com|sourcegraph\.com|codecov\.io)(?=[/\s"'\x60)]|$)/i;

/** Whether what is downloaded and run comes from the maker of a program that many know: every address in it does. */
export function isFromMaker(text: string): boolean {
  const addresses = text.match(/https?:\/\/[^\s"'`)|<>]{1,300}/gi) ?? [];
  return addresses.length > 0 && addresses.every((one) => MAKERS.test(one));
}
