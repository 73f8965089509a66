import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../bytes/byte-source.ts';
import { scanBytes } from './scan-file.ts';
import { makeZip } from './testing/make-archive.ts';
import { bytes, callOf, plain } from './testing/make-pickle.ts';

const scan = (member: string, data: Uint8Array) =>
  scanBytes(
    'm.pt',
    memorySource(
      new Uint8Array(
        makeZip([
          { name: 'm/data.pkl', data: plain() },
          { name: member, data },
        ]),
      ),
    ),
  );

test('weights that begin like a pickle by chance make nothing incomplete, and are searched all the same', () => {
  for (const second of [2, 3, 4, 5, 6, 7, 8]) {
    const weights = bytes(0x80, second, Buffer.alloc(5000, 0xc1));
    const { verdict, gaps } = scan('m/data/94743455220176', weights);
    assert.deepEqual([verdict, gaps], ['clean', []], `protocol ${second}`);
    const hidden = bytes(0x80, second, Buffer.alloc(5000, 0xc1), callOf('os', 'system'));
    assert.equal(scan('m/data/94743455220176', hidden).verdict, 'findings', `protocol ${second}`);
  }
  assert.equal(scan('m/other.pkl', bytes(0x80, 4, Buffer.alloc(5000, 0xc1))).verdict, 'incomplete');
});

test('a tensor of ONNX that is named like a graph of TensorFlow is read as one', () => {
  const tensor = bytes(8, 2, 16, 1, 0x42, 1, 'x', 0x4a, 8, Buffer.alloc(8));
  const { verdict, formats } = scanBytes('input_0.pb', memorySource(new Uint8Array(tensor)));
  assert.equal(verdict, 'clean');
  assert.ok(formats.includes('onnx'));
});
