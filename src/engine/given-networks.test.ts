import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'node:test';
import { loadOnnxBytes } from './load-onnx.ts';
import { reportOnModel } from './report-model.ts';

const folder = new URL('../../../shared/data/models/onnx/', import.meta.url);

/** Files of a tar archive by name (POSIX ustar: blocks of 512 bytes, sizes in octal). */
function untar(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const text = (from: number, length: number): string =>
      bytes
        .toString('latin1', at + from, at + from + length)
        .split('\0', 1)[0]!
        .trim();
    const size = Number.parseInt(text(124, 12), 8);
    if (text(156, 1) === '0' || text(156, 1) === '') files.set(text(0, 100), bytes.subarray(at + 512, at + 512 + size));
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return files;
}

/** Archives, and how many networks are in each. */
const ARCHIVES = { acasxu: 45, mnistfc: 2, collins_rul_cnn: 3, 'vnncomp-test-tiny': 5 };

describe('the networks of the data folder', () => {
  for (const [name, count] of Object.entries(ARCHIVES)) {
    const file = new URL(`${name}.tar.gz`, folder);
    const skip = existsSync(file) ? false : `there is no ${name}.tar.gz in ../shared/data/models/onnx`;
    it(`${name}: all ${count} load and have a gradient that is right`, { skip }, async () => {
      const files = [...untar(gunzipSync(readFileSync(file)))].filter(([path]) => /\.onnx(\.gz)?$/.test(path));
      assert.equal(files.length, count);
      for (const [path, bytes] of files) {
        const model = loadOnnxBytes(new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes));
        const report = await reportOnModel(path, model);
        assert.equal(report.ok, true, `${path}: ${JSON.stringify(report)}`);
      }
    });
  }
});
