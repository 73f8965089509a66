import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../math/random.ts';
import { binaryLinear } from '../../testing/binary-linear.ts';
import { labelledBy } from '../../testing/labelled-by.ts';
import { mlpTarget } from '../../testing/network-target.ts';
import { distance } from '../norm-ball.ts';
import { fab } from './attack.ts';
import { stepOntoPlane } from './project-onto-plane.ts';

for (const norm of ['linf', 'l2', 'l1'] as const) {
  for (const targeted of [true, false]) {
    test(`fab, ${norm}, targeted ${targeted}: finds the distance to a plane`, async () => {
      const { target, data, distances } = binaryLinear(12, 20, 'plane');
      const options = { ...fab.defaults, iterations: 30, targeted };
      const context = { random: seededRandom('x') };
      const { adversarial, success } = await fab.run(target, data, { norm, eps: Infinity }, options, context);
      for (let i = 0; i < data.count; i++) {
        const x = data.inputs.subarray(i * 12, (i + 1) * 12);
        const found = distance(norm, x, adversarial.subarray(i * 12, (i + 1) * 12));
        assert.equal(success[i], 1);
        assert.ok(
          found >= distances[norm][i]! * 0.9999 && found <= distances[norm][i]! * 1.06,
          `${found} of ${distances[norm][i]}`,
        );
      }
    });
  }

  test(`the step onto a plane, ${norm}: in the box, on the plane where that can be, and no shorter one exists`, () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const weight = fc.double({ min: -2, max: 2, noNaN: true }).map((value) => (Math.abs(value) < 1e-3 ? 0 : value));
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, weight, unit), { minLength: 2, maxLength: 8 }), (features) => {
        const size = features.length;
        const point = Float32Array.from(features, ([x]) => x);
        const w = Float32Array.from(features, ([, weightOf]) => weightOf);
        // The plane goes through a random point of the box, so that it can be reached; `other` is one rival.
        const other = Float32Array.from(features, ([, , x]) => x);
        const box = { low: new Float32Array(size), high: new Float32Array(size).fill(1) };
        let gap = 0;
        for (let f = 0; f < size; f++) gap += w[f]! * (point[f]! - other[f]!);
        const step = stepOntoPlane(norm, point, w, gap, box);
        const landed = Float32Array.from(step, (value, f) => point[f]! + value);
        let rest = gap;
        for (let f = 0; f < size; f++) {
          rest += w[f]! * step[f]!;
          assert.ok(landed[f]! >= -1e-6 && landed[f]! <= 1 + 1e-6);
        }
        assert.ok(Math.abs(rest) < 1e-5, `off the plane by ${rest}`);
        assert.ok(distance(norm, landed, point) <= distance(norm, other, point) + 1e-5, 'a rival is nearer');
      }),
      { numRuns: 300, seed: 7 },
    );
  });
}

test('the step towards a plane outside the box goes to the corner nearest to it', () => {
  const box = { low: new Float32Array(2), high: new Float32Array(2).fill(1) };
  const step = stepOntoPlane('linf', Float32Array.of(0.25, 0.5), Float32Array.of(1, -1), -9, box);
  assert.deepEqual([...step], [0.75, -0.5]);
});

test('fab: what it finds without a limit is smaller than what it finds at the first hit', async () => {
  const target = mlpTarget([16], 20, 5, 'n');
  const data = await labelledBy(target, 10, 'x');
  const run = (stopAtEps: boolean) =>
    fab.run(
      target,
      data,
      { norm: 'l2', eps: 5 },
      { ...fab.defaults, iterations: 20, stopAtEps },
      { random: seededRandom('x') },
    );
  const [first, smallest] = [await run(true), await run(false)];
  let longer = 0;
  for (let i = 0; i < data.count; i++) {
    const x = data.inputs.subarray(i * 16, (i + 1) * 16);
    const early = distance('l2', x, first.adversarial.subarray(i * 16, (i + 1) * 16));
    const late = distance('l2', x, smallest.adversarial.subarray(i * 16, (i + 1) * 16));
    assert.ok(late <= early);
    if (late < early) longer++;
  }
  assert.ok(longer > 5);
});
