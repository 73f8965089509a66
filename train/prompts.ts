/**
 * Trains the models of the prompt-attack detectors and writes them into `src/classify/models`.
 *
 *     npm run train:prompts
 *
 * Needs `../shared/data/prompts`. The same data gives the same bytes. Beside each shipped model, which has seen all
 * permissive sources, one model a fold is written to `train/.cache`, which has not seen the fold's sources: thresholds and
 * calibration come from those, and the benchmark judges with them.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Classifier } from '../src/classify/classifier.ts';
import { writeModel } from '../src/classify/model-file.ts';
import type { Model } from '../src/classify/model.ts';
import { scoreText } from '../src/classify/score-text.ts';
import { calibrated, platt, type Judged } from './calibrate.ts';
import { withTraining } from './card.ts';
import { embeddedInstructionSpecification } from './embedded-instruction.ts';
import { foldOf } from './folds.ts';
import { thresholdAt } from './metrics.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { readData, type DataRow } from './read-data.ts';
import type { Row } from './row.ts';
import type { Item, Specification } from './specification.ts';
import { rounded, Trainer } from './train-model.ts';
import { userAttackSpecification } from './user-attack.ts';

const MODELS = resolve(import.meta.dirname, '../src/classify/models');
export const CACHE = join(import.meta.dirname, '.cache');

/** A trained model, the models of its folds, all calibrated alike, and what it was made of. */
export interface Trained {
  readonly model: Model;
  readonly folds: readonly Model[];
  readonly rows: readonly Row[];
}

export function trainAll(specification: Specification, data: readonly DataRow[], say: (what: string) => void): Trained {
  const { settings, folds } = specification;
  const rows = specification.rows(data);
  say(`${settings.name}: ${rows.length} rows`);
  const trainer = new Trainer(rows, settings);
  const items = specification.items(data);
  const scored: { readonly item: Item; readonly raw: number }[] = [];
  const foldModels = folds.map((_, fold) => {
    const held = new NearDuplicates();
    for (const row of rows) if (row.label === 1 && isHeld(row, fold, folds)) held.add(row.text);
    // A copy of a held-out attack in another source would make the fold's figures too good.
    const model = trainer.train(
      (row) => !isHeld(row, fold, folds) && !(isOthers(row) && row.label === 1 && held.has(row.text)),
    );
    const classifier = new Classifier(model);
    for (const item of items) if (item.fold === fold) scored.push({ item, raw: rawOf(classifier, item.text) });
    say(`${settings.name}: fold ${fold + 1} of ${folds.length}`);
    return model;
  });
  const rawOfItem = new Map(scored.map(({ item, raw }) => [item, raw]));
  const scale = platt(judgedOf(scored));
  const benign = specification.benign(items).map((item) => rawOfItem.get(item)!);
  const thresholds = Object.fromEntries(
    Object.entries(specification.rates).map(([name, rate]) => [
      name,
      rounded(1 / (1 + Math.exp(-(scale.slope * thresholdAt(benign, rate) + scale.bias)))),
    ]),
  );
  const finish = (model: Model): Model => calibrated(model, scale, thresholds);
  return { model: finish(trainer.train(() => true)), folds: foldModels.map(finish), rows };
}

/** Each source counts with the root of its size; attacks and harmless texts count the same. */
function judgedOf(scored: readonly { readonly item: Item; readonly raw: number }[]): Judged[] {
  const sizes = new Map<string, number>();
  for (const { item } of scored)
    sizes.set(`${item.label} ${item.source}`, (sizes.get(`${item.label} ${item.source}`) ?? 0) + 1);
  const weights = scored.map(({ item }) => sizes.get(`${item.label} ${item.source}`)! ** -0.5);
  const totals: [number, number] = [0, 0];
  for (const [i, { item }] of scored.entries()) totals[item.label] += weights[i]!;
  return scored.map(({ item, raw }, i) => ({
    raw,
    label: item.label,
    weight: (weights[i]! / totals[item.label]) * 1000,
  }));
}

function isOthers({ source }: Row): boolean {
  return !source.startsWith('generated:');
}

function isHeld(row: Row, fold: number, folds: Specification['folds']): boolean {
  return isOthers(row) && foldOf(row.source, folds) === fold;
}

/** The mixture that a model whose head is not calibrated makes of a text. */
function rawOf(classifier: Classifier, text: string): number {
  const score = Math.min(Math.max(scoreText(classifier, 0, text)?.score ?? 0, 1e-12), 1 - 1e-12);
  return Math.log(score / (1 - score));
}

function main(): void {
  const data = readData('prompts/injection.jsonl.gz');
  const began = performance.now();
  const say = (what: string): void =>
    console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}`);
  mkdirSync(MODELS, { recursive: true });
  mkdirSync(CACHE, { recursive: true });
  for (const specification of [userAttackSpecification, embeddedInstructionSpecification]) {
    const { name } = specification.settings;
    const { model, folds, rows } = trainAll(specification, data, say);
    for (const [fold, one] of folds.entries()) writeFileSync(join(CACHE, `${name}-${fold}.bin`), writeModel(one));
    const bytes = writeModel(model);
    writeFileSync(join(MODELS, `${name}.bin`), bytes);
    const sources: Record<string, number> = {};
    for (const row of rows) {
      const source = isOthers(row) ? row.source : 'generated';
      sources[source] = (sources[source] ?? 0) + 1;
    }
    const manifest = {
      file: `${name}.bin`,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      features: model.keys.length,
      thresholds: model.header.heads[0]!.thresholds,
      sources,
    };
    writeFileSync(join(MODELS, `${name}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
    const card = join(MODELS, `${name}.md`);
    if (existsSync(card)) writeFileSync(card, withTraining(readFileSync(card, 'utf8'), manifest, data));
    say(
      `${name}: ${bytes.length} bytes, ${model.keys.length} features, thresholds ${JSON.stringify(manifest.thresholds)}`,
    );
  }
}

if (import.meta.main) main();
