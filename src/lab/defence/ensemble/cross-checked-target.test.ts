import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../core/fault.ts';
import type { Loss } from '../../../engine/loss.ts';
import { attackNamed } from '../../evasion/registry.ts';
import { runAttack } from '../../evasion/run-attack.ts';
import { handshake } from '../../handshake.ts';
import type { LabelledData } from '../../labelled-data.ts';
import { answerOf, argmax } from '../../loss-of-scores.ts';
import { seededRandom } from '../../../math/random.ts';
import { type Layer, mlpLayers, mlpTarget, networkTarget } from '../../testing/network-target.ts';
import { transformedTarget } from '../../transformed-target.ts';
import { robustAccuracy } from '../../robust-accuracy.ts';
import { abstainingAsClass, crossCheckedTarget } from './cross-checked-target.ts';

const SHAPE = [1, 4, 4];
const SIZE = 16;
const CLASSES = 4;
/** One network that sees its inputs a little differently each time: members that agree often, and not always. */
const members = ['a', 'b', 'c'].map((seed) => {
  const own = seededRandom(seed);
  const factors = Float64Array.from({ length: SIZE }, () => 1 + 0.3 * own.normal());
  const scaled = (x: Float64Array): Float64Array => x.map((value, f) => value * factors[f]!);
  const layer: Layer = { inputs: SIZE, outputs: SIZE, forward: scaled, backward: (_, upstream) => scaled(upstream) };
  return networkTarget([layer, ...mlpLayers(SIZE, 10, CLASSES, 'same')], SHAPE, { name: seed });
});
const random = seededRandom('cross-checked');
const count = 60;
const inputs = Float32Array.from({ length: count * SIZE }, () => random.uniform());
const row = (scores: Float32Array, i: number, classes = CLASSES): Float32Array =>
  scores.subarray(i * classes, (i + 1) * classes);

/** What the members name, by themselves. */
async function named(x: Float32Array, n: number): Promise<number[][]> {
  const all = await Promise.all(members.map((member) => member.scores(x, n)));
  return Array.from({ length: n }, (_, i) => all.map((scores) => argmax(row(scores, i))));
}

test('it answers what enough members name, and abstains on everything else', async () => {
  const votes = await named(inputs, count);
  for (const agree of [2, 3]) {
    const target = crossCheckedTarget(members, agree);
    const scores = await target.scores(inputs, count);
    let silent = 0;
    votes.forEach((own, i) => {
      const agreed = own.find((c) => own.filter((one) => one === c).length >= agree) ?? -1;
      assert.equal(answerOf(row(scores, i), target.answersAbove), agreed, `sample ${i}: ${own.join()}`);
      silent += agreed < 0 ? 1 : 0;
    });
    assert.ok(silent > 0 && silent < count, `${silent}`);
  }
});

test('gradients are what differences say, of the mean for cross-entropy and of the member that counts for the rest', async () => {
  const target = crossCheckedTarget(members, 2);
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const others = labels.map((label) => (label + 1) % CLASSES);
  const losses: Loss[] = [
    { kind: 'cross-entropy', labels },
    { kind: 'margin', labels },
    { kind: 'dlr', labels },
    { kind: 'difference', first: labels, second: others },
  ];
  const step = 1e-3;
  for (const loss of losses) {
    const { gradient } = await target.lossGradient(inputs, count, loss);
    let agreed = 0;
    for (let f = 0; f < SIZE; f++) {
      const moved = (by: number): Float32Array => inputs.map((value, at) => (at % SIZE === f ? value + by : value));
      const up = (await target.lossGradient(moved(step), count, loss)).losses;
      const down = (await target.lossGradient(moved(-step), count, loss)).losses;
      for (let i = 0; i < count; i++) {
        const wanted = (up[i]! - down[i]!) / (2 * step);
        if (Math.abs(gradient[i * SIZE + f]! - wanted) < 0.02 * Math.max(1, Math.abs(wanted))) agreed++;
      }
    }
    // Where a kink of a ReLU or a change of the member lies between, differences say something else.
    assert.ok(agreed > 0.93 * count * SIZE, `${loss.kind}: ${agreed} of ${count * SIZE}`);
  }
});

async function rightData(): Promise<LabelledData> {
  const votes = await named(inputs, count);
  // The first member's answer: right wherever that is agreed on.
  return { inputs, labels: Int32Array.from(votes, ([first]) => first!), count, inputShape: SHAPE };
}

test('an abstention is neither right nor fooled, and every success is a wrong class that is agreed on', async () => {
  const data = await rightData();
  const target = crossCheckedTarget(members, 3);
  const before = await named(inputs, count);
  const silent = before.filter((own) => new Set(own).size > 1).length;
  const clean = await handshake(target, data, {});
  assert.equal(clean.correct, count - silent);
  for (const id of ['pgd', 'apgd', 'square', 'hopskipjump']) {
    const attack = attackNamed(id)!;
    const more = id === 'square' ? { queries: 300 } : id === 'hopskipjump' ? { maxQueries: 600, stopAtEps: true } : {};
    const report = await runAttack({
      attack,
      target,
      data,
      perturbation: { norm: 'linf', eps: 0.25 },
      options: { ...(attack.defaults as object), ...more },
    });
    const { metrics, outcomes, adversarial } = report;
    assert.equal(metrics.abstained.value, silent / count, id);
    assert.equal(metrics.cleanAccuracy.value, (count - silent) / count, id);
    assert.equal(metrics.unconfirmed, 0, id);
    assert.ok(metrics.successRate.value > 0.1, `${id}: ${metrics.successRate.value}`);
    const after = await named(adversarial, count);
    for (const { sample, fooled, clean: isRight } of outcomes) {
      const own = new Set(after[sample]);
      if (fooled) assert.ok(isRight && own.size === 1 && !own.has(data.labels[sample]!), `${id}, sample ${sample}`);
    }
  }
});

test('to an attacker who is content with silence, silence is a class', async () => {
  const data = await rightData();
  const target = crossCheckedTarget(members, 3);
  const errs = abstainingAsClass(target);
  assert.equal(errs.classes, CLASSES + 1);
  const scores = await errs.scores(inputs, count);
  const plain = await target.scores(inputs, count);
  for (let i = 0; i < count; i++) {
    const own = answerOf(row(plain, i), 0);
    assert.equal(argmax(row(scores, i, CLASSES + 1)), own < 0 ? CLASSES : own);
  }
  const attack = attackNamed('pgd')!;
  const perturbation = { norm: 'linf', eps: 0.06 } as const;
  const wrong = await runAttack({ attack, target, data, perturbation });
  const either = await runAttack({ attack, target: errs, data, perturbation });
  assert.ok(either.metrics.successRate.value > wrong.metrics.successRate.value + 0.1);
  assert.ok(either.outcomes.some(({ fooled, answer }) => fooled && answer === CLASSES));
});

test('what stands before it keeps that it may abstain, and harden measures with it', async () => {
  const target = crossCheckedTarget(members, 3);
  const before = transformedTarget(target, { name: 'nothing', randomised: false, apply: (x) => x });
  assert.equal(before.answersAbove, 0);
  const data = await rightData();
  const found = await robustAccuracy(before, data, { norm: 'linf', eps: 0.05, seed: 's' });
  const silent = (await named(inputs, count)).filter((own) => new Set(own).size > 1).length;
  assert.deepEqual([found.abstained, found.clean], [silent / count, (count - silent) / count]);
});

test('so many as can never agree, or not alone, are refused', () => {
  for (const agree of [0, 1, 4, 1.5])
    assert.throws(
      () => crossCheckedTarget(members, agree),
      (error) => isFault(error) && error.code === 'ERR_CONFIG',
    );
  assert.throws(() => crossCheckedTarget([...members, mlpTarget([9], 4, CLASSES, 'd')], 3), /must agree in input/);
});
