import { RE2JS } from 're2js';
import { charEntropy } from '../../text/char-entropy.ts';
import { createKeywordFilter, type Keyword } from '../../text/keyword-filter.ts';
import { NAMED_PATTERNS, TOKEN_PATTERNS } from './catalogue.ts';
import { LONGEST_ASSIGNMENT, valueAfter } from './assignment.ts';
import { DEFAULT_ENTROPY, type Confidence, type Kind, type NamedPattern, type TokenPattern } from './pattern.ts';
import { DATABASE_SCHEME, DATABASE_URL, URL_PASSWORD } from './patterns/databases.ts';
import { CURL_PASSWORD, GENERIC_SECRET, SECRET_NAMES } from './patterns/generic.ts';
import { PRIVATE_KEY, PUTTY_KEY } from './patterns/private-keys.ts';
import { isPlaceholder, isRealPassword, isSecretName, looksRandom } from './plausible.ts';
import { readBody, readKeyBlock } from './private-key.ts';
import { isIn, isWordStart, type RunName, runEnd, runStart } from './run.ts';
import { LONGEST_USER, readArgumentPassword, readUrlPassword } from './userinfo.ts';

/** What a rule found, before duplicates are merged. */
export interface Candidate {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** What of the beginning is the same in every secret of the kind, and may be shown. */
  readonly prefix: string;
  readonly confidence: Exclude<Confidence, 'no'>;
  /** Lower names the finding when candidates overlap. */
  readonly rank: number;
}

/** A stretch to ask a second opinion about: `[from, to)` to read, `[start, end)` to report. */
export interface Region {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export interface Scan {
  readonly candidates: readonly Candidate[];
  readonly regions: readonly Region[];
  /** Least start of anything that a longer text could still turn into a candidate or let grow; the text's length when none. */
  readonly live: number;
}

export interface ScanOptions {
  /** False for kinds that are switched off. */
  readonly enabled: (kind: Kind) => boolean;
  readonly regions: boolean;
}

export interface Scanner {
  scan(text: string): Scan;
}

/** How far before `-u` the word `curl` may stand. */
const CURL_REACH = 240;
/** Longer than any keyword or name, with what an escape puts before it. */
const LONGEST_KEYWORD = 48;

/** How far before a finding anything that decides about it can stand, in units. */
export const LOOK_BEHIND = Math.max(
  CURL_REACH + LONGEST_KEYWORD + LONGEST_USER, // curl … -u user:
  LONGEST_KEYWORD + LONGEST_ASSIGNMENT, // name … =
  LONGEST_KEYWORD + LONGEST_USER, // scheme://user:
);

const LONGEST_GENERIC = 256;
/** Shorter runs cannot be a secret that a second opinion knows. */
const LEAST_REGION = 20;
const MOST_TRIES = 4;

const BOUNDED = 1;
const UNBOUNDED = 2;
const NOTHING: Omit<Scan, 'live'> = { candidates: [], regions: [] };

type Rule = (text: string, at: number, keyword: string, out: Draft) => void;

interface Draft {
  readonly candidates: Candidate[];
  readonly regions: Region[];
  live: number;
  /** How often each pattern was tried in the run that it last looked at. */
  readonly tries: Map<Kind, { readonly stop: number; count: number }>;
  readonly runs: Map<RunName, { readonly start: number; readonly end: number }>;
}

/** Compiles the enabled patterns into one keyword automaton. Regexes are compiled when their keyword first hits. */
export function createScanner(options: ScanOptions): Scanner {
  const keywords: Keyword[] = [];
  const rules: Rule[] = [];
  const add = (literal: string, exact: boolean, mark: number, rule: Rule): void => {
    keywords.push({ literal, exact, mark });
    rules.push(rule);
  };

  let rank = 0;
  for (const pattern of TOKEN_PATTERNS) {
    rank++;
    if (!options.enabled(pattern)) continue;
    const rule = tokenRule(pattern, rank, options.regions);
    const mark = pattern.publicKeyword ? 0 : pattern.bounded === false ? UNBOUNDED : BOUNDED;
    for (const literal of pattern.keywords) add(literal, true, mark, rule);
  }
  for (const pattern of NAMED_PATTERNS) {
    rank++;
    if (!options.enabled(pattern)) continue;
    const rule = namedRule(pattern, rank, options.regions);
    for (const literal of pattern.names) add(literal, false, 0, rule);
  }
  if (options.enabled(PRIVATE_KEY)) add('-----BEGIN ', true, UNBOUNDED, keyRule(++rank, options.regions));
  if (options.enabled(PUTTY_KEY)) add('Private-Lines: ', true, 0, puttyRule(++rank));
  if (options.enabled(DATABASE_URL) || options.enabled(URL_PASSWORD)) add('://', true, 0, urlRule(++rank, options));
  if (options.enabled(CURL_PASSWORD)) {
    const rule = curlRule(++rank);
    for (const literal of [' -u ', ' -u', ' --user ', ' --user=']) add(literal, true, 0, rule);
  }
  if (options.enabled(GENERIC_SECRET)) {
    const rule = genericRule(10_000);
    for (const literal of SECRET_NAMES) add(literal, false, 0, rule);
  }

  const filter = createKeywordFilter(keywords);
  return {
    scan(text) {
      const hits = filter.hits(text);
      const tail = filter.tail(text, (marks, start) => (marks & UNBOUNDED) !== 0 || isWordStart(text, start));
      if (hits.length === 0) return { ...NOTHING, live: tail };
      const out: Draft = { candidates: [], regions: [], live: tail, tries: new Map(), runs: new Map() };
      for (let i = 0; i < hits.length; i += 2) {
        const index = hits[i]!;
        rules[index]!(text, hits[i + 1]!, keywords[index]!.literal, out);
      }
      return out;
    },
  };
}

function tokenRule(pattern: TokenPattern, rank: number, regions: boolean): Rule {
  const match = shapeMatcher(pattern);
  return (text, at, keyword, out) => {
    if (pattern.bounded !== false && !isWordStart(text, at)) return;
    if (
      pattern.before !== undefined &&
      at - runStart(text, at, pattern.before.run, pattern.before.min) < pattern.before.min
    )
      return;
    const body = at + keyword.length;
    const start = pattern.publicKeyword ? body : at;
    const stop = Math.min(wholeRun(text, body, pattern.run, out), at + pattern.max + 1);
    if (reachesEnd(text, stop, at + pattern.max, pattern.right)) out.live = Math.min(out.live, start);
    if (stop - at < 8) return;
    const tries = triesIn(out, pattern, at, stop);
    if (tries > MOST_TRIES) return;
    const found = match(text, at, stop, keyword.length);
    if (found !== null && found.end > start) {
      const prefix = pattern.publicKeyword ? '' : keyword;
      out.candidates.push({ kind: pattern, start, end: found.end, prefix, confidence: found.confidence, rank });
    } else if (regions && pattern.secondOpinion && tries === 1 && stop - at >= LEAST_REGION) {
      ask(text, out, { from: at, to: stop, start, end: stop });
    }
  };
}

function namedRule(pattern: NamedPattern, rank: number, regions: boolean): Rule {
  const match = shapeMatcher(pattern);
  return (text, at, keyword, out) => {
    const value = valueAfter(text, at + keyword.length);
    if (
      value === null ||
      (pattern.rest !== undefined && !pattern.rest.some((word) => value.rest.toLowerCase().includes(word)))
    )
      return;
    const { start } = value;
    const stop = Math.min(wholeRun(text, start, pattern.run, out), start + pattern.max + 1);
    if (reachesEnd(text, stop, start + pattern.max, pattern.right)) out.live = Math.min(out.live, start);
    if (stop - start < 8) return;
    const tries = triesIn(out, pattern, start, stop);
    if (tries > MOST_TRIES) return;
    const found = match(text, start, stop, 0);
    if (found !== null) {
      out.candidates.push({ kind: pattern, start, end: found.end, prefix: '', confidence: found.confidence, rank });
    } else if (regions && pattern.secondOpinion && tries === 1 && stop - start >= LEAST_REGION) {
      ask(text, out, { from: at, to: stop, start, end: stop });
    }
  };
}

/** Where the run that `from` lies in ends. Remembered, so that keywords inside one long run do not each walk to its end. */
function wholeRun(text: string, from: number, run: RunName, out: Draft): number {
  const known = out.runs.get(run);
  if (known !== undefined && known.start <= from && from <= known.end) return known.end;
  const end = runEnd(text, from, run, text.length);
  out.runs.set(run, { start: from, end });
  return end;
}

/**
 * Counts how often a pattern was tried within the stretch that it last looked at. A few tries are enough for a secret
 * with other marks before it; without a bound a long run made of nothing but keywords would be matched from each.
 */
function triesIn(out: Draft, pattern: Kind, at: number, stop: number): number {
  const tried = out.tries.get(pattern);
  if (tried !== undefined && at < tried.stop) return ++tried.count;
  out.tries.set(pattern, { stop, count: 1 });
  return 1;
}

/** What follows a stretch can change an opinion on it, so it stays live until that is there. */
function ask(text: string, out: Draft, region: Region): void {
  out.regions.push(region);
  if (region.to === text.length) out.live = Math.min(out.live, region.start);
}

type Match = (
  text: string,
  start: number,
  stop: number,
  keyword: number,
) => { readonly end: number; readonly confidence: Exclude<Confidence, 'no'> } | null;

/** Matches a pattern's regex at `start`, inside a run that ends at `stop`. */
function shapeMatcher(pattern: TokenPattern | NamedPattern): Match {
  let regex: RE2JS | undefined;
  const right = pattern.right === undefined ? 'word' : pattern.right;
  const unbounded = /[*+]|,\}/.test(pattern.regex);
  return (text, start, stop, keyword) => {
    regex ??= RE2JS.compile(pattern.regex, RE2JS.LONGEST_MATCH);
    const limit = start + pattern.max;
    const matcher = regex.matcher(text.slice(start, Math.min(stop, limit)));
    if (!matcher.lookingAt()) return null;
    const end = start + matcher.end();
    const cutOff = unbounded && end === limit;
    if (right !== null && !cutOff && isIn(right, text.charCodeAt(end))) return null;
    const secret = text.slice(start, end);
    if (charEntropy(secret.slice(keyword)) < (pattern.entropy ?? DEFAULT_ENTROPY)) return null;
    const confidence = pattern.check === undefined ? 'certain' : pattern.check(secret);
    return confidence === 'no' ? null : { end, confidence };
  };
}

/** True when more text could change what a run that ends at `stop` and may be no longer than up to `limit` amounts to. */
function reachesEnd(text: string, stop: number, limit: number, right: RunName | null | undefined): boolean {
  return stop === text.length && (stop < limit || (stop === limit && right !== null));
}

function keyRule(rank: number, regions: boolean): Rule {
  return (text, at, _keyword, out) => {
    const block = readKeyBlock(text, at);
    if (block === null) return;
    if (block.open) out.live = Math.min(out.live, at);
    const { end } = block;
    if (block.keyed) {
      out.candidates.push({ kind: PRIVATE_KEY, start: at, end, prefix: '-----BEGIN', confidence: 'certain', rank });
    } else if (regions && end - at > 64) {
      ask(text, out, { from: at, to: end, start: at, end });
    }
  };
}

function puttyRule(rank: number): Rule {
  return (text, at, keyword, out) => {
    const start = runEnd(text, at + keyword.length, 'digits', 4);
    const body = readBody(text, start);
    if (body.open) out.live = Math.min(out.live, start);
    if (body.keyed)
      out.candidates.push({ kind: PUTTY_KEY, start, end: body.end, prefix: '', confidence: 'certain', rank });
  };
}

function urlRule(rank: number, options: ScanOptions): Rule {
  return (text, at, keyword, out) => {
    const found = readUrlPassword(text, at + keyword.length);
    if (found === null) return;
    if (found.open) out.live = Math.min(out.live, found.start);
    if (!found.complete) return;
    const from = runStart(text, at, 'mixed', 24);
    const kind = DATABASE_SCHEME.test(text.slice(from, at).toLowerCase()) ? DATABASE_URL : URL_PASSWORD;
    if (!options.enabled(kind)) return;
    const { start, end } = found;
    if (!isRealPassword(text.slice(start, end))) return;
    out.candidates.push({ kind, start, end, prefix: '', confidence: 'certain', rank });
  };
}

function curlRule(rank: number): Rule {
  return (text, at, keyword, out) => {
    const found = readArgumentPassword(text, at + keyword.length);
    if (found === null || !text.slice(Math.max(0, at - CURL_REACH), at).includes('curl')) return;
    if (found.open) out.live = Math.min(out.live, found.start);
    const password = text.slice(found.start, found.end);
    if (!found.complete || !isRealPassword(password) || isPlaceholder(password)) return;
    out.candidates.push({
      kind: CURL_PASSWORD,
      start: found.start,
      end: found.end,
      prefix: '',
      confidence: 'certain',
      rank,
    });
  };
}

function genericRule(rank: number): Rule {
  return (text, at, keyword, out) => {
    const value = valueAfter(text, at + keyword.length);
    if (value === null) return;
    const { start } = value;
    const stop = Math.min(wholeRun(text, start, 'opaque', out), start + LONGEST_GENERIC + 1);
    if (reachesEnd(text, stop, start + LONGEST_GENERIC, 'opaque')) out.live = Math.min(out.live, start);
    // A sentence's full stop, and what a call or an index leaves behind, are no part of it.
    let end = stop;
    while (end > start && '.:!?&'.includes(text[end - 1]!)) end--;
    if (
      end - start > LONGEST_GENERIC ||
      text[stop] === '(' ||
      text[stop] === '[' ||
      (value.quote === '' && text[stop] === '{')
    )
      return;
    // `…` means that the rest was left out.
    if (text.startsWith('..', end) || !isSecretName(value.rest)) return;
    if (!looksRandom(text.slice(start, end), keyword.startsWith('pass') || keyword === 'pwd')) return;
    out.candidates.push({ kind: GENERIC_SECRET, start, end, prefix: '', confidence: 'certain', rank });
  };
}
