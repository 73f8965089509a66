import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../../core/fault.ts';
import { readVnnlib } from './read-vnnlib.ts';

const HEAD = '(declare-const X_0 Real)\n(declare-const X_1 Real)\n(declare-const Y_0 Real)\n(declare-const Y_1 Real)\n';
const BOX = '(assert (>= X_0 -1))(assert (<= X_0 1.5))(assert (<= X_1 2)) (assert (>= X_1 0))\n';

test('plain assertions make one case', () => {
  const property = readVnnlib(
    `; a comment ( with parentheses\n${HEAD}${BOX}(assert (<= Y_0 Y_1))\n(assert (>= Y_1 3))`,
  );
  assert.deepEqual([property.inputs, property.outputs, property.cases.length], [2, 2, 1]);
  const [only] = property.cases;
  assert.deepEqual(
    [[...only!.low], [...only!.high]],
    [
      [-1, 0],
      [1.5, 2],
    ],
  );
  assert.deepEqual(
    only!.constraints.map(({ coefficients, bound }) => [...coefficients, bound]),
    [
      [1, -1, 0],
      [0, -1, -3],
    ],
  );
});

test('alternatives of boxes and of outputs are multiplied out', () => {
  const property = readVnnlib(
    `${HEAD}(assert (or (and (>= X_0 0) (<= X_0 1) (>= X_1 0) (<= X_1 1)) (and (>= X_0 2) (<= X_0 3) (>= X_1 0) (<= X_1 1))))
     (assert (or (and (<= Y_0 Y_1)) (>= (+ (* 2 Y_0) (- Y_1) 1.0) 0)))`,
  );
  assert.deepEqual(
    property.cases.map(({ low, constraints }) => [low[0], ...constraints[0]!.coefficients, constraints[0]!.bound]),
    [
      [0, 1, -1, 0],
      [0, -2, 1, 1],
      [2, 1, -1, 0],
      [2, -2, 1, 1],
    ],
  );
});

test('what is wrong is said with its line', () => {
  for (const [text, message] of [
    [`${HEAD}(assert (>= X_0 0))`, /no lower or no upper bound/],
    [`${HEAD}${BOX}(assert (<= Y_2 0))`, /not declared.*line 6/],
    [`${HEAD}${BOX}(assert (< Y_0 0))`, /comparison/],
    [`${HEAD}${BOX}(assert (<= X_0 Y_0))`, /inputs with outputs/],
    [`${HEAD}${BOX}(assert (<= (+ X_0 X_1) 1))`, /exactly one input/],
    [`${HEAD}(assert (<= Y_0 0)`, /not closed/],
    [`${HEAD})`, /not opened/],
    ['(declare-const X_1 Real)', /in order/],
    [`${HEAD}${BOX}(assert (<= Y_0 abc))`, /number or a variable/],
    ['('.repeat(65), /levels/],
  ] as const)
    assert.throws(
      () => readVnnlib(text),
      (error) => isFault(error) && error.code === 'ERR_DATA' && message.test(error.line),
      text,
    );
});

test('too many cases are refused before they are made', () => {
  const pair = '(assert (or (<= Y_0 1) (<= Y_1 1)))';
  assert.throws(() => readVnnlib(HEAD + BOX + pair.repeat(20)), /more than 10000 cases/);
  const nested = `(and ${'(or (<= Y_0 1) (<= Y_1 1))'.repeat(20)})`;
  assert.throws(() => readVnnlib(`${HEAD}${BOX}(assert ${nested})`), /more than 10000 cases/);
});

test('any text is read or refused with a fault', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('(', ')', 'assert', 'and', 'or', '<=', 'X_0', 'Y_0', '1e3', ' ', ';', '\n', '*')),
      (words) => {
        try {
          readVnnlib(HEAD + words.join(' '));
        } catch (error) {
          assert.ok(isFault(error) && error.code === 'ERR_DATA', String(error));
        }
      },
    ),
  );
});
