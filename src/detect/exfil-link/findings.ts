import type { Finding } from '../../core/finding.ts';
import { isAtLeast, SEVERITIES, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { registrable } from './allow-list.ts';
import { decodeReferences, readings, withoutOpenEscape } from './decode.ts';
import { type Destination, LONGEST, type Place } from './destination.ts';
import { findDestinations } from './find-destinations.ts';
import { HARMLESS, type Judge, type Judgement, isRelativeForGood } from './judge.ts';

/** What the severities of the options are about. */
export type Kind = 'image' | 'link' | 'reference' | 'html' | 'css';

export interface Scale {
  readonly images: Severity | 'off';
  readonly links: Severity | 'off';
  readonly references: Severity | 'off';
  readonly html: Severity | 'off';
  readonly minSeverity: Severity;
}

const KINDS: Readonly<Record<Place, Kind>> = {
  image: 'image',
  link: 'link',
  bare: 'link',
  'html-link': 'link',
  reference: 'reference',
  html: 'html',
  'html-list': 'html',
  'html-refresh': 'html',
  'html-style': 'css',
  'html-document': 'html',
  css: 'css',
};

const WHAT: Readonly<Record<Kind, string>> = {
  image: 'An image that a client fetches by itself',
  link: 'A link',
  reference: 'A reference that a link or an image may use',
  html: 'An HTML attribute',
  css: 'A style sheet',
};

/** Documents in documents that are opened; deeper ones are a finding as they are. */
const DEEPEST = 2;

const REFRESH = /^\s*[\d.]+[\s;,]+(?:url\s*=\s*)?['"]?(.*)$/is;
const IN_STYLE = /(?:\(|@import)\s*['"]?([^'")]*)/gi;

export interface Reading {
  readonly findings: readonly Finding[];
  /** Index from which more text may still change something. */
  readonly hold: number;
}

/** Everything that `text` would ask of hosts that are on no list. */
export function readLinks(text: string, judge: Judge, scale: Scale, depth = 0): Reading {
  const { all, pending } = findDestinations(text);
  const findings: Finding[] = [];
  let hold = pending;
  let covered = 0;
  for (const destination of all) {
    const { announced, start, end, complete, place } = destination;
    if (!complete && announced < hold && !isSettled(text, destination)) hold = announced;
    if (start < covered || end === start) continue;
    const judgement = judgeDestination(text, destination, judge, scale, depth);
    const severity = severityOf(judgement, scale, KINDS[place]);
    if (severity === null) continue;
    covered = end;
    findings.push(toFinding(text, destination, judgement, severity));
  }
  return { findings, hold };
}

/** What an unfinished destination at `from` that has grown too long is, judged as a finished one of that length is. */
export function readOverdue(text: string, from: number, judge: Judge, scale: Scale): Finding | null {
  const destination = findDestinations(text).all.find((one) => one.announced === from && !one.complete);
  if (destination === undefined) return null;
  const judgement = judgeDestination(text, destination, judge, scale, 0);
  const severity = severityOf(judgement, scale, KINDS[destination.place]);
  if (severity === null) return null;
  return { ...toFinding(text, destination, judgement, severity), span: { start: from, end: text.length } };
}

function judgeDestination(
  text: string,
  destination: Destination,
  judge: Judge,
  scale: Scale,
  depth: number,
): Judgement {
  const { place, writing, announced, start, end } = destination;
  if (isSettled(text, destination)) return HARMLESS;
  const limit = announced + LONGEST;
  const raw = text.slice(start, Math.min(end, Math.max(start, limit)));
  // So much white space that the destination behind it cannot be read in a stream.
  if (end > limit && raw.trim() === '') return { verdict: 'scheme', protocol: '' };
  switch (place) {
    case 'bare':
      return judge(raw.replace(/^www\./i, 'http://www.'), writing);
    case 'html-list':
      return worst(
        readings(raw, 'html').flatMap((value) => value.split(/[\s,]+/)),
        (one) => judge(one, 'plain'),
      );
    case 'html-refresh':
      return worst(readings(raw, 'html'), (value) => {
        const target = REFRESH.exec(value)?.[1];
        return target === undefined ? HARMLESS : judge(target, 'plain');
      });
    case 'html-style':
      // What is written plainly is found where it stands.
      if (!/[&\\]/.test(raw)) return HARMLESS;
      return worst(
        readings(raw, 'css').flatMap((style) => Array.from(style.matchAll(IN_STYLE), (match) => match[1]!)),
        (one) => judge(one, 'css'),
      );
    case 'html-document': {
      if (depth === DEEPEST) return { verdict: 'script', protocol: '' };
      const inner = readLinks(decodeReferences(raw), judge, { ...scale, minSeverity: 'info' }, depth + 1);
      return inner.findings.some((one) => one.rule !== 'exfil-link/link')
        ? { verdict: 'script', protocol: '' }
        : HARMLESS;
    }
    default:
      return judge(raw, writing);
  }
}

const RANK = { harmless: 0, scheme: 1, outside: 2, script: 3 } as const;

function worst(candidates: readonly string[], judgementOf: (candidate: string) => Judgement): Judgement {
  let result = HARMLESS;
  for (const candidate of candidates) {
    const judgement = judgementOf(candidate);
    if (RANK[judgement.verdict] > RANK[result.verdict]) result = judgement;
  }
  return result;
}

/** True when a destination is no finding, however it goes on. Looks at its beginning alone. */
function isSettled(text: string, { place, writing, start, end }: Destination): boolean {
  switch (place) {
    case 'bare':
    case 'html-list':
    case 'html-refresh':
    case 'html-style':
    case 'html-document':
      return false;
    default:
      // Most are told by their first unit: no letter of a scheme, slash, space, or beginning of an escape.
      if (start < end && /[^a-z\s\0-\x20/\\&]/i.test(text[start]!)) return true;
      return readings(withoutOpenEscape(text.slice(start, Math.min(end, start + 512))), writing).every(
        isRelativeForGood,
      );
  }
}

function severityOf(judgement: Judgement, scale: Scale, kind: Kind): Severity | null {
  const base =
    kind === 'image'
      ? scale.images
      : kind === 'link'
        ? scale.links
        : kind === 'reference'
          ? scale.references
          : scale.html;
  if (base === 'off' || judgement.verdict === 'harmless') return null;
  let severity: Severity = base;
  if (judgement.verdict === 'script') severity = atLeast(base, 'high');
  else if (judgement.verdict === 'outside') {
    if (judgement.disguise !== null) severity = raised(severity, 1);
    if (judgement.data) severity = raised(severity, 2);
  }
  return isAtLeast(severity, scale.minSeverity) ? severity : null;
}

function raised(severity: Severity, steps: number): Severity {
  return SEVERITIES[Math.min(SEVERITIES.length - 1, SEVERITIES.indexOf(severity) + steps)]!;
}

function atLeast(severity: Severity, floor: Severity): Severity {
  return isAtLeast(severity, floor) ? severity : floor;
}

function toFinding(
  text: string,
  { place, start, end }: Destination,
  judgement: Judgement,
  severity: Severity,
): Finding {
  const kind = KINDS[place];
  return {
    rule: `exfil-link/${judgement.verdict === 'script' ? 'script' : judgement.verdict === 'scheme' ? 'scheme' : kind}`,
    severity,
    message: `${WHAT[kind]} ${whatItDoes(judgement)}.`,
    span: { start, end },
    mask: maskOf(judgement, text, start, end),
    label: 'LINK',
  };
}

function whatItDoes(judgement: Judgement): string {
  switch (judgement.verdict) {
    case 'harmless':
      return 'asks nobody';
    case 'script':
      return 'runs a script or opens a document of its own';
    case 'scheme':
      return 'uses a scheme that is on no list';
    case 'outside': {
      const data = judgement.data ? ', with data in it' : '';
      const disguise = judgement.disguise === null ? '' : `, disguised by ${DISGUISES[judgement.disguise]}`;
      return `leads to a host that is on no list${disguise}${data}`;
    }
  }
}

const DISGUISES = {
  'user name': 'a user name before it',
  address: 'an unusual notation of its address',
  'look-alike letters': 'letters that look like others',
} as const;

/** Scheme and registrable domain tell a reviewer where it leads; labels below it may be what is carried away. */
function maskOf(judgement: Judgement, text: string, start: number, end: number): string {
  if (judgement.verdict !== 'outside') return mask('');
  const scheme = `${judgement.protocol}//`;
  const shown = `${scheme}${registrable(judgement.host)}/`;
  const rest = text.slice(start + ((end - start) >> 1), end);
  return mask(shown.length <= 60 && !`${shown}****`.includes(rest) ? shown : scheme);
}
