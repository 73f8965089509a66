import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildArchitecture } from '../../src/engine/build/architectures.ts';
import { writeOnnx } from '../../src/formats/onnx/write-onnx.ts';
import { textAugment, TEXT_AUGMENT_DEFAULTS } from '../../src/lab/defence/text-augment/defence.ts';
import type { Attack } from '../../src/lab/evasion/attack.ts';
import { badCharacters } from '../../src/lab/evasion/bad-characters/attack.ts';
import { deepWordBug } from '../../src/lab/evasion/deep-word-bug/attack.ts';
import { runAttack } from '../../src/lab/evasion/run-attack.ts';
import { textfooler } from '../../src/lab/evasion/textfooler/attack.ts';
import { type LabelledData, sliceData } from '../../src/lab/labelled-data.ts';
import { encodeTexts } from '../../src/lab/load-target-data.ts';
import { openTarget } from '../../src/lab/open-target.ts';
import { pickData } from '../../src/lab/split-data.ts';
import type { Target } from '../../src/lab/target.ts';
import { buildVocabulary, WordTokenizer } from '../../src/lab/text/word-tokenizer.ts';
import { seededRandom } from '../../src/math/random.ts';
import { CLASS_NAMES, readComments } from './read-comments.ts';

/** A classifier of comments, attacked and hardened: `npm run example:moderation`. */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/models/text' },
    out: { type: 'string', default: '.parapet/moderation' },
    samples: { type: 'string', default: '200' },
    epochs: { type: 'string', default: '6' },
  },
});
const comments = readComments(resolve(values.data));
if (comments === null) {
  console.error(`There are no comments at ${resolve(values.data)}: give their folder with --data.`);
  process.exit(2);
}
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const LENGTH = 1200;
const TOKENS = 64;
const BUCKETS = 8192;
const EPS = 0.2;
const SEED = 'moderation';

const words = buildVocabulary(comments.train.texts, 12_000, 3);
const tokenizer = new WordTokenizer(words, { length: TOKENS, lowercase: true, buckets: BUCKETS });
writeFileSync(join(out, 'words.txt'), `${words.join('\n')}\n`);
console.log(
  `${comments.train.count} comments to train on, ${comments.test.count} held out, ${comments.later.count} of a later time, ${words.length} words`,
);
const train = encodeTexts(comments.train, LENGTH);
const test = encodeTexts(comments.test, LENGTH);
const later = encodeTexts(comments.later, LENGTH);

/** Trains from the same weights; without `hardened`, plainly. Writes model and target file. */
async function trained(name: string, hardened: boolean): Promise<void> {
  const model = buildArchitecture('embedding-bag', {
    inputShape: [TOKENS],
    classes: 2,
    seed: SEED,
    vocabulary: tokenizer.size,
  });
  const options = {
    ...TEXT_AUGMENT_DEFAULTS,
    epochs: Number(values.epochs),
    share: hardened ? TEXT_AUGMENT_DEFAULTS.share : 0,
    canonicalise: hardened,
  };
  const artefact = await textAugment.run(model, train, options, {
    bounds: { low: 0, high: 0x10ffff },
    classes: 2,
    seed: SEED,
    threads: 1,
    tokenizer,
  });
  writeFileSync(join(out, `${name}.onnx`), writeOnnx(artefact.model));
  const last = artefact.history.at(-1)!;
  console.log(
    `${name}: ${artefact.steps} steps in ${Math.round(artefact.seconds)} s, right in training ${percent(last.accuracy)}`,
  );
}

function targetFile(model: string, canonicalise: boolean): string {
  const path = join(out, `${model}${canonicalise ? '-canonical' : ''}.json`);
  const declaration = {
    model: `${model}.onnx`,
    classes: CLASS_NAMES,
    text: {
      length: LENGTH,
      canonicalise,
      tokenizer: { vocabulary: 'words.txt', length: TOKENS, buckets: BUCKETS },
    },
  };
  writeFileSync(path, `${JSON.stringify(declaration, null, 2)}\n`);
  return path;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Accuracy on all test comments, and macro F1. */
async function measure(
  target: Target,
  data: LabelledData,
): Promise<{ readonly accuracy: number; readonly f1: number }> {
  const scores = await target.scores(data.inputs, data.count);
  const counts = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < data.count; i++) counts[data.labels[i]!]![scores[2 * i + 1]! > scores[2 * i]! ? 1 : 0]!++;
  const f1 = (c: number): number =>
    (2 * counts[c]![c]!) / (2 * counts[c]![c]! + counts[c]![1 - c]! + counts[1 - c]![c]!);
  return { accuracy: (counts[0]![0]! + counts[1]![1]!) / data.count, f1: (f1(0) + f1(1)) / 2 };
}

await trained('plain', false);
await trained('hardened', true);
// Offensive comments only: what a moderator's opponent wants is to get those through.
const offensive = [...test.labels.keys()].filter((i) => test.labels[i] === 1);
const chosen = pickData(test, seededRandom(SEED).shuffle(offensive));
const attacked = sliceData(chosen, 0, Math.min(Number(values.samples), chosen.count));
const attacks = [badCharacters, deepWordBug, textfooler] as readonly unknown[] as readonly Attack<string, unknown>[];
const table: string[][] = [
  ['', 'accuracy', 'macro F1', 'F1 later', 'caught', ...attacks.map(({ meta }) => meta.id), 'all three'],
];
const results: Record<string, unknown> = {};
for (const [name, model, canonical] of [
  ['plain', 'plain', false],
  ['canonical texts', 'plain', true],
  ['hardened', 'hardened', true],
] as const) {
  const target = await openTarget(targetFile(model, canonical));
  const clean = await measure(target, test);
  const afterwards = await measure(target, later);
  const caught = new Uint8Array(attacked.count).fill(1);
  const cells: string[] = [];
  const found: Record<string, unknown> = { ...clean, later: afterwards };
  let right = 0;
  for (const attack of attacks) {
    const report = await runAttack({
      attack,
      target,
      data: attacked,
      perturbation: { norm: 'edits', eps: EPS },
      seed: SEED,
      expectation: null,
    });
    for (const { sample, clean: was, fooled } of report.outcomes) if (!was || fooled) caught[sample] = 0;
    right = report.metrics.cleanAccuracy.value;
    const { robustAccuracy, successRate, queries, distance, unconfirmed } = report.metrics;
    cells.push(percent(robustAccuracy.value));
    found[attack.meta.id] = {
      caught: robustAccuracy,
      success: successRate,
      queries: queries.mean,
      words: distance?.mean ?? null,
      unconfirmed,
    };
    console.log(
      `${name}, ${attack.meta.id}: ${percent(successRate.value)} of those caught get through, ${queries.mean.toFixed(0)} queries each, ${percent(distance?.mean ?? 0)} of the words changed`,
    );
  }
  const all = caught.reduce((sum, one) => sum + one, 0) / attacked.count;
  table.push([
    name,
    percent(clean.accuracy),
    clean.f1.toFixed(3),
    afterwards.f1.toFixed(3),
    percent(right),
    ...cells,
    percent(all),
  ]);
  results[name] = { ...found, allThree: all };
  await target.close();
}
writeFileSync(
  join(out, 'results.json'),
  `${JSON.stringify({ samples: attacked.count, eps: EPS, results }, null, 2)}\n`,
);
const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
console.log(
  `\n${attacked.count} offensive comments, at most ${percent(EPS)} of the words changed: share that is still caught`,
);
for (const row of table)
  console.log(
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
console.log(`\nModels, target files and results: ${out}`);
