import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { ConstrainedSpace } from './constrained-space.ts';
import { defineConstraints, violations, violationScore } from './constraints.ts';
import { declareCsv } from './declare-csv.ts';
import { parseTabularDeclaration } from './declaration.ts';
import { repair, roomAround } from './repair.ts';
import { LOAN_TABLE, loanRows } from './testing/loan-table.ts';

const constraints = defineConstraints(LOAN_TABLE);

test('rows of the table break nothing, and each way of breaking is named', () => {
  const { inputs, count } = loanRows('rows', 50);
  for (let row = 0; row < count; row++)
    assert.deepEqual(violations(constraints, inputs.subarray(row * 9, row * 9 + 9)), []);
  const good = inputs.slice(0, 9);
  const broken = (change: Record<number, number>, original?: Float32Array): string[] => {
    const row = good.map((value, at) => change[at] ?? value);
    assert.equal(violationScore(constraints, row, original) > 0, true);
    return violations(constraints, row, original).map(({ kind, index }) => `${kind} ${index}`);
  };
  assert.deepEqual(broken({ 0: 101 }), ['range 0']);
  assert.deepEqual(broken({ 1: 20.5 }), ['integer 1']);
  assert.deepEqual(broken({ 1: good[1]! + 1 }, good), ['change 1']);
  assert.deepEqual(broken({ 2: good[2]! + 1, 3: good[3]! + 1 }, good), ['relation 0']);
  assert.deepEqual(broken({ 6: 1, 7: 1, 8: 0 }), ['one-hot 0']);
  assert.deepEqual(broken({ 0: NaN }), ['range 0', 'relation 1']);
});

test('repaired rows keep every constraint, a second repair changes nothing, and rows that keep all are left alone', () => {
  const random = seededRandom('repair');
  const { inputs, count } = loanRows('rows', 200);
  let moved = 0;
  for (let row = 0; row < count; row++) {
    const original = inputs.slice(row * 9, row * 9 + 9);
    const room = roomAround(constraints, original);
    const same = original.slice();
    assert.ok(repair(constraints, same, original, room));
    assert.deepEqual(same, original);
    const wild = original.map((value, at) =>
      random.below(3) === 0 ? value : value + (random.uniform() - 0.5) * (at < 6 ? 80 : 3),
    );
    const first = wild.slice();
    assert.ok(repair(constraints, first, original, room), `row ${row}`);
    assert.deepEqual(violations(constraints, first, original), []);
    const again = first.slice();
    repair(constraints, again, original, room);
    assert.deepEqual(again, first);
    moved += Number(first.some((value, at) => value !== original[at]));
  }
  assert.ok(moved > 150);
});

test('where whole numbers have to close a relation, they do', () => {
  const counts = defineConstraints({
    features: [
      { name: 'a', type: 'integer', range: [0, 20] },
      { name: 'b', type: 'integer', range: [0, 20] },
      { name: 'sum', type: 'integer', range: [0, 40], change: 'none' },
    ],
    relations: [{ sum: { a: 1, b: 1, sum: -1 }, is: '==' }],
  });
  const original = Float32Array.of(3, 4, 7);
  const row = Float32Array.of(9.2, 4, 7);
  assert.ok(repair(counts, row, original, roomAround(counts, original)));
  assert.equal(row[0]! + row[1]!, 7);
  assert.equal(
    repair(counts, Float32Array.of(1, 1, 7), original, {
      low: Float32Array.of(0, 0, 7),
      high: Float32Array.of(2, 2, 7),
    }),
    false,
  );
});

test('a space admits only what lies in its ball and keeps the constraints', () => {
  const random = seededRandom('space');
  const { inputs, count } = loanRows('rows', 60);
  for (const norm of ['linf', 'l2'] as const) {
    let admitted = 0;
    for (let row = 0; row < count; row++) {
      const original = inputs.slice(row * 9, row * 9 + 9);
      const space = new ConstrainedSpace(constraints, original, norm, 0.2);
      const wild = original.map((value, at) => value + (random.uniform() - 0.5) * (at < 6 ? 60 : 3));
      if (space.admit(wild)) {
        admitted++;
        assert.ok(space.allows(wild) && space.distance(wild) <= 0.2 * (1 + 1e-6));
        assert.equal(wild[1], original[1]);
      }
    }
    assert.ok(admitted > 25, `${norm}: ${admitted}`);
  }
});

test('a declaration is read from YAML, from a header, and refused with the place', () => {
  const text =
    'features:\n  - { name: a, range: [0, 1] }\n  - { name: b, type: integer, change: increase }\nrelations:\n  - { sum: { a: 1, b: -1 }, is: "<=" }\n';
  const own = defineConstraints(parseTabularDeclaration(text));
  assert.deepEqual([own.names, [...own.change], own.relations.length], [['a', 'b'], [0, 1], 1]);
  const wrong = (source: string, where: string): void =>
    assert.throws(
      () => defineConstraints(parseTabularDeclaration(source)),
      (error) => isFault(error) && error.code === 'ERR_CONFIG' && error.where === where,
    );
  wrong('features: [{ name: a, change: sometimes }]', 'features.0.change');
  wrong('features: [{ name: a }, { name: a }]', 'features.1.name');
  wrong('features: [{ name: a }]\noneHot: [[a, c]]', 'oneHot.0');
  wrong('features: [{ name: a, range: [2, 1] }]', 'features.0.range');
  wrong('features: [', 'line 1');
  assert.deepEqual(declareCsv('a,b,label\n1,0.5,0\n3,2,1\n', ['label']), {
    features: [
      { name: 'a', type: 'integer', range: [1, 3] },
      { name: 'b', type: 'real', range: [0.5, 2] },
    ],
  });
  assert.throws(() => declareCsv('a,b\n1\n'), /fields/);
  assert.throws(() => declareCsv('a\nx\n'), /not a number/);
});
