import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parseCheckpoint, verifyCheckpoint } from '../../src/ledger/checkpoint.ts';
import { LogFiles } from '../../src/ledger/log-files.ts';
import {
  consistencyRanges,
  inclusionRanges,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';
import { parseVerifierKey } from '../../src/ledger/note-key.ts';
import { decodeBundle } from '../../src/ledger/tiles.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../src/ledger/tlog-proof.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { naiveLeaf, naiveRoot } from '../../src/ledger/testing/naive-tree.ts';

/** The log that transparency-dev/tessera publishes as test data (Apache-2.0), made by another implementation. */
const log = resolve(import.meta.dirname, '../../../shared/data/vectors/tlog');
const KEY = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';
const skip = existsSync(log) ? false : `the published log is not at ${log}`;

describe('the log published by transparency-dev/tessera', { skip }, () => {
  const key = skip === false ? parseVerifierKey(KEY) : null;
  const checkpoint = (size: number) => parseCheckpoint(readFileSync(join(log, `checkpoint.${size}`), 'utf8'));
  const entries = () => {
    const decoded = decodeBundle(readFileSync(join(log, 'tile/entries/000.p/15')), 15);
    assert.ok(decoded.ok);
    return decoded.entries;
  };

  it('has 16 checkpoints, all signed, whose roots are those of its entries', () => {
    const leaves = entries().map(naiveLeaf);
    for (let size = 0; size <= 15; size += 1) {
      const { origin, size: stated, root, note } = checkpoint(size);
      assert.deepEqual([origin, stated], ['example.com/log/testdata', size]);
      assert.equal(verifyCheckpoint(checkpoint(size), [key!]).status, 'verified');
      assert.deepEqual(Buffer.from(root), naiveRoot(leaves.slice(0, size)));
      const forged = parseCheckpoint(note.replace(`\n${size}\n`, `\n${size + 1}\n`));
      assert.equal(verifyCheckpoint(forged, [key!]).status, 'failed');
    }
  });

  it('has tiles and bundles of every width, and each is a prefix of the next', () => {
    const leaves = entries().map(leafHash);
    const widths = readdirSync(join(log, 'tile/0/000.p'));
    assert.equal(widths.length, 15);
    for (const width of widths.map(Number)) {
      const tile = readFileSync(join(log, `tile/0/000.p/${width}`));
      assert.deepEqual(tile, Buffer.concat(leaves.slice(0, width)));
      const bundle = readFileSync(join(log, `tile/entries/000.p/${width}`));
      const decoded = decodeBundle(bundle, width);
      assert.ok(decoded.ok);
      assert.equal(decoded.end, bundle.length);
      assert.deepEqual(decoded.entries, entries().slice(0, width));
    }
  });

  it('verifies as a whole, as of every checkpoint, and as the extension of every earlier one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parapet-vectors-'));
    try {
      cpSync(log, directory, { recursive: true });
      for (let size = 0; size <= 15; size += 1) {
        writeFileSync(join(directory, 'checkpoint'), readFileSync(join(log, `checkpoint.${size}`)));
        for (const since of size === 15 ? [0, 1, 7, 8, 14, 15] : [size]) {
          const report = await verifyLedger({ directory, verifierKey: KEY, since: checkpoint(since).note });
          assert.deepEqual(report.problems, [], `${since} to ${size}`);
          assert.equal(report.size, size);
        }
      }
      const later = await verifyLedger({ directory, verifierKey: KEY.replace('33d7b496', '33d7b497') });
      assert.equal(later.ok, false);
      writeFileSync(join(directory, 'checkpoint'), readFileSync(join(log, 'checkpoint.9')));
      const back = await verifyLedger({ directory, verifierKey: KEY, since: checkpoint(12).note });
      assert.deepEqual(
        back.problems.map(({ kind }) => kind),
        ['rolled-back'],
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('gives inclusion proofs of every entry in every size, and consistency proofs between all sizes', async () => {
    const files = new LogFiles(log);
    const all = entries();
    for (let size = 1; size <= 15; size += 1) {
      const signed = checkpoint(size);
      for (let index = 0; index < size; index += 1) {
        const hashes = await Promise.all(inclusionRanges(index, size).map((range) => files.hashOf(range, size)));
        assert.ok(verifyInclusion(index, size, leafHash(all[index]!), hashes, signed.root));
        const text = formatTlogProof({ index, hashes, checkpoint: signed, extra: null });
        assert.equal(verifyTlogProof(parseTlogProof(text), all[index]!, [key!]).status, 'verified');
        const other = all[(index + 1) % 15]!;
        assert.equal(verifyTlogProof(parseTlogProof(text), other, [key!]).status, 'failed');
      }
      for (let first = 0; first <= size; first += 1) {
        const proof = await Promise.all(consistencyRanges(first, size).map((range) => files.hashOf(range, size)));
        assert.ok(verifyConsistency(first, size, checkpoint(first).root, signed.root, proof), `${first} to ${size}`);
        if (first > 0 && first < size)
          assert.ok(!verifyConsistency(first, size, checkpoint(first - 1).root, signed.root, proof));
      }
    }
  });
});
