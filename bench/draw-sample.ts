import { existsSync, readFileSync } from 'node:fs';
import { seededRandom } from '../src/math/random.ts';

/** A finding as it is drawn and read: of which rule, where, and what it says. */
export interface Drawn {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  /** 0 where the finding is about the file as a whole. */
  readonly line: number;
  readonly message: string;
}

/**
 * A sample that everybody draws alike who has the same files: findings in order of file, line, rule and message, shuffled by the seed.
 * With strata the rules take turns in order of their names, so that a rare one is read as often as a frequent one until it is used up.
 */
export function drawSample(
  findings: readonly Drawn[],
  count: number,
  { seed, byRule }: { readonly seed: string; readonly byRule: boolean },
): readonly Drawn[] {
  const ordered = findings.toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || compare(a.rule, b.rule) || compare(a.message, b.message),
  );
  if (!byRule) return seededRandom(seed).shuffle(ordered).slice(0, count);
  const strata = [...Map.groupBy(ordered, ({ rule }) => rule)]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([rule, own]) => seededRandom(`${seed}/${rule}`).shuffle([...own]));
  const drawn: Drawn[] = [];
  for (let turn = 0; drawn.length < count && strata.some((own) => turn < own.length); turn++)
    for (const own of strata) if (turn < own.length && drawn.length < count) drawn.push(own[turn]!);
  return drawn;
}

/** The line of a finding as it stands in its file, cut to 160 characters, to be read beside what is said about it. */
export function lineOf({ file, line }: Drawn): string {
  if (line === 0 || !existsSync(file)) return '';
  const text = readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  return text.trim().slice(0, 160);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
