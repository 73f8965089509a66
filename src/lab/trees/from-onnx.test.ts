import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadOnnxRuntime } from '../../engine/onnx-runtime.ts';
import type { OnnxAttribute, OnnxModel } from '../../formats/onnx/onnx-model.ts';
import { readOnnx } from '../../formats/onnx/read-onnx.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { seededRandom, type Random } from '../../math/random.ts';
import { classScores, predictions, rawOutputs } from './evaluate.ts';
import { ensembleOfOnnx } from './from-onnx.ts';
import { predictedClasses } from './predicted-class.ts';
import { randomEnsemble } from './testing/random-ensemble.ts';
import { onnxOfTrees } from './to-onnx.ts';
import { classesOf } from './tree-ensemble.ts';

const recorded = JSON.parse(readFileSync(new URL('fixtures/recorded-onnx.json', import.meta.url), 'utf8')) as {
  name: string;
  base64: string;
  rows: (number | null)[][];
  scores: number[][];
  labels: (number | string)[] | null;
}[];

for (const { name, base64, rows, scores, labels } of recorded) {
  test(`scikit-learn, ${name}: the same classes and scores as ONNX Runtime`, () => {
    const { ensemble, classNames } = ensembleOfOnnx(readOnnx(Buffer.from(base64, 'base64')));
    const x = Float32Array.from(rows.flat(), (value) => value ?? NaN);
    const raw = rawOutputs(ensemble, x, rows.length);
    if (labels !== null) {
      const found = predictedClasses(ensemble, x, rows.length);
      assert.deepEqual(
        Array.from(found, (c) => classNames[c]),
        labels.map(String),
      );
    }
    const own =
      ensemble.link.kind === 'probability'
        ? classScores(ensemble, raw, classesOf(ensemble))
        : predictions(ensemble, raw);
    scores.flat().forEach((wanted, index) => {
      // Of two columns, the second is the probability of the one output.
      const at =
        ensemble.outputs === 1 && ensemble.link.kind === 'logistic'
          ? index % 2 === 1
            ? own[index >> 1]!
            : 1 - own[index >> 1]!
          : own[index]!;
      assert.ok(Math.abs(at - wanted) < 2e-6 * Math.max(1, Math.abs(wanted)), `${index}: ${at}, wanted ${wanted}`);
    });
  });
}

/** A random model of any mode and any leaf, as bytes. */
function randomModel(random: Random, classifier: boolean, targets: number): OnnxModel {
  const lists: Record<string, (number | string)[]> = {};
  const add = (name: string, value: number | string): void => void (lists[name] ??= []).push(value);
  const kind = classifier ? 'class' : 'target';
  for (let tree = 0; tree < 5; tree++) {
    let next = 1;
    const grow = (id: number, depth: number): void => {
      const leaf = depth === 0 || random.below(7) === 0;
      const mode = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'][random.below(6)]!;
      add('nodes_treeids', tree);
      add('nodes_nodeids', id);
      add('nodes_featureids', random.below(4));
      add('nodes_values', mode.endsWith('EQ') && mode.length < 4 ? random.below(5) : random.below(20) / 4);
      add('nodes_modes', leaf ? 'LEAF' : `BRANCH_${mode}`);
      add('nodes_missing_value_tracks_true', random.below(2));
      const children = leaf ? [0, 0] : [next++, next++];
      add('nodes_truenodeids', children[0]!);
      add('nodes_falsenodeids', children[1]!);
      if (!leaf) {
        for (const child of children) grow(child, depth - 1);
        return;
      }
      for (let output = 0; output < targets; output++) {
        // Every class gets a weight on every way: ONNX Runtime leaves the base value out where a class gets none.
        if (tree > 0 && output > 0 && random.below(2) === 0) continue;
        add(`${kind}_treeids`, tree);
        add(`${kind}_nodeids`, id);
        add(`${kind}_ids`, classifier && targets === 1 ? 0 : output);
        add(`${kind}_weights`, Math.fround(random.normal()));
      }
    };
    grow(0, 3);
  }
  const attributes = new Map<string, OnnxAttribute>(
    Object.entries(lists).map(([name, value]) => [
      name,
      typeof value[0] === 'string'
        ? { kind: 'strings', value: value as string[] }
        : { kind: /values|weights/.test(name) ? 'floats' : 'ints', value: value as number[] },
    ]),
  );
  // Of two classes with two base values, see the test below.
  if (!(classifier && targets === 2))
    attributes.set('base_values', {
      kind: 'floats',
      value: Array.from({ length: targets }, () => Math.fround(random.normal())),
    });
  if (classifier)
    attributes.set('classlabels_int64s', {
      kind: 'ints',
      value: Array.from({ length: Math.max(2, targets) }, (_, at) => at),
    });
  else {
    attributes.set('n_targets', { kind: 'int', value: targets });
    attributes.set('aggregate_function', { kind: 'string', value: random.below(2) === 0 ? 'SUM' : 'AVERAGE' });
  }
  const outputs = classifier ? ['label', 'scores'] : ['scores'];
  return {
    irVersion: 8,
    producer: 'test',
    producerVersion: '',
    opsets: new Map([
      ['', 17],
      ['ai.onnx.ml', 3],
    ]),
    graph: {
      name: 'g',
      nodes: [
        {
          name: 't',
          op: classifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor',
          domain: 'ai.onnx.ml',
          inputs: ['x'],
          outputs,
          attributes,
        },
      ],
      initializers: new Map(),
      inputs: [{ name: 'x', type: 'float32', shape: ['n', 4] }],
      outputs: outputs.map((name) => ({
        name,
        type: name === 'label' ? 'int64' : 'float32',
        shape: name === 'label' ? ['n'] : ['n', classifier ? Math.max(2, targets) : targets],
      })),
      values: [],
    },
    functions: [],
    metadata: new Map(),
  };
}

test('every branch mode, missing direction and aggregate decides as in ONNX Runtime', async () => {
  const runtime = await loadOnnxRuntime();
  const random = seededRandom('modes');
  for (let round = 0; round < 40; round++) {
    const classifier = random.below(2) === 0;
    const targets = [1, 3, classifier ? 4 : 2][random.below(3)]!;
    const model = randomModel(random, classifier, targets);
    const session = await runtime.openBytes(writeOnnx(model));
    const n = 60;
    const x = Float32Array.from({ length: n * 4 }, () =>
      random.below(10) === 0 ? NaN : random.below(2) === 0 ? random.below(20) / 4 : random.normal() * 3,
    );
    const names = classifier ? ['label', 'scores'] : ['scores'];
    const answer = await session.run({ x: { type: 'float32', dims: [n, 4], data: x } }, names);
    await session.release();
    const { ensemble } = ensembleOfOnnx(readOnnx(writeOnnx(model)));
    const raw = rawOutputs(ensemble, x, n);
    if (classifier) {
      const labels = Array.from(answer['label']!.data as unknown as BigInt64Array, Number);
      assert.deepEqual(Array.from(predictedClasses(ensemble, x, n)), labels, `round ${round}`);
    }
    const scores = answer['scores']!.data as unknown as Float32Array;
    const width = scores.length / n;
    for (let index = 0; index < raw.length; index++) {
      const [row, k] = [Math.floor(index / ensemble.outputs), index % ensemble.outputs];
      const wanted = scores[row * width + (classifier && ensemble.outputs === 1 ? 1 : k)]!;
      assert.ok(Math.abs(raw[index]! - wanted) < 1e-5, `round ${round}, ${index}: ${raw[index]}, wanted ${wanted}`);
    }
  }
});

test('an ensemble written as ONNX answers in ONNX Runtime as it does here, and reads back', async () => {
  const runtime = await loadOnnxRuntime();
  const random = seededRandom('written');
  for (let round = 0; round < 10; round++) {
    const ensemble = randomEnsemble(random, { trees: 6, depth: 4, features: 5, classes: 2 });
    const bytes = writeOnnx(onnxOfTrees(ensemble));
    const x = Float32Array.from({ length: 300 }, () => (random.below(9) === 0 ? NaN : random.below(21) / 20));
    const session = await runtime.openBytes(bytes);
    const answer = await session.run({ input: { type: 'float32', dims: [60, 5], data: x } }, [
      'label',
      'probabilities',
    ]);
    await session.release();
    const labels = Array.from(answer['label']!.data as unknown as BigInt64Array, Number);
    assert.deepEqual(Array.from(predictedClasses(ensemble, x, 60)), labels);
    const own = predictions(ensemble, rawOutputs(ensemble, x, 60));
    const theirs = answer['probabilities']!.data as unknown as Float32Array;
    own.forEach((value, row) => assert.ok(Math.abs(value - theirs[row * 2 + 1]!) < 1e-6));
    const back = ensembleOfOnnx(readOnnx(bytes)).ensemble;
    assert.deepEqual(predictedClasses(back, x, 60), predictedClasses(ensemble, x, 60));
  }
});

test('what stands around the trees and cannot be taken in is named', () => {
  const model = randomModel(seededRandom('around'), true, 3);
  const [trees] = model.graph.nodes;
  const withNodes = (nodes: OnnxModel['graph']['nodes']): OnnxModel => ({ ...model, graph: { ...model.graph, nodes } });
  const normalizer = {
    name: 'norm',
    op: 'Normalizer',
    domain: 'ai.onnx.ml',
    inputs: ['x'],
    outputs: ['y'],
    attributes: new Map<string, OnnxAttribute>(),
  };
  assert.throws(() => ensembleOfOnnx(withNodes([normalizer, { ...trees!, inputs: ['y'] }])), /Normalizer/);
  assert.throws(
    () => ensembleOfOnnx(withNodes([trees!, { ...normalizer, inputs: ['scores'], outputs: ['z'] }])),
    /Normalizer/,
  );
  assert.throws(() => ensembleOfOnnx(withNodes([])), /0 tree ensembles/);
});
