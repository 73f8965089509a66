import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelledSource } from './training-source.ts';

const data = {
  inputs: new Float32Array(20 * 3 * 12 * 12).fill(0.9),
  labels: new Int32Array(20),
  count: 20,
  inputShape: [3, 12, 12],
};

/** Pixels of each sample that are greyed out, the same in all channels. */
function grey(erase: number, erasures?: number): readonly number[] {
  const source = labelledSource(data, {
    input: 'x',
    classes: 2,
    augmentation: { erase, ...(erasures === undefined ? {} : { erasures }) },
  });
  const { inputs } = source.gather(
    Uint32Array.from({ length: 20 }, (_, i) => i),
    'seed',
  );
  const values = inputs['x'] as Float32Array;
  return Array.from({ length: 20 }, (_, i) => {
    const channels = [0, 1, 2].map((c) => values.subarray((i * 3 + c) * 144, (i * 3 + c + 1) * 144));
    assert.deepEqual(channels[1], channels[0]);
    assert.deepEqual(channels[2], channels[0]);
    return channels[0]!.filter((value) => value === 0.5).length;
  });
}

test('as many squares are greyed out as are asked for, and they may lie over each other', () => {
  assert.deepEqual(grey(0), new Array(20).fill(0));
  assert.deepEqual(grey(4), new Array(20).fill(16));
  assert.deepEqual(grey(4, 1), new Array(20).fill(16));
  const two = grey(4, 2);
  assert.ok(two.every((pixels) => pixels >= 16 && pixels <= 32));
  assert.ok(two.filter((pixels) => pixels > 16).length >= 15);
});
