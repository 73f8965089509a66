import { createHash, createHmac } from 'node:crypto';
import { RE2JS } from 're2js';
import type { Clock } from '../core/clock.ts';
import type { Finding } from '../core/finding.ts';
import { wildcard } from '../core/wildcard.ts';
import { normalise } from '../text/normalise.ts';
import type { Allows } from './rule.ts';

/** Something that may be found and is no concern. What is given has all to match. */
export interface AllowEntry {
  readonly id: string;
  readonly rules?: readonly string[] | undefined;
  readonly detectors?: readonly string[] | undefined;
  /** Patterns of what was found: `personal-data/*`. */
  readonly findings?: readonly string[] | undefined;
  readonly labels?: readonly string[] | undefined;
  /** `hmac-sha256:` and 64 hexadecimal digits: `allowHash` of the value. */
  readonly hash?: string | undefined;
  /** A passage that the finding must lie in. */
  readonly text?: string | undefined;
  /** RE2 syntax; must match the whole of what was found. */
  readonly pattern?: string | undefined;
  readonly origins?: readonly string[] | undefined;
  readonly principals?: readonly string[] | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly models?: readonly string[] | undefined;
  readonly surfaces?: readonly string[] | undefined;
  /** When it ends, milliseconds since the epoch. */
  readonly expires: number;
}

/** Whose exchange it is. */
export interface AllowedWhom {
  readonly principal: string;
  readonly team: string | null;
  readonly model: string;
  readonly surface: string;
}

type Patterns = (name: string) => boolean;

interface Compiled {
  readonly entry: AllowEntry;
  readonly holdsFor: (who: AllowedWhom) => boolean;
  readonly rule: Patterns;
  readonly detector: Patterns;
  readonly finding: Patterns;
  readonly label: Patterns;
  readonly pattern: RE2JS | null;
}

/** A value in the form in which two spellings of it are one: without disguise, in lower case, blanks as one space. */
function plain(value: string): string {
  return normalise(value).text.toLowerCase().replace(/\s+/g, ' ').trim();
}

/**
 * How an allow-list names a value that must not stand in it.
 * @param key of the installation; without it the hash cannot be tried against guesses.
 */
export function allowHash(key: Uint8Array, value: string): string {
  const hmac = createHmac('sha256', key).update('parapet allow-list\0').update(plain(value), 'utf16le');
  return `hmac-sha256:${hmac.digest('hex')}`;
}

/** Key of the hashes of an installation, from the secret that its virtual keys hang on. */
export function allowKey(pepper: Uint8Array): Uint8Array {
  return createHmac('sha256', pepper).update('parapet allow-list key').digest();
}

/** Entries ready to be asked. Those that are over have no effect; nobody has to take them out. */
export class AllowList {
  readonly #entries: readonly Compiled[];
  readonly #digest: string;
  readonly #key: Uint8Array;
  readonly #clock: Clock;

  /** @throws RE2JSSyntaxException for a pattern that does not compile; configuration and API check them before. */
  constructor(entries: readonly AllowEntry[], key: Uint8Array, clock: Clock) {
    this.#entries = entries.map(compile);
    this.#digest = createHash('sha256').update(JSON.stringify(entries)).digest('base64url').slice(0, 22);
    this.#key = key;
    this.#clock = clock;
  }

  /** What holds for somebody now; undefined when that is nothing. */
  for(who: AllowedWhom): { readonly allows: Allows; readonly version: string } | undefined {
    const now = this.#clock();
    const entries = this.#entries.filter(({ entry, holdsFor }) => entry.expires > now && holdsFor(who));
    if (entries.length === 0) return undefined;
    return {
      version: [this.#digest, ...entries.map(({ entry }) => entry.id)].join(' '),
      allows: (rule, finding, text, subject) => {
        for (const one of entries) {
          const { entry } = one;
          if (!one.rule(rule.id) || !one.detector(rule.detector)) continue;
          if (!one.finding(finding.rule) || !one.label(finding.label)) continue;
          if (entry.origins !== undefined && !entry.origins.includes(subject.origin)) continue;
          if (this.#covers(one, finding, text)) return entry.id;
        }
        return null;
      },
    };
  }

  #covers({ entry, pattern }: Compiled, { span }: Finding, text: string): boolean {
    if (entry.text !== undefined && !liesIn(entry.text, text, span)) return false;
    if (pattern === null && entry.hash === undefined) return true;
    const found = text.slice(span.start, span.end);
    if (pattern !== null && !pattern.matches(found)) return false;
    return entry.hash === undefined || entry.hash === allowHash(this.#key, found);
  }
}

/** True when `[start, end)` of `text` lies in an occurrence of `passage`. */
function liesIn(passage: string, text: string, { start, end }: Finding['span']): boolean {
  if (end - start > passage.length) return false;
  // An occurrence that covers the span begins and ends within this much of it.
  return text.slice(Math.max(0, end - passage.length), start + passage.length).includes(passage);
}

function compile(entry: AllowEntry): Compiled {
  const [principals, teams, models] = [any(entry.principals), any(entry.teams), any(entry.models)];
  const surfaces = any(entry.surfaces);
  return {
    entry,
    holdsFor: ({ principal, team, model, surface }) =>
      principals(principal) &&
      (entry.teams === undefined || (team !== null && teams(team))) &&
      models(model) &&
      surfaces(surface),
    rule: any(entry.rules),
    detector: any(entry.detectors),
    finding: any(entry.findings),
    label: any(entry.labels),
    pattern: entry.pattern === undefined ? null : RE2JS.compile(entry.pattern),
  };
}

function any(patterns: readonly string[] | undefined): Patterns {
  if (patterns === undefined) return () => true;
  const matchers = patterns.map(wildcard);
  return (name) => matchers.some((matches) => matches(name));
}
