import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restrictScores } from './restrict-scores.ts';

test('a label is the best class, and of the k best the rest is zero where zero is less', () => {
  assert.deepEqual([...restrictScores(Float32Array.of(1, 3, 2), 3, 'label')], [0, 1, 0]);
  assert.deepEqual([...restrictScores(Float32Array.of(0.25, 0.5, 0.125), 3, 'top-k', 2)], [0.25, 0.5, 0]);
  assert.deepEqual([...restrictScores(Float32Array.of(0.25, 0.5), 2, 'top-k', 5)], [0.25, 0.5]);
});

test('what was not told never passes for the best: logits may all be below zero', () => {
  assert.deepEqual([...restrictScores(Float32Array.of(-3, -1, -2), 3, 'top-k', 1)], [-2, -1, -2]);
  assert.deepEqual([...restrictScores(Float32Array.of(-3, 0, -2), 3, 'top-k', 1)], [-1, 0, -1]);
  assert.deepEqual([...restrictScores(Float32Array.of(-3, 4, -2), 3, 'top-k', 2)], [-3, 4, -2]);
});

test('a row that is no answer is told as none', () => {
  const rows = Float32Array.of(Number.NaN, 1, 2, 1);
  assert.deepEqual([...restrictScores(rows, 2, 'label')], [Number.NaN, Number.NaN, 1, 0]);
  assert.deepEqual([...restrictScores(Float32Array.of(1, Number.NaN), 2, 'top-k', 1)], [Number.NaN, Number.NaN]);
});
