import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintCoreConfig } from '@secretlint/types';
import { charEntropy } from '../../text/char-entropy.ts';
import { DEFAULT_ENTROPY } from './pattern.ts';
import type { Candidate, Region } from './scan.ts';

// On by default, the profiler keeps an entry for every rule of every call for as long as the process lives.
secretLintProfiler.setEnabled(false);

/**
 * Left out: `filter-comments` lets a text switch the check off by saying so, and `gcp` opens files by name and reports
 * whole texts (its PEM block is found by other rules).
 */
const LEFT_OUT = /-rule-(?:filter-comments|gcp)$/;
const CONFIG: SecretLintCoreConfig = {
  rules: rules.filter((rule) => !LEFT_OUT.test(rule.meta.id)).map((rule) => ({ id: rule.meta.id, rule }) as never),
};

/** Below every rule of our own except the guess. */
const RANK = 9_000;

/**
 * Asks secretlint about the given stretches of a text, in one call. Only what lies inside a stretch is reported, so that
 * the answer depends on nothing that streaming has not settled.
 * @throws whatever secretlint throws; nothing is swallowed.
 */
export async function askSecretlint(text: string, regions: readonly Region[]): Promise<readonly Candidate[]> {
  const pieces: { readonly region: Region; readonly from: number; readonly at: number }[] = [];
  let content = '';
  let covered = -1;
  for (const region of regions.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    // Several marks in one run ask about the same units.
    if (region.to <= covered) continue;
    covered = region.to;
    // Its rules look one character to each side; two units hold any character.
    const from = Math.max(0, region.from - 2);
    pieces.push({ region, from, at: content.length });
    content += `${text.slice(from, region.to + 2)}\n`;
  }
  const { messages } = await lintSource({
    source: { content, filePath: 'text', ext: '', contentType: 'text' },
    options: { config: CONFIG, noPhysicFilePath: true, locale: 'en' },
  });

  const candidates: Candidate[] = [];
  for (const { range, ruleId } of messages) {
    const piece = pieces[lastAtOrBefore(pieces, range[0])];
    if (piece === undefined) continue;
    const shift = piece.from - piece.at;
    const start = Math.max(range[0] + shift, piece.region.start);
    const end = Math.min(range[1] + shift, piece.region.end);
    // Some of its rules take `ghp_xxxx…`.
    if (start >= end || charEntropy(text.slice(start, end)) < DEFAULT_ENTROPY) continue;
    candidates.push({ kind: kindOf(ruleId), start, end, prefix: '', confidence: 'certain', rank: RANK });
  }
  return candidates;
}

function lastAtOrBefore(pieces: readonly { readonly at: number }[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.at <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function kindOf(ruleId: string): Candidate['kind'] {
  const vendor = ruleId.slice(ruleId.indexOf('-rule-') + '-rule-'.length);
  return {
    id: `secretlint-${vendor}`,
    title: `credential by secretlint's ${vendor} rule`,
    severity: 'high',
    url: `https://github.com/secretlint/secretlint/tree/master/packages/@secretlint/secretlint-rule-${vendor}`,
  };
}
