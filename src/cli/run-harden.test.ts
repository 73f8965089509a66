import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadOnnx } from '../engine/load-onnx.ts';
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
    assert.deepEqual(wrapper, { version: 1, model: 'noise.onnx', steps: [step] });
  });

  it('that is stopped says how it goes on, and goes on', async () => {
    const args = ['--architecture', 'mlp', '--out', 'stopped.onnx', ...data];
    const [code, , err] = await parapet(args, AbortSignal.abort());
    assert.equal(code, 3);
    assert.match(err, /goes on from stopped\.onnx\.checkpoint\.npz/);
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
    ];
    for (const [args, message] of wrong) {
      const [code, , err] = await parapet(args);
      assert.ok(code === 2 || code === 3, args.join(' '));
      assert.match(err, message);
      assert.doesNotMatch(err, /defect/);
    }
  });
});
