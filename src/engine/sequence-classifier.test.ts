import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readClassifierFolder } from './classifier-folder.ts';
import { RUNTIME_KINDS, type RuntimeKind } from './onnx-runtime.ts';
import { MAX_TOKENS, openSequenceClassifier, type WindowScores, windowsOf } from './sequence-classifier.ts';
import { makeClassifier, type SmallClassifier } from './testing/make-classifier.ts';
import { writeOnnx } from './testing/write-onnx.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function make(options: SmallClassifier = {}): string {
  const folder = makeClassifier(options);
  folders.push(folder);
  return folder;
}

async function scoresOf(folder: string, texts: readonly string[], kind: RuntimeKind): Promise<WindowScores[]> {
  const classifier = await openSequenceClassifier(readClassifierFolder(folder), kind);
  assert.equal(classifier.runtime, kind);
  try {
    const all: WindowScores[] = [];
    for (const text of texts) all.push((await classifier.score(text))!);
    return all;
  } finally {
    await classifier.close();
  }
}

const highest = (scores: WindowScores, label = 1): number => Math.max(...scores.map((window) => window[label]!));
const ATTACK = 1 / (1 + Math.exp(-4));
const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);

const TEXTS = [
  'hello world.',
  'the attack',
  'maybe',
  '',
  `${'good '.repeat(60)}attack ${'good '.repeat(60)}`,
  '攻撃 é 👍',
];

describe('openSequenceClassifier', () => {
  for (const tokenizer of ['wordpiece', 'bpe', 'unigram'] as const) {
    it(`scores alike on both runtimes, with ${tokenizer}`, async () => {
      const folder = make({ tokenizer, config: { pad_token_id: 0 } });
      const [native, wasm] = await Promise.all(RUNTIME_KINDS.map((kind) => scoresOf(folder, TEXTS, kind)));
      native!.forEach((windows, i) => {
        assert.equal(windows.length, wasm![i]!.length);
        windows.forEach((row, j) => row.forEach((score, k) => close(score, wasm![i]![j]![k]!)));
      });
      close(highest(native![0]!), 1 - ATTACK);
      close(highest(native![1]!), ATTACK);
      close(highest(native![2]!), 0.5);
      close(highest(native![3]!), 1 - ATTACK);
      assert.ok(native![4]!.length > 1, 'a long text takes several windows');
      close(highest(native![4]!), ATTACK);
    });
  }

  it('feeds only the inputs that the graph has, in its integers and its fixed shape', async () => {
    const variants: SmallClassifier[] = [
      { integers: 'int32' },
      { inputs: ['attention_mask', 'input_ids'] },
      { shape: ['batch', 16] },
      { shape: [1, 'sequence'] },
      { shape: [3, 12] },
    ];
    for (const variant of variants) {
      const folder = make(variant);
      for (const kind of RUNTIME_KINDS) {
        const [benign, attack, long] = await scoresOf(folder, [TEXTS[0]!, TEXTS[1]!, TEXTS[4]!], kind);
        close(highest(benign!), 1 - ATTACK);
        close(highest(attack!), ATTACK);
        close(highest(long!), ATTACK);
        assert.ok(long!.length > 3);
      }
    }
  });

  it('judges each label by itself where the model does', async () => {
    const one = make({ labels: ['ATTACK'] });
    const [attack, benign] = await scoresOf(one, ['attack', 'good'], 'native');
    close(highest(attack!, 0), ATTACK);
    close(highest(benign!, 0), 1 - ATTACK);
    const several = make({ labels: ['A', 'B', 'C'], config: { problem_type: 'multi_label_classification' } });
    const [row] = (await scoresOf(several, ['attack'], 'native'))[0]!;
    close(row![0]!, 0.5);
    close(row![2]!, ATTACK);
  });

  it('takes one label without a dimension of its own, and probabilities that the graph itself makes', async () => {
    for (const kind of RUNTIME_KINDS) {
      const squeezed = make({ labels: ['ATTACK'], output: 'squeezed' });
      const [attack, benign] = await scoresOf(squeezed, ['attack', TEXTS[4]!.replace('attack', 'good')], kind);
      close(highest(attack!, 0), ATTACK);
      close(highest(benign!, 0), 1 - ATTACK);
      const [done] = await scoresOf(make({ output: 'probabilities' }), ['attack'], kind);
      close(highest(done!), ATTACK);
    }
  });

  it('names labels by number where nothing names them', async () => {
    const classifier = await openSequenceClassifier(readClassifierFolder(make({ config: null })));
    assert.deepEqual(classifier.labels, ['LABEL_0', 'LABEL_1']);
    await classifier.close();
  });

  it('finds what stands at any place of a long text', async () => {
    const classifier = await openSequenceClassifier(readClassifierFolder(make()));
    for (let at = 0; at <= 40; at += 1) {
      const words = Array.from({ length: 41 }, (_, i) => (i === at ? 'attack' : 'good'));
      close(highest((await classifier.score(words.join(' ')))!), ATTACK);
    }
    await classifier.close();
  });

  it('says that a text is too long, and never that it is harmless', async () => {
    const classifier = await openSequenceClassifier(readClassifierFolder(make()));
    await assert.rejects(classifier.score('good '.repeat(MAX_TOKENS + 1)), { code: 'ERR_CHECK_FAILED' });
    await classifier.close();
  });

  it('gives up between two runs', async () => {
    const classifier = await openSequenceClassifier(readClassifierFolder(make({ shape: [1, 'sequence'] })));
    let asked = 0;
    assert.equal(await classifier.score('good '.repeat(100), async () => (asked += 1) < 3), null);
    assert.equal(asked, 3);
    await classifier.close();
  });

  it('says what does not fit before the first text', async () => {
    const wrong = (folder: string, message: RegExp): Promise<void> =>
      assert.rejects(async () => openSequenceClassifier(readClassifierFolder(folder)), { code: 'ERR_CONFIG', message });

    const labels = make();
    writeFileSync(join(labels, 'config.json'), JSON.stringify({ id2label: { 0: 'A', 1: 'B', 2: 'C' } }));
    await wrong(labels, /gives 2 scores, and id2label names 3/);

    const broken = make();
    writeFileSync(join(broken, 'model.onnx'), 'not a graph');
    await wrong(broken, /refused: This is no readable ONNX model/);

    await wrong(make({ shape: [2 ** 20, 64] }), /1048576 x 64 tokens at once/);

    const noTokenizer = make();
    writeFileSync(join(noTokenizer, 'tokenizer.json'), '{"model":{"type":"Morse"}}');
    await wrong(noTokenizer, /not a tokenizer/);

    const encoder = make();
    const ids = { name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] } as const;
    const cast = { op: 'Cast', inputs: ['input_ids'], outputs: ['out'], attributes: { to: 1 } };
    const port = { name: 'out', type: 'float32', shape: ['batch', 'sequence', 2] } as const;
    writeFileSync(
      join(encoder, 'model.onnx'),
      writeOnnx({
        inputs: [ids],
        outputs: [port],
        initializers: [{ name: 'last', dims: [1], data: new BigInt64Array([-1n]) }],
        nodes: [
          { ...cast, outputs: ['flat'] },
          { op: 'Unsqueeze', inputs: ['flat', 'last'], outputs: ['out'] },
        ],
      }),
    );
    await wrong(encoder, /scores of the shape/);

    const other = make();
    writeFileSync(
      join(other, 'model.onnx'),
      writeOnnx({
        inputs: [{ ...ids, name: 'pixel_values' }],
        outputs: [{ ...port, shape: ['batch', 'sequence'] }],
        initializers: [],
        nodes: [{ ...cast, inputs: ['pixel_values'] }],
      }),
    );
    await wrong(other, /inputs are pixel_values/);
  });
});

describe('windowsOf', () => {
  it('covers every token, overlaps, and is no longer than it may be', () => {
    for (const length of [0, 1, 7, 8, 9, 50, 511, 2000]) {
      for (const size of [1, 2, 8, 510]) {
        const ids = Array.from({ length }, (_, i) => i);
        const windows = windowsOf(ids, size);
        assert.deepEqual([...new Set(windows.flat())], ids);
        assert.ok(windows.every((window) => window.length <= size));
        for (let i = 1; i < windows.length && size > 3; i += 1) assert.ok(windows[i]![0]! <= windows[i - 1]!.at(-1)!);
      }
    }
  });
});
