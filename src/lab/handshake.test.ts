import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../core/fault.ts';
import { handshake } from './handshake.ts';
import type { LabelledData } from './labelled-data.ts';
import { labelledBy } from './testing/labelled-by.ts';
import { convTarget } from './testing/network-target.ts';

const target = convTarget([3, 8, 8], 4, 5, 'h');
const data = await labelledBy(target, 120, 'x', 12);
const size = 3 * 64;
const refuses = (pattern: RegExp) => (error: unknown) =>
  isFault(error) && error.code === 'ERR_HANDSHAKE' && pattern.test(error.line);
const each = (change: (x: Float32Array) => Float32Array): LabelledData => {
  const inputs = new Float32Array(data.inputs.length);
  for (let i = 0; i < data.count; i++) inputs.set(change(data.inputs.subarray(i * size, (i + 1) * size)), i * size);
  return { ...data, inputs };
};

test('the expected accuracy within its tolerance lets the attack begin', async () => {
  const shake = await handshake(target, data, { accuracy: 0.905 });
  assert.deepEqual([shake.accuracy, shake.correct, shake.count], [0.9, 108, 120]);
  assert.ok(shake.interval[0] < 0.9 && shake.interval[1] > 0.9);
  await assert.rejects(handshake(target, data, { accuracy: 0.95 }), refuses(/90\.0 %, expected was 95\.0 % ± 1\.0 %/));
  await handshake(target, data, { accuracy: 0.95, tolerance: 0.05 });
});

test('without an expectation it stops at chance', async () => {
  await handshake(target, data);
  const shuffled = { ...data, labels: Int32Array.from(data.labels, (_, i) => i % 5) };
  await assert.rejects(handshake(target, shuffled), refuses(/no better than chance/));
  // A model that always answers the largest class is at chance, however accurate it is.
  const lazy = {
    ...target,
    scores: async (_: Float32Array, n: number) => new Float32Array(5 * n).map((__, at) => (at % 5 === 2 ? 1 : 0)),
  };
  const skewed = { ...data, labels: new Int32Array(120).map((_, i) => (i < 110 ? 2 : 1)) };
  await assert.rejects(handshake(lazy, skewed), refuses(/91\.7 %, no better than chance.*same answer \(class 2\)/));
});

test('data of one class is judged by the number of classes', async () => {
  const label = data.labels[20]!;
  const rows = [...data.labels.keys()].filter((i) => i >= 12 && data.labels[i] === label);
  const inputs = new Float32Array(rows.length * size);
  rows.forEach((i, at) => inputs.set(data.inputs.subarray(i * size, (i + 1) * size), at * size));
  const one = { ...data, inputs, labels: new Int32Array(rows.length).fill(label), count: rows.length };
  assert.equal((await handshake(target, one)).chance, 0.2);
  await assert.rejects(
    handshake(target, { ...one, labels: one.labels.map((own) => (own + 1) % 5) }),
    refuses(/chance/),
  );
});

test('says when the labels are in another order', async () => {
  const moved = { ...data, labels: data.labels.map((label) => (label + 1) % 5) };
  await assert.rejects(handshake(target, moved, { accuracy: 0.9 }), refuses(/another order \(label 0 is answered 4/));
});

test('says when the values are scaled or laid out in another way', async () => {
  const expected = { accuracy: 0.9 };
  await assert.rejects(
    handshake(
      target,
      each((x) => x.map((value) => 1 - value)),
      expected,
    ),
    refuses(/black and white swapped/),
  );
  const last = each((x) => x.map((_, at) => x[(at % 3) * 64 + Math.floor(at / 3)]!));
  await assert.rejects(handshake(target, last, expected), refuses(/channels last in the data/));
  const bgr = each((x) => x.map((_, at) => x[(2 - Math.floor(at / 64)) * 64 + (at % 64)]!));
  await assert.rejects(handshake(target, bgr, expected), refuses(/red and blue swapped/));
});

test('data of another size and labels without a class are errors of the data', async () => {
  const isData = (error: unknown): boolean => isFault(error) && error.code === 'ERR_DATA';
  await assert.rejects(handshake(target, { ...data, inputs: data.inputs.subarray(1) }), isData);
  await assert.rejects(handshake(target, { ...data, labels: data.labels.map((label) => label + 1) }), isData);
  await assert.rejects(handshake(target, { ...data, count: 0 }), isData);
});
