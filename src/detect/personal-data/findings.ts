import { createHash } from 'node:crypto';
import type { Finding } from '../../core/finding.ts';
import { mask } from '../../text/mask.ts';
import type { Candidate } from './draft.ts';
import { labelOf } from './kind.ts';

export interface Judgement {
  readonly minScore: number;
  readonly allow: readonly string[];
}

/** Drops what is allowed or doubtful, merges what overlaps into one finding that covers all of it, orders by start. */
export function toFindings(
  text: string,
  candidates: readonly Candidate[],
  { minScore, allow }: Judgement,
): readonly Finding[] {
  const kept = candidates
    .filter(({ start, end, score }) => score >= minScore && !isAllowed(text.slice(start, end), allow))
    .sort((a, b) => a.start - b.start || a.rank - b.rank);
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
    findings.push(toFinding(text, best, start, end));
  }
  return findings;
}

function toFinding(text: string, { kind, score }: Candidate, start: number, end: number): Finding {
  const units = text.slice(start, end).replace(/[^0-9A-Za-z]/g, '');
  const shown = kind.shown ?? 2;
  const last = shown > 0 && units.length >= 8 ? units.slice(-shown) : '';
  return {
    rule: `personal-data/${kind.id}`,
    severity: kind.severity,
    message: `Contains ${kind.title}.`,
    span: { start, end },
    mask: mask('') + last,
    label: labelOf(kind),
    score,
  };
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.score !== b.score) return a.score > b.score;
  const longer = a.end - a.start - (b.end - b.start);
  return longer === 0 ? a.rank < b.rank : longer > 0;
}

/** A value as allow-lists compare it: without spaces, hyphens and the like, in lower case. E-mail addresses keep their marks. */
export function comparable(value: string): string {
  return (value.includes('@') ? value : value.replace(/[\s\u2010-\u2013\u2212().\-/]/g, '')).toLowerCase();
}

function isAllowed(written: string, allow: readonly string[]): boolean {
  if (allow.length === 0) return false;
  const value = comparable(written);
  let digest: string | undefined;
  return allow.some((entry) => {
    if (entry.startsWith('sha256:'))
      return entry === `sha256:${(digest ??= createHash('sha256').update(value).digest('hex'))}`;
    if (entry.startsWith('@')) {
      const domain = value.slice(value.lastIndexOf('@') + 1);
      return (
        value.includes('@') &&
        (domain === entry.slice(1).toLowerCase() || domain.endsWith(`.${entry.slice(1).toLowerCase()}`))
      );
    }
    return value.startsWith(comparable(entry));
  });
}
