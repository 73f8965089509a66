import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../math/random.ts';
import type { InspectedFile } from './check.ts';
import { shinglesOf, wordsOf } from './minhash.ts';
import { NearDuplicateFinder } from './near-duplicates.ts';
import { RowRefs } from './row-refs.ts';

const FILE: InspectedFile = {
  index: 0,
  shown: 'x.csv',
  path: 'x.csv',
  format: 'csv',
  split: null,
  collection: 'a.csv',
};

function find(rows: readonly string[], similarity: number): ReadonlyMap<number, number> {
  const finder = new NearDuplicateFinder(new RowRefs(), similarity);
  rows.forEach((text, at) => {
    const texts = [{ column: 'text', text, role: null }];
    const place = { file: FILE, number: at + 1, line: at + 2 };
    finder.add({
      ...place,
      row: { text },
      labelColumn: null,
      label: null,
      idColumns: new Set<string>(),
      texts,
      asides: [],
    });
  });
  const found = new Map([...finder.pairs()].map(({ row, like }) => [row.number, like.number]));
  finder.close();
  return found;
}

test('near duplicates are found as exact Jaccard similarity has them: nearly all above 0.9, none below 0.6', () => {
  const random = seededRandom('near duplicates');
  const word = (): string => `w${random.below(5000)}`;
  const [texts, exact]: [string[], (number | null)[]] = [[], []];
  for (let group = 0; group < 600; group++) {
    const first = Array.from({ length: 30 + random.below(40) }, word);
    const share = [0.01, 0.02, 0.05, 0.2, 0.4][group % 5]!;
    const second = first.map((one) => (random.uniform() < share ? word() : one));
    const [a, b] = [shinglesOf(wordsOf(first.join(' '))), shinglesOf(wordsOf(second.join(' ')))];
    const both = [...a].filter((one) => b.has(one)).length;
    texts.push(first.join(' '), second.join(' '));
    exact.push(null, both / (a.size + b.size - both));
  }
  const found = find(texts, 0.8);
  const between = (low: number, high: number): number[] =>
    exact.flatMap((value, at) => (value !== null && value >= low && value < high ? [at] : []));
  const [close, far] = [between(0.9, 1), between(0, 0.6)];
  assert.ok(close.length > 60 && far.length > 80, `${close.length} and ${far.length} pairs`);
  const recall = close.filter((at) => found.get(at + 1) === at).length / close.length;
  assert.ok(recall >= 0.97, `recall ${recall}`);
  assert.deepEqual(
    far.filter((at) => found.has(at + 1)),
    [],
  );
  // Copies are equal, and not near.
  assert.ok(between(1, 2).every((at) => !found.has(at + 1)));
});

test('rows of one template are all told but the first, whatever their number', () => {
  const rows = Array.from(
    { length: 3000 },
    (_, at) => `one and the same long template with many words in it that never change at all but for the number ${at}`,
  );
  assert.equal(find(rows, 0.8).size, 2999);
});
