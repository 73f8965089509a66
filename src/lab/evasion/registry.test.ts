import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { sliceData, type LabelledData } from '../labelled-data.ts';
import type { GradientTarget } from '../target.ts';
import { labelledBy } from '../testing/labelled-by.ts';
import { mlpTarget } from '../testing/network-target.ts';
import { counted, labelOnly, scoresOnly } from '../testing/restricted-targets.ts';
import type { Attack, AttackResult, Norm } from './attack.ts';
import { boxOf, distance, roundingAllowance } from './norm-ball.ts';
import { ATTACKS } from './registry.ts';

const SHAPE = [1, 6, 6] as const;
/** Options that keep the contract's runs short; everything else as it stands. */
const SHORT: Readonly<Record<string, object>> = {
  'adversarial-patch': { iterations: 30, batch: 8, learningRate: 0.1, center: { x: 0.5, y: 0.5 } },
  cw: { searchSteps: 5, iterations: 20, learningRate: 0.1 },
  ddn: { steps: 60 },
  hopskipjump: { iterations: 3, maxQueries: 900 },
  'universal-perturbation': { epochs: 4, batch: 5 },
  apgd: { iterations: 12, restarts: 2 },
  caa: { generations: 20, offspring: 10, population: 10 },
  cube: { queries: 80 },
  moeva: { generations: 20, offspring: 10, population: 10 },
  fab: { iterations: 6, targetClasses: 2, restarts: 2 },
  pgd: { steps: 6, restarts: 2 },
  square: { queries: 60 },
};
const attacks = ATTACKS as readonly unknown[] as readonly Attack<string, unknown>[];
const optionsOf = (attack: Attack<string, unknown>): unknown =>
  attack.options(z).parse({ ...(attack.defaults as object), ...SHORT[attack.meta.id] });
const epsOf = (norm: Norm): number => ({ linf: 0.04, l2: 0.3, l1: 0.5, l0: 3, patch: 0.15, edits: 1 })[norm];

function targetFor(attack: Attack<string, unknown>, plain: GradientTarget): GradientTarget {
  if (attack.meta.knowledge === 'gradients') return plain;
  return (attack.meta.knowledge === 'scores' ? scoresOnly(plain) : labelOnly(plain)) as GradientTarget;
}

async function attacked(
  attack: Attack<string, unknown>,
  norm: Norm,
  data: LabelledData,
  more: { ids?: readonly number[]; signal?: AbortSignal; seed?: string } = {},
) {
  const { target, seen } = counted(targetFor(attack, mlpTarget(SHAPE, 20, 5, 'contract')));
  const { seed = 'contract', ...context } = more;
  const result = await attack.run(target, data, { norm, eps: epsOf(norm) }, optionsOf(attack), {
    random: seededRandom(seed),
    ...context,
  });
  return { result, seen, target };
}

test('every folder is registered, documented and tested, and every registered attack has its folder', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'attack.ts')))
    .map((entry) => entry.name)
    .toSorted();
  const image = attacks.filter((attack) => existsSync(join(import.meta.dirname, attack.meta.id)));
  assert.deepEqual(image.map((attack) => attack.meta.id).toSorted(), folders);
  for (const id of folders) {
    const readme = readFileSync(join(import.meta.dirname, id, 'README.md'), 'utf8');
    assert.match(readme, /^# /, `${id}/README.md has no title`);
    assert.ok(
      readdirSync(join(import.meta.dirname, id)).some((file) => file.endsWith('.test.ts')),
      `${id} has no test of its own`,
    );
  }
});

// Attacks that read a structure, and those on texts, have the contract's points in tests of their own: the network here has none.
for (const attack of attacks.filter(({ meta }) => meta.reads === undefined && !meta.modalities.includes('text'))) {
  const { id } = attack.meta;
  test(`${id}: an empty object gives its defaults, and unknown options are refused`, () => {
    assert.deepEqual(attack.options(z).parse({}), attack.defaults);
    assert.throws(() => attack.options(z).parse({ noSuchOption: 1 }));
  });

  for (const norm of attack.meta.norms) {
    const run = (data: LabelledData, more = {}) => attacked(attack, norm, data, more);
    const sample = async (count: number, wrong = 0) =>
      labelledBy(mlpTarget(SHAPE, 20, 5, 'contract'), count, 'data', wrong);

    test(`${id}, ${norm}: inside bounds and perturbation, and every success is one`, async () => {
      const data = await sample(12, 2);
      const { result, seen, target } = await run(data);
      const box = boxOf(target);
      const size = 36;
      assert.equal(seen.outOfBounds, 0, 'the target was asked outside its bounds');
      const scores = await target.scores(Float32Array.from(result.adversarial), data.count);
      for (let i = 0; i < data.count; i++) {
        const x = data.inputs.subarray(i * size, (i + 1) * size);
        const found = result.adversarial.subarray(i * size, (i + 1) * size);
        for (let f = 0; f < size; f++) assert.ok(found[f]! >= box.low[f]! && found[f]! <= box.high[f]!);
        if (norm === 'linf' || norm === 'l2' || norm === 'l1') {
          assert.ok(distance(norm, found, x) <= epsOf(norm) + roundingAllowance(norm, epsOf(norm), box));
        }
        const own = scores.subarray(i * 5, (i + 1) * 5);
        const wrong = own.indexOf(Math.max(...own)) !== data.labels[i];
        assert.equal(result.success[i], wrong ? 1 : 0, `sample ${i}`);
        if (i < 2) {
          assert.deepEqual([...found], [...x], 'a sample that is wrong from the start was changed');
          assert.deepEqual([result.success[i], result.queries[i], result.gradients[i]], [1, 1, 0]);
        }
      }
      const fooled = result.success.subarray(2).reduce((sum, flag) => sum + flag, 0);
      assert.ok(fooled > 0, 'nothing was fooled: the contract saw no adversarial example');
    });

    test(`${id}, ${norm}: counts what it asks`, async () => {
      const { result, seen } = await run(await sample(6));
      const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
      assert.equal(sum(result.queries), seen.forward + seen.backward);
      assert.equal(sum(result.gradients), seen.backward);
    });

    test(`${id}, ${norm}: the same seed gives the same bytes`, async () => {
      const data = await sample(5);
      const [first, second] = [await run(data), await run(data)];
      assert.deepEqual(first.result, second.result);
    });

    if (attack.meta.wholeSet !== true) {
      test(`${id}, ${norm}: a sample's result does not depend on the batch`, async () => {
        const data = await sample(5);
        const whole = (await run(data)).result;
        const alone = (await run(sliceData(data, 3, 4), { ids: [3] })).result;
        assert.deepEqual(alone.adversarial, whole.adversarial.subarray(3 * 36, 4 * 36));
        assert.deepEqual([alone.success[0], alone.queries[0]], [whole.success[3], whole.queries[3]]);
      });
    }

    test(`${id}, ${norm}: ends when aborted, with what it has`, async () => {
      const data = await sample(4);
      const { result, seen } = await run(data, { signal: AbortSignal.abort() });
      assert.deepEqual(result.adversarial, data.inputs);
      assert.ok(seen.forward <= 4 * 2, `asked ${seen.forward} times after the abort`);
      const empty: AttackResult = (await run(sliceData(data, 0, 0))).result;
      assert.deepEqual([empty.adversarial.length, empty.success.length], [0, 0]);
    });
  }

  test(`${id}: refuses what it cannot attack, in words`, async () => {
    const norm = attack.meta.norms[0]!;
    const target = mlpTarget(SHAPE, 20, 5, 'contract');
    const data = await labelledBy(target, 2, 'data');
    const context = { random: seededRandom('x') };
    const usage = (error: unknown): boolean => isFault(error) && error.code === 'ERR_USAGE';
    const options = optionsOf(attack);
    await assert.rejects(attack.run(target, data, { norm: 'edits', eps: 1 }, options, context), usage);
    await assert.rejects(attack.run(target, data, { norm, eps: -1 }, options, context), usage);
    if (attack.meta.knowledge !== 'labels') {
      const less = attack.meta.knowledge === 'gradients' ? scoresOnly(target) : labelOnly(target);
      await assert.rejects(attack.run(less, data, { norm, eps: 0.1 }, options, context), usage);
    }
    const bad = { ...data, inputs: Float32Array.from(data.inputs, (value, at) => (at === 7 ? Number.NaN : value)) };
    await assert.rejects(
      attack.run(targetFor(attack, target), bad, { norm, eps: epsOf(norm) }, options, context),
      (error) => isFault(error) && error.code === 'ERR_DATA' && error.where === 'sample 0, feature 7',
    );
  });
}
