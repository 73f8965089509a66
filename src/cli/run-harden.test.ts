import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadOnnx } from '../engine/load-onnx.ts';
import { buildNetwork } from '../engine/testing/build-network.ts';
import { makeNode } from '../engine/testing/make-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { seededRandom } from '../math/random.ts';
import type { Io } from './command.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'parapet-harden-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const random = seededRandom('rows');
const rows = Array.from({ length: 400 }, () => {
  const [a, b] = [random.uniform(), random.uniform()];
  return `${a.toFixed(4)},${b.toFixed(4)},${a > b ? 'above' : 'below'}`;
});
writeFileSync(join(folder, 'rows.csv'), `a,b,class\n${rows.join('\n')}\n`);

async function parapet(
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<[number, string, string]> {
  const [out, err]: [string[], string[]] = [[], []];
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    stdin: async function* () {},
    env: {},
    cwd: folder,
    terminal: false,
    signal,
    exitCode: 0,
  };
  return [await run(['harden', ...args], io), out.join('\n'), err.join('\n')];
}

const data = ['--data', 'rows.csv', '--eps', '0.02', '--batch', '32', '--epochs', '8'];

describe('parapet harden', () => {
  it('trains from scratch, then from the model, and writes ONNX and what was measured', async () => {
    const scratch = ['--architecture', 'mlp', '--method', 'standard', '--out', 'plain.onnx', '--json'];
    const [code, out, err] = await parapet([...scratch, ...data]);
    assert.deepEqual([code, err], [0, '']);
    const first = JSON.parse(out) as { before: null; after: { clean: number; count: number }; trainedOn: number };
    assert.deepEqual([first.before, first.after.count, first.trainedOn], [null, 40, 360]);
    assert.ok(first.after.clean > 0.85);
    assert.equal((await loadOnnx(join(folder, 'plain.onnx'))).graph.inputs[0]!.name, 'input');
    const [, text] = await parapet(['plain.onnx', '--out', 'hard.onnx', '--set', 'steps=3', ...data]);
    assert.match(text, /^pgd-at: 88 steps[^]*before {2}clean[^]*after {3}clean[^]*PGD-20 linf 0\.02/);
    assert.equal(existsSync(join(folder, 'hard.onnx.checkpoint.npz')), false);
  });

  it('writes the wrapper of a defence that is more than a model', async () => {
    const noise = ['--architecture', 'mlp', '--method', 'noise', '--set', 'sigma=0.05', '--out', 'noise.onnx'];
    assert.equal((await parapet([...noise, ...data]))[0], 0);
    const wrapper: unknown = JSON.parse(readFileSync(join(folder, 'noise.wrapper.json'), 'utf8'));
    const step = { kind: 'randomised-smoothing', sigma: 0.05, samples: 100, alpha: 0.001 };
    assert.deepEqual(wrapper, { version: 1, model: 'noise.onnx', bounds: [0, 1], steps: [step] });
  });

  it('trains the scores of a network that gives labels first, and leaves its outputs in their order', async () => {
    const made = buildNetwork(['n', 2], (build, weight, x) => build.add('Gemm', [x, weight(2, 2)]));
    const scores = { ...made.graph.outputs[0]!, shape: ['n', 2] };
    const label = makeNode('ArgMax', [scores.name], ['label'], { axis: 1, keepdims: 0 });
    const graph = {
      ...made.graph,
      nodes: [...made.graph.nodes, label],
      outputs: [{ name: 'label', type: 'int64' as const, shape: ['n'] }, scores],
    };
    writeFileSync(join(folder, 'labels.onnx'), writeOnnx({ ...made, graph }));
    assert.deepEqual(
      (await parapet(['labels.onnx', '--method', 'standard', '--out', 'labelled.onnx', ...data])).slice(0, 3)[2],
      '',
    );
    const trained = await loadOnnx(join(folder, 'labelled.onnx'));
    assert.deepEqual(
      trained.graph.outputs.map(({ name }) => name),
      ['label', scores.name],
    );
  });

  it('says that one score cannot be trained', async () => {
    const made = buildNetwork(['n', 2], (build, weight, x) =>
      build.add('Sigmoid', [build.add('Gemm', [x, weight(2, 1)])]),
    );
    const outputs = made.graph.outputs.map((one) => ({ ...one, shape: ['n', 1] }));
    writeFileSync(join(folder, 'one.onnx'), writeOnnx({ ...made, graph: { ...made.graph, outputs } }));
    const [code, , err] = await parapet(['one.onnx', '--out', 'never.onnx', ...data]);
    assert.equal(code, 2);
    assert.match(err, /one score; training needs one for each class.*Softmax/);
  });

  it('that is stopped says how it goes on, and goes on', async () => {
    const args = ['--architecture', 'mlp', '--out', 'stopped.onnx', ...data];
    const [code, , err] = await parapet(args, AbortSignal.abort());
    assert.equal(code, 3);
    assert.match(err, /goes on there \(stopped\.onnx\.checkpoint\.npz\)/);
    assert.equal((await parapet(args))[0], 0);
  });

  it('says what is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [data, /either a model or --architecture/],
      [['--architecture', 'mlp', '--method', 'magic', ...data], /no method "magic"/],
      [['--architecture', 'mlp', '--set', 'stpes=3', ...data], /stpes/],
      [['--architecture', 'mlp', '--data', 'rows.csv', '--eps', 'eight'], /--eps takes a number/],
      [['--architecture', 'mlp', '--bounds', '0,0.5', ...data], /outside the bounds/],
      [['--architecture', 'mlp', '--data', 'none.csv'], /no such data/],
      [['old.wrapper.json', ...data], /is a wrapper/],
    ];
    for (const [args, message] of wrong) {
      const [code, , err] = await parapet(args);
      assert.ok(code === 2 || code === 3, args.join(' '));
      assert.match(err, message);
      assert.doesNotMatch(err, /defect/);
    }
  });
});
