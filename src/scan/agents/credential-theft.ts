import type { Severity } from '../../core/severity.ts';

/** Where credentials lie. `reads` is what makes naming the place a use of it. */
const STORES: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'private keys', pattern: /(?:~|\$\{?HOME\}?|expanduser|homedir\(\)|Path\.home\(\)|USERPROFILE)[^\n]{0,60}\.ssh(?:["'/\\]{1,4}(?:id_|\*|[^\n]{0,20}id_)|["'])/gi },
  { what: 'credentials of clouds', pattern: /\.aws["'/\\, )]{1,6}credentials|\.config["'/\\, )]{1,6}gcloud["'/\\, )]{1,6}(?:credentials|application_default|access_tokens)|\.azure["'/\\, )]{1,6}(?:accessTokens|msal)|\.kube["'/\\, )]{1,6}config\b/gi },
  { what: 'passwords of browsers', pattern: /(?:Chrome|Chromium|Brave|Edge|Firefox)[^\n]{0,80}(?:Login Data|Cookies|logins\.json|key4\.db|Local State)\b/gi },
  { what: 'a keychain', pattern: /\bsecurity["', \t]{1,5}(?:find-(?:generic|internet)-password|dump-keychain)\b|\bsecret-tool[ \t]{1,4}(?:search|lookup)\b|\bcmdkey[ \t]{1,4}\/list\b/gi },
  { what: 'wallets', pattern: /(?:\.bitcoin|\.ethereum|Exodus|Electrum|MetaMask|solana)[^\n]{0,60}(?:wallet\.dat|keystore|id\.json|nkbihfbeogaeaoehlefnkodbefgpgknn)/gi },
  { what: 'sessions of agents', pattern: /\.(?:claude|anthropic)["'/\\, )]{1,6}\.?credentials(?:\.json)?\b|\.codex["'/\\, )]{1,6}auth\.json|\.gemini["'/\\, )]{1,6}oauth_creds\.json|github-copilot["'/\\, )]{1,6}(?:hosts|apps)\.json/gi },
  { what: 'credentials of registries of images', pattern: /(?:~|HOME|expanduser|homedir\(\)|Path\.home\(\))[^\n]{0,60}\.docker["'/\\, )]{1,6}config\.json/gi },
  { what: 'credentials of Git', pattern: /(?:~|HOME|expanduser|homedir\(\)|Path\.home\(\))[^\n]{0,60}(?:\.git-credentials\b|\.config["'/\\, )]{1,6}(?:gh["'/\\, )]{1,6}hosts\.yml|git["'/\\, )]{1,6}credentials))/gi },
  { what: 'secret keys of GnuPG', pattern: /\bgpg2?\b[^\n]{0,60}--export-secret-(?:sub)?keys|\.gnupg["'/\\, )]{1,6}(?:private-keys|secring)/gi },
  { what: 'passwords of the system', pattern: /(?:\b(?:cat|open|read\w{0,12}|cp|tail|head)\b[^\n]{0,40}|["'])\/etc\/(?:shadow|sudoers)\b/gi },
  { what: 'items of password managers', pattern: /\bop["', ]{1,5}item["', ]{1,5}get\b[^\n]{0,160}(?:--reveal|--fields|--format)|\bbw["', ]{1,5}(?:list["', ]{1,5}items|export)\b|\bpass["', ]{1,5}show\b[^\n]{0,80}\|/gi },
  { what: 'files of variables', pattern: /["'][^"'\n]{0,20}\.env["'][^\0]{0,120}["'][^"'\n]{0,20}\.env\.(?:local|production|development|prod)["'][^\0]{0,400}(?:\.read\(|readFile|open\()/g },
  { what: 'states of Terraform', pattern: /["'][^"'\n]{0,40}\.tfstate["'][^\0]{0,300}\.tfstate\b/g },
  { what: 'sessions of a browser', pattern: /\bdocument\.cookie\b[^\0]{0,400}\b(?:localStorage|sessionStorage)\b/g },
  { what: 'credentials of package registries', pattern: /(?:cat|read|open|readfile\w{0,4}|read_text|expanduser|homedir\(\)|Path\.home\(\))[^\n]{0,60}\.(?:npmrc|pypirc|netrc|git-credentials)\b/gi },
]; // prettier-ignore

const NETWORK =
  /\b(?:curl|wget|nc|ncat|scp|rsync)[ \t]{1,4}[^\n]{0,200}(?:https?:|@|-d\b|\$)|\brequests\.(?:post|put|get)\(|\burllib\.request\b|\bhttpx\.|\bhttp\.client\b|\baiohttp\b|\bsocket\.(?:socket|create_connection)\(|(?<![\w.])fetch\(|\baxios[.(]|\bhttps?\.request\(|\bInvoke-(?:WebRequest|RestMethod)\b|\bsmtplib\b|\bgethostbyname\(|\bdns\.(?:resolver\.)?(?:resolve|lookup)\(|\bsendBeacon\(|\bgit["', \t]{1,5}(?:push|remote["', \t]{1,5}add)\b|\bnew[ \t]{1,4}(?:XMLHttpRequest|WebSocket)\b/i;
/** Variables that hold credentials, by the kind of service that gives them. One program has a use for one kind, or for two. */
const KINDS: readonly RegExp[] = [
  /\bAWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID)\b|\bAZURE_CLIENT_SECRET\b|\bGOOGLE_APPLICATION_CREDENTIALS\b|\bDIGITALOCEAN_(?:ACCESS_)?TOKEN\b|\bCLOUDFLARE_API_(?:TOKEN|KEY)\b/,
  /\b(?:GITHUB|GH|GITLAB|BITBUCKET)_(?:TOKEN|PAT|ACCESS_TOKEN)\b/,
  /\b(?:OPENAI|ANTHROPIC|GEMINI|COHERE|MISTRAL|GROQ|HUGGINGFACE|HF)_(?:API_KEY|TOKEN)\b/,
  /\b(?:NPM|PYPI|NODE_AUTH|CARGO_REGISTRY|DOCKER)_?(?:TOKEN|PASSWORD|AUTH_TOKEN)\b/,
  /\b(?:STRIPE|PAYPAL|SQUARE)_(?:SECRET_KEY|API_KEY|SECRET)\b/,
  /\b(?:DATABASE_URL|DB_PASSWORD|MONGODB?_URI|POSTGRES_PASSWORD|MYSQL_(?:ROOT_)?PASSWORD|REDIS_(?:URL|PASSWORD))\b/,
  /\b(?:SLACK|DISCORD|TELEGRAM)_(?:BOT_)?TOKEN\b|\b(?:SENDGRID|TWILIO)_(?:API_KEY|AUTH_TOKEN)\b/,
  /\b(?:JWT_SECRET|SECRET_KEY|PRIVATE_KEY|ENCRYPTION_KEY)\b/,
];
/** Takes a variable whose name is in a variable. */
const BY_NAME =
  /\bos\.environ\[[ \t]{0,2}[A-Za-z_]\w{0,40}[ \t]{0,2}\]|\b(?:os\.environ\.get|os\.getenv|getenv)\([ \t]{0,2}[A-Za-z_]\w{0,40}[ \t]{0,2}[,)]|\bprocess\.env\[[ \t]{0,2}[A-Za-z_]\w{0,40}[ \t]{0,2}\]|\$\{![A-Za-z_]/g;
/** Goes through all variables of the environment. */
const ALL_VARIABLES =
  /\bfor\b[^\n:]{0,80}\bin[ \t]{1,4}(?:dict\()?os\.environ(?:\.(?:items|keys|copy)\(\))?[ \t)]{0,3}[:\]})\n ]|\bin[ \t]{1,4}(?:sorted\(|list\()?os\.environ(?:\.(?:items|keys)\(\))|\bObject\.(?:entries|keys)\([ \t]{0,4}process\.env[ \t]{0,4}\)/g;
/** Parts of names of variables that hold secrets, as literals. */
const SECRET_NAMES =
  /["'/|](?:[\w*.]{0,20})(?:secret|token|passw(?:or)?d|credential|api_?key|private_?key|access_?key|key|auth)s?["'/|]/gi;
/** All variables of the environment, on the way out. */
const WHOLE_ENVIRONMENT =
  /\b(?:requests\.(?:post|put)|urlopen|fetch|axios\.post|httpx\.post)\([^\n]{0,300}(?:dict\(os\.environ\)|os\.environ(?![.[\w])|process\.env(?![.[\w])|JSON\.stringify\(process\.env\))/gi;

/** Reading of credential stores in a program text; worse where the same text reaches the network. */
export function credentialTheft(
  text: string,
): readonly { readonly at: number; readonly severity: Severity; readonly says: string }[] {
  const network = NETWORK.test(text);
  const found: { at: number; severity: Severity; says: string }[] = [];
  for (const { what, pattern } of STORES) {
    const match = text.matchAll(pattern).next().value;
    if (match === undefined) continue;
    found.push({
      at: match.index,
      severity: network ? 'high' : 'low',
      says: `reads where ${what} lie${what.startsWith('a ') ? 's' : ''}${network ? ', and reaches the network' : ''}`,
    });
  }
  const harvest = text.matchAll(ALL_VARIABLES).next().value;
  if (harvest !== undefined && new Set([...text.matchAll(SECRET_NAMES)].map(([name]) => name.toLowerCase())).size >= 2)
    found.push({
      at: harvest.index,
      severity: network ? 'high' : 'low',
      says: `looks through all variables for secrets${network ? ', and reaches the network' : ''}`,
    });
  const taken = text.matchAll(BY_NAME).next().value;
  const kinds = taken === undefined ? 0 : KINDS.filter((kind) => kind.test(text)).length;
  if (taken !== undefined && kinds >= 3)
    found.push({
      at: taken.index,
      severity: network ? 'high' : 'low',
      says: `collects credentials of ${kinds} kinds of services from variables${network ? ', and reaches the network' : ''}`,
    });
  const environment = text.matchAll(WHOLE_ENVIRONMENT).next().value;
  if (environment !== undefined)
    found.push({ at: environment.index, severity: 'high', says: 'sends all variables of the environment' });
  return found;
}

/** Files of credentials as a text for an agent names them. */
const NAMED =
  /~?\/?\.ssh\/(?:id_\w{1,12}|\*|[\w.-]{0,20}_key)|\.aws\/(?:credentials|config)\b|\.config\/gcloud\/\w|\.kube\/config\b|\.config\/gh\/hosts\.yml|\.(?:netrc|pypirc|npmrc|git-credentials)\b|\.(?:cursor|claude|codeium)\/[\w-]{0,20}(?:mcp|credentials)[\w.-]{0,12}\.json|\.docker\/config\.json|\.env(?:\.\w{1,20})?\b(?!\.example)|\b(?:login data|cookies\.sqlite|wallet\.dat)\b|\/etc\/(?:passwd|shadow|sudoers)\b|\.gnupg\b|\.(?:bash|zsh)_history\b/gi;
const TAKE =
  /\b(?:read|collect|gather|include|record|store|pass|cat|open|copy|send|upload|attach|append|capture|load)\b[^.!?]{0,300}$/i;
/** How far apart two names may stand and still be of one list, in characters. */
const NEAR = 240;

/**
 * Where a text has the agent read files of credentials: a list of at least three kinds after a verb of taking. One file that is named, as honest
 * texts about clouds and shells do, is none.
 */
export function credentialReading(text: string): readonly number[] {
  const found: number[] = [];
  let first = -1;
  let last = -1;
  let kinds = new Set<string>();
  const close = (): void => {
    if (kinds.size >= 3 && TAKE.test(text.slice(Math.max(0, first - 400), first))) found.push(first);
  };
  for (const match of text.matchAll(NAMED)) {
    const kind = match[0]
      .toLowerCase()
      .replace(/^[~/]+/, '')
      .slice(0, 6);
    if (last === -1 || match.index - last > NEAR) {
      close();
      first = match.index;
      kinds = new Set();
    }
    kinds.add(kind);
    last = match.index;
  }
  close();
  return found.slice(0, 3);
}
