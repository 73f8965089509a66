import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { isFault } from '../core/fault.ts';
import { buildArchitecture } from '../engine/build/architectures.ts';
import { makeClassifier } from '../engine/testing/make-classifier.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { seededRandom } from '../math/random.ts';
import { openTarget } from './open-target.ts';
import { isGradientTarget } from './target.ts';
import { isTextTarget } from './text/text-target.ts';
import { isTreeTarget } from './trees/tree-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'open-target-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
const open = (name: string, more = {}) => openTarget(name, { cwd: folder, threads: 0, ...more });

write('net.onnx', writeOnnx(buildArchitecture('mlp', { inputShape: [3, 4, 4], classes: 3, seed: 'x' })));

const XGBOOST = {
  learner: {
    attributes: {},
    feature_names: [],
    feature_types: [],
    gradient_booster: {
      model: {
        gbtree_model_param: { num_parallel_tree: '1', num_trees: '1' },
        iteration_indptr: [0, 1],
        tree_info: [0],
        trees: [
          {
            base_weights: [0, -1, 1],
            categories: [],
            categories_nodes: [],
            categories_segments: [],
            categories_sizes: [],
            default_left: [0, 0, 0],
            id: 0,
            left_children: [1, -1, -1],
            loss_changes: [1, 0, 0],
            parents: [2147483647, 0, 0],
            right_children: [2, -1, -1],
            split_conditions: [0.5, -1, 1],
            split_indices: [0, 0, 0],
            split_type: [0, 0, 0],
            sum_hessian: [1, 1, 1],
            tree_param: { num_deleted: '0', num_feature: '2', num_nodes: '3', size_leaf_vector: '1' },
          },
        ],
      },
      name: 'gbtree',
    },
    learner_model_param: {
      base_score: '5E-1',
      boost_from_average: '1',
      num_class: '0',
      num_feature: '2',
      num_target: '1',
    },
    objective: { name: 'binary:logistic', reg_loss_param: { scale_pos_weight: '1' } },
  },
  version: [2, 1, 0],
};
write('trees.json', JSON.stringify(XGBOOST));

test('a model file is told by its bytes: a network has gradients, trees have their structure', async () => {
  const net = await open('net.onnx');
  assert.ok(isGradientTarget(net));
  assert.deepEqual(net.bounds, { low: 0, high: 1 });
  await net.close();
  const trees = await open('trees.json');
  assert.ok(isTreeTarget(trees));
  assert.equal(trees.bounds.low, -Infinity);
  const scores = await trees.scores(new Float32Array([0.2, 0, 0.8, 0]), 2);
  assert.ok(scores[0]! > scores[1]! && scores[2]! < scores[3]!);
});

test('a target file declares bounds, classes, preprocessing, what is told and constraints', async () => {
  write('rows.yaml', 'features:\n  - { name: a, range: [0, 1] }\n  - { name: b, change: none }\n');
  write(
    'trees.yaml',
    'model: trees.json\nname: fraud\nbounds: [0, 2]\nclasses: [good, bad]\nscores: label\nconstraints: rows.yaml\n',
  );
  const trees = await open('trees.yaml');
  assert.equal(trees.name, 'fraud');
  assert.deepEqual(trees.classNames, ['good', 'bad']);
  assert.deepEqual(trees.bounds, { low: 0, high: 2 });
  assert.equal(trees.scoreType, 'label');
  assert.ok(!isTreeTarget(trees), 'an attacker who is told labels does not read the trees');
  assert.equal(trees.constraints?.features.length, 2);
  assert.deepEqual([...(await trees.scores(new Float32Array([0.2, 0, 0.8, 0]), 2))], [1, 0, 0, 1]);
});

test('preprocessing comes before the model, with its gradient', async () => {
  write(
    'scaled.json',
    JSON.stringify({
      model: 'net.onnx',
      bounds: [0, 255],
      preprocessing: { scale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [2, 3, 4] },
    }),
  );
  const [plain, scaled] = [await open('net.onnx', { bounds: { low: -1, high: 1 } }), await open('scaled.json')];
  assert.ok(isGradientTarget(plain) && isGradientTarget(scaled));
  assert.deepEqual(scaled.bounds, { low: 0, high: 255 });
  const random = seededRandom('pixels');
  const x = Float32Array.from({ length: 48 }, () => Math.round(random.uniform() * 255));
  const seen = x.map(
    (value, f) => (value / 255 - [0.1, 0.2, 0.3][Math.floor(f / 16)]!) / [2, 3, 4][Math.floor(f / 16)]!,
  );
  const [a, b] = [await plain.scores(seen, 1), await scaled.scores(x, 1)];
  a.forEach((value, c) => assert.ok(Math.abs(value - b[c]!) < 1e-5));
  const loss = { kind: 'cross-entropy', labels: Int32Array.of(1) } as const;
  const [ga, gb] = [await plain.lossGradient(seen, 1, loss), await scaled.lossGradient(x, 1, loss)];
  ga.gradient.forEach((value, f) => {
    const chained = value / 255 / [2, 3, 4][Math.floor(f / 16)]!;
    assert.ok(Math.abs(chained - gb.gradient[f]!) < 1e-7 + 1e-4 * Math.abs(chained));
  });
  await Promise.all([plain.close(), scaled.close()]);
});

test('a picture goes channels last to a model that wants it so', async () => {
  write('last.onnx', writeOnnx(buildArchitecture('mlp', { inputShape: [4, 5, 3], classes: 3, seed: 'x' })));
  write('last.yaml', 'model: last.onnx\npreprocessing: { layout: nhwc }\n');
  const [own, turned] = [await open('last.onnx'), await open('last.yaml')];
  assert.deepEqual(turned.inputShape, [3, 4, 5]);
  const random = seededRandom('p');
  const x = Float32Array.from({ length: 60 }, () => random.uniform());
  const last = new Float32Array(60);
  for (let c = 0; c < 3; c++) for (let p = 0; p < 20; p++) last[p * 3 + c] = x[c * 20 + p]!;
  assert.deepEqual(await turned.scores(x, 1), await own.scores(last, 1));
  await Promise.all([own.close(), turned.close()]);
});

test('a network over tokens with its vocabulary is a target that reads texts', async () => {
  const model = buildArchitecture('embedding-bag', { inputShape: [8], classes: 2, seed: 't', vocabulary: 2 + 3 + 16 });
  write('bag.onnx', writeOnnx(model));
  write('words.txt', 'the\ncat\ndog\n');
  const declaration =
    'model: bag.onnx\nclasses: [fine, harmful]\ntext:\n  tokenizer: { vocabulary: words.txt, length: 8, buckets: 16 }\n';
  write('bag.yaml', declaration);
  write('canonical.yaml', `${declaration}  canonicalise: true\n`);
  const [plain, canonical] = [await open('bag.yaml'), await open('canonical.yaml')];
  assert.ok(isTextTarget(plain) && isTextTarget(canonical));
  const [clean, hidden] = ['the cat', 'the c\u200bat'];
  const scores = await plain.classify([clean, hidden]);
  assert.notEqual(scores[0], scores[2]);
  const folded = await canonical.classify([clean, hidden]);
  assert.deepEqual([...folded.subarray(0, 2)], [...folded.subarray(2)]);
  assert.deepEqual([...folded.subarray(0, 2)], [...scores.subarray(0, 2)]);
  await Promise.all([plain.close(), canonical.close()]);
});

test('a folder with a transformer classifier is a target that reads texts', async () => {
  const classifier = makeClassifier();
  after(() => rmSync(classifier, { recursive: true, force: true }));
  write('transformer.yaml', `model: ${classifier}\ntext: { length: 100, canonicalise: true }\n`);
  const [plain, declared] = [await openTarget(classifier), await open('transformer.yaml')];
  assert.ok(isTextTarget(plain) && isTextTarget(declared));
  assert.deepEqual(plain.classNames, ['BENIGN', 'ATTACK']);
  assert.equal(plain.scoreType, 'probabilities');
  const texts = ['hello world', 'attack', 'att\u200back'];
  const attacks = (scores: Float32Array): boolean[] => texts.map((_, i) => scores[2 * i + 1]! > 0.5);
  assert.deepEqual(attacks(await plain.classify(texts)).slice(0, 2), [false, true]);
  assert.deepEqual(attacks(await declared.classify(texts)), [false, true, true]);
  assert.deepEqual(declared.inputShape, [100]);
  await Promise.all([plain.close(), declared.close()]);
});

test('what is wrong in a target file is said with file, line and key', async () => {
  for (const [text, code, where] of [
    ['modell: net.onnx\n', 'ERR_CONFIG', /^wrong\.yaml:1:1/],
    ['model: net.onnx\nbounds:\n  - 0\n', 'ERR_CONFIG', /^wrong\.yaml:3:3, bounds/],
    ['model: net.onnx\nscores: maybe\n', 'ERR_CONFIG', /^wrong\.yaml:2:9, scores/],
    ['model: net.onnx\nmodel: net.onnx\n', 'ERR_CONFIG', /^wrong\.yaml:2/],
    ['model: net.onnx\nclasses: 7\n', 'ERR_CONFIG', /classes/],
    ['model: net.onnx\ninputShape: [3, 5, 5]\n', 'ERR_CONFIG', /inputShape/],
    ['model: net.onnx\npreprocessing: { std: [0] }\n', 'ERR_CONFIG', /preprocessing/],
    ['model: net.onnx\npreprocessing: { mean: [1, 2] }\n', 'ERR_CONFIG', /preprocessing\.mean/],
    ['model: nothing.onnx\n', 'ERR_USAGE', /nothing\.onnx/],
    ['model: net.onnx\nscores: top-k\n', 'ERR_CONFIG', /^wrong\.yaml:2:9, scores/],
    ['http: { protocol: v2, url: "ftp://a" }\n', 'ERR_CONFIG', /^wrong\.yaml:1:28, http\.url/],
    ['http: { protocol: v2, url: "https://user:secret@a/v2/models/m" }\n', 'ERR_CONFIG', /http\.url/],
    ['http: { protocol: v3, url: "https://a" }\n', 'ERR_CONFIG', /http\.protocol/],
    ['model: net.onnx\nhttp: { protocol: v2, url: "https://a/v2/models/m" }\n', 'ERR_CONFIG', /model/],
    ['model: net.onnx\ntext: {}\n', 'ERR_CONFIG', /text\.tokenizer/],
    ['model: nothing.onnx\ninputShape: [1000000, 1000000]\n', 'ERR_CONFIG', /inputShape/],
    ['{{{{', 'ERR_CONFIG', /^wrong\.yaml/],
  ] as const) {
    write('wrong.yaml', text);
    await assert.rejects(open('wrong.yaml'), (error) => {
      assert.ok(isFault(error), String(error));
      assert.equal(error.code, code, text);
      assert.match(error.where ?? '', where, text);
      assert.doesNotMatch(error.line, /secret/);
      return true;
    });
  }
  await assert.rejects(open('no-such-file'), { code: 'ERR_USAGE' });
});

test('an address that may hold a credential is refused, and quoted nowhere', async () => {
  for (const address of [
    'https://user:sk-secret@models.example/v2/models/m',
    'HTTPS://sk-secret@models.example/v2/models/m',
    'https://models.example/v2/models/m?api_key=sk-secret',
    'https://models.example/v2/models/m#sk-secret',
    'https://user:sk-secret@:99999/v2/models/m',
  ]) {
    await assert.rejects(open(address), (error) => {
      assert.ok(isFault(error) && error.code === 'ERR_USAGE', String(error));
      assert.doesNotMatch(inspect(error, { depth: 10 }), /sk-secret/);
      return true;
    });
  }
  write('query.yaml', 'http: { protocol: v2, url: "https://models.example/v2/models/m?api_key=sk-secret" }\n');
  await assert.rejects(open('query.yaml'), (error) => {
    assert.ok(isFault(error) && error.code === 'ERR_CONFIG', String(error));
    assert.doesNotMatch(inspect(error, { depth: 10 }), /sk-secret/);
    return true;
  });
});
