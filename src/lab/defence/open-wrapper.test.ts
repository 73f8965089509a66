import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { buildArchitecture } from '../../engine/build/architectures.ts';
import type { OnnxNode } from '../../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../../formats/onnx/write-onnx.ts';
import { isFault } from '../../core/fault.ts';
// Through the public door, as programs that import Parapet do.
import {
  attackNamed,
  type GradientTarget,
  isGradientTarget,
  isWrappedTarget,
  type LabelledData,
  openOnnxTarget,
  openTarget,
  parseWrapperConfig,
  runAttack,
  seededRandom,
  type WrapperStep,
} from '../../library/lab.ts';
import { runSelfChecks } from '../evasion/self-checks.ts';
import { answerOf, argmax } from '../loss-of-scores.ts';
import { defenceNamed } from './registry.ts';
import { WRAPPER_KINDS } from './wrapper-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'wrapper-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const SHAPE = [1, 6, 6];
const SIZE = 36;
const random = seededRandom('wrapper');
const count = 8;
const inputs = Float32Array.from({ length: count * SIZE }, () => random.uniform());
const network = (seed: string) => buildArchitecture('mlp', { inputShape: SHAPE, classes: 3, seed });

before(() => {
  for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.onnx`), writeOnnx(network(name)));
});

const STEPS: Readonly<Record<WrapperStep['kind'], WrapperStep>> = {
  'randomised-smoothing': { kind: 'randomised-smoothing', sigma: 0.1, samples: 40, alpha: 0.01 },
  'canonical-text': { kind: 'canonical-text' },
  patchcleanser: { kind: 'patchcleanser', patch: { height: 2, width: 2 }, masksPerAxis: 2, fill: 0.5 },
  'bit-depth': { kind: 'bit-depth', bits: 2 },
  'median-filter': { kind: 'median-filter', size: 2 },
  jpeg: { kind: 'jpeg', quality: 50 },
  ensemble: { kind: 'ensemble', models: ['b.onnx'] },
};

async function open(steps: readonly WrapperStep[], name = 'some.wrapper.json'): Promise<GradientTarget> {
  writeFileSync(join(folder, name), JSON.stringify({ version: 1, model: 'a.onnx', steps }));
  const target = await openTarget(name, { cwd: folder, threads: 0 });
  assert.ok(isGradientTarget(target) && isWrappedTarget(target));
  return target;
}

/** What the model answers by itself, on inputs that were changed by hand. */
async function alone(x: Float32Array, n: number, name = 'a'): Promise<Float32Array> {
  const target = await openOnnxTarget(join(folder, `${name}.onnx`), { threads: 0 });
  const scores = await target.scores(x, n);
  await target.close();
  return scores;
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>): void => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i]! - b[i]!) < 1e-4, `${i}: ${a[i]} for ${b[i]}`);
};

describe('a wrapper', () => {
  it('without steps is the model, and one that rounds answers as the model does on rounded inputs', async () => {
    const bare = await open([]);
    near(await bare.scores(inputs, count), await alone(inputs, count));
    await bare.close();
    const target = await open([STEPS['bit-depth']]);
    const rounded = inputs.map((value) => Math.round(value * 3) / 3);
    near(await target.scores(inputs, count), await alone(rounded, count));
    await target.close();
  });

  it('carries out its steps in their order, the first one first', async () => {
    const [one, other] = [await open([STEPS['median-filter'], STEPS['bit-depth']]), await open([STEPS['bit-depth']])];
    const median = await open([STEPS['median-filter']]);
    const [all, rounded, smooth] = await Promise.all([one, other, median].map((each) => each.scores(inputs, count)));
    assert.notDeepEqual(all, rounded);
    assert.notDeepEqual(all, smooth);
    for (const each of [one, other, median]) await each.close();
  });

  it('of an ensemble answers the mean', async () => {
    const target = await open([STEPS.ensemble]);
    const [a, b] = [await alone(inputs, count), await alone(inputs, count, 'b')];
    near(
      await target.scores(inputs, count),
      a.map((value, at) => (value + b[at]!) / 2),
    );
    await target.close();
  });

  it('that smooths answers what wins most often among noisy copies, always the same', async () => {
    const target = await open([STEPS['randomised-smoothing']]);
    const scores = await target.scores(inputs, count);
    assert.deepEqual(await target.scores(inputs, count), scores);
    // A vote of its own: shares of the classes, from other noise, must agree where they are clear.
    const noise = seededRandom('other');
    const copies = 400;
    for (let i = 0; i < count; i++) {
      const noisy = Float32Array.from(
        { length: copies * SIZE },
        (_, at) => inputs[i * SIZE + (at % SIZE)]! + 0.1 * noise.normal(),
      );
      const own = await alone(noisy, copies);
      const votes = [0, 0, 0];
      for (let copy = 0; copy < copies; copy++) votes[argmax(own.subarray(copy * 3, copy * 3 + 3))]!++;
      const best = argmax(Float32Array.from(votes));
      if (votes[best]! > 0.8 * copies) assert.equal(argmax(scores.subarray(i * 3, i * 3 + 3)), best, `sample ${i}`);
    }
    await target.close();
  });

  for (const kind of WRAPPER_KINDS.filter((one) => one !== 'canonical-text')) {
    it(`of ${kind} is attacked through its gradient, and every success holds`, async () => {
      const target = await open([STEPS[kind]]);
      const scores = await target.scores(inputs, count);
      const labels = Int32Array.from({ length: count }, (_, i) => argmax(scores.subarray(i * 3, i * 3 + 3)));
      const data: LabelledData = { inputs, labels, count, inputShape: SHAPE };
      const report = await runAttack({
        attack: attackNamed('pgd')!,
        target,
        data,
        perturbation: { norm: 'linf', eps: 0.3 },
      });
      assert.equal(report.metrics.cleanAccuracy.value, 1);
      assert.ok(report.metrics.successRate.value >= 0.25, JSON.stringify(report.metrics.successRate));
      await target.close();
    });
  }

  it('that is damaged says file, place and what to do', async () => {
    const good = { version: 1, model: 'a.onnx', steps: [STEPS.jpeg] };
    const wrong: readonly (readonly [unknown, RegExp, string])[] = [
      ['{"version": 1,', /no JSON.*bad\.wrapper\.json/, 'ERR_DATA'],
      [{ ...good, version: 2 }, /version 1 is expected.*version/, 'ERR_DATA'],
      [{ ...good, model: '../a.onnx' }, /file name is expected/, 'ERR_DATA'],
      [{ ...good, model: 'gone.onnx' }, /"gone\.onnx" of the wrapper is not there/, 'ERR_USAGE'],
      [{ ...good, model: 'bad.wrapper.json' }, /not around another wrapper/, 'ERR_DATA'],
      [{ ...good, more: 1 }, /key is not known.*more/, 'ERR_DATA'],
      [{ ...good, bounds: [1, 0] }, /Two numbers/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'magic' }] }, /step is not known.*steps\[0\]\.kind/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'jpeg', quality: 101 }] }, /steps\[0\]\.quality/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'jpeg', quality: 50, constructor: 1 }] }, /steps\[0\]\.constructor/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'bit-depth' }] }, /missing.*steps\[0\]\.bits/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'ensemble', models: ['../b.onnx'] }] }, /steps\[0\]\.models/, 'ERR_DATA'],
      [{ ...good, steps: [{ kind: 'canonical-text' }] }, /target file/, 'ERR_MODEL_UNSUPPORTED'],
    ];
    for (const [value, line, code] of wrong) {
      writeFileSync(join(folder, 'bad.wrapper.json'), typeof value === 'string' ? value : JSON.stringify(value));
      await assert.rejects(openTarget('bad.wrapper.json', { cwd: folder, threads: 0 }), (error) => {
        assert.ok(isFault(error), String(error));
        assert.match(error.line, line);
        assert.equal(error.code, code, error.line);
        return true;
      });
    }
  });

  it('that names itself, by whatever name, is refused', async () => {
    const value = JSON.stringify({ version: 1, model: 'loop.onnx', steps: [STEPS.jpeg] });
    writeFileSync(join(folder, 'loop.onnx'), value);
    await assert.rejects(
      openTarget('loop.onnx', { cwd: folder, threads: 0 }),
      (error) => isFault(error) && error.code === 'ERR_DATA' && /not around another wrapper/.test(error.message),
    );
  });

  it('of models that have to agree abstains on the rest, also behind steps that clean', async () => {
    const step: WrapperStep = { kind: 'ensemble', models: ['b.onnx'], agree: 2 };
    const target = await open([STEPS['median-filter'], step]);
    assert.equal(target.answersAbove, 0);
    assert.ok(isWrappedTarget(target) && target.remarks.some((line) => /2 of 2 models/.test(line)));
    await target.close();
    const both = await open([step]);
    const [a, b] = [await alone(inputs, count), await alone(inputs, count, 'b')];
    const scores = await both.scores(inputs, count);
    for (let i = 0; i < count; i++) {
      const [one, other, all] = [a, b, scores].map((each) => each.subarray(i * 3, i * 3 + 3));
      const agreed = argmax(one!) === argmax(other!) ? argmax(one!) : -1;
      assert.equal(answerOf(all!, both.answersAbove), agreed);
    }
    await both.close();
    for (const wrong of [1, 3])
      assert.throws(() =>
        parseWrapperConfig({ version: 1, model: 'a.onnx', steps: [{ ...STEPS.ensemble, agree: wrong }] }),
      );
    await assert.rejects(open([STEPS['randomised-smoothing'], step]), /abstain is not defined/);
  });

  it('does not hide that the network inside hides its gradients', async () => {
    const plain = network('a');
    const [first] = plain.graph.nodes;
    const name = first!.inputs[0]!;
    // Rounds what comes in, so that no gradient passes.
    const rounding: OnnxNode = {
      ...first!,
      name: 'round',
      op: 'Round',
      domain: '',
      inputs: [name],
      outputs: ['rounded'],
      attributes: new Map(),
    };
    const nodes = plain.graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((one) => (one === name ? 'rounded' : one)),
    }));
    const model = { ...plain, graph: { ...plain.graph, nodes: [rounding, ...nodes] } };
    writeFileSync(join(folder, 'rounds.onnx'), writeOnnx(model));
    writeFileSync(
      join(folder, 'rounds.wrapper.json'),
      JSON.stringify({ version: 1, model: 'rounds.onnx', steps: [STEPS['median-filter']] }),
    );
    writeFileSync(join(folder, 'rounds.yaml'), 'model: rounds.onnx\npreprocessing: { scale: 1 }\n');
    for (const file of ['rounds.wrapper.json', 'rounds.yaml']) {
      const target = await openTarget(file, { cwd: folder, threads: 0 });
      const scores = await target.scores(inputs, count);
      const labels = Int32Array.from({ length: count }, (_, i) => argmax(scores.subarray(i * 3, i * 3 + 3)));
      const checks = await runSelfChecks({
        target,
        data: { inputs, labels, count, inputShape: SHAPE },
        perturbation: { norm: 'linf', eps: 0.1 },
      });
      const masked = checks.find(({ id }) => id === 'masked-steps');
      assert.equal(masked?.verdict, 'fail', `${file}: ${masked?.says}`);
      await target.close();
    }
  });

  it('that votes ends no attack on a vote of a few that the whole one does not confirm', async () => {
    const votes = await open([{ kind: 'randomised-smoothing', sigma: 0.35, samples: 60, alpha: 0.01 }]);
    const masks = await open([
      { ...STEPS.patchcleanser, patch: { height: 2, width: 2 }, masksPerAxis: 3 } as WrapperStep,
    ]);
    for (const target of [votes, masks]) {
      const scores = await target.scores(inputs, count);
      const labels = Int32Array.from({ length: count }, (_, i) => argmax(scores.subarray(i * 3, i * 3 + 3)));
      const data: LabelledData = { inputs, labels, count, inputShape: SHAPE };
      for (const eps of [0.05, 0.1, 0.2]) {
        const { metrics } = await runAttack({
          attack: attackNamed('pgd')!,
          target,
          data,
          perturbation: { norm: 'linf', eps },
        });
        assert.equal(metrics.unconfirmed, 0, `${target.name}, ${eps}`);
      }
      await target.close();
    }
  });

  it('is told by its steps, too, and its bounds count', async () => {
    const value = { version: 1, model: 'a.onnx', bounds: [-1, 1], steps: [{ kind: 'bit-depth', bits: 1 }] };
    writeFileSync(join(folder, 'named-otherwise.json'), JSON.stringify(value));
    const target = await openTarget('named-otherwise.json', { cwd: folder, threads: 0 });
    assert.deepEqual(target.bounds, { low: -1, high: 1 });
    near(
      await target.scores(inputs, count),
      await alone(
        inputs.map((x) => (x >= 0 ? 1 : -1)),
        count,
      ),
    );
    await target.close();
    writeFileSync(join(folder, 'behind.yaml'), 'model: named-otherwise.json\nname: cleaned\n');
    const declared = await openTarget('behind.yaml', { cwd: folder, threads: 0 });
    assert.deepEqual([declared.name, declared.bounds], ['cleaned', { low: -1, high: 1 }]);
    await declared.close();
  });

  it('every kind has a step here that parses', () => {
    for (const kind of WRAPPER_KINDS) {
      assert.deepEqual(parseWrapperConfig({ version: 1, model: 'a.onnx', steps: [STEPS[kind]] }).steps, [STEPS[kind]]);
    }
  });

  it('defences that stand around a model keep the model, and have schemas that give their defaults', async () => {
    const model = network('a');
    const data: LabelledData = { inputs, labels: new Int32Array(count), count, inputShape: SHAPE };
    for (const [id, options, kinds] of [
      ['input-cleaning', { bits: 3, quality: 70, median: 2 }, ['jpeg', 'median-filter', 'bit-depth']],
      ['patchcleanser', { train: false, patch: 2 }, ['patchcleanser']],
    ] as const) {
      const defence = defenceNamed(id)!;
      assert.deepEqual(defence.options(z).parse({}), defence.defaults);
      assert.equal(defence.options(z).safeParse({ nonsense: 1 }).success, false);
      const context = { bounds: { low: 0, high: 1 }, classes: 3, seed: 's', threads: 1 };
      const artefact = await defence.run(model, data, { ...(defence.defaults as object), ...options }, context);
      assert.equal(artefact.model, model);
      assert.deepEqual(
        artefact.wrapper.map(({ kind }) => kind),
        kinds,
      );
    }
  });
});
