import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildArchitecture, buildMlp } from '../../engine/build/architectures.ts';
import { buildNetwork } from '../../engine/testing/build-network.ts';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { type LabelledData, sliceData } from '../labelled-data.ts';
import { argmax } from '../loss-of-scores.ts';
import { certifyRadii } from './certify-radii.ts';
import { type Certifier, openCertifier } from './open-certifier.ts';

/** Random samples, labelled by what the model answers. */
async function labelledByModel({ target }: Certifier, count: number, seed: string): Promise<LabelledData> {
  const random = seededRandom(seed);
  const size = target.inputShape.reduce((product, length) => product * length, 1);
  const inputs = Float32Array.from({ length: count * size }, () => 0.25 + 0.5 * random.uniform());
  const scores = await target.scores(inputs.slice(), count);
  const labels = Int32Array.from({ length: count }, (_, i) =>
    argmax(scores.subarray(i * target.classes, (i + 1) * target.classes)),
  );
  return { inputs, labels, count, inputShape: target.inputShape };
}

test('a linear model: the distance to the boundary is known, and certificate and counterexample meet there', async () => {
  // Scores 3x + 4y - 2 and 0: the boundary is |3x + 4y - 2| / 5 away in L2, / 7 in Linf.
  const linear = buildNetwork(['n', 2], (build, _, x) =>
    build.add('Gemm', [x, build.floats([3, 0, 4, 0], [2, 2]), build.floats([-2, 0])]),
  );
  const certifier = await openCertifier(linear, { threads: 0, bounds: { low: -10, high: 10 } });
  const x = Float32Array.of(0.5, 0.25);
  for (const [norm, distance] of [
    ['l2', 0.5 / 5],
    ['linf', 0.5 / 7],
  ] as const)
    for (const method of ['ibp', 'crown', 'split'] as const) {
      const at = async (share: number) =>
        certifier.certify(x, 0, { norm, eps: distance * share, method, timeout: 5000 });
      assert.equal((await at(0.999)).verdict, 'certified', `${norm} ${method}`);
      const outside = await at(1.001);
      assert.equal(outside.verdict, 'falsified', `${norm} ${method}`);
      if (outside.verdict === 'falsified') {
        assert.ok(outside.distance <= distance * 1.001 && outside.distance > distance * 0.999);
        assert.equal(argmax(await certifier.target.scores(outside.input, 1)), outside.answer);
      }
      assert.equal((await certifier.certify(x, 1, { norm, eps: 0.1, method, timeout: 1 })).verdict, 'misclassified');
    }
  await certifier.close();
});

test('radii: shares add up, do not grow, and stronger methods certify no less', async () => {
  const certifier = await openCertifier(buildMlp({ inputShape: [6], classes: 3, seed: 'radii' }, [12, 12]), {
    threads: 0,
  });
  const data = await labelledByModel(certifier, 12, 'radii');
  const wrong = { ...data, labels: data.labels.map((label, i) => (i === 0 ? (label + 1) % 3 : label)) };
  const radii = [0.2, 0.01, 0.05];
  const certified: number[][] = [];
  for (const method of ['ibp', 'crown', 'split'] as const) {
    const { points, complete, samples } = await certifyRadii(certifier, wrong, {
      radii,
      norm: 'linf',
      method,
      seconds: null,
    });
    assert.deepEqual([complete, samples], [true, 12]);
    assert.deepEqual(
      points.map(({ eps }) => eps),
      radii,
    );
    for (const one of points) assert.ok(Math.abs(one.certified + one.falsified + one.unknown - 11 / 12) < 1e-12);
    assert.ok(points[1]!.certified >= points[2]!.certified && points[2]!.certified >= points[0]!.certified);
    certified.push(points.map((one) => one.certified));
  }
  for (const at of [0, 1, 2]) {
    assert.ok(certified[1]![at]! >= certified[0]![at]! && certified[2]![at]! >= certified[1]![at]!);
  }
  assert.ok(certified[2]![1]! > 0.5, 'most samples of a small network are certified at a small radius');
  await assert.rejects(
    certifyRadii(certifier, data, { radii: [0.01], norm: 'linf', seconds: 0 }),
    (error) => isFault(error) && error.code === 'ERR_BUDGET_EXHAUSTED',
  );
  await certifier.close();
});

test('what is refused: values outside the bounds, radii that are none, operators without bounds', async () => {
  const certifier = await openCertifier(buildArchitecture('mlp', { inputShape: [4], classes: 2, seed: 'x' }), {
    threads: 0,
  });
  const options = { norm: 'linf', eps: 0.1, method: 'ibp', timeout: 1000 } as const;
  await assert.rejects(certifier.certify(Float32Array.of(0, 0, 2, 0), 0, options), /outside the bounds/);
  await assert.rejects(certifier.certify(Float32Array.of(0, 0, 0, 0), 7, options), /no class/);
  await assert.rejects(certifier.certify(Float32Array.of(0, 0), 0, options), /2 values/);
  const data = await labelledByModel(certifier, 2, 'x');
  await assert.rejects(certifyRadii(certifier, data, { radii: [0], norm: 'l2', seconds: 1 }), /above 0/);
  await certifier.close();
  const odd = buildNetwork(['n', 4], (build, weight, x) =>
    build.add('Gemm', [build.add('Cos', [x]), weight(4, 2), weight(2)]),
  );
  await assert.rejects(
    openCertifier(odd, { threads: 0 }),
    (error) => isFault(error) && error.code === 'ERR_MODEL_UNSUPPORTED' && /Cos/.test(error.line),
  );
});

test('radii: what was cut off stands on the samples that were looked at', async () => {
  const certifier = await openCertifier(buildMlp({ inputShape: [6], classes: 3, seed: 'radii' }, [12, 12]), {
    threads: 0,
  });
  const data = await labelledByModel(certifier, 12, 'radii');
  const options = { radii: [0.2, 0.01], norm: 'linf', seconds: null } as const;
  const stop = new AbortController();
  const cut = await certifyRadii(certifier, data, {
    ...options,
    signal: stop.signal,
    progress: (done) => {
      if (done >= 0.5) stop.abort();
    },
  });
  assert.deepEqual([cut.complete, cut.samples], [false, 6]);
  const first = await certifyRadii(certifier, sliceData(data, 0, 6), options);
  assert.deepEqual(cut.points, first.points);
  await certifier.close();
});
