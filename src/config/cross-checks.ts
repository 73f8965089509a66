import { join } from 'node:path';
import { createPrices } from '../access/prices.ts';
import { PRICE_TABLE } from '../access/price-table.ts';
import { wildcard } from '../core/wildcard.ts';
import type { JsonPath } from '../conversation/segment.ts';
import { allowChecks } from './allow-checks.ts';
import { overrideChecks } from './override-checks.ts';
import { ruleChecks } from './rule-checks.ts';
import { checkRelease, encoderFolders } from './slow-rules.ts';
import { hasPassword } from './sensitive.ts';
import type { Config } from './schema.ts';

/** Something about a configuration that no single key can show. */
export interface Remark {
  readonly path: JsonPath;
  readonly message: string;
  readonly allowed?: readonly string[];
  readonly given?: string;
}

export interface Remarks {
  readonly errors: readonly Remark[];
  readonly warnings: readonly Remark[];
}

/** A file that the configuration names, with the key that names it. */
export interface NamedFile {
  readonly path: JsonPath;
  readonly file: string;
}

/** Files that have to be there, and whose change means a reload. */
export function namedFiles(config: Config): readonly NamedFile[] {
  const files: NamedFile[] = [];
  const add = (file: string | undefined, ...path: JsonPath): void => {
    if (file !== undefined) files.push({ path, file });
  };
  add(config.access.policy.file, 'access', 'policy', 'file');
  add(config.flow.rules, 'flow', 'rules');
  add(config.listen.tls?.cert, 'listen', 'tls', 'cert');
  add(config.listen.tls?.key, 'listen', 'tls', 'key');
  add(config.listen.tls?.clientCa, 'listen', 'tls', 'clientCa');
  config.access.jwt.forEach((jwt, i) => {
    if (typeof jwt.jwks === 'object') add(jwt.jwks.file, 'access', 'jwt', i, 'jwks', 'file');
  });
  config.rules.forEach((rule, i) => {
    for (const { path, folder } of encoderFolders(rule)) {
      // Of a model's files the one that has one name only; the others are looked for when the model is loaded.
      add(join(folder, 'tokenizer.json'), 'rules', i, 'options', ...path);
    }
  });
  return files;
}

/** `127.0.0.0/8`, `::1` and `localhost`: reachable from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare) || bare === '::ffff:127.0.0.1';
}

/** Headers that the gateway sets itself, or that would break the connection. */
const RESERVED_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
]);

/** What holds between keys. */
export function crossChecks(config: Config): Remarks {
  const errors: Remark[] = [];
  const warnings: Remark[] = [];
  const error = (path: JsonPath, message: string): void => void errors.push({ path, message });
  const warn = (path: JsonPath, message: string): void => void warnings.push({ path, message });

  unique(config.upstreams, 'upstreams', error);
  unique(config.budgets, 'budgets', error);
  unique(config.rules, 'rules', error);

  checkListeners(config, error, warn);
  checkAccess(config, error, warn);

  config.upstreams.forEach((upstream, i) => {
    const url = new URL(upstream.url);
    if (url.username !== '' || url.password !== '') {
      error(['upstreams', i, 'url'], 'must not carry a user or password; use key or headers');
    }
    if (url.search !== '' || url.hash !== '') error(['upstreams', i, 'url'], 'must not carry a query or fragment');
    if (/\/v1\/?$/.test(url.pathname)) {
      error(['upstreams', i, 'url'], 'is the base URL without the version: leave /v1 away');
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      warn(['upstreams', i, 'url'], 'plain http to another machine: prompts and the provider key travel unencrypted');
    }
    for (const [name, target] of Object.entries(upstream.aliases)) {
      if (target === '') error(['upstreams', i, 'aliases', name], 'must name a model');
      else if (target !== name && Object.hasOwn(upstream.aliases, target)) {
        error(['upstreams', i, 'aliases', name], `points to ${target}, which is an alias itself; name the model`);
      }
    }
    for (const [name, value] of Object.entries(upstream.headers)) {
      const path: JsonPath = ['upstreams', i, 'headers', name];
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) error(path, 'is not a header name (RFC 9110 §5.1)');
      else if (RESERVED_HEADERS.has(name.toLowerCase())) error(path, 'is set by the gateway and cannot be configured');
      // eslint-disable-next-line no-control-regex -- a header's value has no control characters but the tab (RFC 9110 §5.5)
      if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) error(path, 'has a control character in its value');
    }
  });

  config.rules.forEach((rule, i) => checkRelease(rule, ['rules', i], error, warn));
  const ofRules = config.rules.map((rule, i) => ruleChecks(rule, ['rules', i]));
  for (const { errors: wrong, warnings: odd } of [...ofRules, overrideChecks(config), allowChecks(config)]) {
    errors.push(...wrong);
    warnings.push(...odd);
  }
  checkPrices(config, warn);

  if (config.limits.concurrent > config.limits.inFlight) {
    warn(['limits', 'concurrent'], 'is more than limits.inFlight, so one principal can take every place');
  }
  if (config.ledger.sync === 'batch' && config.ledger.syncEvery > 10_000) {
    warn(['ledger', 'syncEvery'], 'a power failure can take that much of the ledger');
  }
  for (const key of ['store', 'counters'] as const) {
    const url = config[key].url;
    if (url !== undefined && hasPassword(url) && /^(redis|postgres(ql)?):\/\//.test(url)) {
      const host = URL.canParse(url) ? new URL(url).hostname : '';
      const plain = key === 'counters' || !/[?&]sslmode=(require|verify-ca|verify-full)/.test(url);
      if (host !== '' && !isLoopback(host) && plain)
        warn([key, 'url'], 'sends its password to another machine unencrypted');
    }
  }
  return { errors, warnings };
}

/** A request for a model without a price is refused where a budget in money applies: better said now. */
function checkPrices(config: Config, warn: Say): void {
  if (!config.budgets.some(({ usd }) => usd !== undefined)) return;
  const prices = createPrices(config.prices);
  const own = Object.keys(config.prices);
  const isPriced = (pattern: string): boolean => {
    if (!pattern.includes('*')) return prices.reserve(pattern, 1, 1) !== null;
    const matches = wildcard(pattern);
    return (
      own.some((name) => name === pattern || wildcard(name)(pattern) || matches(name)) ||
      anyOf(PRICE_TABLE.keys(), matches)
    );
  };
  const say = (path: JsonPath, model: string): void => {
    warn(path, `${model} has no known price, and a budget in usd applies: its requests are refused; add it to prices`);
  };
  config.upstreams.forEach((upstream, i) => {
    upstream.models.forEach((model, j) => {
      if (!isPriced(model)) say(['upstreams', i, 'models', j], model);
    });
    for (const name of Object.keys(upstream.aliases)) {
      if (!isPriced(name)) say(['upstreams', i, 'aliases', name], name);
    }
  });
}

function anyOf(names: Iterable<string>, matches: (name: string) => boolean): boolean {
  for (const name of names) if (matches(name)) return true;
  return false;
}

type Say = (path: JsonPath, message: string) => void;

function unique(entries: readonly { readonly id: string }[], list: string, error: Say): void {
  const first = new Map<string, number>();
  entries.forEach(({ id }, i) => {
    const seen = first.get(id);
    if (seen === undefined) first.set(id, i);
    else error([list, i, 'id'], `${id} is already the id of ${list}[${seen}]`);
  });
}

function checkListeners(config: Config, error: Say, warn: Say): void {
  const { listen, admin } = config;
  const sameHost = listen.host === admin.host || [listen.host, admin.host].some((h) => h === '0.0.0.0' || h === '::');
  if (listen.port !== 0 && listen.port === admin.port && sameHost) {
    error(['admin', 'port'], 'is the port of listen as well; the admin plane needs its own');
  }
  if (!isLoopback(admin.host)) {
    warn(['admin', 'host'], 'the admin plane has no TLS of its own; put a TLS proxy in front or bind it to 127.0.0.1');
  }
  if (listen.tls === undefined && !isLoopback(listen.host)) {
    warn(['listen', 'host'], 'callers on other machines send prompts and keys unencrypted; set listen.tls');
  }
  if (listen.tls?.requireClient === true && listen.tls.clientCa === undefined) {
    error(['listen', 'tls', 'requireClient'], 'needs listen.tls.clientCa, the certificates to trust');
  }
  const oidc = admin.oidc;
  if (oidc !== undefined) {
    for (const key of ['issuer', 'redirectUrl'] as const) {
      const url = new URL(oidc[key]);
      if (url.protocol !== 'https:' && !isLoopback(url.hostname)) error(['admin', 'oidc', key], 'must be https');
    }
  }
}

function checkAccess(config: Config, error: Say, warn: Say): void {
  const { access, listen } = config;
  if (!access.keys && access.jwt.length === 0 && access.mtls.length === 0 && access.anonymous === undefined) {
    error(['access'], 'admits nobody: accept keys, jwt, mtls or anonymous');
  }
  if (access.anonymous !== undefined && !isLoopback(listen.host)) {
    warn(['access', 'anonymous'], 'anyone who can reach this address is served without a credential');
  }
  if (access.mtls.length > 0 && listen.tls?.clientCa === undefined) {
    error(['access', 'mtls'], 'needs listen.tls.clientCa, the certificates to trust');
  }
  const matches = new Map<string, number>();
  access.mtls.forEach(({ match }, i) => {
    const seen = matches.get(match);
    if (seen === undefined) matches.set(match, i);
    else error(['access', 'mtls', i, 'match'], `is already matched by access.mtls[${seen}]`);
  });
  if ((access.policy.file === undefined) === (access.policy.text === undefined)) {
    error(['access', 'policy'], 'set either file or text');
  }
  access.jwt.forEach((jwt, i) => {
    const from = typeof jwt.jwks === 'string' ? jwt.jwks : jwt.jwks === undefined ? jwt.issuer : null;
    if (from === null) return;
    const path: JsonPath = ['access', 'jwt', i, typeof jwt.jwks === 'string' ? 'jwks' : 'issuer'];
    if (!URL.canParse(from)) error(path, 'must be a URL for its keys to be found; or set jwks');
    else if (new URL(from).protocol !== 'https:' && !isLoopback(new URL(from).hostname)) {
      error(path, 'keys are fetched over https only');
    }
  });
}
