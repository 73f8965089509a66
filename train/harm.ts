/**
 * Trains the model of `harmful-content` and writes it with its card:
 *
 *     npm run train:harm
 *
 * Every source is held out once: the scores that calibration, thresholds and card speak of are those that a model gave which
 * had not seen the source. The model that is written has seen all of them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Classifier } from '../src/classify/classifier.ts';
import type { FeatureSettings } from '../src/classify/features.ts';
import type { Head, Model, WindowSettings } from '../src/classify/model.ts';
import { writeModel } from '../src/classify/model-file.ts';
import { tokenise } from '../src/classify/tokens.ts';
import { CATEGORIES, KINDS } from '../src/detect/harmful-content/category.ts';
import { normalise } from '../src/text/normalise.ts';
import { calibrate, type Example } from './calibrate-heads.ts';
import { fit } from './fit.ts';
import { foldsBySource } from './held-out-sources.ts';
import { harmCard, languageOf, measureHeads, type Scored } from './harm-card.ts';
import { harmRows, MILD, type HarmRow } from './harm-rows.ts';
import { makeInstances } from './instances.ts';
import { buildLexicon } from './lexicon/build-lexicon.ts';
import { HARM_CONCEPTS } from './lexicon/harm-concepts.ts';
import { thresholdAt } from './metrics.ts';
import { pagesOf } from './pages.ts';
import { readData } from './read-data.ts';

const SEED = 3;
const FOLDS = 5;
const HEADS = [...KINDS, ...CATEGORIES];
const FEATURES: FeatureSettings = { words: 2, gaps: false, letters: [4, 4], marks: false, conceptReach: 10 };
const WINDOWS: WindowSettings = { piece: [6, 40], scales: [8, 32] };
const DAMPING = 12;
const LEAST = { sources: 2, rows: 3 } as const;
/** Rows of a source that count fully; of a larger one all count less. */
const FULL = 1200;
/** Pieces of a text from which calibration learns; longer ones are pages made for it. */
const SHORT = 2;
/** Weight of harmless texts in a language in which there are no harmful ones. */
const UNPAIRED = 0.15;
/** Texts of people who asked a program for something, or wrote to each other. */
const REAL = new Set([
  'banking77',
  'clinc150',
  'restaurant8k',
  'Davidson2017',
  'Enron (Giskard test csv)',
  'self-instruct user-oriented',
]);
/** Share of these above the thresholds; the names are the sensitivities that the detector offers. */
const RATES = { low: 0.001, balanced: 0.005, high: 0.02 } as const;
/** Features whose weight, of 127, is less than this in every head are left out. */
const SMALLEST = { kinds: 3, categories: 5 } as const;

const lexicon = buildLexicon(HARM_CONCEPTS);
const started = performance.now();
const say = (text: string): void =>
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);

const rows = harmRows([...readData('prompts/harm.jsonl.gz'), ...benignOf('prompts/injection.jsonl.gz')], SEED);
say(`${rows.length} rows of ${new Set(rows.map(({ source }) => source)).size} sources`);
const folds = foldsBySource(rows, FOLDS);

const scored: Scored[] = [];
const examples: Example[][] = HEADS.map(() => []);
for (const [k, { training, held }] of folds.entries()) {
  const classifier = new Classifier(
    train(
      training,
      HEADS.map((label) => ({ ...blank(label) })),
      SMALLEST.kinds,
      'fold',
    ),
  );
  const score = (text: string) => {
    const tokens = tokenise(normalise(text).text);
    return tokens.count === 0 ? null : classifier.raw(tokens);
  };
  for (const row of held) {
    const raw = score(row.text);
    if (raw === null) continue;
    scored.push({ row, raw });
    // In the data what is long is harmless; that would teach that length is.
    if (raw[0]!.pieces > SHORT) continue;
    const weight = row.weight ?? 1;
    for (const [head, label] of HEADS.entries()) {
      const truth = truthOf(row, label);
      if (truth !== null) examples[head]!.push({ raw: raw[head]!, truth, weight, group: row.source });
    }
  }
  for (const { text, inside } of pagesOf(held, SEED + k)) {
    const raw = score(text)!;
    for (const [head, label] of HEADS.entries()) {
      const truth = inside === null ? 0 : truthOf(inside, label);
      if (truth !== null) examples[head]!.push({ raw: raw[head]!, truth, weight: 1, group: 'page' });
    }
  }
  say(`fold ${k + 1}: held out ${new Set(held.map(({ source }) => source)).size} sources`);
}

const heads: Head[] = HEADS.map((label, k) => {
  const { bias, scales, whole, pieces } = calibrate(examples[k]!, k < KINDS.length);
  const head: Head = { ...blank(label), bias, scales, whole, pieces };
  return head;
});
const measured = measureHeads(scored, heads);
const real = scored.flatMap(({ row }, i) => (isReal(row) ? [i] : []));
for (const [k, head] of heads.entries()) {
  const scores = real.map((i) => measured[i]![k]!);
  const thresholds = Object.fromEntries(
    Object.entries(RATES).map(([name, rate]) => [name, Number(thresholdAt(scores, rate).toPrecision(6))]),
  );
  heads[k] = { ...head, thresholds };
}
say('thresholds set');
// What decides is small and looked at always; what says which harm it is, only when there is one.
const folder = resolve(import.meta.dirname, '../src/classify/models');
mkdirSync(folder, { recursive: true });
const models = [
  train(rows, heads.slice(0, KINDS.length), SMALLEST.kinds, 'harmful-content'),
  train(rows, heads.slice(KINDS.length), SMALLEST.categories, 'harm-category'),
];
for (const model of models) {
  const bytes = writeModel(model);
  writeFileSync(join(folder, `${model.header.name}.bin`), bytes);
  say(`wrote ${model.header.name}: ${model.keys.length} features, ${bytes.length} bytes`);
}
writeFileSync(
  join(folder, 'harmful-content.md'),
  harmCard({ rows, scored, heads, models, folds: FOLDS, rates: RATES, isReal }),
);

function boost(ratio: number, isEnglish: boolean): number {
  return isEnglish ? Math.min(10, Math.max(1, Math.sqrt(ratio))) : Math.min(8, Math.max(0.5, ratio));
}

function benignOf(file: string) {
  return readData(file).filter(
    ({ label, kind }) => label === 0 && kind !== 'benign_security_doc' && kind !== 'benign_synth',
  );
}

function isReal({ label, kind, source }: HarmRow): boolean {
  return label === 0 && kind !== MILD && REAL.has(source);
}

function blank(label: string): Head {
  return {
    label,
    prior: 0,
    unit: 1,
    bias: 0,
    scales: WINDOWS.scales.map(() => 0),
    whole: 1,
    pieces: 0,
    thresholds: { balanced: 0.5 },
  };
}

function truthOf(row: HarmRow, label: string): 0 | 1 | null {
  if (label === 'request' || label === 'toxic') return row[label];
  return row.category === null ? null : row.category === label ? 1 : 0;
}

/** Fits heads on some rows. */
function train(some: readonly HarmRow[], settings: readonly Head[], smallest: number, name: string): Model {
  const instances = makeInstances(some, {
    features: FEATURES,
    windows: WINDOWS,
    lexicon,
    size: 60,
    perRow: 4,
    least: LEAST,
  });
  const count = instances.hashes.length;
  const sizes = new Map<string, number>();
  for (const { source } of some) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  const columns: Float32Array[] = [];
  const heads: Head[] = [];
  for (const head of settings) {
    const labels = new Uint8Array(instances.rowOf.length);
    const weights = new Float64Array(instances.rowOf.length);
    const sums = new Map<string, [number, number]>();
    for (const [i, index] of instances.rowOf.entries()) {
      const row = some[index]!;
      const truth = truthOf(row, head.label);
      if (truth === null) continue;
      labels[i] = truth;
      weights[i] = (row.weight ?? 1) * Math.min(1, Math.sqrt(FULL / sizes.get(row.source)!));
      const sum = sums.get(languageOf(row)) ?? [0, 0];
      sum[truth] += weights[i]!;
      sums.set(languageOf(row), sum);
    }
    // What is rare in a language counts more there, or else a language by itself would speak for or against harm.
    for (const [i, index] of instances.rowOf.entries()) {
      if (weights[i] === 0) continue;
      const [harmless, harmful] = sums.get(languageOf(some[index]!))!;
      const isEnglish = languageOf(some[index]!) === 'en';
      if (labels[i] === 1) weights[i]! *= boost(harmless / Math.max(1, harmful), isEnglish);
      else if (!isEnglish && harmful === 0) weights[i]! *= UNPAIRED;
    }
    const fitted = fit(instances, labels, {
      epochs: 5,
      rate: 0.12,
      penalty: 2e-5,
      seed: SEED,
      damping: DAMPING,
      weights,
    });
    columns.push(fitted.weights);
    const largest = fitted.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-6);
    heads.push({ ...head, prior: fitted.prior, unit: largest / 127 });
  }
  const kept: number[] = [];
  for (let id = 0; id < count; id++)
    if (columns.some((column, k) => Math.abs(column[id]! / heads[k]!.unit) >= smallest)) kept.push(id);
  const weights = new Int8Array(kept.length * heads.length);
  for (const [place, id] of kept.entries())
    for (let k = 0; k < heads.length; k++)
      weights[place * heads.length + k] = Math.round(columns[k]![id]! / heads[k]!.unit);
  return {
    header: {
      name,
      description: `Heads: ${settings.map(({ label }) => label).join(', ')}.`,
      features: FEATURES,
      windows: WINDOWS,
      damping: DAMPING,
      heads,
    },
    lexicon,
    keys: Int32Array.from(kept, (id) => instances.hashes[id]!),
    weights,
  };
}
