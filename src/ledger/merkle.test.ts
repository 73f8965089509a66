import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  EMPTY_ROOT,
  consistencyRanges,
  inclusionRanges,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
import { countedLeaves, naiveConsistency, naiveLeaf, naivePath, naiveRoot, sha256 } from './testing/naive-tree.ts';

const leaves = countedLeaves(600);
const roots = Array.from({ length: 601 }, (_, size) => naiveRoot(leaves.slice(0, size)));
const hashes = (ranges: readonly { readonly from: number; readonly to: number }[]): Buffer[] =>
  ranges.map(({ from, to }) => naiveRoot(leaves.slice(from, to)));

test('hashes are those of RFC 6962 §2.1', () => {
  assert.deepEqual(Buffer.from(EMPTY_ROOT), sha256());
  for (const length of [0, 1, 31, 1500, 65_535]) {
    const entry = Buffer.alloc(length, 7);
    assert.deepEqual(leafHash(entry), naiveLeaf(entry));
  }
});

test('roots of the test tree that Certificate Transparency implementations share', () => {
  // Leaves and roots as in certificate-transparency-go, merkletree tests (inputs of RFC 6962 reference code).
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const expected = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const given = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  expected.forEach((root, i) => assert.equal(naiveRoot(given.slice(0, i + 1)).toString('hex'), root));
});

test('inclusion proofs of every index, and no mutation of one', () => {
  const sizes = [1, 2, 3, 5, 7, 8, 9, 33, 64, 255, 256, 257, 600];
  for (const size of sizes) {
    for (let index = 0; index < size; index += size > 64 ? 13 : 1) {
      const proof = hashes(inclusionRanges(index, size));
      assert.deepEqual(proof, naivePath(index, leaves.slice(0, size)));
      assert.ok(verifyInclusion(index, size, leaves[index]!, proof, roots[size]!));
    }
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), fc.nat(), fc.nat(), (size, at, where, bit) => {
      const index = at % size;
      const proof = hashes(inclusionRanges(index, size));
      const holds = (i: number, n: number, leaf: Buffer, path: readonly Buffer[], root: Buffer): boolean =>
        verifyInclusion(i, n, leaf, path, root);
      const root = roots[size]!;
      const leaf = leaves[index]!;
      assert.ok(holds(index, size, leaf, proof, root));
      assert.ok(!holds(index, size, flip(leaf, bit), proof, root));
      assert.ok(!holds(index, size, leaf, proof, flip(root, bit)));
      assert.ok(!holds(index, size, leaf, [...proof, leaf], root));
      for (let other = 0; other < size; other += Math.ceil(size / 16)) {
        if (other !== index) assert.ok(!holds(other, size, leaf, proof, root), `${index} as ${other} of ${size}`);
      }
      if (proof.length === 0) return;
      const hit = where % proof.length;
      assert.ok(!holds(index, size, leaf, proof.with(hit, flip(proof[hit]!, bit)), root));
      assert.ok(!holds(index, size, leaf, proof.toSpliced(hit, 1), root));
      assert.ok(!holds(index, size, leaf, proof.with(hit, proof[hit]!.subarray(0, 31)), root));
    }),
    { numRuns: 60 },
  );
});

test('consistency proofs between all sizes, and no mutation of one', () => {
  for (const second of [1, 2, 3, 6, 7, 8, 9, 100, 256, 257, 511, 600]) {
    for (let first = 0; first <= second; first += second > 100 ? 17 : 1) {
      const proof = hashes(consistencyRanges(first, second));
      if (first > 0) assert.deepEqual(proof, naiveConsistency(first, leaves.slice(0, second)));
      assert.ok(verifyConsistency(first, second, roots[first]!, roots[second]!, proof), `${first} to ${second}`);
    }
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 599 }), fc.nat(), fc.nat(), fc.nat(), (first, more, where, bit) => {
      const second = first + 1 + (more % (600 - first));
      const proof = hashes(consistencyRanges(first, second));
      const [old, now] = [roots[first]!, roots[second]!];
      assert.ok(verifyConsistency(first, second, old, now, proof));
      assert.ok(!verifyConsistency(first, second, flip(old, bit), now, proof));
      assert.ok(!verifyConsistency(first, second, old, flip(now, bit), proof));
      assert.ok(!verifyConsistency(first, second, old, now, [...proof, old]));
      assert.ok(!verifyConsistency(second, first, now, old, proof));
      const hit = where % proof.length;
      assert.ok(!verifyConsistency(first, second, old, now, proof.with(hit, flip(proof[hit]!, bit))));
      assert.ok(!verifyConsistency(first, second, old, now, proof.toSpliced(hit, 1)));
    }),
    { numRuns: 60 },
  );
});

test('sizes and indexes that are none are refused', () => {
  const root = roots[1]!;
  for (const bad of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
    assert.ok(!verifyInclusion(bad, 1, leaves[0]!, [], root));
    assert.ok(!verifyInclusion(0, bad, leaves[0]!, [], root));
    assert.ok(!verifyConsistency(bad, 1, root, root, []));
    assert.ok(!verifyConsistency(1, bad, root, root, []));
  }
  assert.ok(!verifyInclusion(1, 1, leaves[0]!, [], root));
  assert.ok(verifyConsistency(0, 0, roots[0]!, roots[0]!, []));
  assert.ok(verifyConsistency(0, 5, roots[0]!, roots[5]!, []));
  assert.ok(!verifyConsistency(0, 5, roots[1]!, roots[5]!, []));
});

test('ranges of trees of 2^53 leaves are exact', () => {
  const size = 2 ** 53 - 1;
  const ranges = inclusionRanges(size - 1, size);
  assert.equal(
    ranges.reduce((sum, { from, to }) => sum + to - from, 1),
    size,
  );
  assert.ok(ranges.length <= 53);
});

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[(bit >> 3) % copy.length]! ^= 1 << (bit & 7);
  return copy;
}
