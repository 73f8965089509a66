import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { writeNpy, writeNpz } from '../formats/npy/write-npy.ts';
import { readTable } from './data/table-data.ts';
import { readTexts } from './data/text-data.ts';
import { loadData } from './load-data.ts';
import { splitData } from './split-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'parapet-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const idx = (dims: readonly number[], values: readonly number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, dims.length, ...dims.flatMap((length) => [0, 0, 0, length]), ...values]);

describe('loadData', () => {
  it('reads npz, turns pictures channels first, and scales bytes only', async () => {
    const pixels = Uint8Array.from({ length: 2 * 2 * 2 * 3 }, (_, i) => i * 10);
    const labels = { shape: [2], data: BigInt64Array.of(1n, 0n) };
    const path = file('pictures.npz', writeNpz({ x: { shape: [2, 2, 2, 3], data: pixels }, y: labels }));
    const data = await loadData(path);
    assert.deepEqual([data.count, data.inputShape, [...data.labels]], [2, [3, 2, 2], [1, 0]]);
    assert.deepEqual(
      [...data.inputs.subarray(0, 12)],
      [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map((i) => Math.fround((i * 10) / 255)),
    );
    const floats = file('f.npz', writeNpz({ x: { shape: [2, 2], data: Float32Array.of(5, 6, 7, 8) }, y: labels }));
    assert.deepEqual([...(await loadData(floats)).inputs], [5, 6, 7, 8]);
    assert.deepEqual([...(await loadData(floats, { scale: 2, limit: 1 })).inputs], [2.5, 3]);
    await assert.rejects(loadData(floats, { inputArray: 'z' }), { code: 'ERR_DATA' });
    await assert.rejects(loadData(floats, { inputShape: [3] }), { code: 'ERR_DATA', message: /takes 3/ });
  });

  it('finds the labels of IDX and npy files beside them', async () => {
    const images = file('t-images-idx3-ubyte.gz', gzipSync(idx([2, 2, 2], [0, 255, 0, 0, 0, 0, 0, 51])));
    await assert.rejects(loadData(images), { code: 'ERR_USAGE', hint: /t-labels-idx1/ });
    file('t-labels-idx1-ubyte.gz', gzipSync(idx([2], [7, 3])));
    const data = await loadData(images);
    assert.deepEqual([data.inputShape, [...data.labels], data.inputs[1]], [[1, 2, 2], [7, 3], 1]);
    assert.deepEqual((await loadData(images, { inputShape: [4] })).inputShape, [4]);
    const x = file('x_test.npy', writeNpy({ shape: [1, 3], data: Float32Array.of(1, 2, NaN) }));
    file('y_test.npy', writeNpy({ shape: [1, 2], data: Float32Array.of(0, 1) }));
    await assert.rejects(loadData(x), { code: 'ERR_DATA', where: /sample 0, value 2/ });
  });

  it('reads a folder of folders of pictures', async () => {
    const root = join(folder, 'classes');
    for (const name of ['10', '9']) mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, '9', 'a.pgm'), 'P2 2 1 255 0 255');
    writeFileSync(join(root, '10', 'b.ppm'), 'P3 2 1 255 255 255 255 0 0 0');
    await assert.rejects(loadData(root), { code: 'ERR_DATA', message: /3 x 1 x 2/ });
    writeFileSync(join(root, '10', 'b.ppm'), 'P2 2 1 4 4 2');
    const data = await loadData(root);
    assert.deepEqual(
      [data.classNames, data.inputShape, [...data.labels]],
      [
        ['9', '10'],
        [1, 1, 2],
        [0, 1],
      ],
    );
    assert.deepEqual([...data.inputs], [0, 1, 1, 0.5]);
    writeFileSync(join(root, '9', 'c.jpg'), '');
    await assert.rejects(loadData(root), { code: 'ERR_DATA', hint: /PNG/ });
  });

  it('says what is wrong with a path, and with texts', async () => {
    await assert.rejects(loadData(join(folder, 'nothing.npz')), { code: 'ERR_USAGE' });
    await assert.rejects(loadData(file('odd.bin', 'odd')), { code: 'ERR_DATA' });
    await assert.rejects(loadData(file('t.jsonl', '{}')), { code: 'ERR_DATA', message: /texts/ });
  });
});

describe('readTable', () => {
  it('finds the class, by name or at the end, and numbers names', async () => {
    const named = await readTable(file('a.csv', 'a,Class,b\n1,x,2\n3,"w",4\n'));
    assert.deepEqual(
      [named.columns, [...named.inputs], [...named.labels]],
      [
        ['a', 'b'],
        [1, 2, 3, 4],
        [1, 0],
      ],
    );
    assert.deepEqual(named.classNames, ['w', 'x']);
    const plain = await readTable(file('b.csv.gz', gzipSync('1,2,0\n3,4,1\n')), { leaveOut: [0] });
    assert.deepEqual(
      [[...plain.inputs], [...plain.labels]],
      [
        [2, 4],
        [0, 1],
      ],
    );
  });

  it('says line and column', async () => {
    const bad = file('c.csv', 'a,b,label\n1,2,0\n1,two,1\n');
    await assert.rejects(readTable(bad), { code: 'ERR_DATA', where: `${bad}, line 3, column "b"` });
    await assert.rejects(readTable(file('d.csv', '1,2\n1,2,3\n')), { code: 'ERR_DATA', message: /3 fields/ });
    await assert.rejects(readTable(bad, { label: 'no' }), { code: 'ERR_USAGE', hint: /a, b, label/ });
  });
});

it('readTexts reads JSON Lines', async () => {
  const path = file('texts.jsonl', '{"text":"a","label":"no"}\n\n{"text":"b","label":"yes"}');
  const texts = await readTexts(path);
  assert.deepEqual(
    [texts.texts, [...texts.labels], texts.classNames],
    [
      ['a', 'b'],
      [0, 1],
      ['no', 'yes'],
    ],
  );
  await assert.rejects(readTexts(file('u.jsonl', '{"text":1}')), { code: 'ERR_DATA', where: /line 1/ });
});

it('splitData keeps groups together', () => {
  const count = 40;
  const inputs = Float32Array.from({ length: count }, (_, i) => i);
  const data = { inputs, labels: new Int32Array(count), count, inputShape: [1] };
  const groups = Array.from({ length: count }, (_, i) => Math.floor(i / 4));
  const { kept, heldOut } = splitData(data, 0.2, 's', groups);
  assert.deepEqual([kept.count, heldOut.count], [32, 8]);
  const of = (part: { inputs: Float32Array }): Set<number> => new Set([...part.inputs].map((i) => groups[i]!));
  assert.deepEqual(
    [...of(kept)].filter((group) => of(heldOut).has(group)),
    [],
  );
});
