import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedLeaves, naiveRoot } from './testing/naive-tree.ts';
import { HASH_BYTES } from './merkle.ts';
import { TILE_WIDTH, levelCount, levelWidth, tileWidth } from './tiles.ts';
import { TreeEdge } from './tree-edge.ts';

test('roots of all sizes from 0 to 600 are those of the recursive definition, also after a restart', () => {
  const leaves = countedLeaves(600);
  const edge = new TreeEdge();
  for (let size = 0; size <= leaves.length; size += 1) {
    assert.equal(edge.size, size);
    assert.deepEqual(Buffer.from(edge.root()), naiveRoot(leaves.slice(0, size)), `size ${size}`);
    const again = TreeEdge.fromTiles(size, (level) => edge.partialTile(level));
    assert.deepEqual(again.root(), edge.root(), `size ${size} from tiles`);
    if (size === leaves.length) break;
    again.append(leaves[size]!);
    edge.append(leaves[size]!);
    assert.deepEqual(again.root(), edge.root());
    for (let level = 0; level < levelCount(size + 1); level += 1)
      assert.deepEqual(again.partialTile(level), edge.partialTile(level));
  }
});

test('full tiles come once each, in order, with the hashes that they stand for', () => {
  const size = TILE_WIDTH * TILE_WIDTH + TILE_WIDTH + 3;
  const leaves = countedLeaves(size);
  const edge = new TreeEdge();
  const seen = new Map<string, Buffer>();
  const order: string[] = [];
  for (const leaf of leaves) {
    edge.append(leaf, (level, index, hashes) => {
      seen.set(`${level}/${index}`, hashes);
      order.push(`${level}/${index}`);
    });
  }
  assert.equal(seen.size, order.length, 'no tile comes twice');
  assert.equal(order.filter((name) => name.startsWith('0/')).length, levelWidth(size, 1));
  assert.deepEqual(
    order.filter((name) => name.startsWith('1/')),
    ['1/0'],
  );
  assert.deepEqual(seen.get('0/5'), Buffer.concat(leaves.slice(5 * TILE_WIDTH, 6 * TILE_WIDTH)));
  const upper = seen.get('1/0')!;
  for (const at of [0, 7, 255]) {
    const below = leaves.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH);
    assert.deepEqual(upper.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES), naiveRoot(below));
  }
  for (let level = 0; level < levelCount(size); level += 1) {
    const index = Math.floor(levelWidth(size, level) / TILE_WIDTH);
    assert.equal(edge.partialTile(level).length, tileWidth(size, level, index) * HASH_BYTES);
  }
  assert.deepEqual(TreeEdge.fromTiles(size, (level) => edge.partialTile(level)).root(), edge.root());
});

test('a block of 256 leaves can be added by its root; a clone goes its own way', () => {
  const leaves = countedLeaves(600);
  const edge = new TreeEdge();
  edge.appendBlock(naiveRoot(leaves.slice(0, 256)));
  edge.appendBlock(naiveRoot(leaves.slice(256, 512)));
  for (const leaf of leaves.slice(512, 590)) edge.append(leaf);
  const clone = edge.clone();
  for (const leaf of leaves.slice(590)) clone.append(leaf);
  assert.deepEqual(Buffer.from(edge.root()), naiveRoot(leaves.slice(0, 590)));
  assert.deepEqual(Buffer.from(clone.root()), naiveRoot(leaves));
});
