import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auroc, shareAbove, thresholdAt } from '../../train/metrics.ts';
import { NearDuplicates } from '../../train/near-duplicates.ts';
import type { DataRow } from '../../train/read-data.ts';
import { userAttackSpecification } from '../../train/user-attack.ts';
import { ofFold, shipped, shippedThreshold, type Judge } from './judges.ts';
import { area, groupBy, percent, table } from './table.ts';

export interface Scored {
  readonly text: string;
  readonly label: 0 | 1;
  readonly source: string;
  readonly language: string | undefined;
  readonly score: number;
  /** Whether the source may not be trained on at all. */
  readonly never: boolean;
}

export interface UserChannel {
  readonly scored: readonly Scored[];
  readonly benign: readonly number[];
  /** Thresholds, fixed once on benign texts of real users: 1 %, 0.1 %, and the one that ships. */
  readonly at1: number;
  readonly at01: number;
  readonly shipped: number;
}

/** Judges every text with a model that has not seen its source. */
export function judgeUserChannel(data: readonly DataRow[]): UserChannel {
  const name = 'user-attack';
  const items = userAttackSpecification.items(data);
  const judges = userAttackSpecification.folds.map((_, fold) => ofFold(name, fold));
  const scored: Scored[] = items.map(({ fold, text, label, source, language }) => ({
    text,
    label,
    source,
    language,
    score: judges[fold]!(text),
    never: false,
  }));
  const score = new Map(items.map((item, i) => [item, scored[i]!.score]));
  const benign = userAttackSpecification.benign(items).map((item) => score.get(item)!);
  const known = new NearDuplicates();
  for (const row of data) if (row.permissive && row.label === 1) known.add(row.text);
  const judge = shipped(name);
  for (const { text, label, source, lang, permissive } of data)
    if (!permissive && !(label === 1 && known.has(text)))
      scored.push({ text, label, source, language: lang, score: judge(text), never: true });
  return {
    scored,
    benign,
    at1: thresholdAt(benign, 0.01),
    at01: thresholdAt(benign, 0.001),
    shipped: shippedThreshold(name),
  };
}

export function printUserChannel({ scored, benign, at1, at01, shipped }: UserChannel): void {
  console.log(
    `\n## user-attack, by source\n\nEvery text is judged by a model that has not seen its source; \`never\` marks sources that nothing was trained on. Benign: ${benign.length} texts that people wrote to an assistant or a service, at most 500 a source; thresholds fixed once on them.`,
  );
  const rows = [
    ...groupBy(
      scored.filter(({ label }) => label === 1),
      ({ source }) => source,
    ),
  ]
    .filter(([, list]) => list.length >= 5)
    .map(([source, list]) => {
      const scores = list.map(({ score }) => score);
      return {
        cells: [
          `${source}${list[0]!.never ? ' (never)' : ''}`,
          list.length,
          area(auroc(scores, benign)),
          percent(shareAbove(scores, at1)),
          percent(shareAbove(scores, at01)),
          percent(shareAbove(scores, shipped)),
        ],
        values: [auroc(scores, benign), shareAbove(scores, at1), shareAbove(scores, at01), shareAbove(scores, shipped)],
      };
    });
  const mean = (k: number): number => rows.reduce((sum, { values }) => sum + values[k]!, 0) / rows.length;
  table(
    ['attacks of', 'n', 'AUROC', 'recall at 1 % FPR', 'at 0.1 %', 'as shipped'],
    [
      ...rows.map(({ cells }) => cells),
      ['mean of the sources', '', area(mean(0)), percent(mean(1)), percent(mean(2)), percent(mean(3))],
    ],
  );
  table(
    ['benign texts of', 'n', 'disturbed at 1 %', 'as shipped'],
    [
      ...groupBy(
        scored.filter(({ label }) => label === 0),
        ({ source }) => source,
      ),
    ].map(([source, list]) => {
      const scores = list.map(({ score }) => score);
      return [
        `${source}${list[0]!.never ? ' (never)' : ''}`,
        list.length,
        percent(shareAbove(scores, at1)),
        percent(shareAbove(scores, shipped)),
      ];
    }),
  );
  table(
    ['language', 'attacks', 'AUROC', 'recall at 1 % FPR', 'as shipped'],
    [
      ...groupBy(
        scored.filter(({ label, language }) => label === 1 && language !== undefined),
        ({ language }) => language!,
      ),
    ].map(([language, list]) => {
      const scores = list.map(({ score }) => score);
      return [
        language,
        list.length,
        area(auroc(scores, benign)),
        percent(shareAbove(scores, at1)),
        percent(shareAbove(scores, shipped)),
      ];
    }),
  );
}

/** Our own benign lines that are full of the words of attacks; no generator and no threshold has seen them. */
export function overDefenceTexts(): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'over-defence.txt'), 'utf8')
    .trim()
    .split('\n');
}

export function printOverDefence(
  { at1, shipped: threshold }: UserChannel,
  judge: Judge = shipped('user-attack'),
): void {
  const scores = overDefenceTexts().map(judge);
  console.log(
    `\n## Over-defence\n\n${scores.length} benign texts full of trigger words (\`bench/detect/over-defence.txt\`), shipped model: ${percent(1 - shareAbove(scores, threshold))} right as shipped, ${percent(1 - shareAbove(scores, at1))} at 1 % FPR.`,
  );
}
