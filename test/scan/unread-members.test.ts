import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { memorySource } from '../../src/bytes/byte-source.ts';
import type { FileResult } from '../../src/scan/file-result.ts';
import { READERS, RULES } from '../../src/scan/registry.ts';
import { scanSource } from '../../src/scan/scan-artifact.ts';
import { SCAN_LIMITS } from '../../src/scan/scan-limits.ts';
import { makeZip } from '../../src/scan/testing/make-archive.ts';

/** A pickle that would call `os.system`, packed by 7-Zip 26.02 with methods that are not unpacked here (`7z a -m0=PPMd`, …). */
const SEVEN_ZIP: Readonly<Record<string, readonly [string, RegExp]>> = {
  PPMd: [
    'N3q8ryccAASipzguGgAAAAAAAABaAAAAAAAAAGPkb7IAYw4yZf9O71AJ4gEN/x2NPDCWaRIyoTUGAAEEBgABCRoABwsBAAEjAwQBBQYAAAEADBcACAoB3NDg0wAABQEZBgAAAAAAABEVAG0AbwBkAGUAbAAuAHAAawBsAAAAFAoBABTnu3uQft0BFQYBACCApIEAAA==',
    /^"model\.pkl" is packed by method PPMd$/,
  ],
  BCJ2: [
    'N3q8ryccAASVKgmtLAAAAAAAAACKAAAAAAAAAIbfz4gAMZvKxrJ8Zd/fkVmfsdZ+Lop3OA3kdIFxJGwuIAAAAAAAAAAAAAAAAAAAAAEEBgAECR0FBQUABwsBAAQjAwEBBV0AEAAAIwMBAQVdABAAACMDAQEFXQAQAAAUAwMBGwQBBQAEAQMCAgYBAAwAABcXAAgKAdzQ4NMAAAUBGQsAAAAAAAAAAAAAABEVAG0AbwBkAGUAbAAuAHAAawBsAAAAFAoBABTnu3uQft0BFQYBACCApIEAAA==',
    /^"model\.pkl" is packed by method BCJ2$/,
  ],
  AES: [
    'N3q8ryccAATrlfyLIAAAAAAAAABqAAAAAAAAAPZsytwWkrxiznauin8V4Z2edXYOk6a/GGyhRWoUdX74U/DjCwEEBgABCSAABwsBAAIkBvEHARJTD6+9cZwQW7RGpOhJ8KyWNvMhIQEAAQAMGxcACAoB3NDg0wAABQEZAQARFQBtAG8AZABlAGwALgBwAGsAbAAAABQKAQAU57t7kH7dARUGAQAggKSBAAA=',
    /^"model\.pkl" is packed by method AES, which needs a password$/,
  ],
  'AES, names too': [
    'N3q8ryccAASoQRz8kAAAAAAAAAAuAAAAAAAAANP0JrQVszVphYXIXSQlIfxCX/GQz4ZINC6GEZESxrS3A5gKFX+ncXcBsKc1quLsm2rH+ogKfovCmFmTlVnEMnuTE/A/HRM+jYdwcBz+x8w/ZnQECVsGv5SepMBwtrju+pwDVwiouu+xXr2XBFrTbxkN7Us1cVdGVJWdoQ94EBEbjelnDz/y7EEsz+lBGIwwo1Emtr4XBiABCXAABwsBAAEkBvEHARJTD3x5vM8ltKsN9aBv0vfIGkIMagoBaKc5JwAA',
    /^the 7z archive cannot be listed: it is packed by method AES, which needs a password$/,
  ],
  Deflate64: [
    'N3q8ryccAAQrdg9fHAAAAAAAAABaAAAAAAAAAOzMRLIBFwDo/2NvcwpzeXN0ZW0KKFMndHJ1ZScKdFIuAQQGAAEJHAAHCwEAAQMEAQkMFwAICgHc0ODTAAAFARkMAAAAAAAAAAAAAAAAERUAbQBvAGQAZQBsAC4AcABrAGwAAAAUCgEAFOe7e5B+3QEVBgEAIICkgQAA',
    /^"model\.pkl" is packed by method Deflate64$/,
  ],
};

function scan(name: string, bytes: Uint8Array, unpackedAtOnce = SCAN_LIMITS.unpackedAtOnce): FileResult {
  const limits = { ...SCAN_LIMITS, unpackedAtOnce };
  return scanSource(name, memorySource(bytes), { readers: READERS, rules: RULES, now: () => 0, limits });
}

for (const [method, [archive, says]] of Object.entries(SEVEN_ZIP)) {
  void test(`7z with ${method}: not wholly looked at, and why`, () => {
    const { verdict, gaps, findings } = scan('model.7z', Buffer.from(archive, 'base64'));
    assert.deepEqual([verdict, findings.length, gaps.length], ['incomplete', 0, 1]);
    assert.match(gaps[0]!.reason, says);
  });
}

/** Bytes that are no format, and do not pack well. */
const NOISE = Buffer.concat([Buffer.from('no format at all: '), randomBytes(3 << 20)]);
const ROOM = 1 << 20;

test('a packed member that is longer than is unpacked at once: what was not looked at is told with its name', () => {
  const zipped = scan('model.zip', makeZip([{ name: 'big.bin', data: NOISE, deflate: true }]), ROOM);
  assert.equal(zipped.verdict, 'incomplete');
  assert.deepEqual(
    zipped.gaps.map(({ reason }) => reason),
    [`"big.bin" unpacks to more than ${ROOM} bytes`],
  );
  const packed = scan('big.bin.gz', gzipSync(NOISE), ROOM);
  assert.equal(packed.verdict, 'incomplete');
  assert.match(packed.gaps.map(({ reason }) => reason).join('\n'), /^gzip data .*bytes/);
});

test('a packed pickle that is longer: its beginning is looked at, and the rest is told', () => {
  const pickle = Buffer.concat([
    Buffer.from("cos\nsystem\n(S'true'\ntR0(lp0\n"),
    Buffer.from(
      randomBytes(3 << 19)
        .toString('hex')
        .replace(/.{1,60}/g, "S'$&'\na"),
    ),
    Buffer.from('.'),
  ]);
  const { findings, gaps } = scan('model.zip', makeZip([{ name: 'data.pkl', data: pickle, deflate: true }]), ROOM);
  assert.ok(findings.some(({ rule }) => rule === 'pickle-dangerous-global'));
  assert.ok(gaps.some(({ reason }) => reason === `"data.pkl" unpacks to more than ${ROOM} bytes`));
});

test('a stored member is looked at where it lies, however long it is', () => {
  const pickle = Buffer.from("cos\nsystem\n(S'true'\ntR.");
  const long = Buffer.concat([pickle, randomBytes(3 << 20)]);
  const { findings } = scan('model.zip', makeZip([{ name: 'data.pkl', data: long }]), ROOM);
  assert.ok(findings.some(({ rule, where }) => rule === 'pickle-dangerous-global' && where.member === 'data.pkl'));
});
