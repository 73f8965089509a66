/**
 * Quality of `harmful-content` on sources that no model has been trained on (their licences forbid it), beside a word list from
 * npm, and its cost. What it does on the sources that it was trained on, each held out in turn, is in its card:
 * `src/classify/models/harmful-content.md`.
 *
 *     npm run bench:peers && npm run bench:harm
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stage } from '../src/core/verdict.ts';
import { harmfulContent } from '../src/detect/harmful-content/detector.ts';
import { auroc, shareAbove, thresholdAt } from '../train/metrics.ts';
import { readData } from '../train/read-data.ts';

type Score = (text: string) => number;

/** Our own scores, at the threshold that ships. */
function ours(stage: Stage): Score {
  const inspector = harmfulContent.create(harmfulContent.defaults);
  return (text) =>
    (inspector.score!(text, { stage, role: 'user', origin: 'client', kind: 'text' }) as number | null) ?? 0;
}

/** What is used of the package, which is not installed with this one. */
interface Obscenity {
  readonly RegExpMatcher: new (options: object) => { getAllMatches(text: string): readonly unknown[] };
  readonly englishDataset: { build(): object };
  readonly englishRecommendedTransformers: object;
}

/** obscenity 0.4 with its English preset: how many words of its list are in a text. */
async function obscenity(): Promise<Score | null> {
  const file = join(resolve(import.meta.dirname), 'peers/node_modules/obscenity/dist/index.js');
  if (!existsSync(file)) return null;
  const { RegExpMatcher, englishDataset, englishRecommendedTransformers } = (await import(
    pathToFileURL(file).href
  )) as Obscenity;
  const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
  return (text) => matcher.getAllMatches(text).length;
}

const rows = [...readData('prompts/harm.jsonl.gz'), ...readData('prompts/injection.jsonl.gz')].filter(
  ({ permissive }) => !permissive,
);
const of = (source: string, label: 0 | 1): readonly string[] => [
  ...new Set(rows.filter((row) => row.source === source && row.label === label).map(({ text }) => text)),
];
/** Instructions that people gave, and posts. */
const INSTRUCTIONS = [
  'self-instruct/T0 prompts',
  'neuralchemy/Prompt-injection-dataset',
  'HackaT104/Prompt_INJECTION_And_Benign',
];
const POSTS = ['TweetEval hate', 'TweetEval offensive', 'tweeteval'];
const REQUESTS = ['MaliciousInstruct', 'safety-tuned-llamas'];
const TOXIC = ['TweetEval hate', 'TweetEval offensive'];

const peer = await obscenity();
if (peer === null) console.log('obscenity is not installed: npm run bench:peers\n');
const judges: readonly (readonly [name: string, score: Score, threshold: number])[] = [
  ['Parapet', ours('input'), 0.5],
  ...(peer === null ? [] : [['obscenity 0.4.6', peer, 1] as const]),
];

for (const [title, positives, negatives] of [
  ['harmful requests', REQUESTS, INSTRUCTIONS],
  ['toxic posts', TOXIC, POSTS],
] as const) {
  console.log(`| ${title} | texts | by | AUROC | recall at 1 % FPR | recall as shipped |\n|---|--:|---|--:|--:|--:|`);
  const harmless = negatives.flatMap((source) => of(source, 0));
  for (const [name, score, threshold] of judges) {
    const low = harmless.map(score);
    const at = thresholdAt(low, 0.01);
    for (const source of positives) {
      const high = of(source, 1).map(score);
      console.log(
        `| ${source} | ${high.length} | ${name} | ${auroc(high, low).toFixed(3)} | ${percent(shareAbove(high, at))} | ${percent(shareAbove(high, threshold))} |`,
      );
    }
    for (const source of negatives) {
      const scores = of(source, 0).map(score);
      if (scores.length > 0)
        console.log(
          `| harmless: ${source} | ${scores.length} | ${name} | | | ${percent(shareAbove(scores, threshold))} |`,
        );
    }
  }
  console.log('');
}

const text = of('self-instruct/T0 prompts', 0)
  .join('\n')
  .slice(0, 1 << 19);
for (const [name, score] of judges) {
  const times: number[] = [];
  for (let at = 0; at + 2048 <= text.length; at += 2048) {
    const began = performance.now();
    score(text.slice(at, at + 2048));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  console.log(
    `${name}: ${times[times.length >> 1]!.toFixed(3)} ms for 2 KB at the median, ${times[Math.floor(times.length * 0.99)]!.toFixed(3)} ms at p99`,
  );
}

function percent(share: number): string {
  return Number.isNaN(share) ? '-' : `${(100 * share).toFixed(1)} %`;
}
