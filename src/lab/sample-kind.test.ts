import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../core/fault.ts';
import { SCENARIOS } from './assess/assessment.ts';
import { planAssessment } from './assess/plan-assessment.ts';
import { kindOfSample, type SampleKind, withKind } from './sample-kind.ts';
import { mlpTarget } from './testing/network-target.ts';
import { textTarget } from './text/text-target.ts';

test('what samples are is told by their shape, and says so', () => {
  const cases: readonly (readonly [number[], SampleKind])[] = [
    [[9], 'table'],
    [[8, 8], 'image'],
    [[10, 3], 'series'],
    [[3, 10], 'series'],
    [[1, 6, 6], 'image'],
    [[6, 6, 3], 'image'],
    [[5, 6, 7], 'series'],
  ];
  for (const [shape, kind] of cases) {
    const found = kindOfSample(mlpTarget(shape, 4, 2, 'k'));
    assert.equal(found.kind, kind, shape.join());
    assert.match(found.says, new RegExp(`\\[${shape.join(', ')}\\].*--kind`));
  }
  const texts = textTarget(() => [0, 1], { name: 't', classes: 2, scoreType: 'probabilities' });
  assert.equal(kindOfSample(texts).kind, 'text');
});

test('what is declared counts, and what cannot be is refused', () => {
  const window = mlpTarget([8, 8], 4, 2, 'k');
  assert.deepEqual(kindOfSample(withKind(window, 'series', 'kind')), {
    kind: 'series',
    says: 'Samples are declared as series.',
  });
  for (const [shape, kind] of [
    [[8, 8], 'text'],
    [[9], 'image'],
  ] as const) {
    assert.throws(
      () => withKind(mlpTarget([...shape], 4, 2, 'k'), kind, 'kind'),
      (error) => isFault(error) && error.code === 'ERR_CONFIG',
    );
  }
});

test('a sticker is planned on pictures alone', () => {
  const cost = { forward: 0.001, gradient: 0.003, surviving: 0.5 };
  const perturbations = [{ norm: 'linf', eps: 0.1 }] as const;
  const options = { perturbations, scenarios: SCENARIOS, stickerArea: 0.05, samples: 100, budget: 600 };
  const sticks = (shape: number[], kind?: SampleKind): boolean => {
    const target = mlpTarget(shape, 4, 2, 'k');
    const plan = planAssessment(kind === undefined ? target : withKind(target, kind, 'kind'), cost, options);
    return plan.some(({ attack }) => attack === 'adversarial-patch');
  };
  assert.deepEqual(
    [sticks([8, 8]), sticks([10, 3]), sticks([1, 8, 8]), sticks([8, 8], 'series'), sticks([10, 3], 'image')],
    [true, false, true, false, true],
  );
});
