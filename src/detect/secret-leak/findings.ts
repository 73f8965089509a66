import { createHash } from 'node:crypto';
import type { Finding } from '../../core/finding.ts';
import { isAtLeast, type Severity } from '../../core/severity.ts';
import { mask } from '../../text/mask.ts';
import { isPublishedExample } from './examples.ts';
import { labelOf } from './pattern.ts';
import type { Candidate } from './scan.ts';

/** Candidates of this rank and beyond guess; a value that a surer rule knows to be harmless is no finding of theirs. */
const GUESSES = 9_000;
/** How sure a value with the right form and the wrong checksum is to open anything. */
const DOUBTFUL_SCORE = 0.2;
/** Precision of the generic rule on labelled texts (`node bench/secrets.ts`: 13 of the 14 that it adds), rounded down. */
const GUESS_SCORE = 0.9;

export interface Judgement {
  readonly minSeverity: Severity;
  /** `sha256:<hex>` of a whole secret, or its literal beginning. */
  readonly allow: readonly string[];
}

/** Drops what is allowed or published, merges what overlaps into one finding that covers all of it, orders by start. */
export function toFindings(
  text: string,
  candidates: readonly Candidate[],
  { minSeverity, allow }: Judgement,
): readonly Finding[] {
  const harmless: Candidate[] = [];
  let kept: Candidate[] = [];
  for (const candidate of candidates) {
    const secret = text.slice(candidate.start, candidate.end);
    (isPublishedExample(secret) || isAllowed(secret, allow) ? harmless : kept).push(candidate);
  }
  if (harmless.length > 0) {
    const starts = harmless.toSorted((a, b) => a.start - b.start);
    kept = kept.filter((candidate) => candidate.rank < GUESSES || !overlapsAny(candidate, starts));
  }
  kept.sort((a, b) => a.start - b.start || a.rank - b.rank);

  const findings: Finding[] = [];
  for (let i = 0; i < kept.length;) {
    let best = kept[i]!;
    const { start } = best;
    let { end } = best;
    for (i++; i < kept.length && kept[i]!.start < end; i++) {
      const next = kept[i]!;
      end = Math.max(end, next.end);
      if (isBetter(next, best)) best = next;
    }
    const finding = toFinding(best, start, end);
    if (isAtLeast(finding.severity, minSeverity)) findings.push(finding);
  }
  return findings;
}

function toFinding({ kind, prefix, confidence, rank }: Candidate, start: number, end: number): Finding {
  const doubtful = confidence === 'doubtful';
  const message = doubtful
    ? `Has the form of a secret (${kind.title}), but its checksum does not hold: altered, cut short or made up.`
    : `Contains a secret: ${kind.title}.`;
  return {
    rule: `secret-leak/${kind.id}`,
    severity: doubtful ? 'low' : kind.severity,
    message,
    span: { start, end },
    mask: mask(prefix),
    label: labelOf(kind),
    ...(doubtful ? { score: DOUBTFUL_SCORE } : rank > GUESSES ? { score: GUESS_SCORE } : {}),
  };
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.confidence !== b.confidence && Math.max(a.rank, b.rank) < GUESSES) return a.confidence === 'certain';
  return a.rank < b.rank;
}

function isAllowed(secret: string, allow: readonly string[]): boolean {
  if (allow.length === 0) return false;
  let digest: string | undefined;
  return allow.some((entry) =>
    entry.startsWith('sha256:')
      ? entry === `sha256:${(digest ??= createHash('sha256').update(secret).digest('hex'))}`
      : secret.startsWith(entry),
  );
}

/** `sorted` by start. */
function overlapsAny({ start, end }: Candidate, sorted: readonly Candidate[]): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.start < end) low = middle + 1;
    else high = middle;
  }
  // Harmless values are few and do not nest, so the nearest two before the end tell.
  return sorted.slice(Math.max(0, low - 2), low).some((other) => other.end > start);
}
