import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildArchitecture } from '../engine/build/architectures.ts';
import { writeNpz } from '../formats/npy/write-npy.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { type InferenceServer, meanModel, startInferenceServer } from '../lab/http-target/testing/inference-server.ts';
import { labelledTexts, TEXT_LENGTH_IN_TESTS as SIZE } from '../lab/testing/text-fixtures.ts';
import { decodeText } from '../lab/text-codec.ts';
import { buildVocabulary } from '../lab/text/word-tokenizer.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'attack-targets-'));
let server: InferenceServer;
before(async () => {
  server = await startInferenceServer([1, 4, 4]);
  const random = seededRandom('mean');
  const x = Float32Array.from(
    { length: 12 * 16 },
    (_, at) => 0.45 + 0.1 * (Math.floor(at / 16) % 2) + 0.02 * random.normal(),
  );
  const y = Int32Array.from({ length: 12 }, (_, i) => (meanModel(x.subarray(i * 16, (i + 1) * 16))[1] > 0 ? 1 : 0));
  const arrays = { x: { shape: [12, 1, 4, 4], data: x }, y: { shape: [12], data: y } };
  writeFileSync(join(folder, 'data.npz'), writeNpz(arrays));
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const parapet = (argv: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  runParapet(folder, argv, { env });

interface Result {
  readonly attack: string;
  readonly norm: string;
  readonly attacked: number;
  readonly status: string;
  readonly cleanAccuracy: { readonly value: number };
  readonly robustAccuracy: { readonly value: number };
  readonly unconfirmed: number;
  readonly spending: { readonly queries: number; readonly remembered: number };
}
const resultOf = (out: string): Result => JSON.parse(out) as Result;

test('an address is attacked: what it costs is said before, and a second run asks nothing', async () => {
  const args = [
    'attack',
    `${server.origin}/v2/models/mean`,
    '--data',
    'data.npz',
    '--eps',
    '0.2',
    '--set',
    'queries=40',
    '--query-log',
    'queries.jsonl',
    '--json',
  ];
  const first = await parapet(args);
  assert.equal(first.code, 0, first.err);
  const result = resultOf(first.out);
  assert.deepEqual(
    [result.attack, result.norm, result.cleanAccuracy.value, result.unconfirmed],
    ['square', 'linf', 1, 0],
  );
  assert.ok(result.robustAccuracy.value < 1);
  assert.match(first.err, /queries: at most 516/);
  assert.equal(server.scored.count, result.spending.queries);
  const again = resultOf((await parapet(args)).out);
  assert.deepEqual([again.spending.queries, again.spending.remembered], [0, result.spending.queries]);
  assert.deepEqual(again.robustAccuracy, result.robustAccuracy);
});

test('a target file with labels only, a price and a budget: the report says what was reached', async () => {
  const http = {
    protocol: 'v2',
    url: `${server.origin}/v2/models/mean`,
    price: { perQuery: 0.01, currency: 'EUR', most: 3 },
  };
  writeFileSync(join(folder, 'labels.json'), JSON.stringify({ http, scores: 'label' }));
  server.scored.count = 0;
  const { code, out, err } = await parapet(['attack', 'labels.json', '--data', 'data.npz', '--eps', '0.2', '--json']);
  const result = resultOf(out);
  assert.deepEqual([code, result.attack, result.status], [3, 'hopskipjump', 'budget-exhausted']);
  assert.match(err, /about 3\.00 EUR at most/);
  assert.ok(server.scored.count <= 300);
  const small = await parapet(['attack', 'labels.json', '--data', 'data.npz', '--queries', '20']);
  assert.equal(small.code, 2);
  assert.match(small.err, /too small for 12 samples/);
});

test('a model behind HTTP is assessed by what it tells', async () => {
  const http = { protocol: 'v2', url: `${server.origin}/v2/models/mean` };
  writeFileSync(join(folder, 'remote.json'), JSON.stringify({ http, scores: 'label' }));
  const { code, out, err } = await parapet(
    'assess remote.json --data data.npz --samples 8 --budget 6s --eps 0.2 --out remote --json'.split(' '),
  );
  assert.ok(code === 0 || code === 3, err);
  const { steps, model } = JSON.parse(out) as { steps: { step: { attack: string } }[]; model: { gradients: boolean } };
  assert.equal(model.gradients, false);
  assert.ok(steps.length > 0 && steps.every(({ step }) => step.attack === 'hopskipjump'), out.slice(0, 500));
});

test('a text classifier is attacked and hardened from the command line', async () => {
  const data = labelledTexts(240);
  const texts = Array.from({ length: data.count }, (_, i) =>
    decodeText(data.inputs.subarray(i * SIZE, (i + 1) * SIZE)),
  );
  const line = (text: string, i: number): string =>
    JSON.stringify({ text, label: ['fine', 'harmful'][data.labels[i]!] });
  writeFileSync(join(folder, 'texts.jsonl'), texts.map(line).join('\n'));
  const words = buildVocabulary(texts, 500);
  writeFileSync(join(folder, 'words.txt'), words.join('\n'));
  const vocabulary = 2 + words.length + 256;
  const model = buildArchitecture('embedding-bag', { inputShape: [32], classes: 2, seed: 's', vocabulary });
  writeFileSync(join(folder, 'fresh.onnx'), writeOnnx(model));
  writeFileSync(
    join(folder, 'fresh.yaml'),
    'model: fresh.onnx\nclasses: [fine, harmful]\ntext:\n  length: 240\n  tokenizer: { vocabulary: words.txt, length: 32, buckets: 256 }\n',
  );
  const harden = await parapet(
    'harden fresh.yaml --data texts.jsonl --method text-augment --epochs 15 --batch 40 --rate 0.02 --set average=null share=0.6 --measure 20 --out hard.onnx --json'.split(
      ' ',
    ),
  );
  assert.equal(harden.code, 0, harden.err);
  const hardened = JSON.parse(harden.out) as { before: { clean: number }; after: { clean: number }; heldOut: number };
  assert.ok(hardened.after.clean > 0.9 && hardened.heldOut === 20, harden.out);
  assert.ok(!existsSync(join(folder, 'hard.onnx.checkpoint.npz')));
  const { code, out, err } = await parapet(
    'attack hard.target.json --data texts.jsonl --samples 30 --attack textfooler --out found.jsonl --json'.split(' '),
  );
  assert.equal(code, 0, err);
  const result = resultOf(out);
  assert.deepEqual([result.norm, result.attacked, result.unconfirmed], ['edits', 30, 0]);
  const found = readFileSync(join(folder, 'found.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one) as { fooled: boolean; text: string; original: string });
  assert.equal(found.length, 30);
  assert.ok(found.every(({ fooled, text, original }) => fooled === (text !== original)));
  const assessed = await parapet(
    'assess hard.target.json --data texts.jsonl --samples 16 --budget none --out report --json'.split(' '),
  );
  assert.equal(assessed.code, 0, assessed.err);
  const assessment = JSON.parse(assessed.out) as {
    steps: { step: { attack: string }; status: string }[];
    robust: { norm: string; eps: number; accuracy: { value: number } }[];
  };
  assert.deepEqual(
    assessment.steps.map(({ step, status }) => [step.attack, status]),
    [
      ['bad-characters', 'complete'],
      ['deep-word-bug', 'complete'],
      ['textfooler', 'complete'],
    ],
  );
  assert.deepEqual([assessment.robust[0]!.norm, assessment.robust[0]!.eps], ['edits', 0.3]);
  assert.ok(assessment.robust[0]!.accuracy.value <= result.robustAccuracy.value + 0.25);
  const page = readFileSync(join(folder, 'report/report.html'), 'utf8');
  assert.match(page, /Text, before and after/);
  assert.doesNotMatch(page, /[\u200b-\u200d\u202a-\u202e\u2066-\u2069\b]/, 'nothing in the page hides');
  assert.match(page, /method text-augment/);
  for (const [argv, why] of [
    ['attack hard.target.json --data texts.jsonl --attack pgd', /not for models of texts/],
    ['attack hard.target.json --data texts.jsonl --eps 2', /share of the words/],
    ['harden hard.onnx --data texts.jsonl --method text-augment', /takes a target file/],
  ] as const) {
    const wrong = await parapet(argv.split(' '));
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, why);
  }
});
