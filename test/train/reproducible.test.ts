import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Classifier } from '../../src/classify/classifier.ts';
import { writeModel } from '../../src/classify/model-file.ts';
import { scoreText } from '../../src/classify/score-text.ts';
import { generateDocumentTexts, generateUserTexts } from '../../train/generate/generate.ts';
import { auroc } from '../../train/metrics.ts';
import { trainAll } from '../../train/prompts.ts';
import type { DataRow } from '../../train/read-data.ts';
import type { Row } from '../../train/row.ts';
import { userAttackSpecification } from '../../train/user-attack.ts';
import { Trainer } from '../../train/train-model.ts';

const bySource = (a: Row, b: Row): number => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);

test('the same texts and seed give the same bytes, another seed others', () => {
  const make = (seed: number): Uint8Array => {
    const rows = generateUserTexts(seed, 0.05).toSorted(bySource);
    return writeModel(new Trainer(rows, userAttackSpecification.settings).train(() => true));
  };
  const first = make(3);
  assert.deepEqual(make(3), first);
  assert.notDeepEqual(make(4), first);
});

test('what is trained tells attacks from harmless texts that it has not seen', () => {
  const rows = generateUserTexts(3, 0.1).toSorted(bySource);
  const classifier = new Classifier(new Trainer(rows, userAttackSpecification.settings).train(() => true));
  const others = generateUserTexts(99, 0.05);
  const scores = (label: 0 | 1): number[] =>
    others.filter((row) => row.label === label).map(({ text }) => scoreText(classifier, 0, text)!.score);
  assert.ok(auroc(scores(1), scores(0)) > 0.9);
});

test('a whole training gives a calibrated model and one for each fold, again and again the same', () => {
  const sources = userAttackSpecification.folds.map((fold) => fold[0]!);
  const benign = ['banking77', 'clinc150'];
  const data: DataRow[] = generateUserTexts(5, 0.1).map(({ text, label }, i) => ({
    id: `${i}`,
    text,
    label,
    kind: 'made',
    source: label === 1 ? sources[i % sources.length]! : benign[i % 2]!,
    licence: 'own',
    permissive: true,
  }));
  const specification = {
    ...userAttackSpecification,
    rows: () => data.map(({ text, label, source, kind }) => ({ text, label, source, kind })).toSorted(bySource),
  };
  const train = () => trainAll(specification, data, () => {});
  const { model, folds } = train();
  assert.equal(folds.length, userAttackSpecification.folds.length);
  const { thresholds } = model.header.heads[0]!;
  assert.ok(thresholds['high']! <= thresholds['balanced']! && thresholds['balanced']! <= thresholds['low']!);
  assert.deepEqual(writeModel(train().model), writeModel(model));
});

test('generators write the same from the same seed, and no text with a gap left open', () => {
  assert.deepEqual(generateDocumentTexts(8, 0.02), generateDocumentTexts(8, 0.02));
  for (const { text } of [...generateUserTexts(8, 0.2), ...generateDocumentTexts(8, 0.1)]) {
    assert.ok(text.trim().length > 0);
    assert.doesNotMatch(text, /\{[a-z]\w*\}/i);
  }
});
